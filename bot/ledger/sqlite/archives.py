"""Backups of the ledger's file, and archives. See ``bot.ledger.ports.audit_file``."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import SealKeys
from bot.core.timestamps import timestamp
from bot.ledger.entry_builders import with_sealed
from bot.ledger.ports.audit_file import ArchivedSpan, NotCopied
from bot.ledger.sql import audit_index, audit_log, kept_lists, row_faults
from bot.ledger.sql.signatures import signed_since
from bot.ledger.sqlite.append_only import removal_guard
from bot.ledger.sqlite.atomic_files import new_file, settle
from bot.ledger.sqlite.connection import Connection
from bot.ledger.sqlite.database import Database

KEPT = timedelta(days=10)
"""Entries of these last days stay: the daily summary compares with the week before, and a few days more."""
BATCH = 1_000
"""Entries removed per transaction, so that concurrent writers wait for a moment, not for a million entries."""
_UNREVIEWED = """
    kind = 'break glass'
    AND NOT EXISTS (SELECT 1 FROM entries AS other WHERE other.change = entries.change AND other.kind = 'review')
"""
_COMPARED = "number > (SELECT entry FROM snapshots ORDER BY day DESC LIMIT 1)"
_OPEN = "change IN (SELECT number FROM changes WHERE state IN ('planned', 'waiting', 'approved', 'running'))"
"""What a change may still be run by has to be in the ledger."""
_SUBJECTS = "SELECT DISTINCT value, at, number, actor, kind, 1 FROM entries, json_each(entries.subjects)"
_COPIED = {"subjects": "entry", "effects": "entry", "entries": "number"}
"""The tables that go to an archive, and the column that holds the entry's number."""
_TOUCHED = "SELECT * FROM touches WHERE change IN (SELECT change FROM entries WHERE number BETWEEN ? AND ?)"


