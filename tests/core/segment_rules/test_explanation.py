"""Why a rule holds for a shopper or not: what is told agrees with what runs of rules go by."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from bot.bigcommerce import MONEY, Segment
from bot.core.segment_rules.evaluation import AsOf, sums_needed, who_belongs
from bot.core.segment_rules.explanation import Explained, explain
from bot.core.segment_rules.facts import CustomerFacts, OneCustomer, Sale
from bot.core.segment_rules.rule import (
    AcceptsMarketing,
    All,
    Any_,
    HasAttribute,
    InCountry,
    InGroup,
    InSegment,
    LastOrdered,
    NeverOrdered,
    Not,
    Ordered,
    Period,
    Registered,
    Rule,
    Spent,
)
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from tests.core.samples import uuid
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import PlainShop
from tests.core.segment_rules.test_evaluation import BERLIN, ZONES, known, sums_of
from tests.laws.values import LAW, examples

VIPS, STAFF, LAPSED = (Segment(id=uuid(at), name=name) for at, name in enumerate(("VIPs", "Staff", "Lapsed"), 1))
NAMES = Vocabulary((VIPS, STAFF, LAPSED), (Named(1, "Wholesale"),), (Named(1, "Tier"),))


def combined(rule: Rule, holding: list[bool]) -> bool:
    """Whether a rule holds by its conditions, each with the “not” before it; takes them off the list one by one."""
    match rule:
        case All(parts=parts):
            found = [combined(part, holding) for part in parts]
            return all(found)
        case Any_(parts=parts):
            found = [combined(part, holding) for part in parts]
            return any(found)
        case Not(part=Not() | All() | Any_() as part):
            return not combined(part, holding)
    return holding.pop(0)


@settings(LAW, max_examples=examples(200))
@given(RULES, SHOPS, ZONES)
def test_what_is_explained_is_what_the_evaluation_says(rule: Rule, shop: PlainShop, zone: ZoneInfo) -> None:
    as_of = AsOf(TODAY, zone)
    sums = {since: sums_of(shop, since) for since in sums_needed(rule, as_of)}
    belonging = who_belongs(rule, shop.customers, sums, shop.members, as_of)
    for one in shop.customers:
        inside = {id_ for id_, members in shop.members.items() if one.id in members}
        told = explain(rule, known(shop, one), inside, as_of, NAMES)
        holding = [condition.holds for condition in told.conditions]
        assert told.holds == (one.id in belonging) == combined(rule, holding)
        assert holding == []
        assert ("never ordered" in " ".join(one.because for one in told.conditions)) <= (not shop.sales_of(one.id))


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 23, 30, tzinfo=UTC)


MARCH = Period(count=31, unit="days")
"""Since 28 February."""
ORDERS = tuple(Sale(1000 + 7 * place, at(*day), 200 * MONEY) for place, day in enumerate(((1, 5), (3, 1), (3, 12)), 5))
"""1035, 1042 and 1049; in Berlin, a day later each."""
BUYER = OneCustomer(CustomerFacts(1, at(1, 1), 1, frozenset({"DE", "AT"}), {1: "Gold"}, True), ORDERS)
OTHER = OneCustomer(CustomerFacts(2, at(3, 3), 0, frozenset(), {1: " "}, False))


@pytest.mark.parametrize(
    ("rule", "of_buyer", "of_other"),
    [
        (
            Spent(how="over", amount=300 * MONEY, within=MARCH),
            (True, "spent 400 in 31 days: orders 1049 and 1042"),
            (False, "never ordered"),
        ),
        (
            Spent(how="over", amount=700 * MONEY, within=None),
            (False, "spent 600: orders 1049, 1042 and 1035"),
            (False, "never ordered"),
        ),
        (
            Ordered(how="at least", times=1, within=Period(count=18, unit="days")),
            (True, "ordered once in 18 days: order 1049"),
            (False, "never ordered"),
        ),
        (
            Ordered(how="under", times=1, within=Period(count=17, unit="days")),
            (True, "no order in 17 days; the last order, 1049, was on 2026-03-13"),
            (True, "never ordered"),
        ),
        (
            LastOrdered(how="more", ago=Period(count=17, unit="days")),
            (True, "the last order, 1049, was on 2026-03-13"),
            (False, "never ordered"),
        ),
        (NeverOrdered(), (False, "the last order, 1049, was on 2026-03-13"), (True, "never ordered")),
        (
            Registered(how="in", ago=MARCH),
            (False, "registered on 2026-01-02"),
            (True, "registered on 2026-03-04"),
        ),
        (InGroup(group_ids=(1, 2)), (True, "customer group is Wholesale"), (False, "in no customer group")),
        (InCountry(countries=("DE",)), (True, "country is AT and DE"), (False, "no country is known")),
        (
            HasAttribute(attribute_id=1, values=("gold",)),
            (True, "attribute Tier is “Gold”"),
            (False, "no attribute Tier"),
        ),
        (AcceptsMarketing(), (True, "accepts marketing"), (False, "does not accept marketing")),
        (InSegment(segment_ids=(VIPS.id, STAFF.id)), (True, "in VIPs"), (False, "in none of these segments")),
    ],
    ids=lambda one: getattr(one, "kind", ""),
)
def test_a_condition_is_explained_by_what_it_goes_by(
    rule: Rule, of_buyer: tuple[bool, str], of_other: tuple[bool, str]
) -> None:
    as_of = AsOf(TODAY, BERLIN)
    for one, inside, told in ((BUYER, {VIPS.id, LAPSED.id}, of_buyer), (OTHER, set[str](), of_other)):
        found = explain(rule, one, inside, as_of, NAMES)
        assert [(each.holds, each.because) for each in found.conditions] == [told]
        assert found.holds == told[0]


def test_conditions_are_told_in_order_each_with_its_not() -> None:
    rule = All(
        parts=(
            Spent(how="over", amount=500 * MONEY, within=None),
            Not(part=Any_(parts=(InSegment(segment_ids=(STAFF.id,)), Not(part=InSegment(segment_ids=(VIPS.id,)))))),
            Not(part=Not(part=AcceptsMarketing())),
        )
    )
    found = explain(rule, BUYER, {VIPS.id}, AsOf(TODAY, BERLIN), NAMES)
    assert found.holds
    assert found.conditions == (
        Explained("spent over 500 in all", True, "spent 600: orders 1049, 1042 and 1035"),
        Explained("in Staff", False, "in none of these segments"),
        Explained("not in VIPs", False, "in VIPs"),
        Explained("not accepts marketing", False, "accepts marketing"),
    )


def test_of_many_orders_the_latest_are_told() -> None:
    sales = tuple(Sale(id_, at(1, 1) + timedelta(days=id_), MONEY) for id_ in range(1, 8))
    found = explain(
        Ordered(how="over", times=6, within=None),
        BUYER._replace(sales=sales),
        (),
        AsOf(date(2026, 3, 31), BERLIN),
        NAMES,
    )
    assert found.conditions[0].because == "ordered 7 times: orders 7, 6, 5, 4, 3 and 2 more"
