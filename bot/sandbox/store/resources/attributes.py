"""Customer attributes and their values in the emulated store, following customers.v3.yml. Behaviour only: no HTTP."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.store.database import Bound, Shop, many, sql_of
from bot.sandbox.store.paging import Page, Window

COLUMNS = "name, type, date_created, date_modified"
VALUE_COLUMNS = "customer_id, attribute_id, attribute_value, date_created, date_modified"


def page(shop: Shop, window: Window, bounds: Sequence[Bound]) -> Page:
    """Return a page of attributes."""
    where, values = sql_of(shop, bounds)
    return shop.page("*", f"attributes WHERE {where}", values, window, order=shop.by("id"))


def values_page(shop: Shop, window: Window, bounds: Sequence[Bound], name: str | None) -> Page:
    """Return a page of customers' values: of all attributes, or of the one with this name."""
    named = shop.rows("SELECT id FROM attributes WHERE name = ?", name)
    only = None if name is None else [row["id"] for row in named]
    where, values = sql_of(shop, [*bounds, ("attribute_id", "IN", only)])
    return shop.page("*", f"attribute_values WHERE {where}", values, window, order=shop.by("id"))


def define(shop: Shop, name: str, kind: str, now: str) -> int:
    """Return the id of the attribute with this name, which is made if need be."""
    sql = f"INSERT OR IGNORE INTO attributes ({COLUMNS}) VALUES (?, ?, ?, ?)"  # noqa: S608 - our own words
    shop.db.execute(sql, (name, kind, now, now))
    return shop.count("SELECT id FROM attributes WHERE name = ?", name)


def of_customers(shop: Shop, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return the values of some customers, by customer."""
    found: dict[int, list[dict[str, Any]]] = {}
    sql = "SELECT * FROM attribute_values WHERE customer_id IN (SELECT value FROM json_each(?)) ORDER BY id"
    for row in shop.rows(sql, many(ids)):
        found.setdefault(row["customer_id"], []).append(row)
    return found
