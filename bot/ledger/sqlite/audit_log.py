"""The audit log: entries, each sealed with the one before. See ``bot.ledger.ports.audit_log``."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.core.audit import hash_chain
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.entry_codec import content_of, decode
from bot.core.audit.hash_chain import GENESIS, Verification, canonical, seal
from bot.core.audit.seal_keys import Signatures
from bot.ledger.sqlite import audit_index, row_faults, signatures
from bot.ledger.sqlite.audit_search import search, search_oldest
from bot.ledger.sqlite.database import Connection, Database
from bot.ledger.sqlite.file_checks import damage

_COLUMNS = "number, body, seal"
_ARCHIVED = """
    SELECT 1 FROM entries WHERE kind = 'archived'
    AND json_extract(body, '$.detail.last') = ? AND json_extract(body, '$.detail.head') = ?
"""
PAGE = 1_000
"""Entries that an export reads at a time."""
T = TypeVar("T")


class SqliteAuditLog:
    """The audit log in SQLite. Long reads use a connection of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entry: Entry, *, at: datetime) -> None:
        """Append an entry that belongs to no move. Raises NotRecorded."""
        async with self._database.writing() as db:
            append(db, entry, at)

    async def recent(
        self, audit_filter: AuditFilter, *, limit: int, before: int | None = None
    ) -> tuple[RecordedEntry, ...]:
        """Return the latest matching entries, newest first; with ``before``, only those older than that entry."""
        # Hundreds of segments may have had a name, one after the other.
        return await self._database.read_apart(lambda db: tuple(_found(db, audit_filter, limit=limit, before=before)))

    async def export(self, audit_filter: AuditFilter, write: Callable[[Iterator[RecordedEntry]], T]) -> T:
        """Return the result of ``write`` for the matching entries, oldest first, streamed."""
        return await self._database.read_apart(lambda db: write(_paged(db, audit_filter)))

    async def entries(self, *, after: int = 0, limit: int | None = None) -> tuple[RecordedEntry, ...]:
        """Return the entries with a number above ``after``, oldest first, at most ``limit``."""
        return tuple(stream(self._database, after=after, limit=-1 if limit is None else limit))

    async def entry(self, number: int) -> RecordedEntry:
        """Return one entry. Raises UnknownEntry."""
        return entry(self._database, number)

    async def head(self) -> tuple[int, str]:
        """Return the last entry's number and seal; 0 and zeros if the log is empty."""
        return head(self._database.connection)

    async def segments_named(self, name: str) -> tuple[str, ...]:
        """Return ids of segments that changes created, renamed or deleted under this name, ignoring case."""
        query = "SELECT segment FROM names WHERE name = ? ORDER BY entry, segment"
        return tuple(row["segment"] for row in self._database.execute(query, (name.casefold(),)))

    async def verify(self, against: str = "") -> Verification:
        """Verify the whole hash chain. Anything unreadable is a fault."""
        try:
            return await self._database.read_apart(lambda db: verify(db, against))
        except sqlite3.DatabaseError as error:
            return Verification(0, GENESIS, f"The database cannot be read ({error}).")

    async def complete_index(self) -> None:
        """Complete the index of entries about more shoppers than fit into one transaction. Raises NotRecorded."""
        for number, done in audit_index.unfinished(self._database.connection):
            for batch in audit_index.batches(entry(self._database, number), done):
                async with self._database.writing() as db:
                    if not audit_index.add_batch(db, batch):
                        break
                await asyncio.sleep(0)


def append(db: Connection, entry: Entry, at: datetime) -> int:
    """Seal ``entry`` with the last one before it, and return its number. The caller holds the transaction."""
    signatures.refuse_foreign_key(db, db.keys)
    before, now = signatures.last_key(db), db.keys.current
    if now != before:
        _append(db, Entry(EntryKind.KEY_CHANGED, detail={"from": before, "to": now}), at)
    return _append(db, entry, at)


