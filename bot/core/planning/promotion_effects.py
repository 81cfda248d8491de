"""Which live promotions shoppers gain and lose when a plan takes away a segment that these name."""

from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial

from bot.bigcommerce import Contradiction, Targeting
from bot.core.items import Item, ItemKind
from bot.core.planning.steps import AnyStep
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import COUNTED, LIVE, Reach, count_reach


async def promotion_effects(steps: Sequence[AnyStep], shop: Shop) -> tuple[str, ...]:
    """Describe how many gain and lose each live promotion, the largest loss first, if that can be counted.

    They are counted over the whole plan, since a promotion may name several of its segments. Of a promotion that a Step
    is about, that Step tells it.
    """
    gone, about = _taken_away(steps), frozenset(step.about_promotion for step in steps)
    named = await _live_promotions(gone, about, shop) if gone else {}
    counted = [(name, await _count(targeting, gone, shop)) for name, targeting in named.items()]
    reaches = sorted(((name, reach) for name, reach in counted if reach), key=lambda one: (-one[1].lose, -one[1].gain))
    return (*(f"{name}{LIVE}{reach.counts}." for name, reach in reaches), *((COUNTED,) if reaches else ()))


def told_by(effects: Sequence[str]) -> tuple[str, ...]:
    """Return how the lines begin that only say that these promotions use a segment (``describe_uses``)."""
    names = (name for name, is_live, _ in (effect.rpartition(LIVE) for effect in effects) if is_live)
    return tuple(f"“{name}” (live) " for name in names)


def _taken_away(steps: Sequence[AnyStep]) -> frozenset[str]:
    """Return the segments that nobody is in afterwards: those that are deleted, and those that are emptied."""
    deleted = {item.id for step in steps for item in step.deletes if item.kind is ItemKind.SEGMENT}
    sizes, moved = dict[str, int](), Counter[str]()
    for step in steps:
        if step.target and step.target.id:
            moved[step.target.id] += step.moves.added - step.moves.removed
            if step.moves.removed:
                sizes[step.target.id] = step.segment_size or 0
    return frozenset(deleted | {id_ for id_, size in sizes.items() if size + moved[id_] <= 0})


async def _live_promotions(gone: frozenset[str], about: frozenset[Item | None], shop: Shop) -> dict[str, Targeting]:
    """Return whom each live promotion reaches that names one of these segments, by its name."""
    live = [one for one in await shop.promotions() or () if one.is_live and Item.promotion(one.id) not in about]
    return {one.name: one.targeting for one in live if one.targeting and gone.intersection(one.targeting.segment_ids)}


async def _count(targeting: Targeting, gone: frozenset[str], shop: Shop) -> Reach | None:
    """Count it; None if that cannot be told: it is no reason to refuse a plan that the rest of it is known of."""
    with suppress(Contradiction):
        afterwards = partial(_reaches_without, targeting, gone)
        return await count_reach(targeting.reaches, afterwards, targeting.segment_ids, shop)
    return None


def _reaches_without(targeting: Targeting, gone: frozenset[str], segments: Collection[str]) -> bool | None:
    return targeting.reaches(frozenset(segments) - gone)
