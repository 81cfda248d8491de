"""What rules over shoppers' behaviour need of the store: orders, and what customers are like. Nothing of it is written.

Vendor: https://developer.bigcommerce.com/docs/rest-management/orders, …/customers, …/customers/customer-attributes and
…/subscribers
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from bot.bigcommerce.models import Listed, Number, Received, Text, parse_moment

MONEY = 10_000
"""The parts of the store's currency that amounts are counted in: the vendor writes four decimals."""
INCOMPLETE = 0
"""The status of an order whose shopper did not get past the payment."""
NO_SALES = (INCOMPLETE, 4, 5, 6)
"""The statuses of orders that are no sales: incomplete, refunded, cancelled, declined."""
NEWSLETTER = "marketing_newsletter"
_LARGEST = 2**63


def _dated(value: object) -> datetime:
    """Return a time without which the rest is of no use. Raises ValueError for one that cannot be read."""
    moment = parse_moment(value)
    if moment is None:
        raise ValueError("no time")
    return moment


def _number(value: object) -> object:
    """Return a number as which nothing, in any of the vendor's ways to write it, is 0."""
    return 0 if value in (None, "") else value


def _rate(value: object) -> object:
    return 1 if value in (None, "") else value


def _countries(addresses: object) -> object:
    """Return the countries of addresses, each once; nothing else of them is kept."""
    codes = (str(one.get("country_code") or "").strip().upper() for one in _objects(addresses))
    return tuple(dict.fromkeys(filter(None, codes)))


def _values(attributes: object) -> object:
    """Return an attribute's value by its id."""
    return {one.get("attribute_id"): one.get("attribute_value") for one in _objects(attributes)}


def _objects(received: object) -> Iterable[Mapping[str, Any]]:
    if received is None:
        return ()
    if not isinstance(received, list) or not all(isinstance(one, dict) for one in received):
        raise ValueError("no list of objects")
    return received


Dated = Annotated[datetime, BeforeValidator(_dated)]
Count = Annotated[Number, BeforeValidator(_number)]
Money = Annotated[Decimal, BeforeValidator(_number)]


class Order(Listed):
    """An order: of which customer (0: a guest), when, in which status, and its amount. Nothing else is kept of it."""

    id: Number
    customer_id: Count
    placed_at: Dated = Field(validation_alias="date_created")
    status_id: int
    is_deleted: bool = False
    total: Money = Field(validation_alias="total_inc_tax")
    refunded: Money = Field(Decimal(0), validation_alias="refunded_amount")
    rate: Annotated[Decimal, BeforeValidator(_rate), Field(gt=0)] = Field(
        Decimal(1), validation_alias="store_default_to_transactional_exchange_rate"
    )

    @model_validator(mode="after")
    def _check_amount(self) -> "Order":
        if not -_LARGEST <= self.amount < _LARGEST:
            raise ValueError("more money than there is")
        return self

    @property
    def amount(self) -> int:
        """What was paid and not refunded, with tax, in 1/10,000 of the store's own currency."""
        paid = (self.total - self.refunded) * MONEY / self.rate
        return int(paid.to_integral_value(ROUND_HALF_EVEN))


class CustomerTraits(Listed):
    """What a customer is like: since when, in which group (0: none), from where, and with which attributes, by id.

    `email` is there to find who subscribes, and to be forgotten.
    """

    id: Number
    email: Text = Field(repr=False)
    registered_at: Dated = Field(validation_alias="date_created")
    group_id: Count = Field(0, validation_alias="customer_group_id")
    countries: Annotated[tuple[str, ...], BeforeValidator(_countries)] = Field(validation_alias="addresses")
    attributes: Annotated[dict[int, Text], BeforeValidator(_values)]


class Attribute(Listed):
    """A customer attribute that the store defines; `type` is string, number or date."""

    id: Number
    name: Text
    type: Text = ""


class AttributeValue(Listed):
    """The value of a customer's attribute."""

    id: Number
    customer_id: Number
    attribute_id: Number
    value: Text = Field(validation_alias="attribute_value")


class CustomerGroup(Listed):
    """A customer group."""

    id: Number
    name: Text


class Subscriber(Listed):
    """An address that subscribed to something of the store's."""

    id: Number
    email: Text = Field(repr=False)
    consents: tuple[str, ...] = (NEWSLETTER,)

    @property
    def accepts_marketing(self) -> bool:
        """Whether it is the newsletter; where the store does not tell, it is."""
        return NEWSLETTER in self.consents


class OrderCount(Received):
    """How many orders there are, and of which status; the vendor's older documents have the first alone."""

    class Status(Received):
        """How many orders have a status."""

        id: int
        count: Number = 0

    count: Number
    statuses: tuple[Status, ...] = ()

    @property
    def incomplete(self) -> int | None:
        """How many of them are incomplete; None if it does not tell."""
        return sum(one.count for one in self.statuses if one.id == INCOMPLETE) if self.statuses else None
