"""A connection as the ports see it: see ``bot.ledger.sql.database``."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar, cast

from psycopg import ClientCursor
from psycopg.rows import tuple_row

from bot.core.audit.seal_keys import SealKeys
from bot.ledger.postgres.column_checks import BESIDE, LAST, TAIL, computed, misfit
from bot.ledger.postgres.connecting import Raw
from bot.ledger.postgres.results import Result
from bot.ledger.postgres.statements import translated
from bot.ledger.postgres.tables import COMPUTED
from bot.ledger.sql.database import Connection, SealedEntry, Values

T = TypeVar("T")
Borrow = Callable[[], AbstractContextManager[Raw]]
Last = tuple[int, str, str]
"""Number, seal and MAC of the last entry of the log; the number 0 where there is none."""
STREAMED = 1_000
"""Rows of a long result that are fetched at a time."""
_STORED = ("number", "previous", "body", "seal", "mac", *COMPUTED)
_INSERT = f"INSERT INTO entries ({', '.join(_STORED)}) VALUES ({', '.join('?' * len(_STORED))})"


def _row(entry: SealedEntry) -> tuple[str | int | None, ...]:
    """Return an entry as it is stored."""
    return (entry.number, entry.previous, entry.body, entry.seal, entry.mac, *computed(entry.content))


@dataclass(frozen=True)
class Owner:
    """Whose connections they are: for which workspace they write, with which keys, and how to read something later.

    ``read_later`` lends a connection to whoever waits for it; ``read`` runs a function in a thread.
    """

    workspace: str
    keys: SealKeys
    read_later: Borrow
    read: Callable[[Callable[[Connection], Any]], Awaitable[Any]]


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

    def execute(self, query: str, values: Values = (), /) -> Result:
        """Execute one statement."""
        with self._borrow() as raw:
            result = Result()
            result.arrive(raw.execute(translated(query), values))
            return result

    def executemany(self, query: str, rows: Iterable[Sequence[str | int | None]], /) -> None:
        """Execute a statement that writes, once for each of these rows."""
        for row in rows:
            self.execute(query, row)

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
        self.execute(_INSERT, _row(entry))

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
        """Insert these rows by COPY: the server parses one statement, and moves the tail once."""
        into = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._borrow() as raw, raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def load_entries(self, entries: Sequence[SealedEntry]) -> None:
        """Insert these entries by COPY."""
        self.load("entries", _STORED, map(_row, entries))

    @contextmanager
    def unguarded(self, table: str) -> Iterator[None]:
        """Let rows of this append-only table be removed meanwhile, within a transaction of the role that owns it."""
        self.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_never_change")
        yield
        self.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_never_change")

    def has_column(self, table: str, column: str) -> bool:
        """Return that there is this column: a database is migrated before it is read."""
        return True

    def by_index(self, index: str) -> str:
        """Return nothing: PostgreSQL counts, and finds the best index itself."""
        return ""

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

    async def later(self, read: Callable[[Connection], T]) -> T:
        """Return the result of ``read``, run in a thread. Raises NotRecorded."""
        return cast("T", await self._owner.read(read))


class WritingConnection(PostgresConnection):
    """What one function writes with: its statements are sent together, once a result is asked for, or with the COMMIT.

    ``known``: the last entry, as it was read when the lock was granted.
    """

    def __init__(self, raw: Raw, owner: Owner, known: Last) -> None:
        super().__init__(lambda: nullcontext(raw), owner)
        self._cursor = ClientCursor(raw)
        self._waiting: list[tuple[str, Result]] = []
        self.known = known

    def execute(self, query: str, values: Values = (), /) -> Result:
        """Execute one statement, later."""
        result = Result(self._send)
        self._waiting.append((self._cursor.mogrify(translated(query), values), result))
        return result

    def stream(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Return the rows of a query as tuples, all at once: whoever holds the lock reads no millions."""
        return map(tuple, self.execute(query, values))

    def last_entry(self) -> Last | None:
        """Return number, seal and MAC of the last entry, with those of this transaction; None if there is none."""
        return self.known if self.known[0] else None

    def insert_entry(self, entry: SealedEntry) -> None:
        """Insert the next entry of the audit log."""
        super().insert_entry(entry)
        self.known = (entry.number, entry.seal, entry.mac)

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
        """Insert these rows by COPY, after what waits to be sent."""
        self._send()
        super().load(table, columns, rows)

    def load_entries(self, entries: Sequence[SealedEntry]) -> None:
        """Insert these entries by COPY."""
        super().load_entries(entries)
        self.known = (entries[-1].number, entries[-1].seal, entries[-1].mac)

    def take_unsent(self) -> list[str]:
        """Return the statements that nobody waits for, and forget them; their results do not arrive any more."""
        waiting, self._waiting = self._waiting, []
        return [text for text, _ in waiting]

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self._cursor.execute("; ".join(text for text, _ in waiting).encode())
        for _, result in waiting:
            result.arrive(self._cursor)
            self._cursor.nextset()
