from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given, settings

from bot.core.errors import Impossible
from bot.core.segment_rules.belonging import MOST_SUMS, NoOrders, find_belonging
from bot.core.segment_rules.evaluation import AsOf, sums_needed
from bot.core.segment_rules.facts import CustomerFacts, Freshness, OneCustomer, OrderSums
from bot.core.segment_rules.followed import NO_RULES
from bot.core.segment_rules.rule import Any_, NeverOrdered, Not, Ordered, Period, Rule
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import Order, PlainShop
from tests.core.segment_rules.test_evaluation import BEGAN, BERLIN, known, sums_of
from tests.laws.values import LAW, examples


@dataclass(frozen=True)
class PlainFacts:
    """The facts about a shop that is held in memory, in pieces of two."""

    shop: PlainShop

    async def freshness(self) -> Freshness:
        return Freshness()

    async def customers(self) -> AsyncIterator[Sequence[CustomerFacts]]:
        for start in range(0, len(self.shop.customers), 2):
            yield self.shop.customers[start : start + 2]

    async def order_sums(self, since: datetime | None) -> AsyncIterator[Sequence[OrderSums]]:
        found = sorted(sums_of(self.shop, since).values())
        for start in range(0, len(found), 2):
            yield found[start : start + 2]

    async def one_customer(self, customer_id: int) -> OneCustomer | None:
        return next((known(self.shop, one) for one in self.shop.customers if one.id == customer_id), None)


@settings(LAW, max_examples=examples(25))
@given(RULES, SHOPS)
async def test_who_belongs_is_found_piece_by_piece(rule: Rule, shop: PlainShop) -> None:
    as_of, plain = AsOf(TODAY, BERLIN), rule.model_dump()
    if sums_needed(rule, as_of) and not sums_of(shop, None):
        with pytest.raises(NoOrders, match="The store lists no order of any customer that counts"):
            await find_belonging(rule, PlainFacts(shop), shop.members, as_of)
        return
    found = await find_belonging(rule, PlainFacts(shop), shop.members, as_of)
    assert found.inside == {one.id for one in shop.customers if shop.belongs(plain, one, TODAY, BERLIN)}
    assert found.known == {one.id for one in shop.customers}


async def test_who_ordered_and_whoever_is_known_are_found_in_all_pieces() -> None:
    customers = tuple(CustomerFacts(number, BEGAN, 0, frozenset(), {}, accepts_marketing=False) for number in (1, 2, 3))
    as_of, shop = AsOf(TODAY, BERLIN), PlainShop(customers, (Order(3, BEGAN, 100, 0, 10),), {})
    found = await find_belonging(Not(part=NeverOrdered()), PlainFacts(shop), {}, as_of)
    assert (set(found.inside), set(found.known)) == ({3}, {1, 2, 3})
    with pytest.raises(NoOrders, match="The store lists no order of any customer that counts"):
        await find_belonging(NeverOrdered(), PlainFacts(PlainShop(customers, (), {})), {}, as_of)


async def test_a_rule_sums_up_orders_of_only_so_many_lengths_of_time() -> None:
    placed = AsOf(TODAY, BERLIN).start(Period(count=MOST_SUMS, unit="days"))
    shop = PlainShop((), (Order(1, placed, 100, 0, 2),), {})
    lengths = (Period(count=count, unit="days") for count in range(1, MOST_SUMS + 2))
    parts = tuple(Ordered(how="over", times=1, within=one) for one in lengths)
    found = await find_belonging(Any_(parts=parts[:-1]), PlainFacts(shop), {}, AsOf(TODAY, BERLIN))
    assert found.inside == found.known == frozenset()
    with pytest.raises(Impossible, match="at most 10 different lengths of time, and this one of 11"):
        await find_belonging(Any_(parts=parts), PlainFacts(shop), {}, AsOf(TODAY, BERLIN))


async def test_a_store_of_plain_lists_has_no_rules() -> None:
    assert (await NO_RULES.of("x"), await NO_RULES.all(), await NO_RULES.latest_runs(1)) == (None, {}, ())
