"""The endpoints for what shoppers do and are like: orders (version 2), groups, attributes, subscribers. All read."""

from decimal import Decimal, InvalidOperation

from bot.sandbox.store.api.endpoint import ORDERS, Endpoint, Reply, paged
from bot.sandbox.store.api.request import LARGEST_ID, Request
from bot.sandbox.store.database import Bound, Shop
from bot.sandbox.store.refusals import Invalid
from bot.sandbox.store.resources import attributes, customer_groups, orders, subscribers

LARGEST_TOTAL = Decimal(10) ** 14
INCLUDES = ("consignments", "consignments.line_items", "fees")
_SORTS = ("", *(f"{name}{way}" for name in orders.SORTS for way in ("", ":asc", ":desc")))
_NUMBERS = (
    ("min_id", "id", ">="),
    ("max_id", "id", "<="),
    ("customer_id", "customer_id", "="),
    ("channel_id", "channel_id", "="),
)
_ENDS = (("min", ">="), ("max", "<="))
_DATES = ("date_created", "date_modified")


def get_orders(shop: Shop, request: Request) -> Reply:
    """GET /v2/orders: an array, or nothing at all."""
    return _array(shop, orders.listed(shop, _order_search(request), request.window()))


def get_order_count(shop: Shop, request: Request) -> Reply:
    """GET /v2/orders/count."""
    return Reply(200, orders.counts(shop, _order_search(request)))


def get_order(shop: Shop, request: Request) -> Reply:
    """GET /v2/orders/{id}."""
    return Reply(200, orders.one(shop, request.number("order_id"), fees=_has_fees(request)))


def get_groups(shop: Shop, request: Request) -> Reply:
    """GET /v2/customer_groups."""
    return _array(shop, customer_groups.listed(shop, request.window()))


def get_attributes(shop: Shop, request: Request) -> Reply:
    """GET /customers/attributes."""
    like = request.text("name:like")
    parts = [] if like is None else [("name", "LIKE", f"%{like.replace('%', '')}%")]
    bounds = [*_texts(request, ("name", "type")), *parts, *dates(request)]
    return paged(attributes.page(shop, request.window(), bounds))


def get_attribute_values(shop: Shop, request: Request) -> Reply:
    """GET /customers/attribute-values."""
    lists = [(column, "IN", request.numbers(f"{column}:in")) for column in ("customer_id", "attribute_id")]
    return paged(attributes.values_page(shop, request.window(), [*lists, *dates(request)], request.text("name")))


def get_subscribers(shop: Shop, request: Request) -> Reply:
    """GET /customers/subscribers."""
    texts = _texts(request, ("email", "first_name", "last_name", "source"))
    numbers = _numbers(request, (("id", "id", "="), ("order_id", "order_id", "=")))
    bounds = [*texts, *numbers, ("id", "IN", request.numbers("id:in")), *dates(request)]
    return paged(subscribers.page(shop, request.window(), bounds))


def dates(request: Request) -> list[Bound]:
    """Return the bounds of version 3's filters by date. Raises Invalid."""
    operators = {"": "=", ":min": ">=", ":max": "<="}
    asked = [(name, operator, request.moment(name + end)) for name in _DATES for end, operator in operators.items()]
    return [(name, operator, moment) for name, operator, moment in asked if moment is not None]


def _array(shop: Shop, rows: list[dict[str, object]]) -> Reply:
    return Reply(200, rows) if rows or shop.settings.no_orders == 200 else Reply(204)


def _order_search(request: Request) -> orders.Search:
    column, _, way = request.choice("sort", _SORTS, "").partition(":")
    flag = request.choice("is_deleted", ("", "true", "false", "1", "0"), "")
    status = _number(request, "status_id")
    return orders.Search(
        bounds=_order_bounds(request),
        status_id=status,
        is_deleted=flag in ("true", "1") if flag else None,
        nothing=_is_for_none(request),
        sort=column or "id",
        descending=way == "desc",
        fees=_has_fees(request),
    )


def _order_bounds(request: Request) -> list[Bound]:
    bounds = _numbers(request, _NUMBERS)
    for end, operator in _ENDS:
        if (total := _total(request, f"{end}_total")) is not None:
            bounds.append(("total", operator, total))
        for name in _DATES:
            if (moment := request.moment(f"{end}_{name}")) is not None:
                bounds.append((name, operator, moment))
    cart = request.text("cart_id")
    if cart is not None and cart.partition("-")[0].isalnum():
        bounds.append(("id", "=", _cart(cart)))
    return bounds + _texts(request, ("email",))


def _is_for_none(request: Request) -> bool:
    """Return whether a filter asks for what no order here has."""
    method = request.text("payment_method")
    return request.text("external_order_id") is not None or method not in (None, orders.PAYMENT_METHOD)


def _cart(text: str) -> int:
    try:
        number = int(text.rpartition("-")[2], 16)
    except ValueError:
        return 0
    return number if orders.cart_of(number) == text else 0


def _has_fees(request: Request) -> bool:
    wanted = request.listed("include") or []
    if not set(wanted) <= set(INCLUDES):
        raise Invalid("The field 'include' is invalid.")
    request.choice("consignment_structure", ("", "object"), "")
    return "fees" in wanted


def _texts(request: Request, names: tuple[str, ...]) -> list[Bound]:
    return [(name, "=", text) for name in names if (text := request.text(name)) is not None]


def _numbers(request: Request, names: tuple[tuple[str, str, str], ...]) -> list[Bound]:
    asked = [(column, operator, _number(request, name)) for name, column, operator in names]
    return [(column, operator, number) for column, operator, number in asked if number is not None]


def _number(request: Request, name: str) -> int | None:
    """Return a number of the query, one that SQLite can compare. Raises Invalid for anything else, and for nothing."""
    if name not in request.query:
        return None
    numbers = request.numbers(name) if request.text(name) else None
    if numbers is None or len(numbers) > 1:
        raise Invalid(f"The field '{name}' is invalid.")
    return numbers[0] if numbers else LARGEST_ID


def _total(request: Request, name: str) -> int | None:
    if name not in request.query:
        return None
    try:
        total = Decimal(request.text(name) or "none")
    except InvalidOperation:
        total = Decimal("nan")
    if not total.is_finite():
        raise Invalid(f"The field '{name}' is invalid.")
    return int(max(-LARGEST_TOTAL, min(total, LARGEST_TOTAL)) * orders.MONEY)


BEHAVIOUR = (
    Endpoint("GET", "/orders", get_orders, ORDERS, segmentation=False, version="v2"),
    Endpoint("GET", "/orders/count", get_order_count, ORDERS, segmentation=False, version="v2"),
    Endpoint("GET", "/orders/{order_id}", get_order, ORDERS, segmentation=False, version="v2"),
    Endpoint("GET", "/customer_groups", get_groups, segmentation=False, version="v2"),
    Endpoint("GET", "/customers/attributes", get_attributes, segmentation=False),
    Endpoint("GET", "/customers/attribute-values", get_attribute_values, segmentation=False),
    Endpoint("GET", "/customers/subscribers", get_subscribers, segmentation=False),
)
