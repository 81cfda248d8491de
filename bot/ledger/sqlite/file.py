"""One SQLite file, and which of its rows a living process has in hand."""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeVar

from sqlite_utils import Database

from bot.core.errors import NotRecorded
from bot.ledger.sqlite.schema import migrations
from bot.ledger.sqlite.storage_errors import Trouble, reason

BUSY_SECONDS = 1.0
_WAL = "PRAGMA journal_mode=WAL"
Role = Literal["owner", "painter"]
T = TypeVar("T")
_Write = tuple[str, tuple[str | int, ...]]
NOBODYS = "{role} NOT IN (SELECT owner FROM processes WHERE lease_until >= ?)"
"""Rows that no living process has in this role; the time is the value for the question mark."""


class Connection(sqlite3.Connection):
    """A connection that knows the workspace (a Slack team's id) in which all happens that is written through it."""

    workspace: str = ""


class File:
    """An open file. ``open(path)`` or ``read(path)``; ``close`` when done.

    ``patience``: for how many seconds a transaction waits while others write; an acknowledgement cannot wait long.
    """

    patience: ClassVar[float] = BUSY_SECONDS

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self._trouble = Trouble()
        self._owed: dict[_Write, None] = {}

    @classmethod
    def open(cls, path: Path | str, *, workspace: str = "") -> Self:
        """Open or create the file and bring its tables up to date. Raises sqlite3.Error."""
        _claim(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=cls.patience, factory=Connection)
        connection.row_factory = sqlite3.Row
        connection.workspace = workspace
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
        address = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, factory=Connection)
        connection.row_factory = sqlite3.Row
        return cls(connection)

    def close(self) -> None:
        """Close the file; what was promised is on disk already."""
        self._db.close()

    async def _apart(self, work: Callable[[Self], T]) -> T:
        """What ``work`` reads, in a thread and through a connection of its own: it may take seconds.

        A database in memory has this one connection only.
        """
        (_, _, path) = self._db.execute("PRAGMA database_list").fetchone()
        if not path:
            return work(self)

        def read() -> T:
            with closing(type(self).read(Path(path))) as apart:
                return work(apart)

        return await asyncio.to_thread(read)

    @contextmanager
    def _moment(self) -> Iterator[None]:
        """What is read in it is as it was at one moment, whoever writes meanwhile."""
        is_outermost = not self._db.in_transaction
        if is_outermost:
            self._db.execute("BEGIN")
        try:
            yield
        finally:
            if is_outermost:
                self._db.rollback()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """All of what is written in it, or nothing. Raises NotRecorded where the file takes nothing now."""
        with self._recording(), _immediate(self._db) as db:
            yield db

    @contextmanager
    def _recording(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            why = reason(error)
            if not why:
                raise
            self._trouble.met(why, error)
            raise NotRecorded(why) from error

    def _write(self, query: str, values: Sequence[str | int | None] = ()) -> list[sqlite3.Row]:
        """One statement as a transaction of its own; what it returns. Raises NotRecorded."""
        with self._recording():
            return self._db.execute(query, values).fetchall()

    def _give_back(self, query: str, *values: str | int) -> None:
        """Write what sets something free that this process has in hand; ``_paying`` does it, where it cannot be now."""
        try:
            self._write(query, values)
        except NotRecorded:
            self._owed[query, values] = None

    def _keep(self, query: str, *values: str | int) -> None:
        """What was to be given back is in hand again."""
        self._owed.pop((query, values), None)

    @contextmanager
    def _paying(self) -> Iterator[Connection]:
        """A transaction in which what this process owes is given back, too. Raises NotRecorded."""
        with self._transaction() as db:
            for query, values in self._owed:
                db.execute(query, values)
            yield db
        self._owed.clear()

    def _numbers(self, where: str, *values: str) -> tuple[int, ...]:
        rows = self._db.execute(f"SELECT number FROM changes WHERE {where} ORDER BY number", values)
        return tuple(row["number"] for row in rows)


def _claim(path: Path | str) -> None:
    """A new file is its owner's alone: SQLite would let everybody read it."""
    if path != ":memory:":
        # Where it is there already, or cannot be made, SQLite tells what that means.
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _immediate(connection: Connection) -> Iterator[Connection]:
    # IMMEDIATE: with a second process on the file, waiting for the lock beats failing at the first write.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # does nothing where SQLite has done it already
        raise


def _migrate(connection: Connection) -> None:
    db = Database(connection, execute_plugins=False)
    if migrations.pending(db):
        # Whoever else starts just now is waited for, and has done it then.
        with _immediate(connection):
            migrations.apply(db)
