"""The data that lists of changes are made from, separate from the plans, which may hold 100,000 ids."""

import json
import sqlite3

from bot.core.approval.changes import Brief
from bot.core.planning.plan import Plan

FINISHED = "kind IN ('finish', 'fail', 'stop')"
"""Entries after which the store may have changed."""
UNREVIEWED = (
    "json_extract(changes.body, '$.emergency.at') IS NOT NULL "
    "AND json_extract(changes.body, '$.emergency.reviewed_by') IS NULL"
)
"""Changes that ran without their approvals and have not been reviewed."""


def save_brief(db: sqlite3.Connection, brief: Brief) -> None:
    """Save a change as lists show it."""
    db.execute("INSERT OR REPLACE INTO briefs VALUES (?, ?)", (brief.number, brief.model_dump_json()))


def save_touched_segments(db: sqlite3.Connection, change: int, plan: Plan) -> None:
    """Save which segments a change touches under this plan."""
    db.execute("DELETE FROM touches WHERE change = ?", (change,))
    db.executemany("INSERT INTO touches VALUES (?, ?)", [(id_, change) for id_ in plan.segment_ids])


def index_old_change(db: sqlite3.Connection, number: int) -> None:
    """Index a change of the first release, which stored only the plan. Raises ValidationError."""
    query = "SELECT number, state, requester, expires_at, plan, body FROM changes WHERE number = ?"
    *columns, plan, body = db.execute(query, (number,)).fetchone()
    read, fields = Plan.model_validate_json(plan), json.loads(body)
    basis = dict(zip(("number", "state", "requester", "expires_at"), columns, strict=True))
    kept = {name: fields[name] for name in ("need", "approvals", "created_at")}
    save_brief(db, Brief.model_validate(basis | kept | {"headline": read.headline}))
    save_touched_segments(db, number, read)
