"""One SQLite file, and which of its rows a living process has in hand."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Literal, Self

from sqlite_utils import Database

from bot.ledger.schema import migrations

BUSY_SECONDS = 1.0
_WAL = "PRAGMA journal_mode=WAL"
Role = Literal["owner", "painter"]
NOBODYS = "{role} NOT IN (SELECT owner FROM processes WHERE lease_until >= ?)"
"""Rows that no living process has in this role; the time is the value for the question mark."""


class File:
    """An open file. ``open(path)`` or ``read(path)``; ``close`` when done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path | str) -> Self:
        """Open or create the file and bring its tables up to date. Raises sqlite3.Error."""
        connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        try:
            # FULL: what was acknowledged must survive a power cut, not only a crash.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            # SQLite does not wait for whoever else starts just now: they turn it on, or it is tried again below.
            with suppress(sqlite3.OperationalError):
                connection.execute(_WAL)
            _migrate(connection)
            connection.execute(_WAL)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open a file only to read it: an auditor's copy stays as it is. Raises sqlite3.Error."""
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        return cls(connection)

    def close(self) -> None:
        """Close the file; what was promised is on disk already."""
        self._db.close()

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return _immediate(self._db)

    def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        rows = self._db.execute(f"SELECT number FROM changes WHERE {where} ORDER BY number", values)  # noqa: S608
        return tuple(row["number"] for row in rows)


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    # IMMEDIATE: with a second process on the file, waiting for the lock beats failing at the first write.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # does nothing where SQLite has done it already
        raise


def _migrate(connection: sqlite3.Connection) -> None:
    db = Database(connection, execute_plugins=False)
    if migrations.pending(db):
        # Whoever else starts just now is waited for, and has done it then.
        with _immediate(connection):
            migrations.apply(db)
