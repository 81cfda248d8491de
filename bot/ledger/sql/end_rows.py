"""What the table ends holds, compared with the plans of changes that began, which are sealed."""

from collections.abc import Container
from datetime import datetime

from bot.ledger.sql.database import Connection
from bot.ledger.sql.ends import RENEWS

_HAS_END = """plan LIKE '%"until":"%'"""
_BEGAN = f"""
    SELECT number, json_extract(plan, '$.until') AS until, json_extract(body, '$.kept_by') AS kept FROM changes
    WHERE {_HAS_END} AND json_extract(body, '$.started_at') IS NOT NULL ORDER BY number
"""
_ASKED = f"""
    SELECT dues.covered_by, slot FROM dues JOIN changes ON number = dues.covered_by
    WHERE dues.state = 'over' AND {_HAS_END}
"""
_SETTLED = f"""
    SELECT covered_by FROM changes AS e WHERE covered_by IN (SELECT change FROM ends) AND (
        state IN ('rejected', 'withdrawn')
        OR (state = 'cancelled' AND json_extract(body, '$.settled_by') IS NOT NULL)
        OR (state = 'done' AND NOT EXISTS (
            SELECT 1 FROM touches JOIN restored ON restored.old = touches.segment WHERE touches.change = e.covered_by
        ) AND NOT EXISTS (
            SELECT 1 FROM touches JOIN changes ON number = touches.change WHERE {RENEWS}
            AND segment IN (SELECT segment FROM touches WHERE change = e.covered_by)
        ))
    )
"""
"""Whose end was done, or people decided against it; it comes again where a segment or profiles were brought back."""


def end_fault(db: Connection, among: Container[int] | None = None) -> str:
    """Return an end that no change has, or one that is missing though nobody let it go, in a sentence; empty if none.

    One that was asked for at its time may be over. ``among``: looks only at the ends of these changes.
    """
    if not db.has_column("ends", "change"):
        return ""  # a file of an earlier version, which is only read
    rows = db.execute("SELECT change, at FROM ends").fetchall()
    left = {number: datetime.fromisoformat(at) for number, at in rows if among is None or number in among}
    asked = {(number, datetime.fromisoformat(slot)) for number, slot in db.execute(_ASKED)}
    settled = {number for (number,) in db.execute(_SETTLED)}
    for number, text, kept in db.execute(_BEGAN):
        if not text or (among is not None and number not in among):
            continue
        until, at = datetime.fromisoformat(text), left.pop(number, None)
        if at is not None and (kept or number in settled):
            return f"Change {number} has ended, or those whom it added stay, and the table ends has an end of it."
        if at != until and not (at is None and (kept or (number, until) in asked)):
            return f"Change {number} is to end, and the table ends has another time for it, or none."
    return f"The table ends has an end of change {min(left)} that its plan does not have." if left else ""
