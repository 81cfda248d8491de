"""What stands on record, read and written at once, where nothing can be awaited; read on both engines."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from bot.core.approval.changes import Change
from bot.core.audit.entries import Entry, RecordedEntry
from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.errors import Impossible
from bot.core.kept_lists import ByDigest
from bot.core.ledger_address import LedgerAddress
from bot.ledger.ledger import Ledger
from bot.ledger.postgres.database import PostgresDatabase
from bot.ledger.postgres.ledger import open_database
from bot.ledger.sql import audit_log
from bot.ledger.sql.database import Connection, Values, statement
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sqlite.database import Database

C = TypeVar("C")
T = TypeVar("T")


@contextmanager
def opened(path: Path | str, *, keys: SealKeys = NO_KEYS) -> Iterator[Ledger]:
    """A ledger where nothing can be awaited."""
    with closing(Database.open(path, keys=keys)) as database:
        yield ledger_on(database)


@contextmanager
def read_ledger(address: LedgerAddress) -> Iterator[Ledger]:
    """A ledger that is only read."""
    with closing(_opened_to_read(address)) as database:
        yield ledger_on(database)


def _opened_to_read(address: LedgerAddress) -> Database | PostgresDatabase:
    return Database.open_read_only(address) if isinstance(address, Path) else open_database(address.url)


def create_ledger(path: Path) -> None:
    """Write a new ledger's file, if there is none. Making its tables anew would take longer than many a test."""
    if not path.exists():
        path.write_bytes(_empty_file())


@cache
def _empty_file() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        with opened(path):
            pass
        return path.read_bytes()


class ListsAtHand:
    """Lists in memory. ``reads`` counts how often one was looked into, ``surprises`` how often without fetching it."""

    def __init__(self) -> None:
        self.bodies: dict[str, str] = {}
        self.fetched = set[str]()
        self.reads = self.surprises = 0

    def keep(self, kept: ByDigest[Any]) -> None:
        with suppress(Impossible):  # somebody changed it: it is not looked into
            self.bodies[kept.digest] = kept.body

    def load(self, digest: str, decode: Callable[[str], C]) -> C:
        self.reads += 1
        self.surprises += digest not in self.fetched
        return decode(self.bodies[digest])

    async def fetch(self, digest: str, decode: Callable[[str], C]) -> None:
        self.fetched.add(digest)


def with_lists(change: Change) -> Change:
    """A change with all its lists at hand, for when its ledger is closed."""
    lists = ListsAtHand()
    return Change.model_validate_json(change.model_dump_json(context=lists), context=lists)


def database_of(ledger: Ledger) -> Database:
    assert isinstance(ledger.storage, Database)
    return ledger.storage


def read_now(ledger: Ledger, read: Callable[[Connection], T]) -> T:
    """What ``read`` returns, which sees one moment."""
    if isinstance(ledger.storage, PostgresDatabase):
        return ledger.storage.read_now(read)
    with database_of(ledger).snapshot() as db:
        return read(db)


def rows_of(ledger: Ledger, query: str, values: Values = ()) -> list[Any]:
    """The rows of a query, in the SQL that all engines read."""
    return read_now(ledger, statement(query, values))


def entries_of(ledger: Ledger, *, after: int = 0) -> list[RecordedEntry]:
    return read_now(ledger, lambda db: list(audit_log.stream(db, after=after)))


def verified(ledger: Ledger, against: str = "") -> Verification:
    return read_now(ledger, lambda db: audit_log.verify(db, against))


def record(path: Path, entries: Iterable[tuple[Entry, datetime]]) -> None:
    """Append these entries in one transaction."""
    with closing(Database.open(path)) as database, database.transaction() as db:
        for entry, at in entries:
            audit_log.append(db, entry, at)
