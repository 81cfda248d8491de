"""What goes without a click goes by rows that no click confirms: these are compared with the sealed log before.

An end goes by the table ends, and by all that changes did in its segments since the first addition that is to end; a
run of a rule goes by the rule in force, and by the runs that its guard counts. Both follow segments to the ids that
they have now. ``verify`` makes the same checks of the whole ledger.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.core.approval.ruled_changes import rules_set
from bot.core.audit.entry_codec import decode
from bot.core.segment_rules.followed import RUN
from bot.core.segment_rules.rule import segments_named
from bot.core.timestamps import timestamp
from bot.ledger.sql import change_rows, ends
from bot.ledger.sql.change_verification import wrongly_covered
from bot.ledger.sql.database import Connection
from bot.ledger.sql.end_rows import end_fault
from bot.ledger.sql.history import restorations
from bot.ledger.sql.moves_by_runs import CLOCKS, began
from bot.ledger.sql.rule_rows import RuleRows
from bot.ledger.sql.step_rows import StepRows

_PLANNED = "SELECT coalesce(min(number), 0) FROM entries WHERE change = ? AND kind = 'planned'"
_OF_CHANGES = "SELECT change, body FROM entries WHERE number >= ? AND change IS NOT NULL"
_STEPS = "SELECT body, seal FROM entries WHERE number >= ? AND kind = 'step done'"
_RUNS = f"""
    SELECT change, body FROM entries WHERE kind = 'planned' AND command = '{RUN}' AND change IN (
        SELECT change FROM entries WHERE kind IN ('clear', 'start') AND at > ?
    )
"""
_OWN = "SELECT body, seal FROM entries WHERE change = ? ORDER BY number"


@dataclass(frozen=True)
class Basis:
    """What a covering change's cover goes by.

    ``changes``: the numbers of those that have to be as sealed, the covering one among them; the entries of all begin
    at ``first``. ``ids``: all that its segments have had. ``ruled``: the segments that it let follow a rule;
    ``runs``: those of the changes that the guard counts if they are for slots ``after`` this one.
    """

    after: datetime
    first: int
    ids: frozenset[str]
    changes: frozenset[int]
    ruled: frozenset[str] = frozenset()
    runs: frozenset[int] = frozenset()


def basis_of(db: Connection, number: int, after: datetime) -> Basis:
    """Return what this covering change's cover goes by; ``after``: a guard counts the runs for later slots."""
    change, known = change_rows.load(db, number), restorations(db)
    rules = rules_set(change)
    touched = {segment for (segment,) in db.execute("SELECT segment FROM touches WHERE change = ?", (number,))}
    named = touched.union(*(segments_named(step.after.rule) for step in rules))
    ids = frozenset(one for id_ in named for one in known.all_ids(id_))
    changes = frozenset({number, *(by for old, (_, by) in known.by_old.items() if old in ids)})
    if rules:
        ruled = frozenset(id_ for step in rules for id_ in step.segment_ids)
        window = (timestamp(after - CLOCKS),)
        runs = frozenset(one for one, body in db.execute(_RUNS, window) if _is_covered(body) and _names(body, ruled))
        return Basis(after, _first_entry(db, (number,)), ids, changes | runs, ruled, runs)
    changes |= frozenset(ends.since_first(db, sorted(ids)) if ids else ())
    begun = (_first_entry(db, changes),)
    changes |= {one for one, body in db.stream(_OF_CHANGES, begun) if _names(body, ids)}
    return Basis(after, _first_entry(db, changes), ids, changes)


def row_fault(db: Connection, basis: Basis) -> str:
    """Return the first row that differs from the entries of changes that are as sealed, in a sentence; empty if none.

    Rows of changes themselves are compared beforehand.
    """
    if basis.ruled:
        return _wrongly_restored(db, basis) or _wrong_rule(db, basis) or _wrongly_counted(db, basis)
    return _wrongly_restored(db, basis) or end_fault(db, among=basis.changes)


def _first_entry(db: Connection, numbers: Iterable[int]) -> int:
    """Return the first entry of these changes; 0 if it is in an archive: then all that are left come after it."""
    return min(int(db.execute(_PLANNED, (number,)).fetchone()[0]) for number in numbers)


def _names(body: str, ids: Iterable[str]) -> bool:
    """Return whether an entry is about one of these segments, or tells of it in the same words."""
    return any(json.dumps(f"segment:{id_}") in body for id_ in ids)


def _is_covered(body: str) -> bool:
    return "covered_by" in json.loads(body)["detail"]


def _wrongly_restored(db: Connection, basis: Basis) -> str:
    """Compare which segments were created again with what the changes did that are said to have done so."""
    for old, (new, number) in restorations(db).by_old.items():
        is_known = db.execute("SELECT 1 FROM changes WHERE number = ?", (number,)).fetchone()
        if old in basis.ids and not (is_known and change_rows.load(db, number).restored.get(old) == new):
            return f"Change {number} did not create a segment again as the table restored says."
    return ""


def _wrong_rule(db: Connection, basis: Basis) -> str:
    rows = RuleRows(db, basis.ruled)
    for body, seal in db.stream(_STEPS, (basis.first,)):
        if _names(body, basis.ruled):
            rows.note(decode(body, seal))
    return rows.fault()


def _wrongly_counted(db: Connection, basis: Basis) -> str:
    """Compare what the guard of a rule counts: what runs did, and where they are found."""
    steps = StepRows(db)
    for number in sorted(basis.runs):
        entries = [decode(*row) for row in db.execute(_OWN, (number,))]
        if fault := wrongly_covered(db, number) or steps.fault_of(entries):
            return fault
    found = frozenset[int]().union(*(began(db, segment, basis.after) for segment in basis.ruled))
    missed = sorted(basis.runs - found)
    return f"Change {missed[0]} is not found by its segment: somebody changed the table subjects." if missed else ""
