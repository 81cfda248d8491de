"""Who joins a segment and who leaves it by the same plan: its card names the first of either."""

from collections.abc import Iterable, Sequence
from itertools import islice

from bot.core.language.hidden_addresses import told_apart
from bot.core.language.phrases import NAMED, listing
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.people_meant import describe_customer


async def names_of(customer_ids: Iterable[int], shop: Shop) -> tuple[str, ...]:
    """Look up what the first of these customers are called."""
    first = tuple(islice(customer_ids, NAMED))
    known = {one.id: describe_customer(one) async for one in shop.each_customer(ids=first)} if first else {}
    return told_apart(known[id_] for id_ in first if id_ in known)


def who_moves(joining: Sequence[str], joins: int, leaving: Sequence[str], leaves: int) -> tuple[str, ...]:
    """Name the first of ``leaves`` shoppers who leave, since they lose something, and of ``joins`` who join."""
    each = (("Leaving", leaving, leaves), ("Joining", joining, joins))
    return tuple(f"{what}: {listing(names, NAMED, total=total)}." for what, names, total in each if names)
