"""Rows of changes: how a change is stored, loaded, and swapped for its moved version.

Callers of functions that write hold the transaction.
"""

import json

from bot.core.approval.brief import Brief
from bot.core.approval.changes import Change, Run, State
from bot.core.approval.refusals import too_late
from bot.core.errors import UnknownChange
from bot.core.timestamps import timestamp
from bot.ledger.change_transitions import concerns_everybody
from bot.ledger.sql.change_index import save_brief
from bot.ledger.sql.database import Connection
from bot.ledger.sql.ends import end_of
from bot.ledger.sql.kept_lists import KeptLists
from bot.ledger.sql.related_changes import others_beside, outdate_cards_beside
from bot.ledger.sql.run_order import runs_before

_COLUMNS = frozenset(
    {"number", "state", "revision", "requester", "expires_at", "plan", "undone_by", "card", "runs", "stopped_by"}
)
"""Fields with columns of their own, not in the body."""


def load(db: Connection, number: int) -> Change:
    """Return one change in full. Raises UnknownChange."""
    row = db.execute("SELECT * FROM changes WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise UnknownChange(number)
    runs = db.execute("SELECT body FROM runs WHERE change = ? ORDER BY position", (number,))
    columns = {name: row[name] for name in _COLUMNS - {"plan", "card", "runs"}}
    place = {"channel": row["card_channel"], "ts": row["card_ts"], "url": row["card_url"]}
    card = place if row["card_ts"] else None
    bodies = {"plan": json.loads(row["plan"]), "runs": [json.loads(run["body"]) for run in runs]}
    change = Change.model_validate(json.loads(row["body"]) | columns | bodies | {"card": card}, context=KeptLists(db))
    found = {"beside": others_beside(db, change), "behind": runs_before(db, change)}
    return change.model_copy(update=found | end_of(db, change))


def insert(db: Connection, change: Change, owner: str) -> Change:
    """Insert a change, held by ``owner``, and return it with its number."""
    covered_by = change.covered_by.change if change.covered_by else None
    row = (change.state, change.revision, change.requester, timestamp(change.expires_at), covered_by)
    (number,) = db.execute(
        "INSERT INTO changes (state, revision, requester, expires_at, covered_by, plan, body, owner) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (*row, change.plan.model_dump_json(context=KeptLists(db)), _body(change, KeptLists(db)), owner),
    ).fetchone()
    numbered = change.model_copy(update={"number": number, "beside": others_beside(db, change)})
    save_brief(db, Brief.of(numbered))
    _outdate_home_tabs(db, State.PLANNED, numbered)
    return numbered


def swap(db: Connection, change: Change, moved: Change) -> None:
    """Replace ``change`` by ``moved``. Raises TooLate if it was moved since it was loaded."""
    _compare_and_swap(db, change, moved)
    save_brief(db, Brief.of(moved))
    outdate_cards_beside(db, change, moved)
    _outdate_home_tabs(db, change.state, moved)


def swap_run(db: Connection, change: Change, recorded: Change, run: Run) -> None:
    """Save the run of one of its steps. Raises TooLate if the change was moved since it was loaded."""
    row = (change.number, run.position, run.model_dump_json(context=KeptLists(db)))
    saving = "INSERT INTO runs VALUES (?, ?, ?) ON CONFLICT (change, position) DO UPDATE SET body = excluded.body"
    db.execute(saving, row)
    # Nothing else of the change: a set that was loaded may be written in another order than the one that was sealed.
    revisions = (recorded.revision, change.number, change.revision)
    _swap_row(db, change, "UPDATE changes SET revision = ? WHERE number = ? AND revision = ?", revisions)


def as_stored(db: Connection, run: Run) -> Run:
    """Return a run that was saved as it is loaded: its lists are in the ledger, and need not stay in memory."""
    return Run.model_validate_json(run.model_dump_json(), context=KeptLists(db))


def save_created_segment(db: Connection, change: Change, segment_id: str) -> None:
    """Save that the change touches the segment that it created, and which one that restores."""
    db.execute("INSERT INTO touches VALUES (?, ?) ON CONFLICT DO NOTHING", (segment_id, change.number))
    restored = [(new_id, old_id, change.number) for old_id, new_id in change.restored.items()]
    db.executemany(
        "INSERT INTO restored VALUES (?, ?, ?) "
        "ON CONFLICT (segment) DO UPDATE SET old = excluded.old, change = excluded.change",
        restored,
    )


def _compare_and_swap(db: Connection, change: Change, moved: Change) -> None:
    # A plan may have hundreds of steps and seldom changes: it is not written again with each move.
    plan = None if moved.plan is change.plan else moved.plan.model_dump_json(context=KeptLists(db))
    row = (moved.state, moved.revision, timestamp(moved.expires_at), plan, _body(moved, KeptLists(db)))
    swapping = (
        "UPDATE changes SET state = ?, revision = ?, expires_at = ?, plan = coalesce(?, plan), body = ? "
        "WHERE number = ? AND revision = ?"
    )
    _swap_row(db, change, swapping, (*row, change.number, change.revision))


def _swap_row(db: Connection, change: Change, swapping: str, values: tuple[str | int | None, ...]) -> None:
    """Swap the row of a change. Raises TooLate if it was moved since it was loaded."""
    if db.execute(swapping, values).rowcount != 1:
        too_late(load(db, change.number))


def _outdate_home_tabs(db: Connection, before: State, moved: Change) -> None:
    whose, values = ("", ()) if concerns_everybody(before, moved) else ('WHERE "user" = ?', (moved.requester,))
    db.execute(f"UPDATE homes SET revision = revision + 1 {whose}", values)


def _body(change: Change, lists: KeptLists) -> str:
    return change.model_dump_json(exclude={*_COLUMNS, "beside"}, context=lists)
