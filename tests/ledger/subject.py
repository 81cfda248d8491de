"""The databases that the laws of the ledger are held against."""

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import AuditFile
from bot.ledger.postgres.archives import open_archives
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.ledger import open_sqlite
from tests.disks import MEMORY, frozen
from tests.postgres import BOT, ledger_database, superuser, url_of
from tests.records import create_ledger


class Subject(Protocol):
    """A database, of which each process has its own view."""

    def open(self, *, workspace: str = "") -> Ledger:
        """The ledger, as one more process opens it."""

    def owned(self) -> Ledger:
        """The ledger, as whoever owns it opens it."""

    def shell(self) -> AbstractContextManager[AuditFile]:
        """The ledger in the hands of whoever owns it, who may archive its entries."""

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

    def owned(self) -> Ledger:
        return self.open()

    def shell(self) -> AbstractContextManager[AuditFile]:
        return open_audit_file(self.path, to_archive=True)

    def jammed(self, ledger: Ledger) -> AbstractContextManager[None]:
        return frozen(ledger)

    @classmethod
    def empty(cls, folder: Path) -> "SqliteSubject":
        """A new ledger in this folder."""
        made = cls(folder)
        create_ledger(made.path)
        return made

    @classmethod
    @contextmanager
    def fresh(cls) -> Iterator["SqliteSubject"]:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            yield cls.empty(Path(folder))


class PostgresSubject:
    """A database of PostgreSQL, opened with the bot's role, which owns nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def open(self, *, workspace: str = "") -> Ledger:
        return open_postgres(url_of(self.name, BOT), workspace=workspace)

    def owned(self) -> Ledger:
        return open_postgres(url_of(self.name))

    def shell(self) -> AbstractContextManager[AuditFile]:
        return open_archives(url_of(self.name), to_archive=True)

    def bots_shell(self) -> AbstractContextManager[AuditFile]:
        """The ledger in a shell that was given the bot's own address."""
        return open_archives(url_of(self.name, BOT), to_archive=True)

    @contextmanager
    def jammed(self, ledger: Ledger) -> Iterator[None]:
        with superuser(self.name) as server:
            server.execute(f"REVOKE UPDATE ON segment_bot.tail FROM {BOT}")
            yield
            server.execute(f"GRANT UPDATE ON segment_bot.tail TO {BOT}")

    @classmethod
    @contextmanager
    def fresh(cls) -> Iterator["PostgresSubject"]:
        with ledger_database() as name:
            yield cls(name)


SUBJECTS: tuple[type[SqliteSubject] | type[PostgresSubject], ...] = (SqliteSubject, PostgresSubject)
