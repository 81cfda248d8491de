"""The databases that the laws of the ledger are held against. SQLite is the first one."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.ledger import open_sqlite
from tests.disks import frozen
from tests.records import opened

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where files need no disk: a busy one takes seconds for what an example writes."""


class Subject(Protocol):
    """A database, of which each process has its own view."""

    def open(self, *, workspace: str = "") -> Ledger:
        """The ledger, as one more process opens it."""

    def jammed(self, ledger: Ledger) -> AbstractContextManager[None]:
        """While it lasts, this process can record nothing."""

    @classmethod
    def fresh(cls) -> "AbstractContextManager[Subject]":
        """An empty database that is gone afterwards: one for each example."""


class SqliteSubject:
    """A SQLite file in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ledger.sqlite"

    def open(self, *, workspace: str = "") -> Ledger:
        return open_sqlite(self.path, workspace=workspace)

    def jammed(self, ledger: Ledger) -> AbstractContextManager[None]:
        return frozen(ledger)

    @classmethod
    @contextmanager
    def fresh(cls) -> Iterator["SqliteSubject"]:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            subject = cls(Path(folder))
            subject.path.write_bytes(_empty_file())
            yield subject


@cache
def _empty_file() -> bytes:
    """A file whose tables are there: making them for each example would take most of the time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        with opened(path):
            pass
        return path.read_bytes()


SUBJECTS: tuple[type[SqliteSubject], ...] = (SqliteSubject,)
