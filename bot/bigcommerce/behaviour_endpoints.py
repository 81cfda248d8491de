"""The endpoints that rules over behaviour need, as functions that build a `Request` or a `Listing`. Pure.

Vendor: https://developer.bigcommerce.com/docs/rest-management/orders (version 2), …/customers and …/subscribers
"""

from datetime import UTC, datetime
from urllib.parse import quote

from bot.bigcommerce.wire_format import Listing, Request

_ORDER, _CUSTOMER = "order", "customer"


def orders(since: datetime | None, *, after: int) -> Request:
    """List the orders with the lowest ids above one: a page that no change elsewhere moves."""
    listing = _orders("orders", since).filtered("min_id", str(after + 1)).filtered("sort", "id:asc")
    return listing.page(1)


def order_count(since: datetime | None, status_id: int | None = None) -> Request:
    """Count orders, by status and in all; or those of one status."""
    counted = _orders("orders/count", since)
    counted = counted if status_id is None else counted.filtered("status_id", str(status_id))
    return Request("GET", "?".join(filter(None, (counted.path, counted.query))), about=_ORDER, version="v2")


def groups(number: int) -> Request:
    """List the customer groups of one page."""
    return Listing("customer_groups", about="customer group", version="v2").page(number)


def customers(since: datetime | None, cursor: str) -> Request:
    """List the customers that follow a cursor, with their attributes and addresses; the first ones without it."""
    listing = all_customers(since).filtered("include", "attributes,addresses")
    return (listing.filtered("after", quote(cursor, safe="")) if cursor else listing).page(1)


def all_customers(since: datetime | None) -> Listing:
    """List all customers, or those that were modified."""
    return _since(Listing("customers", about=_CUSTOMER), since)


def attributes() -> Listing:
    """List the customer attributes."""
    return Listing("customers/attributes", about="customer attribute")


def attribute_values(since: datetime | None) -> Listing:
    """List the values of all customer attributes, or those that were modified."""
    return _since(Listing("customers/attribute-values", about="customer attribute"), since)


def subscribers(since: datetime | None) -> Listing:
    """List all subscribers, or those that were modified."""
    return _since(Listing("customers/subscribers", about="subscriber"), since)


def _orders(path: str, since: datetime | None) -> Listing:
    listing = Listing(path, about=_ORDER, version="v2")
    if since is None:
        return listing
    return listing.filtered("min_date_modified", quote(_in_utc(since, "+00:00"), safe=""))


def _since(listing: Listing, since: datetime | None) -> Listing:
    return listing if since is None else listing.filtered("date_modified:min", quote(_in_utc(since, "Z"), safe=":"))


def _in_utc(moment: datetime, zone: str) -> str:
    """Write a time with an offset, as either document shows it: without one, it might be the store's own zone."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{zone}"
