"""The rows that a statement returned, which may arrive only when somebody asks for them."""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from psycopg import Cursor

from bot.ledger.postgres.rows import Row


class Result:
    """The rows of a statement. ``ask`` has them arrive, if they have not yet."""

    def __init__(self, ask: Callable[[], None] = lambda: None) -> None:
        self._ask = ask
        self._left: deque[Row] | None = None
        self._rowcount = -1

    def arrive(self, cursor: Cursor[Any]) -> None:
        """Take the rows that the cursor has now."""
        self._left = deque(cursor.fetchall() if cursor.description else ())
        self._rowcount = cursor.rowcount

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        self._arrived()
        return self._rowcount

    def fetchone(self) -> Row | None:
        """Return the next row; None if there is none."""
        left = self._arrived()
        return left.popleft() if left else None

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        left = self._arrived()
        found = list(left)
        left.clear()
        return found

    def __iter__(self) -> Iterator[Row]:
        return iter(self.fetchall())

    def _arrived(self) -> deque[Row]:
        if self._left is None:
            self._ask()
        if self._left is None:
            raise RuntimeError("a result was asked for when its transaction was over")
        return self._left
