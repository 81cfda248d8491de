"""A connection to a SQLite file. See ``bot.ledger.sql.database``."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.ledger.sql.database import SealedEntry, Values, placeholders
from bot.ledger.sqlite.append_only import removal_guard
from bot.ledger.sqlite.file_checks import damage

T = TypeVar("T")
_STORED = ("number", "body", "seal", "mac")
_INSERT = f"INSERT INTO entries ({', '.join(_STORED)}) VALUES ({placeholders(_STORED)})"


class Connection(sqlite3.Connection):
    """A connection that knows the workspace for which it writes entries, and signs with what."""

    workspace: str = ""
    keys: SealKeys = NO_KEYS

    def stream(self, query: str, values: Values = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query as tuples, which takes a third of the time."""
        cursor = self.cursor()
        cursor.row_factory = None
        return cursor.execute(query, values)

    def last_entry(self) -> tuple[int, str, str] | None:
        """Return number, seal and MAC of the last entry."""
        row = self.execute("SELECT number, seal, mac FROM entries ORDER BY number DESC LIMIT 1").fetchone()
        return tuple(row) if row else None

    def insert_entry(self, entry: SealedEntry) -> None:
        """Insert the next entry of the audit log; SQLite computes the columns from its text."""
        self.execute(_INSERT, (entry.number, entry.body, entry.seal, entry.mac))

    def load(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> None:
        """Insert these rows."""
        self.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders(columns)})", rows)

    def load_entries(self, entries: Sequence[SealedEntry]) -> None:
        """Insert these entries; SQLite computes the columns from their texts."""
        self.load("entries", _STORED, ((one.number, one.body, one.seal, one.mac) for one in entries))

    @contextmanager
    def unguarded(self, table: str) -> Iterator[None]:
        """Let rows of this append-only table be removed meanwhile, within a transaction."""
        self.execute(f"DROP TRIGGER IF EXISTS {table}_are_never_removed")
        yield
        self.execute(removal_guard(table))

    def has_column(self, table: str, column: str) -> bool:
        """Return whether there is this column."""
        query = "SELECT 1 FROM pragma_table_info(?) WHERE name = ?"
        return self.execute(query, (table, column)).fetchone() is not None

    def by_index(self, index: str) -> str:
        """Return that this index is used: SQLite prefers one by kind, and would read all of a long log's."""
        return f"INDEXED BY {index}"

    def damage(self) -> str:
        """Return what is damaged, also in indexes; empty if nothing is."""
        return damage(self, thoroughly=True)

    @property
    def afterwards(self) -> "Connection":
        """This one: it stays open."""
        return self

    async def later(self, read: Callable[["Connection"], T]) -> T:
        """Return the result of ``read``, at once: a file answers within microseconds."""
        return read(self)
