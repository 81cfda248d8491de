"""Who had a segment created, as the sealed log says: tables only tell where to look."""

from bot.core.approval.changes import Change
from bot.core.audit.entries import EntryKind
from bot.core.audit.entry_codec import decode
from bot.ledger.sqlite import authorization, change_rows
from bot.ledger.sqlite.database import Database

_FIRST = "SELECT min(change) FROM touches WHERE segment = ?"
_PLANNED = "SELECT body, seal FROM entries WHERE change = ? ORDER BY number LIMIT 1"


async def maker_of(database: Database, segment_id: str) -> str:
    """Return who alone asked for the change that created this segment, by its first entry; empty if nobody did.

    Empty, too, if that needed somebody's approval, brought a deleted segment back, is in an archive, or is told
    differently by the tables.
    """
    (number,) = database.execute(_FIRST, (segment_id,)).fetchone()
    if number is None or not _created_alone(change_rows.load(database.connection, number), segment_id):
        return ""
    if await authorization.contradiction(database, number):
        return ""
    row = database.execute(_PLANNED, (number,)).fetchone()
    first = decode(row["body"], row["seal"]) if row else None
    return first.actor if first and first.kind == EntryKind.PLANNED else ""


def _created_alone(change: Change, segment_id: str) -> bool:
    runs = [run for run in change.runs if run.applied and run.applied.created]
    made = [run for run in runs if run.applied and run.applied.created and run.applied.created.id == segment_id]
    return not change.need.approvals and any(not change.plan.steps[run.position].replaces for run in made)
