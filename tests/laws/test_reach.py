"""Laws over how many shoppers gain and lose a promotion: what is counted is what asking each shopper would give."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Customer, Targeting
from bot.core.planning.promotion_effects import promotion_effects
from bot.core.planning.steps import DeleteSegment, SegmentRef
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import COUNTED, Reach, count_reach, reaches
from bot.sandbox.store.resources import promotions as store_promotions
from tests.engine.bench import Bench
from tests.laws.shops import a_rule, a_shop
from tests.laws.values import FEW


def asked(before: Targeting | None, after: Targeting | None, customers: tuple[Customer, ...]) -> Reach:
    """Ask each customer."""
    ways = Counter((reaches(before)(one.segment_ids), reaches(after)(one.segment_ids)) for one in customers)
    return Reach(gain=ways[False, True], lose=ways[True, False], keep=ways[True, True])


def _rule(data: st.DataObject, machine: Bench) -> Targeting | None:
    return a_rule(data, machine) if data.draw(st.booleans()) else None


@given(data=st.data())
@FEW
async def test_the_counted_reach_is_that_of_each_shopper(data: st.DataObject) -> None:
    async with a_shop() as machine:
        shop = Shop(machine.engine.planner.reader)
        customers = tuple([one async for one in shop.reader.customers()])
        for _ in range(5):
            before, after = _rule(data, machine), _rule(data, machine)
            named = [id_ for one in (before, after) if one for id_ in one.segment_ids]
            assert await count_reach(reaches(before), reaches(after), named, shop) == asked(before, after, customers)


def _only_live(machine: Bench, rule: Targeting) -> str:
    """Let the first promotion alone be live, and reach whom this rule reaches; return its name."""
    shop = machine.store.shop
    for row in shop.rows("SELECT id FROM promotions"):
        document = store_promotions.one(shop, row["id"]) | {"status": "ENABLED" if row["id"] == 1 else "DISABLED"}
        if row["id"] == 1:
            document["customer"]["segments"] = rule.to_json()
        with shop.db:
            store_promotions.store(shop, document)
    return str(store_promotions.one(shop, 1)["name"])


@given(data=st.data())
@FEW
async def test_what_a_deletion_gives_and_takes_is_that_of_each_shopper(data: st.DataObject) -> None:
    async with a_shop() as machine:
        rule = a_rule(data, machine)
        name, shop = _only_live(machine, rule), Shop(machine.engine.planner.reader)
        customers = tuple([one async for one in shop.reader.customers()])
        segments = data.draw(st.lists(st.sampled_from(await shop.segments()), min_size=1, max_size=3, unique=True))
        gone = {one.id for one in segments}
        steps = [await DeleteSegment(segment=SegmentRef.of(one)).refreshed(shop) for one in segments]
        ways = Counter((rule.reaches(one.segment_ids), rule.reaches({*one.segment_ids} - gone)) for one in customers)
        reach = Reach(gain=ways[False, True], lose=ways[True, False], keep=ways[True, True])
        told = (f"{name} (live): {reach.counts}.", COUNTED) if gone & {*rule.segment_ids} else ()
        assert await promotion_effects(steps, shop) == told
