"""How many shoppers a promotion reaches before and after a change: counted by segment, cart conditions aside."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection

from bot.bigcommerce import Targeting
from bot.bigcommerce.wire_format import PAGE_LIMIT
from bot.core.frozen_value import Value
from bot.core.language.phrases import people
from bot.core.store_view.cached_shop import Shop

MOST = 100 * PAGE_LIMIT
"""Segments with more members in all are not counted: each page is a request, and so it is again at the approval."""
COUNTED = "Counted by segment; cart conditions still apply."
LIVE = " (live): "
"""What stands between a live promotion's name and how many gain and lose it."""
Reaches = Callable[[Collection[str]], bool | None]
"""Whether a shopper in exactly these segments is reached; None if nobody can tell."""


class Reach(Value):
    """How many registered shoppers gain a promotion, lose it, and keep it."""

    gain: int
    lose: int
    keep: int

    def describe(self, name: str, when: str) -> str:
        """Describe how many it means something for, and from when on, if that is worth saying."""
        said = f" {when}" if when else ""
        return f"{name}{said}: {self.counts}. {COUNTED}"

    @property
    def counts(self) -> str:
        """How many gain it, lose it and keep it, as the end of a sentence."""
        gain = f"{people(self.gain)} {_verb(self.gain, 'gain')}"
        return f"{gain} it, {self.lose:,} {_verb(self.lose, 'lose')} it, {self.keep:,} {_verb(self.keep, 'keep')} it"


def _verb(count: int, verb: str) -> str:
    return f"{verb}s" if count == 1 else verb


def reaches(targeting: Targeting | None) -> Reaches:
    """Return whom this targeting reaches; None reaches everyone."""
    return targeting.reaches if targeting else lambda _segments: True


def no_one(_segments: Collection[str]) -> bool:
    """Reach no one, as a promotion does that is off."""
    return False


async def count_reach(before: Reaches, after: Reaches, segment_ids: Collection[str], shop: Shop) -> Reach | None:
    """Count who gains and who loses it; ``segment_ids`` are all that either names. None if that cannot be told.

    Who is in none of them is counted from the number of all customers, so that those need not be listed.
    """
    inside = await segments_by_profile(segment_ids, shop)
    if inside is None:
        return None
    counts = Counter((before(segments), after(segments)) for segments in inside.values())
    others = (before(()), after(()))
    if others != (False, False):
        counts[others] += max(0, await shop.reader.customer_count() - len(inside))
    if any(None in ways for ways in counts):
        return None
    return Reach(gain=counts[False, True], lose=counts[True, False], keep=counts[True, True])


async def segments_by_profile(segment_ids: Collection[str], shop: Shop) -> dict[str, set[str]] | None:
    """Return which of these segments each of their members is in; None if the members are too many."""
    present = [id_ for id_ in dict.fromkeys(segment_ids) if await shop.by_id(id_)]
    if sum(await asyncio.gather(*map(shop.size, present))) > MOST:
        return None
    found: defaultdict[str, set[str]] = defaultdict(set)
    for id_ in present:
        for profile in await shop.members(id_):
            found[profile].add(id_)
    return found
