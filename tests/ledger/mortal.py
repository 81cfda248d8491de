"""A process that is killed."""

from collections.abc import Callable
from typing import Any, TypeVar

from bot.ledger.sql.database import Connection

T = TypeVar("T")


class KilledError(Exception):
    """The process was killed."""


class Mortal:
    """A database that takes so many transactions, then the process is killed."""

    def __init__(self, database: Any, writes: int) -> None:
        self._database = database
        self._left = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    async def write(self, write: Callable[[Connection], T]) -> T:
        if not self._left:
            raise KilledError
        self._left -= 1
        result: T = await self._database.write(write)
        return result
