"""Changes of the first release, which stored only the plan, as later versions list them."""

import json
import sqlite3

from bot.core.approval.brief import Brief
from bot.core.planning.plan import Plan
from bot.ledger.sql.change_index import save_brief, save_touched_segments


def index_old_change(db: sqlite3.Connection, number: int) -> None:
    """Index a change of the first release. Raises ValidationError."""
    query = "SELECT number, state, requester, expires_at, plan, body FROM changes WHERE number = ?"
    *columns, plan, body = db.execute(query, (number,)).fetchone()
    read, fields = Plan.model_validate_json(plan), json.loads(body)
    basis = dict(zip(("number", "state", "requester", "expires_at"), columns, strict=True))
    kept = {name: fields[name] for name in ("need", "approvals", "created_at")}
    save_brief(db, Brief.model_validate(basis | kept | {"headline": read.headline}))
    save_touched_segments(db, number, read)
