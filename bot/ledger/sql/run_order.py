"""Which running change another one waits for: no two change one segment at the same time."""

from bot.core.approval.changes import Change, State
from bot.core.errors import TooLate
from bot.ledger.sql.database import Connection, placeholders

_RUNNING = """
    SELECT min(number) FROM changes JOIN touches ON change = number
    WHERE state = 'running' AND number <> ? AND segment IN ({targets})
"""


def runs_before(db: Connection, change: Change) -> int | None:
    """Return the first running change that touches a segment which this approved one changes; None if none does."""
    targets = sorted({step.target.id for step in change.plan.steps if step.target and step.target.id})
    if change.state is not State.APPROVED or not targets:
        return None
    query = _RUNNING.format(targets=placeholders(targets))
    (number,) = db.execute(query, (change.number, *targets)).fetchone()
    return number  # type: ignore[no-any-return]  # a row is untyped


def refuse_beside_running(db: Connection, change: Change) -> None:
    """Raise TooLate if another change that runs first started at this very moment."""
    if first := runs_before(db, change):
        raise TooLate(f"Change {first} runs first: both change one segment.")
