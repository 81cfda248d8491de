"""The port to the facts: what segment rules read of the store, and how far it has been read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from pydantic import Field

from bot.core.errors import Refusal
from bot.core.frozen_value import Value
from bot.core.segment_rules.facts import FactsReader


class FactList(StrEnum):
    """A list of the store that facts are read from."""

    ORDERS = "orders"
    SUBSCRIBERS = "subscribers"
    CUSTOMERS = "customers"
    ATTRIBUTES = "attributes"
    """Values of customers' attributes: the customers' own list has them, too, but no date of their changes."""


class OrderFact(NamedTuple):
    """An order; ``amount`` is in ``MONEY`` of the store's currency.

    ``customer_id`` is 0 for one that is not kept: a guest's, or one that was deleted.
    """

    id: int
    customer_id: int
    placed_at: datetime
    amount: int
    status: int


class CustomerFact(NamedTuple):
    """A customer. ``email_key``: a digest, see ``FactsState``."""

    id: int
    registered_at: datetime
    group_id: int
    countries: frozenset[str]
    attributes: Mapping[int, str]
    email_key: int


class SubscriberFact(NamedTuple):
    """A subscriber: whoever has this e-mail accepts marketing, or does not any more."""

    id: int
    email_key: int
    accepts: bool


class AttributeFact(NamedTuple):
    """The value of an attribute that a customer has."""

    customer_id: int
    attribute_id: int
    value: str


Facts = Sequence[OrderFact] | Sequence[CustomerFact] | Sequence[SubscriberFact] | Sequence[AttributeFact]


class UnderWay(Value):
    """A reading that has not ended: of all, or of what was modified ``since``.

    Where it goes on: after ``cursor``, with so many ``read`` of those that the store ``counted`` at first.
    """

    since: datetime | None = None
    began_at: datetime
    cursor: str = ""
    read: int = 0
    counted: int | None = None


class ListState(Value):
    """How far a list is read. ``reading``: the number of its last whole reading, also of one that is under way."""

    reading: int = 0
    read_to: datetime | None = None
    checked_at: datetime | None = None
    under_way: UnderWay | None = None


class FactsState(Value):
    """How far the facts are read. ``missing``: the scopes that the store refused the last time.

    ``doubt``: why what it listed the last time is not relied on, in sentences.

    ``rebuilding``: whether they were thrown away, and are not all read anew yet.

    ``salt``: what e-mails are digested with. A digest tells nobody an address; whoever has both finds one by the other.
    """

    lists: Mapping[FactList, ListState] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    doubt: str = ""
    rebuilding: bool = False
    salt: str = ""

    def of(self, which: FactList) -> ListState:
        """Return how far this list is read."""
        return self.lists.get(which, ListState())

    def having(self, which: FactList, state: ListState) -> "FactsState":
        """Return the same with this state of a list."""
        return self.model_copy(update={"lists": {**self.lists, which: state}})


class Outdated(NamedTuple):
    """Ids of those that a whole reading, just ended, did not list any more, among so many that are ``kept``."""

    ids: tuple[int, ...]
    kept: int


class ReadElsewhere(Refusal):
    """Another process reads the facts now, as far as its lease tells."""

    def __init__(self) -> None:
        super().__init__("Another bot reads customers and orders, or was killed a moment ago. Try again in a minute.")


class FactsStore(FactsReader, Protocol):
    """The facts, a cache of the store: what reads them, and what one process at a time writes.

    A process that writes and does not have them claimed any more changes nothing: it raises ReadElsewhere.
    """

    async def state(self) -> FactsState:
        """Return how far the facts are read."""

    async def claim(self, *, owner: str, now: datetime) -> FactsState:
        """Claim the facts to read them. Raises ReadElsewhere if a living process holds them."""

    async def release(self, *, owner: str) -> None:
        """Release the facts. If that cannot be recorded now, the next renewal of the lease does it."""

    async def save(self, state: FactsState, which: FactList | None = None, rows: Facts = (), *, owner: str) -> None:
        """Save how far the facts are read and, in the same transaction, what a page of a list held."""

    async def outdated(self, which: FactList) -> Outdated:
        """Return who was not seen in the last whole reading."""

    async def orphans(self) -> Outdated:
        """Return the orders whose customers are not kept."""

    async def forget(self, which: FactList, ids: Collection[int], *, owner: str) -> None:
        """Forget these."""

    async def clear(self, *, owner: str) -> FactsState:
        """Forget everything, to be read anew; return that nothing is read, and that it is to be."""
