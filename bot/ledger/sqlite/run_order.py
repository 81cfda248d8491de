"""Which running change another one waits for: no two change one segment at the same time."""

import json
import sqlite3

from bot.core.approval.changes import Change, State
from bot.core.errors import TooLate

_RUNNING = """
    SELECT min(number) FROM changes JOIN touches ON change = number
    WHERE state = 'running' AND number <> ? AND segment IN (SELECT value FROM json_each(?))
"""


def runs_before(db: sqlite3.Connection, change: Change) -> int | None:
    """Return the first running change that touches a segment which this approved one changes; None if none does."""
    if change.state is not State.APPROVED:
        return None
    targets = {step.target.id for step in change.plan.steps if step.target and step.target.id}
    (number,) = db.execute(_RUNNING, (change.number, json.dumps(sorted(targets)))).fetchone()
    return number  # type: ignore[no-any-return]  # a row is untyped


def refuse_beside_running(db: sqlite3.Connection, change: Change) -> None:
    """Raise TooLate if another change that runs first started at this very moment."""
    if first := runs_before(db, change):
        raise TooLate(f"Change {first} runs first: both change one segment.")
