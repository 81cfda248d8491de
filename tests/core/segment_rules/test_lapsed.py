"""What most of those who leave by a rule have in common: no order within a time that the rule asks for."""

import re
from datetime import timedelta

import pytest
from hypothesis import given, settings

from bot.bigcommerce import MONEY
from bot.core.segment_rules.evaluation import AsOf, sums_needed
from bot.core.segment_rules.facts import OrderSums
from bot.core.segment_rules.lapsed import describe_lapsed
from bot.core.segment_rules.rule import (
    AcceptsMarketing,
    All,
    Any_,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Period,
    Rule,
    Spent,
)
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import PlainShop
from tests.core.segment_rules.test_evaluation import BERLIN, sums_of
from tests.laws.values import LAW, examples

AS_OF = AsOf(TODAY, BERLIN)
MONTH, YEAR = Period(count=30, unit="days"), Period(count=12, unit="months")
SPENT = Spent(how="over", amount=500 * MONEY, within=MONTH)
ORDERED = Ordered(how="at least", times=3, within=YEAR)
LATELY = LastOrdered(how="less", ago=MONTH)
LEAVING = (1, 2, 3, 4)


def orders(*buyers: int, days: int = 5) -> dict[int, OrderSums]:
    """Each of them ordered once, so many days ago."""
    at = AS_OF.start(Period(count=days, unit="days"))
    return {one: OrderSums(one, 1, MONEY, at) for one in buyers}


SUMS = {
    AS_OF.since(SPENT): orders(1),
    AS_OF.since(ORDERED): orders(1, 2, 3),
    None: orders(1, 2) | orders(3, days=90),
}


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (SPENT, "3 of the 4 who leave had no order in 30 days."),
        (All(parts=(ORDERED, SPENT, Not(part=AcceptsMarketing()))), "3 of the 4 who leave had no order in 30 days."),
        (Any_(parts=(ORDERED, NeverOrdered())), "1 of the 4 who leave had no order in 12 months."),
        (Not(part=Not(part=SPENT)), "3 of the 4 who leave had no order in 30 days."),
        (LATELY, "2 of the 4 who leave had no order in 30 days."),
        (Not(part=SPENT), ""),
        (Spent(how="under", amount=MONEY, within=MONTH), ""),
        (Spent(how="over", amount=MONEY, within=None), ""),
        (LastOrdered(how="more", ago=MONTH), ""),
        (AcceptsMarketing(), ""),
    ],
)
def test_the_time_is_told_in_which_most_had_no_order(rule: Rule, told: str) -> None:
    assert "".join(describe_lapsed(rule, LEAVING, SUMS, AS_OF)) == told


@pytest.mark.parametrize(
    ("leaving", "told"),
    [
        ((), ""),
        ((1,), ""),
        ((2,), "Whoever leaves had no order in 30 days."),
        ((2, 3), "All 2 who leave had no order in 30 days."),
    ],
)
def test_it_is_told_of_those_who_leave(leaving: tuple[int, ...], told: str) -> None:
    assert "".join(describe_lapsed(SPENT, leaving, SUMS, AS_OF)) == told


@settings(LAW, max_examples=examples(50))
@given(RULES, SHOPS)
def test_as_many_had_no_order_as_their_orders_say(rule: Rule, shop: PlainShop) -> None:
    leaving = [one.id for one in shop.customers]
    sums = {since: sums_of(shop, since) for since in sums_needed(rule, AS_OF)}
    for told in describe_lapsed(rule, leaving, sums, AS_OF):
        found = re.fullmatch(r"(?:(?:All )?([\d,]+)|Whoever).* had no order in ([\d,]+) (day|month)s?\.", told)
        assert found, told
        period = Period.model_validate({"count": int(found[2].replace(",", "")), "unit": f"{found[3]}s"})
        since = [AS_OF.start(period), AS_OF.start(period) + timedelta(days=1)]  # younger than so many days
        counts = {sum(one not in sums_of(shop, at) for one in leaving) for at in since}
        assert int(found[1] or 1) in counts
