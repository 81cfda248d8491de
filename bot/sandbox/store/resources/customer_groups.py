"""Customer groups of the emulated store, as version 2 has them. Behaviour only: no HTTP."""

from typing import Any

from bot.sandbox.store.database import Shop
from bot.sandbox.store.paging import Window

REST = {"is_default": False, "category_access": {"type": "all"}, "discount_rules": [], "is_group_for_guests": False}


def listed(shop: Shop, window: Window) -> list[dict[str, Any]]:
    """Return a page of customer groups."""
    rows = shop.rows("SELECT * FROM customer_groups ORDER BY id LIMIT ? OFFSET ?", window.limit, window.offset)
    return [{**row, **REST} for row in rows]


def define(shop: Shop, name: str) -> int:
    """Return the id of the group with this name, which is made if need be."""
    shop.db.execute("INSERT OR IGNORE INTO customer_groups (name) VALUES (?)", (name,))
    return shop.count("SELECT id FROM customer_groups WHERE name = ?", name)
