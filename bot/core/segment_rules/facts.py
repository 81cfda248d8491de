"""What segment rules read: facts about customers and their orders, without names and addresses, and how fresh they are.

The ledger's database holds them as a cache of the store; a rule is evaluated over what this port returns.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class OrderSums(NamedTuple):
    """A customer's orders that are sales, summed up: refunds are taken off ``spent``, which is in ``MONEY``."""

    customer_id: int
    orders: int
    spent: int
    last_placed_at: datetime


class CustomerFacts(NamedTuple):
    """What is known of a customer: ``countries`` as two letters, ``attributes`` as values by the attribute's id."""

    id: int
    registered_at: datetime
    group_id: int
    countries: frozenset[str]
    attributes: Mapping[int, str]
    accepts_marketing: bool


class Sale(NamedTuple):
    """An order that is a sale: what is left of it after refunds, in ``MONEY``."""

    id: int
    placed_at: datetime
    amount: int


class OneCustomer(NamedTuple):
    """A customer, and each of their sales, oldest first."""

    facts: CustomerFacts
    sales: Sequence[Sale] = ()


class Freshness(NamedTuple):
    """How well the facts show the store.

    ``read_to``: they hold what was modified until then; None before the first reading has ended. ``checked_at``: when
    they were last compared with the store as a whole. ``missing``: the scopes that the store refused, by the vendor's
    names. ``doubt``: why what the store listed the last time is not relied on, in sentences.
    """

    read_to: datetime | None = None
    checked_at: datetime | None = None
    missing: tuple[str, ...] = ()
    doubt: str = ""


class FactsReader(Protocol):
    """Reads the facts, piece by piece: there may be 100,000 customers, and others have a turn in between."""

    async def freshness(self) -> Freshness:
        """Return how well the facts show the store."""

    def customers(self) -> AsyncIterator[Sequence[CustomerFacts]]:
        """Yield all customers, in pieces, by id."""

    def order_sums(self, since: datetime | None) -> AsyncIterator[Sequence[OrderSums]]:
        """Yield the sums of orders placed at that time or later (None: of all), in pieces, by customer.

        Guests' orders do not count, nor do incomplete, refunded, cancelled and declined ones. Customers without any
        are left out.
        """

    async def one_customer(self, customer_id: int) -> OneCustomer | None:
        """Return one customer with each order that counts; None of whom nothing is known."""
