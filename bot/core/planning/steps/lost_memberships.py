"""The memberships that shoppers lose with their profiles, segment by segment."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from bot.bigcommerce import Customer
from bot.core.frozen_value import Value
from bot.core.planning.steps.references import SegmentRef, all_with
from bot.core.store_view.cached_shop import PromotionUse, Shop


class Memberships(Value):
    """How many of these shoppers are in a segment, and the promotions that use it (None: they cannot be read)."""

    segment: SegmentRef
    shoppers: int
    promotions: tuple[PromotionUse, ...] | None = ()


def by_segment(customers: Iterable[Customer]) -> dict[str, tuple[int, ...]]:
    """Group customer ids by the ids of the segments that they are in."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for customer in customers:
        for segment_id in customer.segment_ids:
            groups[segment_id].append(customer.id)
    return {segment_id: tuple(ids) for segment_id, ids in groups.items()}


async def memberships_of(customers: Iterable[Customer], shop: Shop) -> tuple[Memberships, ...]:
    """Return the memberships of these customers, one for each segment that they are in. Raises StoreError."""
    groups = by_segment(customers)
    return tuple(
        [
            Memberships(
                segment=SegmentRef.of(segment),
                shoppers=len(groups[segment.id]),
                promotions=await shop.uses(segment.id),
            )
            for segment in all_with(groups, await shop.segments())
        ]
    )


def summed(memberships: Iterable[Memberships]) -> tuple[Memberships, ...]:
    """Return one for each segment, with all its shoppers."""
    shoppers: Counter[SegmentRef] = Counter()
    first: dict[SegmentRef, Memberships] = {}
    for one in memberships:
        shoppers[one.segment] += one.shoppers
        first.setdefault(one.segment, one)
    return tuple(one.model_copy(update={"shoppers": shoppers[ref]}) for ref, one in first.items())
