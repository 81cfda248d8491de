"""Files with a log in them, and files in the hands of somebody who tampers."""

import asyncio
import sqlite3
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, RecordedEntry
from bot.core.audit.hash_chain import Verification
from bot.ledger.archives import verify_together
from bot.ledger.ports.audit_file import ArchivedSpan
from bot.ledger.sql import audit_log
from bot.ledger.sql.audit_log import SqlAuditLog
from bot.ledger.sqlite.append_only import GUARDED
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.migrations import migrations
from tests.core.samples import NOW
from tests.ledger.logs import DAY
from tests.ledger.subject import SqliteSubject
from tests.records import record

T = TypeVar("T")


def write(path: Path, log: list[Entry]) -> None:
    """The log in a file of its own, one entry a day from NOW on."""
    record(path, ((entry, NOW + number * DAY) for number, entry in enumerate(log)))


@contextmanager
def written(log: list[Entry]) -> Iterator[Path]:
    """The log in a file that is gone afterwards."""
    with SqliteSubject.fresh() as subject:
        write(subject.path, log)
        yield subject.path


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """The file in the hands of somebody who took the guards down."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for table, what in product(GUARDED, ("changed", "removed", "replaced")):
            db.execute(f"DROP TRIGGER {table}_are_never_{what}")
        yield db


@contextmanager
def older(path: Path, *, before: str) -> Iterator[sqlite3.Connection]:
    """A file as the release before this migration left it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations.apply(sqlite_utils.Database(db, execute_plugins=False), stop_before=before)
        yield db


def damage(path: Path, table: str) -> None:
    """Overwrite the first page of a table, or of an index."""
    with closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


class Shell:
    """A file in the hands of whoever runs the bot: each action runs to its end."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.archives = SqliteArchives(database)

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Shell"]:
        with closing(Database.open(path)) as database:
            yield cls(database)

    @classmethod
    @contextmanager
    def read(cls, path: Path) -> Iterator["Shell"]:
        with closing(Database.open_read_only(path)) as database:
            yield cls(database)

    @property
    def is_archive(self) -> bool:
        return at_once(self.archives.is_archive())

    def entries(self, *, after: int = 0) -> list[RecordedEntry]:
        return list(audit_log.stream(self.database.connection, after=after))

    def about(self, subject: str) -> list[int]:
        """Numbers of the entries about this."""
        found = SqlAuditLog(self.database).recent(AuditFilter(subjects=(subject,)), limit=99)
        return [one.number for one in asyncio.run(found)]

    def verify(self) -> Verification:
        return at_once(self.archives.verify())

    def backup(self, target: Path) -> Verification:
        return at_once(self.archives.backup(target))

    def archive(self, target: Path, *, before: datetime, at: datetime) -> ArchivedSpan:
        return asyncio.run(self.archives.archive(target, before=before, at=at))


def joined(paths: Sequence[Path], against: str = "") -> Verification:
    """What verifying these files as one chain finds."""
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(Shell.read(path)).archives) for path in paths]
        return at_once(verify_together(files, against))


def at_once(action: Coroutine[None, None, T]) -> T:
    """Run what waits for nothing."""
    try:
        action.send(None)
    except StopIteration as end:
        value: T = end.value
        return value
    raise AssertionError("it waits for something")
