"""The sandbox's shop for tests: seeded once for each size, and copied into every store that begins with it.

Or customers alone, however many.
"""

import sqlite3
from collections.abc import Iterable
from functools import cache

from bot.sandbox.store import Store, seeds


def seed(store: Store, *, customers: int = 400) -> None:
    """What ``seeds.seed`` does, rows and ids and all, to an empty store that is kept in memory."""
    _shop(customers).backup(store.shop.db)
    store.note_write()


def register(store: Store, people: Iterable[tuple[str, str]]) -> None:
    """Register customers, all of them called Ada Byron: by their e-mails, each with the time of it."""
    with store.shop.db as db:
        db.executemany(
            "INSERT INTO customers (email, first_name, last_name, folded, date_created, date_modified) "
            "VALUES (?1, 'Ada', 'Byron', 'ada byron', ?2, ?2)",
            people,
        )


@cache
def _shop(customers: int) -> sqlite3.Connection:
    store = Store(":memory:")
    seeds.seed(store, customers=customers)
    return store.shop.db
