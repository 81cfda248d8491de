"""What an operator does with a ledger on PostgreSQL. See ``bot.ledger.ports.audit_file``."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import psycopg

from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.audit_file import ArchivedSpan, AuditFile, NotCopied
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.ledger import open_database
from bot.ledger.sql.audit_log import SqlAuditLog, anchor
from bot.ledger.sql.database import BUSY_SECONDS, statement
from bot.ledger.sqlite.archiving import PATIENCE, archive

_OWNS = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = 'entries'::regclass"


@contextmanager
def open_archives(url: str, *, to_archive: bool = False, keys: SealKeys = NO_KEYS) -> Iterator[AuditFile]:
    """Open a ledger to read it, or ``to_archive`` its oldest entries. Raises UnusableLedger, also from within."""
    try:
        patience = PATIENCE if to_archive else BUSY_SECONDS
        with closing(open_database(url, patience=patience, keys=keys, only_to_read=True)) as database:
            yield AuditFile(SqlAuditLog(database), PostgresArchives(database))
    except psycopg.Error as error:
        raise UnusableLedger(str(error).strip()) from error


class PostgresArchives:
    """Verifies and archives the ledger; copies of its database are PostgreSQL's own matter."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def is_archive(self) -> bool:
        """Return that it is a ledger: archives are files."""
        return False

    async def anchor(self) -> tuple[int, str]:
        """Return number and seal of the entry before the first one in this database; 0 and zeros if none."""
        return await self._database.read(anchor)

    async def verify(self, against: str = "") -> Verification:
        """Verify the chain from its first entry in this database; all earlier ones must be archived."""
        return await SqlAuditLog(self._database).verify(against)

    async def backup(self, target: Path) -> Verification:
        """Say how it is done. Raises NotCopied."""
        raise NotCopied(
            "PostgreSQL makes its own backups: run `pg_dump --format custom --schema segment_bot` with the address of "
            "the database, then `audit verify`. Restore one with `pg_restore`, then type `segment-bot ledger restore`."
        )

    async def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        """Move the oldest entries to a file of their own, as the tables' owner. Raises NotCopied and NotRecorded."""
        ((is_owner,),) = await self._database.read(statement(_OWNS))
        if not is_owner:
            raise NotCopied(
                "A bot's role may only append to the log. Name the database as the role that owns the tables, as "
                "`ledger migrate` does: `--database postgresql://owner@…`."
            )
        return await archive(self._database, target, before=before, at=at)
