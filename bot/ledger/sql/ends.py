"""Which additions are to end at a time: a row for each change that ran until then, as long as that is to come.

The time stands in the change's plan, which is sealed; the row goes when the end is done, or those who were added stay.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.core.approval.changes import Change, State
from bot.core.approval.covering import LONGEST_WAIT
from bot.core.approval.due import END, End
from bot.core.errors import Impossible, TooLate
from bot.core.timestamps import timestamp
from bot.ledger.sql.database import Connection, placeholders
from bot.ledger.sql.history import restorations

_DUE = """
    SELECT change, json_extract(plan, '$.until') AS until FROM ends JOIN changes ON number = change
    WHERE ends.at <= ? AND state <> 'running'
"""
_OF_SEGMENT = """
    SELECT c.number, ends.change AS ends, json_extract(c.body, '$.started_at') AS started,
        (SELECT max(e.number) FROM entries AS e WHERE e.change = c.number AND e.kind = 'start') AS begun
    FROM changes AS c LEFT JOIN ends ON ends.change = c.number
    WHERE c.number IN (SELECT change FROM touches WHERE segment IN ({ids}))
    AND json_extract(c.body, '$.started_at') IS NOT NULL
"""
_ENDED_BY = f"""
    SELECT max(number) FROM dues JOIN changes ON number = dues.change
    WHERE dues.covered_by = ? AND changes.state IN ('{State.DONE}', '{State.FAILED}')
"""
"""Not one that people rejected: whom it was to take out stay."""
_MISSED = """
    SELECT c.number, json_extract(c.plan, '$.until') AS at FROM changes AS c JOIN dues ON dues.covered_by = c.number
    LEFT JOIN changes AS e ON e.number = dues.change
    WHERE dues.at >= ? AND c.plan LIKE '%"until":"%' AND coalesce(json_extract(c.body, '$.kept_by'), '') = ''
    AND c.number IN (SELECT change FROM touches WHERE segment IN ({ids}))
    AND (dues.state = 'over' OR c.number NOT IN (SELECT change FROM ends)) AND (
        e.number IS NULL
        OR (e.state = 'done' AND (? OR e.number NOT IN (SELECT change FROM touches WHERE segment IN ({ids}))))
    ) ORDER BY at, c.number
"""
RENEWS = """(plan LIKE '%"old":[{%' OR plan LIKE '%"old":{%')"""
"""Changes that create profiles again which had been deleted: under new ids, in place of the old ones."""
_RETURNED_TO = f"SELECT segment FROM touches JOIN changes ON number = change WHERE number = ? AND {RENEWS}"
_BEGAN = """
    SELECT coalesce(json_extract(body, '$.started_at'), json_extract(body, '$.created_at'))
    FROM changes WHERE number = ?
"""
"""When a change began to run, or was asked for, if an earlier version ran it."""
_TAKING_OUT = """
    SELECT number, segment FROM changes JOIN touches ON change = number
    WHERE state = 'running' AND plan LIKE '%"kind":"remove_members"%' ORDER BY number
