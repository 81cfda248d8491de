"""A ledger's database in PostgreSQL: functions run as transactions in threads. See ``bot.ledger.sql.database``."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import partial
from typing import Self, TypeVar

import psycopg

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import LedgerLost, NotRecorded
from bot.core.threads import in_thread
from bot.ledger.postgres.connecting import connect, described
from bot.ledger.postgres.connection import Owner, PostgresConnection
from bot.ledger.postgres.readers import Readers
from bot.ledger.postgres.schema import refuse_unprepared
from bot.ledger.postgres.storage_errors import TABLES_GONE, reason
from bot.ledger.postgres.turns import TOO_LONG, Turn
from bot.ledger.postgres.writer import Writer, utc_now
from bot.ledger.sql.database import BUSY_SECONDS, Connection
from bot.ledger.sql.error_log import ErrorLog
from bot.ledger.sql.signatures import refuse_missing_key

_GONE = "the ledger's tables were removed"
READERS = 4
"""Threads that read at a time."""
READERS_APART = 8
"""Long reads at a time: each has a connection of its own, of which a server has a hundred for everybody."""
T = TypeVar("T")


class PostgresDatabase:
    """An open database. Use ``PostgresDatabase.open(url)``; ``close`` when done.

    One thread writes, a few read, and long reads have threads and connections of their own. Whoever waits for a
    transaction has waited ``patience`` seconds in line and at the server, and twice that at most.
    """

    unreadable: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(
        self,
        url: str,
        *,
        workspace: str = "",
        patience: float = BUSY_SECONDS,
        keys: SealKeys = NO_KEYS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._connect_apart = partial(connect, url, patience=None)
        self._patience = patience
        self._name = described(url)
        self._readers = Readers(partial(connect, url, patience=patience))
        self._owner = Owner(workspace, keys, self._readers.one_statement, self.read)
        self._writer = Writer(partial(connect, url, patience=patience), self._owner, name=self._name, clock=clock)
        self._reading = ThreadPoolExecutor(READERS, "ledger-read")
        self._apart = asyncio.Semaphore(READERS_APART)
        self._writing = ThreadPoolExecutor(1, "ledger-write")
        self._errors = ErrorLog()

    @classmethod
    def open(cls, url: str, *, workspace: str = "", patience: float = BUSY_SECONDS, keys: SealKeys = NO_KEYS) -> Self:
        """Open a ledger whose tables are there. ``patience``: in seconds.

        Raises psycopg.Error, LedgerLost if only later versions may write it, and UnusableLedger if it has to be
        migrated, or its entries are signed with none of these ``keys``.
        """
        database = cls(url, workspace=workspace, patience=patience, keys=keys)
        try:
            database.read_now(lambda db: refuse_unprepared(db, described(url)))
            database.read_now(refuse_missing_key)
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close all connections, once what they do is done."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.close()
        self._readers.close()

    async def aclose(self) -> None:
        """Close all connections, once what they do is done."""
        await asyncio.to_thread(self.close)

    async def damage(self) -> str:
        """Return that nothing is damaged: PostgreSQL checks a page when it reads it."""
        return ""

    @property
    def clock_ahead(self) -> timedelta:
        """How far the database's clock was ahead of this machine's at the last transaction."""
        return self._writer.clock_ahead

    async def compare_clocks(self) -> None:
        """Compare the database's clock with this machine's, as each transaction does."""
        await self.write(lambda _: None)

    async def trim(self) -> None:
        """Do nothing: PostgreSQL keeps its own files short."""

    async def read(self, read: Callable[[Connection], T]) -> T:
        """Return the result of ``read``, which sees one moment."""
        return await self._waited(self._reading, partial(self.read_now, read), lambda: True)

    async def read_apart(self, read: Callable[[Connection], T], *, at_one_moment: bool = True) -> T:
        """Return the result of ``read``, run on a connection of its own; nobody who stops waits for it."""
        with self._recording():
            async with self._apart:
                return await in_thread(lambda: self._reading_apart(read, at_one_moment))

    async def write(self, write: Callable[[Connection], T]) -> T:
        """Return the result of ``write``, a transaction. Raises NotRecorded."""
        turn = Turn()
        return await self._waited(self._writing, partial(self._writer.run, write, turn), turn.give_up)

    async def _waited(self, threads: ThreadPoolExecutor, work: Callable[[], T], give_up: Callable[[], bool]) -> T:
        """Return the result of ``work``; if it takes too long, give it up. Raises NotRecorded."""
        future = asyncio.get_running_loop().run_in_executor(threads, work)
        with self._recording():
            try:
                await asyncio.wait({future}, timeout=2 * self._patience)
                is_late = not future.done() and give_up()
            except asyncio.CancelledError:
                give_up()
                future.cancel()
                raise
            if is_late:
                future.cancel()  # one that has not begun never does
                raise NotRecorded(TOO_LONG)
            return await future

    def read_now(self, read: Callable[[Connection], T]) -> T:
        """Return the result of ``read``, in this very thread. Raises psycopg.Error."""
        with self._readers.at_one_moment() as raw:
            return read(PostgresConnection(lambda: nullcontext(raw), self._owner, streams=True))

    def _reading_apart(self, read: Callable[[Connection], T], at_one_moment: bool) -> T:
        readers = Readers(self._connect_apart)
        with closing(readers), readers.at_one_moment() if at_one_moment else readers.one_statement() as raw:
            return read(PostgresConnection(lambda: nullcontext(raw), self._owner, streams=at_one_moment))

    @contextmanager
    def _recording(self) -> Iterator[None]:
        with self._errors.telling(psycopg.Error, reason):
            try:
                yield
            except TABLES_GONE as error:
                raise self._lost(str(error)) from error

    def _lost(self, error: str) -> LedgerLost:
        return LedgerLost(
            _GONE,
            f"The ledger's tables are gone from the database {self._name} ({error.strip()}), so the bot stopped. "
            "Restore them and type `segment-bot ledger restore`, or name another database with DATABASE; then start "
            "the bot.",
        )
