"""Whom a promotion gains and loses, where it can be counted and where not."""

from bot.bigcommerce import AnyOf, Unread
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import MOST, Reach, count_reach, no_one, reaches
from tests.engine.bench import bench


class Crowded(Shop):
    """A shop whose segments are too large to be counted."""

    async def size(self, segment_id: str) -> int:
        """Return more than anyone lists."""
        return MOST + 1


async def test_members_of_a_segment_that_is_gone_are_nobody() -> None:
    async with bench(customers=1) as machine:
        gone = AnyOf(("00000000-0000-4000-8000-000000000000",))
        counted = await count_reach(no_one, reaches(gone), gone.segment_ids, Shop(machine.client))
    assert counted == Reach(gain=0, lose=0, keep=0)


async def test_too_many_and_what_cannot_be_read_are_not_counted() -> None:
    async with bench(customers=1) as machine:
        (first, *_) = [one async for one in machine.client.segments()]
        vips = AnyOf((first.id,))
        assert await count_reach(no_one, reaches(vips), vips.segment_ids, Crowded(machine.client)) is None
        odd = Unread({"odd": first.id})
        assert await count_reach(no_one, reaches(odd), odd.segment_ids, Shop(machine.client)) is None


def test_a_promotion_without_targeting_reaches_everyone() -> None:
    assert reaches(None)(())
    assert reaches(None)(("any",))


def test_the_reach_is_told_with_the_time_from_which_it_counts() -> None:
    reach = Reach(gain=1, lose=2000, keep=0)
    told = "1 shopper gains it, 2,000 lose it, 0 keep it. Counted by segment; cart conditions still apply."
    assert reach.describe("Sale", "") == f"Sale: {told}"
    assert reach.describe("Sale", "(once it is enabled)") == f"Sale (once it is enabled): {told}"
