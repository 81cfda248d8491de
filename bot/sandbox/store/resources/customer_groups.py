"""Customer groups of the emulated store, as version 2 has them. Behaviour only: no HTTP."""

from typing import Any

from bot.sandbox.store.database import Shop
from bot.sandbox.store.paging import Window

REST = {"is_default": False, "category_access": {"type": "all"}, "discount_rules": [], "is_group_for_guests": False}


def listed(shop: Shop, window: Window) -> list[dict[str, Any]]:
    """Return a page of customer groups."""
    rows = shop.rows("SELECT * FROM customer_groups ORDER BY id LIMIT ? OFFSET ?", window.limit, window.offset)
    return [{**row, **REST} for row in rows]
