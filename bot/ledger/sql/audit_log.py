"""The audit log: entries, each sealed with the one before. See ``bot.ledger.ports.audit_log``."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from bot.core.audit import hash_chain
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.entry_codec import content_of, decode
from bot.core.audit.hash_chain import GENESIS, Verification, canonical, seal
from bot.core.audit.seal_keys import Signatures, key_id
from bot.ledger.sql import audit_index, row_faults, signatures
from bot.ledger.sql.audit_search import search, search_oldest
from bot.ledger.sql.database import Connection, Database, SealedEntry, statement

_COLUMNS = "number, body, seal"
_ARCHIVED = """
    SELECT 1 FROM entries WHERE kind = 'archived'
    AND CAST(json_extract(body, '$.detail.last') AS BIGINT) = ? AND json_extract(body, '$.detail.head') = ?
"""
PAGE = 1_000
"""Entries that an export reads at a time."""
T = TypeVar("T")


class SqlAuditLog:
    """The audit log in SQL. Long reads use a connection of their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, entry: Entry, *, at: datetime) -> None:
        """Append an entry that belongs to no move. Raises NotRecorded."""
        await self._database.write(lambda db: append(db, entry, at))

    async def recent(
        self, audit_filter: AuditFilter, *, limit: int, before: int | None = None
    ) -> tuple[RecordedEntry, ...]:
        """Return the latest matching entries, newest first; with ``before``, only those older than that entry."""
        # Hundreds of segments may have had a name, one after the other.
        return await self._database.read_apart(lambda db: tuple(_found(db, audit_filter, limit=limit, before=before)))

    async def export(self, audit_filter: AuditFilter, write: Callable[[Iterator[RecordedEntry]], T]) -> T:
        """Return the result of ``write`` for the matching entries, oldest first, streamed."""
        return await self._database.read_apart(lambda db: write(_paged(db, audit_filter)), at_one_moment=False)

    async def entries(self, *, after: int = 0, limit: int | None = None) -> tuple[RecordedEntry, ...]:
        """Return the entries with a number above ``after``, oldest first, at most ``limit``."""
        return await self._database.read(lambda db: tuple(stream(db, after=after, limit=limit)))

    async def entry(self, number: int) -> RecordedEntry:
        """Return one entry. Raises UnknownEntry."""
        return await self._database.read(lambda db: _entry(db, number))

    async def head(self) -> tuple[int, str]:
        """Return the last entry's number and seal; 0 and zeros if the log is empty."""
        return await self._database.read(head)

    async def segments_named(self, name: str) -> tuple[str, ...]:
        """Return ids of segments that changes created, renamed or deleted under this name, ignoring case."""
        query = "SELECT segment FROM names WHERE name = ? ORDER BY entry, segment"
        rows = await self._database.read(statement(query, (name.casefold(),)))
        return tuple(row["segment"] for row in rows)

    async def verify(self, against: str = "") -> Verification:
        """Verify the whole hash chain. Anything unreadable is a fault."""
        try:
            return await self._database.read_apart(lambda db: verify(db, against))
        except self._database.unreadable as error:
            return Verification(0, GENESIS, f"The database cannot be read ({error}).")

    async def complete_index(self) -> None:
        """Complete the index of entries about more shoppers than fit into one transaction. Raises NotRecorded."""
        for number, done in await self._database.read(audit_index.unfinished):
            for batch in audit_index.batches(await self.entry(number), done):
                if not await self._database.write(partial(audit_index.add_batch, batch=batch)):
                    break
                await asyncio.sleep(0)


def append(db: Connection, entry: Entry, at: datetime) -> int:
    """Seal ``entry`` with the last one before it, and return its number. The caller holds the transaction."""
    number, seal_before, mac = db.last_entry() or (*anchor(db), "")
    before, now, last = key_id(mac), db.keys.current, (number, seal_before)
    signatures.refuse_foreign_key(before, db.keys)
    if now != before:
        last = _append(db, last, Entry(EntryKind.KEY_CHANGED, detail={"from": before, "to": now}), at)
    number, _ = _append(db, last, entry, at)
    return number


