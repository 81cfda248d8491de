"""The oldest entries of a ledger: how many of them may be moved to an archive, and how they are removed."""

from datetime import datetime
from typing import Any

from bot.core.audit.entries import Entry, EntryKind
from bot.core.timestamps import timestamp
from bot.ledger.entry_builders import with_sealed
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql import audit_log, backups, row_faults
from bot.ledger.sql.database import Connection
from bot.ledger.sql.signatures import signed_since
from bot.ledger.sql.told_changes import OPEN_STATES

_UNREVIEWED = """
    kind = 'break glass'
    AND NOT EXISTS (SELECT 1 FROM entries AS other WHERE other.change = entries.change AND other.kind = 'review')
"""
_COMPARED = "number > (SELECT entry FROM snapshots ORDER BY day DESC LIMIT 1)"
_OPEN = f"change IN (SELECT number FROM changes WHERE state IN ({OPEN_STATES}))"
"""What a change may still be run by has to be in the ledger."""
_MOVED = {"subjects": "entry", "effects": "entry", "entries": "number"}
"""The append-only tables whose rows go to an archive, and the column that holds the entry's number."""


def last_before(db: Connection, before: datetime) -> int:
    """Return the number of the last entry that may be archived."""
    head, _ = audit_log.head(db)
    queries = (("at >= ?", (timestamp(before),)), (_UNREVIEWED, ()), (_COMPARED, ()), (_OPEN, ()))
    kept = [db.execute(f"SELECT min(number) FROM entries WHERE {which}", one).fetchone()[0] for which, one in queries]
    return min([head, *(int(number) for number in kept if number is not None)]) - 1


def seal_of(db: Connection, number: int) -> str:
    """Return the seal of this entry; empty if it is not in this ledger."""
    row = db.execute("SELECT seal FROM entries WHERE number = ?", (number,)).fetchone()
    return str(row[0]) if row else ""


def remove(db: Connection, last: int, name: str, at: datetime) -> None:
    """Remove the entries up to ``last``, which are in the archive of this name, and append an entry that says so.

    The caller holds the transaction. Raises NotCopied.
    """
    head, (begin, _), since = seal_of(db, last), audit_log.anchor(db), signed_since(db)
    restored = backups.last_restored(db)
    if not head:
        raise NotCopied("Someone else is archiving right now. The archive is intact; try again to continue.")
    for table, column in _MOVED.items():
        with db.unguarded(table):
            db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (last,))
    db.execute("DELETE FROM unindexed WHERE entry <= ?", (last,))
    detail = {"first": begin + 1, "last": last, "head": head, "file": name, "entries": last - begin}
    entry = Entry(EntryKind.ARCHIVED, detail=detail, outcome="archived")
    sealed: dict[str, Any] = {"earlier": row_faults.archives_digest(db, last)}
    sealed |= {"signed_since": since} if since is not None else {}
    sealed |= {"restored": restored} if restored else {}
    db.execute("INSERT INTO archives VALUES (?, ?)", (last, head))
    audit_log.append(db, with_sealed(entry, sealed), at)
