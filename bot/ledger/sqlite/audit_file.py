"""Opens the file of a ledger or an archive for an operator."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.audit_file import AuditFile
from bot.ledger.sql.audit_log import SqlAuditLog
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.archiving import PATIENCE
from bot.ledger.sqlite.database import Database


@contextmanager
def open_audit_file(path: Path, *, to_archive: bool = False, keys: SealKeys = NO_KEYS) -> Iterator[AuditFile]:
    """Open a file to read it, or ``to_archive`` its oldest entries. Raises UnusableLedger, also from within."""
    try:
        opened = Database.open(path, patience=PATIENCE, keys=keys) if to_archive else None
        with closing(opened or Database.open_read_only(path, keys=keys)) as database:
            yield AuditFile(SqlAuditLog(database), SqliteArchives(database))
    except (sqlite3.Error, UnicodeError, json.JSONDecodeError) as error:
        # A flipped byte may leave invalid text in a file's tables.
        raise UnusableLedger(str(error)) from error
