"""Who belongs to a segment by its rule, from the facts as they are read now."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bot.core.errors import Impossible
from bot.core.segment_rules.evaluation import AsOf, Sums, sums_needed, who_belongs
from bot.core.segment_rules.facts import FactsReader, OrderSums
from bot.core.segment_rules.rule import Rule

MOST_SUMS = 10
"""The most times since which a rule sums up orders: each takes memory for every customer who ordered."""


class NoOrders(Impossible):
    """A rule goes by orders, and not one is known: the store's answer may be wrong, and would empty segments."""

    def __init__(self) -> None:
        super().__init__(
            "The store lists no order of any customer that counts, so a rule can't go by orders. Nothing was changed."
        )


class Belonging(NamedTuple):
    """The ids of the customers who belong, and of all whom the facts know: of others nobody can tell.

    ``sums``: of their orders, which tell so.
    """

    inside: frozenset[int]
    known: frozenset[int]
    sums: Sums


async def find_belonging(
    rule: Rule, facts: FactsReader, members: Mapping[str, Collection[int]], as_of: AsOf
) -> Belonging:
    """Return who belongs. ``members``: the ids of the customers in each segment that the rule names.

    Pieces are evaluated in a thread, one after the other, so that others have their turns. Raises NoOrders, and
    Impossible for a rule with more than MOST_SUMS lengths of time.
    """
    needed = sums_needed(rule, as_of)
    if len(needed) > MOST_SUMS:
        raise Impossible(
            f"A rule looks at orders of at most {MOST_SUMS} different lengths of time, and this one of {len(needed)}. "
            "Nothing was changed."
        )
    sums = {since: await _sums(facts, since) for since in needed}
    if sums and not any(sums.values()) and not await _sums(facts, None):
        raise NoOrders
    inside, known = set[int](), set[int]()
    async for piece in facts.customers():
        inside.update(await asyncio.to_thread(partial(who_belongs, rule, piece, sums, members, as_of)))
        known.update(one.id for one in piece)
    return Belonging(frozenset(inside), frozenset(known), sums)


async def _sums(facts: FactsReader, since: datetime | None) -> dict[int, OrderSums]:
    return {one.customer_id: one async for piece in facts.order_sums(since) for one in piece}
