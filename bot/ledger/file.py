"""One SQLite file, and which of its rows a living process has in hand."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self

from sqlite_utils import Database

from bot.ledger.schema import migrations

BUSY_SECONDS = 1.0
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
            connection.execute("PRAGMA journal_mode=WAL")
            # FULL: what was acknowledged must survive a power cut, not only a crash.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            migrations.apply(Database(connection, execute_plugins=False))
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

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: with a second process on the file, waiting for the lock beats failing at the first write.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
            self._db.execute("COMMIT")
        except BaseException:
            self._db.rollback()  # does nothing where SQLite has done it already
            raise

    def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        rows = self._db.execute(f"SELECT number FROM changes WHERE {where} ORDER BY number", values)  # noqa: S608
        return tuple(row["number"] for row in rows)