"""
_ANY = "SELECT 1 FROM ends JOIN touches ON touches.change = ends.change WHERE segment IN ({ids})"


def save_end(db: Connection, moved: Change) -> None:
    """Save that a change that begins to run is to end. The caller holds the transaction."""
    if moved.state is State.RUNNING and moved.plan.until:
        row = (moved.number, timestamp(moved.plan.until))
        db.execute("INSERT INTO ends VALUES (?, ?) ON CONFLICT DO NOTHING", row)


def forget_end(db: Connection, number: int) -> None:
    """Save that nothing is left to end of this change, and have its card drawn. The caller holds the transaction."""
    if db.execute("DELETE FROM ends WHERE change = ?", (number,)).rowcount:
        db.execute("UPDATE changes SET drawn = 0 WHERE number = ?", (number,))


def refuse_kept(db: Connection, moved: Change) -> None:
    """Raise Impossible if an end begins whose shoppers somebody let stay just now. The caller holds the transaction."""
    if moved.state is not State.RUNNING or moved.command != END:
        return
    number = moved.covered_by.change if moved.covered_by else int(moved.args["number"])
    (kept,) = db.execute("SELECT json_extract(body, '$.kept_by') FROM changes WHERE number = ?", (number,)).fetchone()
    if kept:
        raise Impossible(f"Whom change {number} added stay, as somebody decided just now. Nothing was changed.")


def refuse_taking_out(db: Connection, change: Change) -> None:
    """Raise TooLate if whom this change added may just be leaving: then nobody can say that they stay.

    The caller holds the transaction.
    """
    current_id = restorations(db).current_id
    touched = db.execute("SELECT segment FROM touches WHERE change = ?", (change.number,)).fetchall()
    ids = {current_id(segment)[0] for (segment,) in touched}
    for number, segment in db.execute(_TAKING_OUT).fetchall():
        if current_id(segment)[0] in ids:
            raise TooLate(
                f"Too late: change {number} is taking shoppers out of the same segment right now. Stop it with "
                f"`/change stop {number}`, or decide again when it is over."
            )


def settle_end(db: Connection, moved: Change) -> None:
    """Save that what this change was to end has ended, or is to stay: somebody decided so. The caller holds it."""
    decided = moved.state in (State.DONE, State.REJECTED, State.WITHDRAWN) or moved.is_stopped
    if moved.covered_by and decided:
        forget_end(db, moved.covered_by.change)


def missed(db: Connection, segment_ids: Sequence[str], since: datetime, *, in_part: bool = False) -> tuple[End, ...]:
    """Return the ends that came since then and found nobody in a segment, which has had these ids, as it was gone.

    ``in_part``: also those that took out some, since only others were gone.
    """
    query = _MISSED.format(ids=placeholders(segment_ids))
    rows = db.execute(query, (timestamp(since), *segment_ids, in_part, *segment_ids)).fetchall()
    return tuple(End(number=row["number"], at=row["at"]) for row in rows)


def bring_back_ends(db: Connection, moved: Change) -> None:
    """Save that what ended while a segment or profiles that this change brought back were gone is to end after all.

    It is asked for once the change is over, with everyone back in the segment. The caller holds the transaction.
    """
    if not moved.plan.undoes or moved.is_open:
        return
    (began,) = db.execute(_BEGAN, (moved.plan.undoes,)).fetchone()
    deleted_at, returned_to = datetime.fromisoformat(began), db.execute(_RETURNED_TO, (moved.number,)).fetchall()
    back = [(id_, False) for id_ in moved.restored] + [(row["segment"], True) for row in returned_to]
    for id_, in_part in back:
        for end in missed(db, restorations(db).all_ids(id_), deleted_at, in_part=in_part):
            db.execute("INSERT INTO ends VALUES (?, ?) ON CONFLICT DO NOTHING", (end.number, timestamp(end.at)))
            asked = (timestamp(end.at - LONGEST_WAIT), end.number)  # so long ago that it is due now
            db.execute("UPDATE dues SET state = 'again', at = ? WHERE covered_by = ? AND change IS NULL", asked)
            db.execute("UPDATE changes SET drawn = 0 WHERE number = ?", (end.number,))


def end_of(db: Connection, change: Change) -> dict[str, Any]:
    """Return when this change is to end, or by which one it ended, as fields of it; nothing if those it added stay."""
    did_nothing = change.state is State.FAILED and not change.done
    if change.plan.until is None or change.kept_by or did_nothing:
        return {}
    if db.execute("SELECT 1 FROM ends WHERE change = ?", (change.number,)).fetchone():
        return {"ends_at": change.plan.until}
    (number,) = db.execute(_ENDED_BY, (change.number,)).fetchone()
    return {"ended_by": number}


def due(db: Connection, now: datetime) -> tuple[End, ...]:
    """Return the ends whose time has come, of changes that do not run any more, the earliest first.

    The time is that of the sealed plan: a row of another time brings none forward.
    """
    found = db.execute(_DUE, (timestamp(now),)).fetchall()
    ends = [End(number=row["change"], at=row["until"]) for row in found if row["until"]]
    return tuple(sorted((end for end in ends if end.at <= now), key=lambda end: (end.at, end.number)))


def since_first(db: Connection, segment_ids: Sequence[str]) -> tuple[int, ...]:
    """Return the changes that ran on a segment since the first of those that are to end, in the order they began."""
    is_any, of_segment = (query.format(ids=placeholders(segment_ids)) for query in (_ANY, _OF_SEGMENT))
    if not db.execute(is_any, segment_ids).fetchone():
        return ()
    rows = sorted(db.execute(of_segment, segment_ids).fetchall(), key=_order)
    first = next((at for at, row in enumerate(rows) if row["ends"] is not None), len(rows))
    return tuple(row["number"] for row in rows[first:])


def _order(row: Any) -> tuple[int, str, int]:
    """Return what changes that began are sorted by: their entries; those whose entries are archived come first."""
    return (row["begun"] or 0, row["started"], row["number"])
