"""Files that need no disk, and files on which nothing can be written for a while."""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import statement
from bot.ledger.sqlite.file_checks import MOST_LOGGED
from bot.sandbox.workspace import people
from tests.core.samples import NOW
from tests.records import database_of

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # Linux keeps these files in memory
"""Where tests keep their files, if it is there: a busy disk takes seconds for what a test writes."""
MUCH = "x" * 100_000
ACTORS = ("", people.ANA, people.BEN, people.CLEO, people.DAN)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program holds the ledger's file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def frozen(ledger: Ledger) -> Iterator[None]:
    """The file may only be read, as on a disk that the system mounted so after a fault."""
    database_of(ledger).execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        database_of(ledger).execute("PRAGMA query_only = OFF")


@contextmanager
def full(ledger: Ledger) -> Iterator[None]:
    """The file may have no more pages, and entries fill those that it has: SQLite answers as on a full disk."""
    (most,) = database_of(ledger).execute("PRAGMA max_page_count").fetchone()
    database_of(ledger).execute("PRAGMA max_page_count = 1")  # it takes this for "no more than there are"
    fitted = True
    while fitted:
        fitted = any(fits(ledger, Entry(kind, actor)) for kind in EntryKind for actor in ACTORS)
    try:
        yield
    finally:
        database_of(ledger).execute(f"PRAGMA max_page_count = {most}")


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes, as on a disk without room."""
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, allowed[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)


@contextmanager
def read_by_others(path: Path) -> Iterator[None]:
    """Another program reads the ledger's file: its log of writes has to grow meanwhile."""
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM homes").fetchone()
        yield


async def write_more_than_is_logged(ledger: Ledger) -> None:
    """Write more than the log of writes may keep, to a table that nobody else asks for."""
    database = database_of(ledger)
    await database.write(statement("CREATE TABLE IF NOT EXISTS ballast (one)", ()))
    for _ in range(MOST_LOGGED // len(MUCH) + 10):
        await database.write(statement("INSERT INTO ballast VALUES (?)", (MUCH,)))


def logged(path: Path) -> int:
    """Bytes in the log of writes."""
    return os.path.getsize(f"{path}-wal")


def fits(ledger: Ledger, entry: Entry) -> bool:
    """Whether this entry could be put on record."""
    try:
        with database_of(ledger).transaction() as db:
            append(db, entry, NOW)
    except NotRecorded:
        return False
    return True
