from bot.core.errors import NotPromotion, NotSegments
from bot.core.items import Item
from bot.core.planning.item_names import (
    AT_ONCE,
    UNKNOWN,
    each_name,
    names_of_ids,
    names_since,
    present_names,
    what_happens,
)
from bot.core.planning.plan import Plan
from bot.core.planning.steps import (
    CreateProfiles,
    DeleteSegment,
    PromotionRef,
    SegmentRef,
    SwitchPromotion,
    added,
    removed,
)
from bot.core.store_view.cached_shop import Shop
from tests.core.samples import plan, uuid
from tests.engine.bench import bench
from tests.laws.shops import a_shop


async def test_a_segment_has_the_name_that_it_has_by_now() -> None:
    async with a_shop() as machine:
        id_ = machine.segments()["VIPs"]
        planned = [DeleteSegment(segment=SegmentRef(name="Best", id=one)) for one in (id_, "gone")]
        names = await present_names(plan(*planned), Shop(machine.client))
    assert names == {Item.segment(id_): "VIPs", Item.segment("gone"): "Best"}


async def test_what_a_plan_was_about_is_known_by_the_name_that_it_has_since() -> None:
    """A promotion may be called as a segment was: only what the words can mean is told of."""
    async with a_shop() as machine:
        shop = Shop(machine.client)
        first, *_ = await shop.promotions() or ()
        planned = plan(
            DeleteSegment(segment=SegmentRef(name="Best", id=machine.segments()["VIPs"])),
            DeleteSegment(segment=SegmentRef(name="Lost", id="gone")),
            SwitchPromotion(promotion=PromotionRef(id=first.id, name="Best"), enabled=True),
        )
        segments = await names_since(NotSegments(("best", "Lost", "Other"), ()), planned, shop)
        promotions = await names_since(NotPromotion("Best", ()), planned, shop)
    assert (segments, promotions) == ({"best": "VIPs"}, {"Best": first.name})


def test_ids_that_are_no_longer_there_have_the_names_that_a_plan_has_for_them() -> None:
    planned = plan(
        DeleteSegment(segment=SegmentRef(name="Best", id="1")),
        DeleteSegment(segment=SegmentRef(name="Lost", id="gone")),
        SwitchPromotion(promotion=PromotionRef(id=7, name="Sale"), enabled=True),
    )
    assert names_of_ids(NotSegments(("gone", "1"), ()), planned) == ("Lost", "Best")
    assert names_of_ids(NotPromotion("7", ()), planned) == ("Sale",)
    for words in (("gone", "2"), ("7",), ("Best",)):
        assert names_of_ids(NotSegments(words, ()), planned) == ()


async def test_what_happens_to_an_item_is_all_that_the_steps_do() -> None:
    vips, loyal = (SegmentRef(name=name, id=uuid(9)) for name in ("VIPs", "{Loyal}"))
    planned = plan(CreateProfiles(customers=(7,)), *added(vips, (uuid(1),), (7,)), *removed(loyal, (uuid(1), uuid(2))))
    assert await what_happens(planned) == {
        7: "gets a profile, joins VIPs",
        uuid(1): "joins VIPs, leaves {Loyal}",
        uuid(2): "leaves {Loyal}",
    }


async def test_the_names_of_many_come_in_the_order_of_the_plan_and_each_once() -> None:
    async with bench(customers=40) as machine:
        rows = machine.store.shop.rows("SELECT id FROM profiles ORDER BY id")
        ids = (*(str(row["id"]) for row in rows), *map(uuid, range(AT_ONCE + 500)))
        steps = [step for name in ("VIPs", "Lapsed") for step in added(SegmentRef(name=name, id=uuid(9)), ids)]
        planned = Plan(steps=tuple(steps))
        groups = [some async for some in each_name(planned, Shop(machine.client))]
    assert len(groups) > 1
    assert [item for some in groups for item, _ in some] == list(planned.items)
    names = dict(pair for some in groups for pair in some)
    known = [name for name in names.values() if name != UNKNOWN]
    assert (len(known), names[Item.profile(uuid(1))]) == (len(rows), UNKNOWN)
    assert all("@" in name for name in known)