def _append(db: Connection, entry: Entry, at: datetime) -> int:
    last, previous = head(db)
    content = content_of(entry, number=last + 1, at=at, workspace=db.workspace)
    body = canonical(content)
    own = seal(previous, body)
    row = (last + 1, body, own, db.keys.sign(own))
    db.execute("INSERT INTO entries (number, body, seal, mac) VALUES (?, ?, ?, ?)", row)
    audit_index.add(db, entry, last + 1, content)
    return last + 1


def entry(database: Database, number: int) -> RecordedEntry:
    """Return one entry. Raises UnknownEntry."""
    row = database.execute(f"SELECT {_COLUMNS} FROM entries WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise UnknownEntry(number, archived=anchor(database.connection)[0])
    return _decoded(row)


def stream(database: Database, *, after: int = 0, limit: int = -1) -> Iterator[RecordedEntry]:
    """Yield the entries with a number above ``after``, oldest first; ``limit`` -1 means all."""
    query = f"SELECT {_COLUMNS} FROM entries WHERE number > ? ORDER BY number LIMIT ?"
    return map(_decoded, database.execute(query, (after, limit)))


def _found(database: Database, audit_filter: AuditFilter, *, limit: int, before: int | None) -> Iterator[RecordedEntry]:
    return map(_decoded, database.execute(*search(audit_filter, limit=limit, before=before)))


def _paged(database: Database, audit_filter: AuditFilter) -> Iterator[RecordedEntry]:
    """Yield the matching entries, oldest first: page by page, since whoever takes them may take hours.

    Meanwhile, the log of writes would grow: it keeps what a reader has not read yet.
    """
    page = tuple(map(_decoded, database.execute(*search_oldest(audit_filter, limit=PAGE))))
    while page:
        yield from page
        page = tuple(map(_decoded, database.execute(*search_oldest(audit_filter, limit=PAGE, after=page[-1]))))


def verify(database: Database, against: str = "") -> Verification:
    """Verify the whole chain, and the rows that it authorises, streaming.

    ``against`` is the prefix of a seal to look for. The first entries may be missing only if a later one records that
    they were archived.
    """
    with database.snapshot():
        result = verify_chain(database, against)
        fault = result.fault or _missing(database, result) or row_faults.first(database.connection)
    return replace(result, fault=fault)


def _missing(database: Database, result: Verification) -> str:
    if not result.archived or database.execute(_ARCHIVED, anchor(database.connection)).fetchone():
        return ""
    return f"Entries up to {result.archived} are gone, and no entry of the log says that they were archived."


def verify_chain(database: Database, against: str = "") -> Verification:
    """Verify the chain from its first entry in this file, and its index, streaming."""
    db = database.connection
    after, before_first = anchor(db)
    signed = Signatures(db.keys, signatures.signed_since(db))
    rows = signed.watch(db.execute(f"SELECT {_COLUMNS}, {signatures.mac_column(db)} FROM entries ORDER BY number"))
    result = hash_chain.verify(rows, after=after, head=before_first, against=against)
    fault = result.fault or signed.fault or audit_index.fault(db) or _damage(db)
    return replace(result, fault=fault, signatures=signed.description)


def _damage(db: sqlite3.Connection) -> str:
    found = damage(db, thoroughly=True)
    return f"The database is damaged ({found})." if found else ""


def head(db: sqlite3.Connection) -> tuple[int, str]:
    """Return the last entry's number and seal."""
    row = db.execute("SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else anchor(db)


def anchor(db: sqlite3.Connection) -> tuple[int, str]:
    """Return number and seal of the entry before the first one in this file; 0 and zeros if there is none."""
    first = db.execute("SELECT min(number) FROM entries").fetchone()[0]
    gone = db.execute("SELECT last, seal FROM archives WHERE ? IS NULL OR last < ? ORDER BY last DESC", (first, first))
    row = gone.fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _decoded(row: tuple[int, str, str]) -> RecordedEntry:
    _, body, own = row
    return decode(body, own)
