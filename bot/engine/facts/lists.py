"""The lists of the store that facts are read from, page by page, as the rows that are kept of them.

Of names, addresses and e-mails nothing is kept; an e-mail becomes a digest, by which subscribers are found.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from hashlib import blake2b
from typing import TypeVar

from bot.bigcommerce import (
    AttributeValue,
    BehaviourReader,
    Contradiction,
    CustomerTraits,
    Order,
    Part,
    Position,
    Subscriber,
)
from bot.core.long_lists import in_batches
from bot.ledger.ports.facts import AttributeFact, CustomerFact, FactList, Facts, OrderFact, SubscriberFact, UnderWay

PAGE = 250
"""Rows that are saved at a time."""
READINGS = 3
"""How often a list that has no cursor is read before its contradictions are an error."""
Pages = AsyncGenerator[tuple[Facts, Position], None]
S = TypeVar("S")
F = TypeVar("F", OrderFact, CustomerFact, SubscriberFact, AttributeFact)


def pages_of(which: FactList, store: BehaviourReader, under_way: UnderWay, salt: str) -> Pages:
    """Yield what is left of a reading of this list: each page as what is kept of it, and where it goes on after it.

    Raises StoreError. Where it ends without one, the list was read whole.
    """
    since = under_way.since
    at = Position(under_way.cursor, under_way.read, under_way.counted)
    if which is FactList.ORDERS:
        return _parts(store.orders(since=since, at=at), _order)
    if which is FactList.CUSTOMERS:
        return _parts(store.customers(since=since, at=at), partial(_customer, salt=salt))
    if which is FactList.SUBSCRIBERS:
        return _batches(partial(store.subscribers, since=since), partial(_subscriber, salt=salt))
    return _batches(partial(store.attribute_values, since=since), _attribute)


def email_key(email: str, salt: str) -> int:
    """Return the digest of an e-mail, a positive number of 63 bits."""
    folded = email.strip().casefold().encode("utf-8", "replace")
    return int.from_bytes(blake2b(folded, digest_size=8, key=bytes.fromhex(salt)).digest()) >> 1


async def _parts(parts: AsyncGenerator[Part[S], None], kept_of: Callable[[S], F]) -> Pages:
    async with aclosing(parts):
        async for part in parts:
            yield [kept_of(one) for one in part.items], part.position


async def _batches(rows: Callable[[], AsyncIterator[S]], kept_of: Callable[[S], F]) -> Pages:
    """Yield rows of a list without a cursor. Where pages contradict each other it is read again, from the beginning."""
    readings = 1
    while True:
        read = 0
        try:
            async for batch in in_batches(rows(), PAGE):
                read += len(batch)
                yield [kept_of(one) for one in batch], Position(read=read)
        except Contradiction:
            if readings == READINGS:
                raise
            readings += 1
        else:
            return


def _order(order: Order) -> OrderFact:
    customer_id = 0 if order.is_deleted else order.customer_id
    return OrderFact(order.id, customer_id, order.placed_at, order.amount, order.status_id)


def _customer(traits: CustomerTraits, salt: str) -> CustomerFact:
    return CustomerFact(
        traits.id,
        traits.registered_at,
        traits.group_id,
        frozenset(traits.countries),
        traits.attributes,
        email_key(traits.email, salt),
    )


def _subscriber(subscriber: Subscriber, salt: str) -> SubscriberFact:
    return SubscriberFact(subscriber.id, email_key(subscriber.email, salt), subscriber.accepts_marketing)


def _attribute(value: AttributeValue) -> AttributeFact:
    return AttributeFact(value.customer_id, value.attribute_id, value.value)
