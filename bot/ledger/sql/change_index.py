"""The data that lists of changes are made from, separate from the plans, which may hold 100,000 ids."""

from bot.core.approval.brief import Brief
from bot.core.planning.plan import Plan
from bot.ledger.sql.database import Statements

FINISHED = "kind IN ('finish', 'fail', 'stop')"
"""Entries after which the store may have changed."""
UNREVIEWED = (
    "json_extract(changes.body, '$.emergency.at') IS NOT NULL "
    "AND json_extract(changes.body, '$.emergency.reviewed_by') IS NULL"
)
"""Changes that ran without their approvals and have not been reviewed."""


def save_brief(db: Statements, brief: Brief) -> None:
    """Save a change as lists show it."""
    db.execute(
        "INSERT INTO briefs VALUES (?, ?) ON CONFLICT (change) DO UPDATE SET body = excluded.body",
        (brief.number, brief.model_dump_json()),
    )


def save_touched_segments(db: Statements, change: int, plan: Plan) -> None:
    """Save which segments a change touches under this plan."""
    db.execute("DELETE FROM touches WHERE change = ?", (change,))
    db.executemany("INSERT INTO touches VALUES (?, ?)", [(id_, change) for id_ in plan.segment_ids])
