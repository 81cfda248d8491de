"""Backups of the ledger's file, and archives. See ``bot.ledger.ports.audit_file``."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.core.audit.hash_chain import Verification
from bot.ledger.ports.audit_file import ArchivedSpan
from bot.ledger.sql import audit_log
from bot.ledger.sqlite.archive_files import is_archive, verified, verify
from bot.ledger.sqlite.archiving import archive
from bot.ledger.sqlite.atomic_files import new_file, settle
from bot.ledger.sqlite.database import Database


class SqliteArchives:
    """Backups and archives of a ledger in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_archive(self) -> bool:
        """Return whether this file is an archive rather than a ledger."""
        return await self._database.read(is_archive)

    async def anchor(self) -> tuple[int, str]:
        """Return number and seal of the entry before the first one in this file; 0 and zeros if none."""
        return audit_log.anchor(self._database.connection)

    async def verify(self, against: str = "") -> Verification:
        """Verify the chain from its first entry in this file; in a ledger, all earlier ones must be archived."""
        return await self._database.read(lambda db: verify(db, against))

    async def backup(self, target: Path) -> Verification:
        """Copy a consistent snapshot of the whole ledger, and verify the copy. Raises NotCopied."""
        with new_file(target) as partial:
            with closing(sqlite3.connect(partial)) as copy:
                self._database.connection.backup(copy)
                settle(copy)
            return verified(partial, self._database.connection.keys)

    async def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        """Move the oldest entries to a file of their own. Raises NotCopied and NotRecorded."""
        return await archive(self._database, target, before=before, at=at)
