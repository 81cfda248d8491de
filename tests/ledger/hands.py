"""A ledger's database in the hands of somebody who writes into it past the bot."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.ledger.sqlite.files import unguarded
from tests.ledger.subject import PostgresSubject, SqliteSubject, Subject
from tests.postgres import superuser


@contextmanager
def tampered(subject: Subject) -> Iterator[Callable[[str], Any]]:
    """The database in the hands of somebody who took the guards down."""
    if isinstance(subject, SqliteSubject):
        with unguarded(subject.path) as file:
            yield file.execute
        return
    assert isinstance(subject, PostgresSubject)
    with superuser(subject.name) as server:
        server.execute("SET search_path = segment_bot")
        server.execute("SET session_replication_role = replica")
        yield server.execute
