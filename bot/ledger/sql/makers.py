"""Who had a segment created, as the sealed log says: tables only tell where to look."""

from bot.core.approval.changes import Change
from bot.core.audit.entries import EntryKind
from bot.core.audit.entry_codec import decode
from bot.ledger.sql import authorization, change_rows
from bot.ledger.sql.database import Connection, Database, statement

_FIRST = "SELECT min(change) FROM touches WHERE segment = ?"
_PLANNED = "SELECT body, seal FROM entries WHERE change = ? ORDER BY number LIMIT 1"


async def maker_of(database: Database, segment_id: str) -> str:
    """Return who alone asked for the change that created this segment, by its first entry; empty if nobody did.

    Empty, too, if that needed somebody's approval, brought a deleted segment back, is in an archive, or is told
    differently by the tables.
    """
    number = await database.read(lambda db: _created_alone(db, segment_id))
    if number is None or await authorization.contradiction(database, number):
        return ""
    (row,) = await database.read(statement(_PLANNED, (number,))) or (None,)
    first = decode(row["body"], row["seal"]) if row else None
    return first.actor if first and first.kind == EntryKind.PLANNED else ""


def _created_alone(db: Connection, segment_id: str) -> int | None:
    """Return the change that created this segment without approval, by the tables; None if there is none."""
    (number,) = db.execute(_FIRST, (segment_id,)).fetchone()
    return number if number is not None and _is_alone(change_rows.load(db, number), segment_id) else None


def _is_alone(change: Change, segment_id: str) -> bool:
    runs = [run for run in change.runs if run.applied and run.applied.created]
    made = [run for run in runs if run.applied and run.applied.created and run.applied.created.id == segment_id]
    return not change.need.approvals and any(not change.plan.steps[run.position].replaces for run in made)
