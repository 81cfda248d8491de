"""Opens a ledger's file for a check-up. See ``bot.ledger.ports.checkup``."""

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.core.audit.seal_keys import SealKeys
from bot.core.errors import LedgerLost
from bot.ledger.errors import UnusableLedger
from bot.ledger.ports.checkup import Checkup, Schema
from bot.ledger.sql import schema_version
from bot.ledger.sql.database import BUSY_SECONDS
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sql.signatures import key_fault
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.connection import Connection
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.read_only import connect_read_only

_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"


@contextmanager
def open_checkup(path: Path, keys: SealKeys) -> Iterator[Checkup]:
    """Open a file, also while a bot uses it. Raises UnusableLedger, also from within."""
    try:
        with closing(_connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            connection.keys = keys
            database, schema = Database(connection, is_shared=False), _schema(connection, path)
            fault = key_fault(connection) if schema in (Schema.OLDER, Schema.CURRENT) else ""
            yield Checkup(schema, fault, ledger_on(database), SqliteArchives(database))
    except (sqlite3.Error, UnicodeError, json.JSONDecodeError) as error:
        raise UnusableLedger(str(error)) from error


def _connect(path: Path) -> Connection:
    """Connect to a file, and leave nothing beside it: a reader makes what is missing of ``-wal`` and ``-shm``.

    Whoever has it open has both; without a log of writes (``-wal``) the file is all there is.
    """
    log_of_writes, shared = Path(f"{path}-wal"), Path(f"{path}-shm")
    if not log_of_writes.exists():
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True, factory=Connection)
    if shared.exists():
        return connect_read_only(path, patience=BUSY_SECONDS, factory=Connection)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        shutil.copyfile(log_of_writes, f"{copy}-wal")
        return connect_read_only(copy, patience=BUSY_SECONDS, factory=Connection)  # open, it stays readable


def _schema(connection: Connection, path: Path) -> Schema:
    tables = {name for (name,) in connection.execute(_TABLES)}
    if "entries" not in tables:
        return Schema.FOREIGN if tables else Schema.NONE
    if not schema_version.is_named(connection):
        return Schema.OLDER
    try:
        schema_version.refuse_if_too_old(connection, path)
    except LedgerLost:
        return Schema.NEWER
    return Schema.OLDER if schema_version.is_outdated(connection) else Schema.CURRENT
