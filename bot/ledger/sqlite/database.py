"""One SQLite file: transactions, and reads on connections of their own. See ``bot.ledger.sql.database``."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import Self, TypeVar

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.threads import in_thread
from bot.ledger.sql import schema_version
from bot.ledger.sql.database import BUSY_SECONDS, Values
from bot.ledger.sql.error_log import ErrorLog
from bot.ledger.sql.signatures import refuse_missing_key
from bot.ledger.sqlite.connection import Connection
from bot.ledger.sqlite.file_checks import MOST_LOGGED, damage, empty_log_of_writes
from bot.ledger.sqlite.read_only import connect_read_only
from bot.ledger.sqlite.storage_errors import reason
from bot.ledger.sqlite.write_guard import WriteGuard
from bot.ledger.sqlite.write_turns import WriteTurns

BLOCKED_MS = 20
"""How much of that the event loop may be blocked at a time, in milliseconds: most writers are done by then."""
CACHE_KIB = 8_000
"""How much of the file is kept in memory: with SQLite's 2,000, what indexes 500 new profiles among 100,000 is written
twice, since their ids lie anywhere."""
_GROWS = "The ledger's log of writes (-wal) cannot be emptied, and grows until it can"
_WAL = "PRAGMA journal_mode=WAL"
T = TypeVar("T")


class Database:
    """An open file. Use ``Database.open(path)`` or ``Database.open_read_only(path)``; ``close`` when done.

    What reads and writes runs on the event loop, since a file answers within microseconds.
    """

    unreadable: tuple[type[Exception], ...] = (sqlite3.DatabaseError,)

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
            connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            # SQLite does not wait for another process that is starting: that one sets it, or it is tried again below.
            with suppress(sqlite3.OperationalError):
                connection.execute(_WAL)
            _migrate(connection, path)
            connection.execute(_WAL)
            connection.execute(f"PRAGMA busy_timeout={BLOCKED_MS}")
            connection.execute(f"PRAGMA journal_size_limit={MOST_LOGGED}")
            refuse_missing_key(connection)
        except BaseException:
            connection.close()
            raise
        return cls(connection, patience=patience, guard=None if path == ":memory:" else WriteGuard(Path(path)))

    @classmethod
    def open_read_only(cls, path: Path, *, keys: SealKeys = NO_KEYS) -> Self:
        """Open a file that stays unchanged, as an auditor's copy. Raises sqlite3.Error."""
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
        return await self.read_apart(damage, at_one_moment=False)

    @property
    def clock_ahead(self) -> timedelta:
        """Zero: who shares a file shares a machine."""
        return timedelta(0)

    async def compare_clocks(self) -> None:
        """Do nothing: it is the same one."""

    async def trim(self) -> None:
        """Keep the log of writes from growing without end, as long as the disk lets it.

        What is on record stands in that log as safely as in the file, so nothing has to wait until it can be emptied.
        """
        if self.path:
            try:
                empty_log_of_writes(self.connection, self.path)
            except sqlite3.DatabaseError as error:
                self._errors.log(reason(error), str(error), told=_GROWS)

    def execute(self, query: str, values: Values = ()) -> sqlite3.Cursor:
        """Execute a query that reads."""
        return self.connection.execute(query, values)

    async def read(self, read: Callable[[Connection], T]) -> T:
        """Return the result of ``read``, at once."""
        with self.snapshot() as db:
            return read(db)

    async def read_apart(self, read: Callable[[Connection], T], *, at_one_moment: bool = True) -> T:
        """Return the result of ``read``, run in a thread and on a connection of its own; nobody who stops waits for it.

        A database in memory has only one connection; one that was opened read-only blocks nobody.
        """
        path = self.path
        if path is None or not self._is_shared:
            return self._result_of(read, at_one_moment)

        def work() -> T:
            with closing(Database.open_read_only(path, keys=self.connection.keys)) as own:
                return own._result_of(read, at_one_moment)

        return await in_thread(work)

    def _result_of(self, read: Callable[[Connection], T], at_one_moment: bool) -> T:
        with self.snapshot() if at_one_moment else nullcontext(self.connection) as db:
            return read(db)

    async def write(self, write: Callable[[Connection], T]) -> T:
        """Return the result of ``write``, a transaction. While another program holds the file, the event loop goes on.

        Raises NotRecorded.
        """
        with self._errors.telling(sqlite3.Error, reason):
            await self._turns.begin()
            with _committed(self.connection) as db:
                self._refuse_lost(db)
                return write(db)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Commit everything written within it, or nothing, to a file that no one else uses. Raises NotRecorded."""
        with self._errors.telling(sqlite3.Error, reason):
            self.connection.execute("BEGIN IMMEDIATE")
            with _committed(self.connection) as db:
                self._refuse_lost(db)
                yield db

    def _refuse_lost(self, db: Connection) -> None:
        if self._guard:
            self._guard.check(db)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read from a consistent snapshot, despite concurrent writers."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        finally:
            self.connection.rollback()


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
        if not schema_version.is_outdated(connection):
            return
    # Imported where tables are made or changed: it takes longer than all else that opens a file.
    from sqlite_utils import Database as Tables

    from bot.ledger.sqlite.migrations import migrations

    # Another process that is starting is waited for, and has migrated by then.
    connection.execute("BEGIN IMMEDIATE")
    with _committed(connection):
        migrations.apply(Tables(connection, execute_plugins=False))
        schema_version.save(connection)
