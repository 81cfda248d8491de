"""Orders of the emulated store, following orders.v2.yml. Behaviour only: no HTTP.

Sub-resources (products, …) are links, as where they are not included. Consignments are left out: what the document
says of their link fits both of the shapes of which it allows one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from bot.sandbox.store.database import Bound, Shop, sql_of
from bot.sandbox.store.paging import Window
from bot.sandbox.store.refusals import NotFound

COLUMNS = (
    "customer_id, email, status_id, is_deleted, date_created, date_modified, total, refunded, currency, rate, country"
)
MONEY = 10_000  # amounts are kept in these parts of the order's currency, and written with four decimals
CURRENCY = "USD"  # the store's own
INCOMPLETE = 0
STATUSES: Mapping[int, str] = {
    INCOMPLETE: "Incomplete",
    1: "Pending",
    2: "Shipped",
    3: "Partially Shipped",
    4: "Refunded",
    5: "Cancelled",
    6: "Declined",
    7: "Awaiting Payment",
    8: "Awaiting Pickup",
    9: "Awaiting Shipment",
    10: "Completed",
    11: "Awaiting Fulfillment",
    12: "Manual Verification Required",
    13: "Disputed",
    14: "Partially Refunded",
}
SORTS = ("id", "customer_id", "date_created", "date_modified", "status_id", "channel_id", "external_id")
PAYMENT_METHOD = "Credit Card"
_NOTHING = "0.0000"
_COSTS = ("shipping_cost", "handling_cost", "wrapping_cost")


@dataclass(frozen=True)
class Search:
    """Which orders, and in which order; None does not filter."""

    bounds: Sequence[Bound] = ()
    status_id: int | None = None
    is_deleted: bool | None = None
    nothing: bool = False  # a filter for what no order has
    sort: str = "id"
    descending: bool = False
    fees: bool = False


def listed(shop: Shop, search: Search, window: Window) -> list[dict[str, Any]]:
    """Return a page of orders."""
    where, values = _filters(shop, search, listing=True)
    direction = "DESC" if search.descending else "ASC"
    order = f"{'id' if search.sort == 'external_id' else search.sort} {direction}, id {direction}"
    sql = f"SELECT * FROM orders WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608 - our own words
    rows = shop.rows(sql, *values, window.limit, window.offset)
    return [_resource(shop, row, fees=search.fees) for row in rows]


def one(shop: Shop, order_id: int, *, fees: bool = False) -> dict[str, Any]:
    """Return one order, a deleted one as well. Raises NotFound."""
    rows = shop.rows("SELECT * FROM orders WHERE id = ?", order_id)
    if not rows:
        raise NotFound("The requested resource was not found.")
    return _resource(shop, rows[0], fees=fees)


def counts(shop: Shop, search: Search) -> dict[str, Any]:
    """Return the number of orders, and of each status."""
    where, values = _filters(shop, search, listing=False)
    sql = f"SELECT status_id, count(*) AS count FROM orders WHERE {where} GROUP BY status_id"  # noqa: S608
    found = {row["status_id"]: row["count"] for row in shop.rows(sql, *values)}
    total = {"count": sum(found.values())}
    if shop.settings.order_counts == "plain":
        return total
    return {"statuses": [_status(id_, found.get(id_, 0)) for id_ in STATUSES], **total}


def _status(status_id: int, count: int) -> dict[str, Any]:
    name = STATUSES[status_id]
    labels = {"name": name, "system_label": name, "custom_label": name, "system_description": f"{name}."}
    return {"id": status_id, **labels, "count": count, "sort_order": status_id}


def _filters(shop: Shop, search: Search, *, listing: bool) -> tuple[str, list[object]]:
    within, values = sql_of(shop, search.bounds)
    clauses = [within, "0" if search.nothing else "1"]
    if search.status_id is not None:
        clauses.append(f"status_id = {search.status_id}")
    elif shop.settings.incomplete_orders == "left_out" or (listing and shop.settings.incomplete_orders == "counted"):
        clauses.append(f"status_id != {INCOMPLETE}")
    if search.is_deleted is not None or shop.settings.deleted_orders == "left_out":
        clauses.append(f"is_deleted = {int(search.is_deleted or False)}")
    return " AND ".join(clauses), values


def _resource(shop: Shop, row: Mapping[str, Any], *, fees: bool) -> dict[str, Any]:
    id_, total = row["id"], money(row["total"])
    write = rfc2822 if shop.settings.order_dates == "rfc2822" else str
    status = STATUSES[row["status_id"]]
    found = {
        **_constant(),
        "id": id_,
        "customer_id": row["customer_id"],
        "date_created": write(row["date_created"]),
        "date_modified": write(row["date_modified"]),
        "status_id": row["status_id"],
        "status": status,
        "custom_status": status,
        "subtotal_ex_tax": total,
        "subtotal_inc_tax": total,
        "total_ex_tax": total,
        "total_inc_tax": total,
        "refunded_amount": money(row["refunded"]),
        "cart_id": cart_of(id_),
        "is_deleted": bool(row["is_deleted"]),
        "channel_id": row["channel_id"],
        "currency_code": row["currency"],
        "default_currency_code": row["currency"],
        "store_default_to_transactional_exchange_rate": row["rate"],
        "geoip_country_iso2": row["country"],
        "billing_address": {**_address(), "email": row["email"], "country_iso2": row["country"]},
        **{name: _link(id_, path) for name, path in _LINKS.items()},
    }
    return found | ({"fees": []} if fees else {})


_LINKS = {
    "products": "products",
    "shipping_addresses": "shippingaddresses",
    "coupons": "coupons",
    "fees": "fees",
}


@lru_cache(maxsize=1)
def _constant() -> Mapping[str, Any]:
    costs = {f"{cost}_{kind}": _NOTHING for cost in _COSTS for kind in ("ex_tax", "inc_tax", "tax")}
    classes = {f"{cost}_tax_class_id": 0 for cost in _COSTS}
    nothing = ("subtotal_tax", "total_tax", "store_credit_amount", "gift_certificate_amount", "discount_amount")
    more = ("coupon_discount", *(f"base_{cost}" for cost in _COSTS))
    empty = ("date_shipped", "payment_provider_id", "ip_address", "ip_address_v6", "geoip_country", "staff_notes")
    return {
        **costs,
        **classes,
        **dict.fromkeys((*nothing, *more), _NOTHING),
        **dict.fromkeys((*empty, "customer_message", "credit_card_type", "external_order_id", "tax_provider_id"), ""),
        "is_tax_inclusive_pricing": False,
        "items_total": 1,
        "items_shipped": 0,
        "payment_method": PAYMENT_METHOD,
        "payment_status": "captured",
        "order_is_digital": False,
        "currency_id": 1,
        "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1,
        "store_default_currency_code": CURRENCY,
        "shipping_address_count": 1,
        "ebay_order_id": "0",
        "is_email_opt_in": False,
        "order_source": "www",
        "external_id": None,
        "external_merchant_id": None,
        "external_source": None,
        "customer_locale": "en",
    }


@lru_cache(maxsize=1)
def _address() -> Mapping[str, Any]:
    names = {"first_name": "Somebody", "last_name": "Else", "company": "", "street_1": "12 Main Street", "street_2": ""}
    return {**names, "city": "Town", "state": "", "zip": "10001", "country": "", "phone": "", "form_fields": []}


def _link(order_id: int, path: str) -> dict[str, str]:
    resource = f"/orders/{order_id}/{path}"
    return {"url": f"https://api.bigcommerce.com/stores/sandbox/v2{resource}", "resource": resource}


def cart_of(order_id: int) -> str:
    """Return the id of the cart that an order was made of."""
    return f"{order_id % 16**8:08x}-0000-4000-8000-{order_id % 16**12:012x}"


def money(parts: int) -> str:
    """Write an amount as the vendor does: `361.9500`."""
    sign, parts = ("-" if parts < 0 else ""), abs(parts)
    return f"{sign}{parts // MONEY}.{parts % MONEY:04}"


@lru_cache(maxsize=1024)
def rfc2822(moment: str) -> str:
    """Write a time as version 2 does: `Wed, 10 Jan 2018 21:05:30 +0000`."""
    return format_datetime(datetime.fromisoformat(moment).astimezone(UTC))
