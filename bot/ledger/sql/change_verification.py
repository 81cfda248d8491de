"""Changes as the tables hold them, compared with what their sealed entries tell of their lives."""

import json
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from bot.core.approval.change_replay import BrokenLife, replay, sealed_fact
from bot.core.approval.changes import State
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry
from bot.core.audit.entry_codec import decode
from bot.ledger import entry_builders
from bot.ledger.sql.database import Connection, Statements
from bot.ledger.sql.end_rows import end_fault
from bot.ledger.sql.kept_lists import broken_among
from bot.ledger.sql.step_rows import StepRows
from bot.ledger.stored_changes import StoredChange, StoredRun, contradiction, digest

_ROW = """
    SELECT state, requester, expires_at, changes.body, briefs.body AS brief, plan, stopped_by, revision
    FROM changes LEFT JOIN briefs ON change = number WHERE number = ?
"""
_RUNS = """
    SELECT position, json_extract(body, '$.state'), body, json_extract(body, '$.applied.created.id')
    FROM runs WHERE change = ?
"""
_ENTRIES = "SELECT change, body, seal FROM entries WHERE change IS NOT NULL ORDER BY change, at"
_UNKNOWN = """
    SELECT number FROM changes AS c
    WHERE NOT EXISTS (SELECT 1 FROM entries WHERE change = c.number AND kind IN ('planned', 'contradict'))
    AND (number > coalesce((SELECT min(change) FROM entries WHERE kind = 'planned'), number)
         OR NOT EXISTS (SELECT 1 FROM archives))
    LIMIT 1
"""
"""Changes that were asked for after the archived entries, and have no entry that says so."""
_COVERED = """
    SELECT number FROM changes
    WHERE coalesce(covered_by, 0) <> coalesce(CAST(json_extract(body, '$.covered_by.change') AS BIGINT), 0)
    AND {} LIMIT 1
"""
_UNDOS = "SELECT number, state, plan FROM changes WHERE plan NOT LIKE '%\"undoes\":null%' ORDER BY number"


def row_facts(db: Statements, number: int) -> dict[str, Any]:
    """Return what is sealed of a change's row as it is now: not its plan, nor what only concerns its card."""
    row = db.execute(_ROW, (number,)).fetchone()
    return {"revision": row["revision"], "row": _digest(row)}


def plan_digest(db: Connection, number: int) -> str:
    """Return the digest of a change's plan as it is stored."""
    return digest(db.execute("SELECT plan FROM changes WHERE number = ?", (number,)).fetchone()["plan"])


def with_row(db: Connection, entry: Entry) -> Entry:
    """Return the entry of a change with what is sealed of its row as it is now."""
    number = entry.change or 0
    facts = row_facts(db, number)
    if entry.kind in (EntryKind.SIGN, EntryKind.APPROVE, EntryKind.BREAK_GLASS):
        facts["approves"] = plan_digest(db, number)
    if entry.kind is EntryKind.CONTRADICT:
        facts |= all_facts(db, number)
    return entry_builders.with_sealed(entry, facts)


def all_facts(db: Connection, number: int) -> dict[str, Any]:
    """Return all that is sealed of a change that contradicted its life, as it is now."""
    found = _stored(db, number, is_undone=False)
    assert found  # noqa: S101 - it was just moved
    return {
        "plan": digest(found.plan),
        "requester": found.requester,
        "stopped_by": found.stopped_by,
        "runs": {position: [run.state, run.digest] for position, run in found.runs.items()},
        "lists": sorted(found.broken_lists),
    }


def _digest(row: Any) -> str:
    return digest(*(row[name] for name in ("state", "requester", "expires_at", "body", "brief")))


def fault_of(db: Connection, number: int, entries: Iterable[RecordedEntry], undone: Container[int] = ()) -> str:
    """Return how a change as stored differs from its life by these entries, all that it has; empty if not at all.

    ``undone``: the changes that others undid or tried to.
    """
    try:
        life = replay(entries)
    except BrokenLife as error:
        return f"Change {number} {error}."
    found = _stored(db, number, is_undone=number in undone)
    return contradiction(life, found) if found else f"Change {number} is in the log, and not in the table changes."


