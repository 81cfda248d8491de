"""The sandbox's shop for tests: seeded once for each size, and copied into every store that begins with it."""

import sqlite3
from functools import cache

from bot.sandbox.store import Store, seeds


def seed(store: Store, *, customers: int = 400) -> None:
    """What ``seeds.seed`` does, rows and ids and all, to an empty store that is kept in memory."""
    _shop(customers).backup(store.shop.db)
    store.note_write()


@cache
def _shop(customers: int) -> sqlite3.Connection:
    store = Store(":memory:")
    seeds.seed(store, customers=customers)
    return store.shop.db
