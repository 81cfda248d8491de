"""The shop's rows in one SQLite file, and the queries that the resources share."""

import json
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.sandbox.store.paging import Page, Window
from bot.sandbox.store.refusals import Invalid, TooLarge
from bot.sandbox.store.settings import StoreSettings

# Rows refer to each other by small integers (positions), which also keep the order of creation; outside, there are only
# UUIDs. Deleting a segment or a profile deletes its memberships and nothing else.
SCHEMA = """
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    first_name TEXT NOT NULL, last_name TEXT NOT NULL, folded TEXT NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL, document TEXT NOT NULL DEFAULT '{}');
CREATE INDEX IF NOT EXISTS customers_by_name ON customers (last_name, id);
CREATE INDEX IF NOT EXISTS customers_by_creation ON customers (date_created, id);
CREATE INDEX IF NOT EXISTS customers_by_change ON customers (date_modified, id);
CREATE TABLE IF NOT EXISTS profiles (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    customer_id INTEGER NOT NULL UNIQUE REFERENCES customers (id) ON DELETE CASCADE,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS members (
    segment INTEGER NOT NULL REFERENCES segments (position) ON DELETE CASCADE,
    profile INTEGER NOT NULL REFERENCES profiles (position) ON DELETE CASCADE,
    PRIMARY KEY (segment, profile)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_by_profile ON members (profile, segment);
CREATE TABLE IF NOT EXISTS promotions (id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS targets (
    segment_id TEXT NOT NULL, promotion INTEGER NOT NULL REFERENCES promotions (id) ON DELETE CASCADE,
    PRIMARY KEY (segment_id, promotion)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL, email TEXT NOT NULL COLLATE NOCASE,
    status_id INTEGER NOT NULL, is_deleted INTEGER NOT NULL DEFAULT 0, channel_id INTEGER NOT NULL DEFAULT 1,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL, total INTEGER NOT NULL,
    refunded INTEGER NOT NULL DEFAULT 0, currency TEXT NOT NULL, rate TEXT NOT NULL, country TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS orders_by_customer ON orders (customer_id, id);
CREATE INDEX IF NOT EXISTS orders_by_change ON orders (date_modified, id);
CREATE TABLE IF NOT EXISTS attributes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS attribute_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    attribute_id INTEGER NOT NULL REFERENCES attributes (id) ON DELETE CASCADE, attribute_value TEXT NOT NULL,
    date_created TEXT NOT NULL, date_modified TEXT NOT NULL, UNIQUE (customer_id, attribute_id));
CREATE TABLE IF NOT EXISTS customer_groups (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS subscribers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL COLLATE NOCASE UNIQUE, first_name TEXT NOT NULL,
    last_name TEXT NOT NULL, source TEXT NOT NULL, order_id INTEGER, channel_id INTEGER NOT NULL DEFAULT 1,
    consents TEXT NOT NULL, date_created TEXT NOT NULL, date_modified TEXT NOT NULL);
"""


class Shop:
    """The rows of one shop. `clock` (seconds since 1970) dates them, and `new_id` creates their ids.

    `settings` say how it answers where the vendor leaves that open.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self._clock = clock
        self.new_id = new_id
        self.settings = StoreSettings()
        # One connection, used by one thread at a time; a test may seed in one and serve in another.
        self.db = sqlite3.connect(path, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self._older: deque[tuple[float, Shop]] = deque()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self.db.execute(f"PRAGMA {pragma}")
        self.db.executescript(SCHEMA)

    def keep_for_readers(self) -> None:
        """Keep a copy of what a write is about to change, for those who read while they lag behind."""
        if self.settings.lag_seconds:
            copy = Shop(":memory:", clock=self._clock, new_id=self.new_id)
            self.db.backup(copy.db)
            self._older.append((self._clock(), copy))

    @property
    def as_read(self) -> "Shop":
        """The shop as readers see it: as it was before the writes of the last `lag_seconds`."""
        since = self._clock() - self.settings.lag_seconds
        while self._older and self._older[0][0] <= since:
            self._older.popleft()[1].db.close()
        shop = self._older[0][1] if self._older else self
        shop.settings = self.settings
        return shop

    def close(self) -> None:
        """Close the file, and all copies."""
        for _, copy in self._older:
            copy.db.close()
        self.db.close()

    def now(self) -> str:
        """Return the current time in the vendor's format, `2022-09-15T23:44:05Z`."""
        return moment(self._clock())

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        return [dict(row) for row in self.db.execute(sql, values)]

    def count(self, sql: str, *values: object) -> int:
        """Return the number that a query selects."""
        return int(self.db.execute(sql, values).fetchone()[0])

    def page(
        self, columns: str, source: str, values: Sequence[object], window: Window, *, order: str | None = None
    ) -> Page:
        """Return one window of `SELECT columns FROM source`; both must be our own constants, never a caller's text.

        Without an `order` it is by position, as the settings say.
        """
        order = order or self.by("position")
        total = self.count(f"SELECT count(*) FROM {source}", *values)  # noqa: S608 - our own words
        sql = f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - our own words
        return Page(self.rows(sql, *values, window.limit, window.offset), total, window)

    def refuse_large_batch(self, size: int) -> None:
        """Raise TooLarge or Invalid, as the settings say, for more items than they allow in one request."""
        most = self.settings.batch
        if most is not None and size > most:
            kind = TooLarge if self.settings.batch_refusal == TooLarge.status else Invalid
            raise kind(f"The maximum number of items per request is {most}.")

    def by(self, column: str) -> str:
        """Return the SQL that orders rows by their creation, of which `column` holds the number."""
        return f"{column} {'DESC' if self.settings.order == 'newest_first' else 'ASC'}"


Bound = tuple[str, str, object]
"""A filter of rows: a column and an operator, our own words, and a value (of IN several, or None for no filter)."""


def sql_of(shop: Shop, bounds: Iterable[Bound]) -> tuple[str, list[object]]:
    """Return the condition that rows are within these bounds, and its values.

    Whether the least date is within is one of the settings.
    """
    clauses, values = ["1"], list[object]()
    for column, operator, value in bounds:
        if operator == "IN":
            if isinstance(value, list | tuple):
                clauses.append(f"{column} IN (SELECT value FROM json_each(?))")  # noqa: S608 - our own words
                values.append(many(value))
            continue
        is_least = operator == ">=" and column.startswith("date_") and shop.settings.least_dates == "exclusive"
        clauses.append(f"{column} {'>' if is_least else operator} ?")
        values.append(value)
    return " AND ".join(clauses), values


def moment(seconds: float) -> str:
    """Format seconds since 1970 as the vendor does."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def many(values: Iterable[object]) -> str:
    """Pack values for `IN (SELECT value FROM json_each(?))`, which has no limit on the number of variables."""
    return json.dumps(list(values))
