"""Databases of processes that may be killed at any moment, and stopped, on either engine."""

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from bot.ledger.ledger import Ledger
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.statements import translated
from bot.ledger.postgres.turns import Turn
from bot.ledger.postgres.writer import utc_now
from bot.ledger.sql.database import Connection
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sqlite.connection import Connection as FileConnection
from bot.ledger.sqlite.database import Database
from tests.approvals.pauses import Pauses
from tests.approvals.wire import travel
from tests.harness import Clock
from tests.postgres import BOT, ledger_database, superuser, url_of
from tests.records import create_ledger, read_ledger

T = TypeVar("T")


class Killed(BaseException):
    """A process was killed: nothing after this happens any more."""


class Mortality:
    """When a process dies: right after some transaction to come; none of its code runs in between.

    ``made`` counts the transactions that put something on record, or all of them with ``counts_all``: what is only
    claimed or drawn is written beside them, also while the store creates a segment. ``left``: until it dies.
    """

    def __init__(self, pauses: Pauses) -> None:
        self.pauses = pauses
        self.made = 0
        self.left: int | None = None
        self.last_entry: int | None = None
        self.counts_all = False
        self.is_dead = False
        self.dies: Callable[[], None] = lambda: None

    def refuse_dead(self) -> None:
        """Raise Killed if the process is dead."""
        if self.is_dead:
            raise Killed

    def count(self, last_entry: int | None) -> None:
        """Count a transaction, after which this was the last entry; die of the one waited for."""
        if last_entry == self.last_entry and not self.counts_all:
            return
        self.last_entry = last_entry
        self.made += 1
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.dies()
                raise Killed


class Mortal(Protocol):
    """The database of such a process."""

    mortality: Mortality

    def close(self) -> None:
        """Close it."""

    @property
    def ledger(self) -> Ledger:
        """The ledger on it."""


class MortalFile(Database):
    """A SQLite file. A process that is stopped neither begins a transaction nor goes on after it."""

    mortality: Mortality

    @classmethod
    def of(cls, path: Path, mortality: Mortality) -> "MortalFile":
        create_ledger(path)
        made = cls.open(path)
        made.mortality = mortality
        # It waits for no disk: it is a process that dies here, and not the machine.
        made.execute("PRAGMA synchronous=OFF")
        return made

    @property
    def ledger(self) -> Ledger:
        return ledger_on(self)

    async def read_apart(self, read: Callable[[FileConnection], T], *, at_one_moment: bool = True) -> T:
        return await self.read(read)  # a thread would take its own time: the same events are to lead to the same end

    async def write(self, write: Callable[[FileConnection], T]) -> T:
        await self.mortality.pauses.here()
        result = await super().write(write)
        await self.mortality.pauses.here()
        self.mortality.refuse_dead()
        self.mortality.count(self.execute("SELECT max(number) FROM entries").fetchone()[0])
        return result


class MortalServer(PostgresDatabase):
    """A database of PostgreSQL. What is asked of it takes some turns of the loop on the way there, and back.

    So what happens between two turns is the same each time it is tried. The server's clock is one that nobody sets,
    also where the machine's was.
    """

    def __init__(self, name: str, mortality: Mortality, clock: Clock, dice: random.Random) -> None:
        super().__init__(url_of(name, BOT), clock=lambda: utc_now() + clock.ahead)
        self.mortality = mortality
        self._dice = dice

    @property
    def ledger(self) -> Ledger:
        return ledger_on(self)

    async def read(self, read: Callable[[Connection], T]) -> T:
        return await self._answered(lambda: self.read_now(read))

    async def read_apart(self, read: Callable[[Connection], T], *, at_one_moment: bool = True) -> T:
        return await self.read(read)

    async def write(self, write: Callable[[Connection], T]) -> T:
        await self.mortality.pauses.here()
        result, last = await self._answered(lambda: (self._writer.run(write, Turn()), self._writer._seen[0]))
        await self.mortality.pauses.here()
        self.mortality.refuse_dead()
        self.mortality.count(last)
        return result

    async def _answered(self, work: Callable[[], T]) -> T:
        await travel(self._dice)
        self.mortality.refuse_dead()
        with self._recording():
            result = work()
        await travel(self._dice)
        return result


class Site(Protocol):
    """Where a new ledger is: processes share it."""

    def open(self, mortality: Mortality, clock: Clock, dice: random.Random) -> Mortal:
        """The database, as one more process opens it."""

    def reading(self) -> AbstractContextManager[Ledger]:
        """The ledger, as whoever judges reads it."""

    def edit(self, query: str, values: dict[str, Any]) -> None:
        """Somebody who may do everything writes to it, past the bot."""


@dataclass(frozen=True)
class FileSite:
    """A SQLite file."""

    path: Path

    def open(self, mortality: Mortality, clock: Clock, dice: random.Random) -> Mortal:
        return MortalFile.of(self.path, mortality)

    def reading(self) -> AbstractContextManager[Ledger]:
        create_ledger(self.path)
        return read_ledger(self.path)

    def edit(self, query: str, values: dict[str, Any]) -> None:
        with closing(Database.open(self.path)) as hand, hand.transaction() as db:
            db.execute(query, values)


@dataclass(frozen=True)
class ServerSite:
    """A database of PostgreSQL."""

    name: str

    def open(self, mortality: Mortality, clock: Clock, dice: random.Random) -> Mortal:
        return MortalServer(self.name, mortality, clock, dice)

    @contextmanager
    def reading(self) -> Iterator[Ledger]:
        with closing(PostgresDatabase.open(url_of(self.name, BOT))) as database:
            yield ledger_on(database)

    def edit(self, query: str, values: dict[str, Any]) -> None:
        with superuser(self.name) as hand:
            hand.execute("SET search_path = segment_bot; SET session_replication_role = replica")
            hand.execute(translated(query), values)


@contextmanager
def in_file(folder: Path) -> Iterator[Site]:
    """A new ledger in a file of this folder."""
    yield FileSite(folder / "ledger.sqlite")


@contextmanager
def on_server(folder: Path) -> Iterator[Site]:
    """A new ledger in a database of PostgreSQL; nothing of it is in this folder."""
    with ledger_database() as name:
        yield ServerSite(name)


NewSite = Callable[[Path], AbstractContextManager[Site]]
SITES: tuple[NewSite, ...] = (in_file, on_server)
