"""Lists of the keys that Steps name: in their order, without some, and those who are still there."""

from collections.abc import Collection, Sequence, Set
from typing import TypeVar

from bot.core.items import CustomerKey, ItemKey, customer_keys
from bot.core.kept_lists import kept_list
from bot.core.long_lists import AT_ONCE, in_pieces
from bot.core.store_view.cached_shop import Shop

K = TypeVar("K", str, CustomerKey)


def sorted_keys(keys: Collection[K]) -> tuple[K, ...]:
    """Sort the keys, so that replanning gives the same plan, however the store sorts."""
    if len(keys) <= AT_ONCE:
        return tuple(sorted(keys, key=str))
    return tuple(in_pieces(keys, str, lambda text: text[:2]))


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
