"""Laws over how many shoppers gain and lose a promotion: what is counted is what asking each shopper would give."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Customer, Targeting
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import Reach, count_reach, reaches
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
