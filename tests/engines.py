"""The engines that a world's ledger may be on: each gives it a new one, as settings."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.postgres import BOT, address_of, ledger_database

Engine = Callable[[], AbstractContextManager[dict[str, str]]]


@contextmanager
def sqlite() -> Iterator[dict[str, str]]:
    """A file in the world's folder, which is where it is unless a setting says otherwise."""
    yield {}


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A database of PostgreSQL, whose tables do not belong to the bot."""
    with ledger_database() as name:
        yield {"DATABASE": address_of(name, BOT)}


ENGINES: tuple[Engine, ...] = (sqlite, postgres)
