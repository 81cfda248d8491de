"""Promotions that name a segment which is gone: they reach no one by it, or spare no one, until someone mends them."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.bigcommerce import All, Any_, AnyOf, Not, Promotion, Targeting, is_uuid
from bot.core.frozen_value import Value
from bot.core.language.phrases import listing
from bot.core.store_view.cached_shop import Shop

MEND = "`/promotion target` gives a promotion another segment."
"""What helps, wherever nobody knows which change deleted the segment."""


class Switched(Protocol):
    """A promotion by its name, and whether it is live."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def live(self) -> bool:
        """Whether it is live."""


class Orphan(Value):
    """A promotion that names a segment which is gone."""

    name: str
    live: bool


async def orphaned_promotions(shop: Shop) -> tuple[Orphan, ...]:
    """Return the promotions that name a segment which is gone; none if promotions cannot be read.

    Segments that were created since they were listed are looked for again.
    """
    named = {one.id: _named(one) for one in await shop.promotions() or ()}
    unknown = {id_ for ids in named.values() for id_ in ids} - (await shop.names()).keys()
    new = {one.id async for one in shop.reader.segments(sorted(filter(is_uuid, unknown)))} if unknown else set()
    gone = unknown - new
    return tuple(
        Orphan(name=one.name, live=one.is_live) for one in await shop.promotions() or () if named[one.id] & gone
    )


def describe_orphaned(promotions: Sequence[Switched]) -> str:
    """Write ``“Sale” (live) and “Gifts” (off) still name a deleted segment.``, the live ones first."""
    live_first = sorted(promotions, key=lambda one: not one.live)
    named = listing([f"“{one.name}” ({'live' if one.live else 'off'})" for one in live_first])
    return f"{named} still {'names' if len(promotions) == 1 else 'name'} a deleted segment."


def _named(promotion: Promotion) -> frozenset[str]:
    return frozenset(_ids(promotion.targeting))


def _ids(targeting: Targeting | None) -> Iterator[str]:
    """Yield the segments that targeting names; what cannot be read may hold other ids."""
    match targeting:
        case AnyOf(ids):
            yield from ids
        case Not(part):
            yield from _ids(part)
        case All(parts) | Any_(parts):
            for part in parts:
                yield from _ids(part)
