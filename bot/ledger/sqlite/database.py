"""One SQLite file: connections, transactions, and reads on connections of their own."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlite_utils import Database as Tables

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import LedgerLost, NotRecorded
from bot.ledger.sqlite import schema_version
from bot.ledger.sqlite.file_checks import MOST_LOGGED, damage, empty_log_of_writes
from bot.ledger.sqlite.migrations import migrations
from bot.ledger.sqlite.read_only import connect_read_only
from bot.ledger.sqlite.signatures import refuse_missing_key
from bot.ledger.sqlite.storage_errors import ErrorLog, reason
from bot.ledger.sqlite.write_guard import WriteGuard
from bot.ledger.sqlite.write_turns import WriteTurns

BUSY_SECONDS = 1.0
"""How long a transaction waits for other writers: an acknowledgement cannot wait long."""
BLOCKED_MS = 20
"""How much of that the event loop may be blocked at a time, in milliseconds: most writers are done by then."""
_WAL = "PRAGMA journal_mode=WAL"
T = TypeVar("T")
Values = Sequence[str | int | None] | dict[str, Any]


class Connection(sqlite3.Connection):
    """A connection that knows the workspace (a Slack team's id) for which it writes entries, and signs with what."""

    workspace: str = ""
    keys: SealKeys = NO_KEYS


class Database:
    """An open file. Use ``Database.open(path)`` or ``Database.read(path)``; ``close`` when done."""

    def __init__(
        self,
        connection: Connection,
        *,
        is_shared: bool = True,
        patience: float = BUSY_SECONDS,
        guard: WriteGuard | None = None,
    ) -> None:
        self.connection = connection
        self._is_shared = is_shared
        self._turns = WriteTurns(connection, patience=patience)
        self._guard = guard
        self._errors = ErrorLog()

    @classmethod
    def open(
        cls, path: Path | str, *, workspace: str = "", patience: float = BUSY_SECONDS, keys: SealKeys = NO_KEYS
    ) -> Self:
        """Open or create the file and apply migrations. ``patience``: in seconds.

        Raises sqlite3.Error, LedgerLost if only later versions may write it, and UnusableLedger if its entries are
        signed with none of these ``keys``.
        """
        _create_privately(path)
        connection = sqlite3.connect(path, isolation_level=None, timeout=patience, factory=Connection)
        connection.row_factory = sqlite3.Row
        connection.workspace = workspace
        connection.keys = keys
        try:
            # FULL: what was acknowledged must survive a power cut, not only a crash.
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            # SQLite does not wait for another process that is starting: that one sets it, or it is tried again below.
            with suppress(sqlite3.OperationalError):
                connection.execute(_WAL)
            _migrate(connection, path)
            connection.execute(_WAL)
            connection.execute(f"PRAGMA busy_timeout={BLOCKED_MS}")
            connection.execute(f"PRAGMA journal_size_limit={MOST_LOGGED}")
            refuse_missing_key(connection, keys)
        except BaseException:
            connection.close()
            raise
        return cls(connection, patience=patience, guard=None if path == ":memory:" else WriteGuard(Path(path)))

    @classmethod
    def read(cls, path: Path, *, keys: SealKeys = NO_KEYS) -> Self:
        """Open a file read-only: an auditor's copy stays unchanged. Raises sqlite3.Error."""
        connection = connect_read_only(path, patience=BUSY_SECONDS, factory=Connection)
        connection.row_factory = sqlite3.Row
        connection.keys = keys
        return cls(connection, is_shared=False)

    @property
    def path(self) -> Path | None:
        """The file; None for a database in memory."""
        (_, _, path) = self.connection.execute("PRAGMA database_list").fetchone()
        return Path(path) if path else None

    def close(self) -> None:
        """Close the file; everything committed is on disk already."""
        self.connection.close()

    async def aclose(self) -> None:
        """Close the file."""
        self.close()

    async def damage(self) -> str:
        """Return what is damaged; empty if nothing is."""
        return await self.read_apart(lambda db: damage(db.connection))

    async def trim(self) -> None:
        """Keep the log of writes from growing without end."""
        if self.path:
            empty_log_of_writes(self.connection, self.path)

    def execute(self, query: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute a query that reads."""
        return self.connection.execute(query, values)

    async def write(self, query: str, values: Values = ()) -> list[sqlite3.Row]:
        """Commit one statement and return its rows. Raises NotRecorded."""
        async with self._in_turn() as db:
            return db.execute(query, values).fetchall()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """Commit everything written within it, or nothing. Raises NotRecorded.

        While another program holds the file, the event loop goes on. Nothing is awaited within it.
        """
        async with self._in_turn() as db:
            yield db

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[Connection]:
        with self._recording():
            await self._turns.begin()
            with self._committing() as db:
                yield db

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit everything written within it, or nothing, to a file that no one else uses. Raises NotRecorded."""
        with self._recording():
            self.connection.execute("BEGIN IMMEDIATE")
            with self._committing() as db:
                yield db

    @contextmanager
    def _committing(self) -> Iterator[Connection]:
        with _committed(self.connection) as db:
            if self._guard:
                self._guard.check(db)
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read from a consistent snapshot, despite concurrent writers."""
        is_outermost = not self.connection.in_transaction
        if is_outermost:
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if is_outermost:
                self.connection.rollback()

    async def read_apart(self, read: Callable[["Database"], T]) -> T:
        """Return the result of ``read``, run in a thread and on a connection of its own: it may take seconds.

        A database in memory has only one connection; one that was opened read-only blocks nobody.
        """
        path = self.path
        if path is None or not self._is_shared:
            return read(self)

        def work() -> T:
            with closing(Database.read(path, keys=self.connection.keys)) as own:
                return read(own)

        return await asyncio.to_thread(work)

    @contextmanager
    def _recording(self) -> Iterator[None]:
        try:
            yield
        except LedgerLost as error:
            self._errors.log(error.reason, error.for_operator)
            raise
        except sqlite3.Error as error:
            why = reason(error)
            if not why:
                raise
            self._errors.log(why, str(error))
            raise NotRecorded(why) from error


def _create_privately(path: Path | str) -> None:
    """Create a new file that only its owner can read: SQLite would let everyone read it."""
    if path != ":memory:":
        # If it exists or cannot be created, SQLite reports what that means.
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _committed(connection: Connection) -> Iterator[Connection]:
    """Commit the transaction that was begun, or roll it back."""
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # has no effect if SQLite has rolled back already
        raise


def _migrate(connection: Connection, path: Path | str) -> None:
    if schema_version.is_named(connection):
        schema_version.refuse_if_too_old(connection, path)
    tables = Tables(connection, execute_plugins=False)
    if migrations.pending(tables) or schema_version.is_outdated(connection):
        # Another process that is starting is waited for, and has migrated by then.
        connection.execute("BEGIN IMMEDIATE")
        with _committed(connection):
            migrations.apply(tables)
            schema_version.save(connection)
