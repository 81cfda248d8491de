"""Lists of the keys that Steps name: in their order, without some, and those who are still there."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence, Set
from typing import TypeVar

from bot.bigcommerce.wire_format import batches
from bot.core.items import CustomerKey, ItemKey, customer_keys
from bot.core.kept_lists import kept_list
from bot.core.store_view.cached_shop import Shop

K = TypeVar("K", str, CustomerKey)
SORTED_AT_ONCE = 5_000
"""Keys that are sorted into pieces in one go."""


def sorted_keys(keys: Collection[K]) -> tuple[K, ...]:
    """Sort the keys, so that replanning gives the same plan, however the store sorts."""
    return tuple(sorted(keys, key=str))


async def in_order(keys: Iterable[K]) -> tuple[K, ...]:
    """Sort many keys so, piece by piece: to sort 100,000 would keep others waiting."""
    by_first: defaultdict[str, list[K]] = defaultdict(list)
    for some in batches(keys, SORTED_AT_ONCE):
        await asyncio.sleep(0)
        for one in some:
            by_first[str(one)[:1]].append(one)
    ordered: list[K] = []
    for first in sorted(by_first):
        await asyncio.sleep(0)
        ordered += sorted_keys(by_first[first])
    return tuple(ordered)


def without_keys(customers: Sequence[CustomerKey], out: Set[ItemKey]) -> Sequence[CustomerKey]:
    """Return the customers whose items have none of these keys."""
    return kept_list([one for one, key in zip(customers, customer_keys(customers), strict=True) if key not in out])


async def known_customers(customers: Sequence[CustomerKey], shop: Shop) -> Sequence[CustomerKey]:
    """Return the customers who are still registered, and those who are yet to be."""
    ids = [key for key in customers if isinstance(key, int)]
    known = await shop.registered(ids)
    if known.issuperset(ids):
        return customers
    return kept_list([key for key in customers if isinstance(key, str) or key in known])
