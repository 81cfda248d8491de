"""The emulated store's own tables, read plainly: what rules go by, without a request."""

import json
from datetime import UTC, datetime
from typing import Any

from bot.core.segment_rules.facts import CustomerFacts
from bot.sandbox.store import Store
from tests.core.segment_rules.plain_evaluation import Order, PlainShop


def plain_shop(store: Store) -> PlainShop:
    """The shop as its tables have it now."""
    members: dict[str, set[int]] = {row["id"]: set() for row in store.shop.rows("SELECT id FROM segments")}
    for row in store.shop.rows(
        """SELECT segments.id, profiles.customer_id FROM members JOIN profiles ON profile = profiles.position
           JOIN segments ON segment = segments.position"""
    ):
        members[row["id"]].add(row["customer_id"])
    orders = store.shop.rows("SELECT * FROM orders WHERE NOT is_deleted")
    return PlainShop(
        tuple(customer_facts(store, row) for row in store.shop.rows("SELECT * FROM customers ORDER BY id")),
        tuple(map(_order, orders)),
        {id_: frozenset(inside) for id_, inside in members.items()},
    )


def customer_facts(store: Store, row: dict[str, Any]) -> CustomerFacts:
    """What is so of a customer, by the store's row."""
    document = json.loads(row["document"])
    values = store.shop.rows("SELECT * FROM attribute_values WHERE customer_id = ?", row["id"])
    consents = store.shop.rows("SELECT consents FROM subscribers WHERE lower(email) = lower(?)", row["email"])
    return CustomerFacts(
        row["id"],
        parsed(row["date_created"]),
        document.get("customer_group_id", 0),
        frozenset(one["country_code"] for one in document.get("addresses", ())),
        {one["attribute_id"]: one["attribute_value"] for one in values},
        any("marketing_newsletter" in one["consents"] for one in consents),
    )


def parsed(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(UTC)


def _order(row: dict[str, Any]) -> Order:
    amount = round((row["total"] - row["refunded"]) / float(row["rate"]))
    return Order(row["customer_id"], parsed(row["date_created"]), amount, 0, row["status_id"])