class SqliteArchives:
    """Backups and archives of a ledger in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_archive(self) -> bool:
        """Return whether this file is an archive rather than a ledger."""
        return await self._database.read(_is_archive)

    async def anchor(self) -> tuple[int, str]:
        """Return number and seal of the entry before the first one in this file; 0 and zeros if none."""
        return self._anchor()

    async def verify(self, against: str = "") -> Verification:
        """Verify the chain from its first entry in this file; in a ledger, all earlier ones must be archived."""
        return await self._database.read(lambda db: _verify(db, against))

    async def backup(self, target: Path) -> Verification:
        """Copy a consistent snapshot of the whole ledger, and verify the copy. Raises NotCopied."""
        with new_file(target) as partial:
            with closing(sqlite3.connect(partial)) as copy:
                self._database.connection.backup(copy)
                settle(copy)
            return self._verified(partial)

    async def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        """Move the oldest entries to a file of their own. Raises NotCopied and NotRecorded."""
        if before > at - KEPT:
            latest = (at - KEPT).date()
            raise NotCopied(f"Entries of the last {KEPT.days} days stay in the ledger: {latest} is the latest date.")
        last = self._last_before(before)
        span = self._written(target, last)
        begin, _ = self._anchor()
        for end in (*range(begin + BATCH, span.last, BATCH), span.last):
            await self.remove(end, target.name, at)
        await self._forget_lists()
        return replace(span, first=begin + 1)

    def _written(self, target: Path, last: int) -> ArchivedSpan:
        """Return the span of this archive, which is written unless one that broke off left it. Raises NotCopied."""
        if not target.exists():
            self.write_archive(target, last)
        return self._existing_archive(target, last)

    def write_archive(self, target: Path, last: int) -> None:
        """Copy the entries up to ``last`` to an archive. Raises NotCopied."""
        begin, _ = self._anchor()
        if last <= begin:
            raise NotCopied("There are no entries from before that date which could be archived.")
        with new_file(target) as partial:
            with closing(Database.open(partial)) as archive:
                _copy(self._database.connection, archive, begin + 1, last)
                settle(archive.connection)
            self._verified(partial)

    async def remove(self, last: int, name: str, at: datetime) -> None:
        """Remove the entries up to ``last``, which are in the archive of this name. Raises NotCopied."""

        def remove(db: Connection) -> None:
            head, (begin, _), since = self._seal(last), self._anchor(), signed_since(db)
            if not head:
                raise NotCopied("Someone else is archiving right now. The archive is intact; try again to continue.")
            for table, column in _COPIED.items():
                db.execute(f"DROP TRIGGER IF EXISTS {table}_are_never_removed")
                db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (last,))
                db.execute(removal_guard(table))
            db.execute("DELETE FROM unindexed WHERE entry <= ?", (last,))
            detail = {"first": begin + 1, "last": last, "head": head, "file": name, "entries": last - begin}
            entry = Entry(EntryKind.ARCHIVED, detail=detail, outcome="archived")
            sealed: dict[str, Any] = {"earlier": row_faults.archives_digest(db, last)}
            sealed |= {"signed_since": since} if since is not None else {}
            db.execute("INSERT INTO archives VALUES (?, ?)", (last, head))
            audit_log.append(db, with_sealed(entry, sealed), at)

        await self._database.write(remove)

    async def _forget_lists(self) -> None:
        """Remove the lists that no change names any more: of plans that were renewed, and of earlier runs."""
        (since, _), unnamed = await self._database.read(lambda db: (audit_log.head(db), kept_lists.unnamed(db)))
        await self._database.write(lambda db: kept_lists.forget(db, unnamed, since=since))

    def _last_before(self, before: datetime) -> int:
        """Return the number of the last entry that may be archived."""
        head, _ = audit_log.head(self._database.connection)
        queries = (("at >= ?", (timestamp(before),)), (_UNREVIEWED, ()), (_COMPARED, ()), (_OPEN, ()))
        kept = [self._database.execute(f"SELECT min(number) FROM entries WHERE {which}", one) for which, one in queries]
        return min([head, *(int(number) for found in kept for (number,) in found if number is not None)]) - 1

    def _existing_archive(self, target: Path, last: int) -> ArchivedSpan:
        """Return the span of this archive. Raises NotCopied unless it holds the oldest entries of this very log."""
        begin, _ = self._anchor()
        span = _span(target, self._database.connection.keys)
        if span and span.first <= begin + 1 <= span.last <= last and self._seal(span.last) == span.head:
            return span
        raise NotCopied(f"There is a file {target} already, and it holds something else. Choose another name.")

    def _verified(self, path: Path) -> Verification:
        """Verify a file that was just written. Raises NotCopied."""
        with closing(Database.open_read_only(path, keys=self._database.connection.keys)) as copy, copy.snapshot() as db:
            result = _verify(db)
        if not result.holds:
            raise NotCopied(f"The log is not intact, so nothing was written. {result.fault}")
        return result

    def _anchor(self) -> tuple[int, str]:
        return audit_log.anchor(self._database.connection)

    def _seal(self, number: int) -> str:
        """Return the seal of this entry; empty if it is not in this file."""
        row = self._database.execute("SELECT seal FROM entries WHERE number = ?", (number,)).fetchone()
        return str(row["seal"]) if row else ""


def _is_archive(db: Connection) -> bool:
    """Return whether it is an archive: no process has used it, and its last entry is in its own list of archives."""
    query = """
        SELECT 1 FROM archives WHERE last = (SELECT max(number) FROM entries)
        AND NOT EXISTS (SELECT 1 FROM changes) AND NOT EXISTS (SELECT 1 FROM processes)
    """
    return db.execute(query).fetchone() is not None


def _verify(db: Connection, against: str = "") -> Verification:
    return (audit_log.verify_chain if _is_archive(db) else audit_log.verify)(db, against)


def _copy(ledger: Connection, archive: Database, first: int, last: int) -> None:
    span = (first, last)
    with archive.transaction() as db:
        rows = ledger.execute("SELECT number, body, seal, mac FROM entries WHERE number BETWEEN ? AND ?", span)
        db.executemany("INSERT INTO entries (number, body, seal, mac) VALUES (?, ?, ?, ?)", rows)
        db.execute(f"INSERT INTO subjects {_SUBJECTS}")
        db.executemany("INSERT INTO touches VALUES (?, ?)", ledger.execute(_TOUCHED, span))
        audit_index.add_all_changes(db)
        rows = ledger.execute("SELECT * FROM effects WHERE entry BETWEEN ? AND ?", span)
        db.executemany("INSERT INTO effects VALUES (?, ?, ?, ?)", rows)
        db.executemany("INSERT INTO archives VALUES (?, ?)", ledger.execute("SELECT * FROM archives"))
        db.execute("INSERT INTO archives SELECT number, seal FROM entries ORDER BY number DESC LIMIT 1")


def _span(path: Path, keys: SealKeys) -> ArchivedSpan | None:
    """Return the span of an archive; None if the file is not an archive, or its chain is broken."""
    try:
        with closing(Database.open_read_only(path, keys=keys)) as file:
            result = audit_log.verify_chain(file.connection)
            if not result.holds or not _is_archive(file.connection):
                return None
            return ArchivedSpan(result.archived + 1, result.archived + result.entries, result.head)
    except sqlite3.Error:
        return None
