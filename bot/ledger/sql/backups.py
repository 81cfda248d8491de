"""Which changes came with a backup that was restored: what became of them in the lost ledger since, nobody knows.

They are told by their numbers: what was open in the backup was closed, so nothing that was asked for before began
later. No clock is asked, and no entry that may be in an archive.
"""

from bot.ledger.sql.database import Connection

_RESTORED = "SELECT max(number) FROM entries WHERE kind = 'restored'"
_NEXT = "SELECT min(change) FROM entries WHERE kind = 'planned' AND number > ?"
_LAST = "SELECT max(number) FROM changes"
_ARCHIVED = """
    SELECT max(CAST(json_extract(body, '$.detail.sealed.restored') AS BIGINT)) FROM entries WHERE kind = 'archived'
"""
_CONFIRMED = """
    SELECT number FROM changes WHERE covered_by = ? AND number > ? AND json_extract(body, '$.covered_by.lapse') = ?
    AND json_extract(body, '$.started_at') IS NOT NULL AND json_extract(body, '$.approvals') <> '[]'
    AND json_extract(body, '$.emergency.at') IS NULL ORDER BY number DESC
"""


def last_restored(db: Connection) -> int:
    """Return the number of the last change that came with the backup that was restored last; 0 if none was restored."""
    (restored,) = db.execute(_RESTORED).fetchone()
    if restored is None:
        return int(db.execute(_ARCHIVED).fetchone()[0] or 0)
    (following,) = db.execute(_NEXT, (restored,)).fetchone()
    return int(following - 1 if following else db.execute(_LAST).fetchone()[0] or 0)


def confirmed_by(db: Connection, number: int, lapse: str) -> tuple[int, ...]:
    """Return the changes that people approved since then though this one did not cover them for this reason."""
    return tuple(found for (found,) in db.execute(_CONFIRMED, (number, last_restored(db), lapse)))