def first_fault(db: Connection) -> str:
    """Return the first fault among all changes and what their steps did, as a sentence; empty if there is none."""
    steps, undos = StepRows(db), _undos(db)
    undone = {original for _, original in undos.values()}
    for number, entries in _by_change(db):
        fault = (fault_of(db, number, entries, undone) if _tells(entries) else "") or steps.fault_of(entries)
        if fault:
            return fault
    return steps.left_over() or _unknown(db) or _wrongly_undone(db, undos) or wrongly_covered(db) or end_fault(db)


def _stored(db: Connection, number: int, *, is_undone: bool) -> StoredChange | None:
    row = db.execute(_ROW, (number,)).fetchone()
    if row is None:
        return None
    runs = [tuple(run) for run in db.execute(_RUNS, (number,))]
    touched = db.execute("SELECT segment FROM touches WHERE change = ?", (number,))
    return StoredChange(
        number=number,
        state=row["state"],
        requester=row["requester"],
        revision=row["revision"],
        row=_digest(row),
        plan=row["plan"],
        body=row["body"],
        stopped_by=row["stopped_by"],
        runs={position: StoredRun(state, digest(text)) for position, state, text, _ in runs},
        segments=frozenset(segment for (segment,) in touched),
        created=frozenset(segment for *_, segment in runs if segment),
        broken_lists=broken_among(db, (row["plan"], row["body"], *(text for _, _, text, _ in runs))),
        is_undone=is_undone,
    )


def _by_change(db: Connection) -> Iterator[tuple[int, list[RecordedEntry]]]:
    """Yield the entries of each change, in order: the index has them by time, and a clock may have been set back."""
    for number, rows in groupby(db.stream(_ENTRIES), key=itemgetter(0)):
        yield number, sorted((_decoded(body, seal) for _, body, seal in rows), key=attrgetter("number"))


def _decoded(body: str, seal: str) -> RecordedEntry:
    """Decode an entry; whatever else stands where its detail should be is the chain's concern."""
    try:
        entry = decode(body, seal)
    except ValueError:
        entry = RecordedEntry(**json.loads(body) | {"detail": {}, "seal": seal})
    detail: object = entry.detail
    return entry if isinstance(detail, dict) else replace(entry, detail={})


def _tells(entries: list[RecordedEntry]) -> bool:
    """Return whether these entries tell a life: from its plan on, or, if that was archived, with digests of its row."""
    first = entries[0]
    if first.kind == EntryKind.PLANNED:
        return "fingerprint" in first.detail or sealed_fact(first, "plan") is not None
    return any(sealed_fact(entry, "row") for entry in entries)


def _unknown(db: Connection) -> str:
    row = db.execute(_UNKNOWN).fetchone()
    return f"Change {row[0]} is in the table changes, and no entry says that it was asked for." if row else ""


def _undos(db: Connection) -> dict[int, tuple[str, int]]:
    """Return the changes that undo others: the state of each, and what it undoes."""
    found = ((number, state, _undone_by(plan)) for number, state, plan in db.stream(_UNDOS))
    return {number: (state, original) for number, state, original in found if original is not None}


def _undone_by(plan: str) -> int | None:
    """Return the change that this plan undoes; None if there is none, or the plan cannot be read."""
    try:
        return json.loads(plan)["undoes"]  # type: ignore[no-any-return]  # what stands there is compared
    except (ValueError, KeyError, TypeError):
        return None


def _wrongly_undone(db: Connection, undos: dict[int, tuple[str, int]]) -> str:
    """Compare which changes are marked as undone with those whose undo runs or is done, and was not undone itself."""
    taken_back = {original for state, original in undos.values() if state == State.DONE}
    marks = {
        original: number
        for number, (state, original) in undos.items()
        if state in (State.RUNNING, State.DONE) and number not in taken_back
    }
    rows = db.stream("SELECT number, undone_by FROM changes ORDER BY number")
    wrong = next((number for number, undone_by in rows if undone_by != marks.get(number)), None)
    return f"Change {wrong} was undone by something else than the table changes says." if wrong is not None else ""


def wrongly_covered(db: Connection, number: int | None = None) -> str:
    """Compare which changes others cover with what is sealed of them; with ``number``, only of this one."""
    if not db.has_column("changes", "covered_by"):
        return ""  # a file of an earlier version, which is only read
    which, values = ("true", ()) if number is None else ("number = ?", (number,))
    row = db.execute(_COVERED.format(which), values).fetchone()
    return f"Change {row[0]} is covered by another change than the table changes says." if row else ""
