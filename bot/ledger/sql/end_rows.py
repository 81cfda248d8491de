"""What the table ends holds, compared with the plans of changes that began, which are sealed."""

from datetime import datetime

from bot.ledger.sql.database import Connection

_BEGAN = """
    SELECT number, json_extract(plan, '$.until') AS until, json_extract(body, '$.kept_by') AS kept,
        (SELECT count(*) FROM dues WHERE covered_by = number AND dues.state = 'over') AS asked
    FROM changes WHERE plan LIKE '%"until":"%' AND json_extract(body, '$.started_at') IS NOT NULL ORDER BY number
"""


def end_fault(db: Connection) -> str:
    """Return an end that no change has, or one that is missing though nobody let it go, in a sentence; empty if none.

    One that was asked for may be over.
    """
    if not db.has_column("ends", "change"):
        return ""  # a file of an earlier version, which is only read
    left = {number: datetime.fromisoformat(at) for number, at in db.execute("SELECT change, at FROM ends")}
    for number, until, kept, asked in db.execute(_BEGAN):
        if until and left.pop(number, None) != datetime.fromisoformat(until) and not (kept or asked):
            return f"Change {number} is to end, and the table ends has another time for it, or none."
    return f"The table ends has an end of change {min(left)} that its plan does not have." if left else ""
