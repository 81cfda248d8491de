"""A connection as the ports see it: see ``bot.ledger.sql.database``."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any

from psycopg import Cursor, Pipeline
from psycopg.rows import tuple_row

from bot.core.audit.seal_keys import SealKeys
from bot.ledger.postgres.column_checks import BESIDE, LAST, TAIL, computed, misfit
from bot.ledger.postgres.connecting import Raw
from bot.ledger.postgres.rows import Row
from bot.ledger.postgres.statements import translated
from bot.ledger.postgres.tables import COMPUTED
from bot.ledger.sql.database import Connection, SealedEntry, Values

Borrow = Callable[[], AbstractContextManager[Raw]]
Last = tuple[int, str, str]
"""Number, seal and MAC of the last entry of the log; the number 0 where there is none."""
STREAMED = 1_000
"""Rows of a long result that are fetched at a time."""
_STORED = ("number", "previous", "body", "seal", "mac", *COMPUTED)
_INSERT = f"INSERT INTO entries ({', '.join(_STORED)}) VALUES ({', '.join('?' * len(_STORED))})"


@dataclass(frozen=True)
class Owner:
    """Whose connections they are: for which workspace they write, with which keys, and how to read something later."""

    workspace: str
    keys: SealKeys
    read_later: Borrow


class Result:
    """The rows of a statement, which may still be on their way through a pipeline."""

    def __init__(self, cursor: Cursor[Row], pipeline: Pipeline | None) -> None:
        self._cursor = cursor
        self._pipeline = pipeline

    @property
    def rowcount(self) -> int:
        """How many rows were written."""
        return self._arrived().rowcount

    def fetchone(self) -> Row | None:
        """Return the next row; None if there is none."""
        return self._cursor.fetchone() if self._arrived().description else None

    def fetchall(self) -> list[Row]:
        """Return the rows that are left."""
        return self._cursor.fetchall() if self._arrived().description else []

    def __iter__(self) -> Iterator[Row]:
        return iter(self.fetchall())

    def _arrived(self) -> Cursor[Row]:
        if self._pipeline:
            self._pipeline.sync()
            self._pipeline = None
        return self._cursor


class PostgresConnection:
    """What one function reads with; ``borrow`` lends the connection to the server for one statement.

    ``streams``: whether a transaction is open, in which long results come piece by piece.
    """

    def __init__(self, borrow: Borrow, owner: Owner, *, streams: bool = False) -> None:
        self.workspace = owner.workspace
        self.keys = owner.keys
        self._owner = owner
        self._borrow = borrow
        self._streams = streams
        self._names = count()
        self._pipeline: Pipeline | None = None

    def execute(self, query: str, values: Values = (), /) -> Result:
        """Execute one statement."""
        with self._borrow() as raw:
            return Result(raw.execute(translated(query), values), self._pipeline)

    def executemany(self, query: str, rows: Iterable[Sequence[str | int | None]], /) -> None:
        """Execute a statement that writes, once for each of these rows."""
        with self._borrow() as raw, raw.cursor() as cursor:
            cursor.executemany(translated(query), rows)

    def stream(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as tuples: there may be millions."""
        with self._borrow() as raw:
            if not self._streams:
                yield from raw.cursor(row_factory=tuple_row).execute(translated(query), values)
                return
            with raw.cursor(f"stream{next(self._names)}", row_factory=tuple_row) as cursor:
                cursor.itersize = STREAMED
                yield from cursor.execute(translated(query), values)

    def last_entry(self) -> Last | None:
        """Return number, seal and MAC of the last entry; None if there is none."""
        row = self.execute(LAST).fetchone()
        return (row[0], row[1], row[2]) if row else None

    def insert_entry(self, entry: SealedEntry) -> None:
        """Insert the next entry of the audit log."""
        row = (entry.number, entry.previous, entry.body, entry.seal, entry.mac, *computed(entry.content))
        self.execute(_INSERT, row)

    def has_column(self, table: str, column: str) -> bool:
        """Return that there is this column: a database is migrated before it is read."""
        return True

    def damage(self) -> str:
        """Return what stands beside the entries' texts and is not what they say; empty if nothing is."""
        return misfit(self.stream(BESIDE)) or self._stray_tail()

    def _stray_tail(self) -> str:
        last, tail = self.last_entry(), self.execute(TAIL).fetchone()
        return "" if last is None or last == tail else "the table tail does not hold the last entry"

    @property
    def afterwards(self) -> Connection:
        """A connection that can be read once the function has returned."""
        return PostgresConnection(self._owner.read_later, self._owner)


class WritingConnection(PostgresConnection):
    """What one function writes with, through a pipeline: a statement is sent without waiting for the one before it.

    ``known``: the last entry, as it was read when the lock was granted.
    """

    def __init__(self, raw: Raw, owner: Owner, pipeline: Pipeline, known: Last) -> None:
        super().__init__(lambda: nullcontext(raw), owner)
        self._pipeline = pipeline
        self.known = known

    def last_entry(self) -> Last | None:
        """Return number, seal and MAC of the last entry, with those of this transaction; None if there is none."""
        return self.known if self.known[0] else None

    def insert_entry(self, entry: SealedEntry) -> None:
        """Insert the next entry of the audit log."""
        super().insert_entry(entry)
        self.known = (entry.number, entry.seal, entry.mac)