def _append(db: Connection, last: tuple[int, str], entry: Entry, at: datetime) -> tuple[int, str]:
    """Insert the entry after the last one, of this number and seal; return its own."""
    number, previous = last[0] + 1, last[1]
    content = content_of(entry, number=number, at=at, workspace=db.workspace)
    body = canonical(content)
    own = seal(previous, body)
    db.insert_entry(SealedEntry(number, previous, content, body, own, db.keys.sign(own)))
    audit_index.add(db, entry, number, content)
    return number, own


def _entry(db: Connection, number: int) -> RecordedEntry:
    row = db.execute(f"SELECT {_COLUMNS} FROM entries WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise UnknownEntry(number, archived=anchor(db)[0])
    return _decoded(row)


def stream(db: Connection, *, after: int = 0, limit: int | None = None) -> Iterator[RecordedEntry]:
    """Yield the entries with a number above ``after``, oldest first, at most ``limit``."""
    at_most = "" if limit is None else f"LIMIT {limit}"
    query = f"SELECT {_COLUMNS} FROM entries WHERE number > ? ORDER BY number {at_most}"
    return map(_decoded, db.stream(query, (after,)))


def _found(db: Connection, audit_filter: AuditFilter, *, limit: int, before: int | None) -> Iterator[RecordedEntry]:
    return map(_decoded, db.execute(*search(audit_filter, limit=limit, before=before)))


def _paged(db: Connection, audit_filter: AuditFilter) -> Iterator[RecordedEntry]:
    """Yield the matching entries, oldest first: page by page, since whoever takes them may take hours.

    Meanwhile, the log of writes would grow: it keeps what a reader has not read yet. A page begins behind the last row,
    whatever a hand wrote into its text.
    """
    page = db.execute(*search_oldest(audit_filter, limit=PAGE)).fetchall()
    while page:
        yield from map(_decoded, page)
        number, *_, at = page[-1]
        page = db.execute(*search_oldest(audit_filter, limit=PAGE, after=(at, number))).fetchall()


def verify(db: Connection, against: str = "") -> Verification:
    """Verify the whole chain, and the rows that it authorises, streaming.

    ``against`` is the prefix of a seal to look for. The first entries may be missing only if a later one records that
    they were archived.
    """
    result = verify_chain(db, against)
    return replace(result, fault=result.fault or _missing(db, result) or row_faults.first(db))


def _missing(db: Connection, result: Verification) -> str:
    if not result.archived or db.execute(_ARCHIVED, anchor(db)).fetchone():
        return ""
    return f"Entries up to {result.archived} are gone, and no entry of the log says that they were archived."


def verify_chain(db: Connection, against: str = "") -> Verification:
    """Verify the chain from its first entry in this file, and its index, streaming."""
    after, before_first = anchor(db)
    signed = Signatures(db.keys, signatures.signed_since(db))
    rows = signed.watch(db.stream(f"SELECT {_COLUMNS}, {signatures.mac_column(db)} FROM entries ORDER BY number"))
    result = hash_chain.verify(rows, after=after, head=before_first, against=against)
    fault = result.fault or signed.fault or audit_index.fault(db) or _damage(db)
    return replace(result, fault=fault, signatures=signed.description)


def _damage(db: Connection) -> str:
    found = db.damage()
    return f"The database is damaged ({found})." if found else ""


def head(db: Connection) -> tuple[int, str]:
    """Return the last entry's number and seal."""
    row = db.execute("SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else anchor(db)


def anchor(db: Connection) -> tuple[int, str]:
    """Return number and seal of the entry before the first one in this file; 0 and zeros if there is none."""
    (first,) = db.execute("SELECT min(number) FROM entries").fetchone()
    earlier, values = ("", ()) if first is None else ("WHERE last < ?", (first,))
    row = db.execute(f"SELECT last, seal FROM archives {earlier} ORDER BY last DESC LIMIT 1", values).fetchone()
    return (row[0], row[1]) if row else (0, GENESIS)


def _decoded(row: tuple[Any, ...]) -> RecordedEntry:
    """Decode a row whose first columns are an entry's number, text and seal."""
    _, body, own, *_ = row
    return decode(body, own)
