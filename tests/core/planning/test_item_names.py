from bot.core.items import Item
from bot.core.planning.item_names import present_names
from bot.core.planning.steps import DeleteSegment, SegmentRef
from bot.core.store_view.cached_shop import Shop
from tests.core.samples import plan
from tests.laws.shops import a_shop


async def test_a_segment_has_the_name_that_it_has_by_now() -> None:
    async with a_shop() as machine:
        id_ = machine.segments()["VIPs"]
        planned = [DeleteSegment(segment=SegmentRef(name="Best", id=one)) for one in (id_, "gone")]
        names = await present_names(plan(*planned), Shop(machine.client))
    assert names == {Item.segment(id_): "VIPs", Item.segment("gone"): "Best"}
