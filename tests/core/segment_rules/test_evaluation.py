from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.segment_rules.evaluation import AsOf, sums_needed, who_belongs
from bot.core.segment_rules.facts import CustomerFacts, OneCustomer, OrderSums, Sale
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
    keeps,
)
from tests.core.samples import uuid
from tests.core.segment_rules.drawn import RULES, SHOPS, TODAY
from tests.core.segment_rules.plain_evaluation import Order, PlainShop
from tests.laws.values import LAW, examples

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/Santiago", "Pacific/Kiritimati", "America/St_Johns"]).map(
    ZoneInfo
)


def sums_of(shop: PlainShop, since: datetime | None) -> dict[int, OrderSums]:
    """What the ledger's database sums up."""
    found = {}
    for customer in {one.customer_id for one in shop.orders} - {0}:
        sales = [one for one in shop.sales_of(customer) if since is None or one.placed_at >= since]
        if sales:
            spent = sum(one.total - one.refunded for one in sales)
            found[customer] = OrderSums(customer, len(sales), spent, max(one.placed_at for one in sales))
    return found


def known(shop: PlainShop, facts: CustomerFacts) -> OneCustomer:
    """What the ledger's database tells of one customer."""
    orders = sorted(shop.sales_of(facts.id), key=lambda one: one.placed_at)
    return OneCustomer(
        facts, tuple(Sale(at, one.placed_at, one.total - one.refunded) for at, one in enumerate(orders, 100))
    )


@settings(LAW, max_examples=examples(300))
@given(RULES, SHOPS, ZONES)
def test_who_belongs_is_what_a_plain_look_at_each_order_says(rule: Rule, shop: PlainShop, zone: ZoneInfo) -> None:
    as_of = AsOf(TODAY, zone)

    sums = {since: sums_of(shop, since) for since in sums_needed(rule, as_of)}
    found = who_belongs(rule, shop.customers, sums, shop.members, as_of)

    plain = rule.model_dump()
    assert found == [one.id for one in shop.customers if shop.belongs(plain, one, TODAY, zone)]


@settings(LAW)
@given(RULES, SHOPS)
def test_no_one_leaves_a_segment_by_a_rule_that_keeps_whoever_is_in_it(rule: Rule, shop: PlainShop) -> None:
    for segment_id, inside in shop.members.items():
        for kept in (rule, Any_(parts=(InSegment(segment_ids=(segment_id,)), rule))):
            plain, there = kept.model_dump(), [one for one in shop.customers if one.id in inside]
            stay = all(shop.belongs(plain, one, TODAY, ZoneInfo("UTC")) for one in there)
            assert stay or not keeps(kept, segment_id)


@pytest.mark.parametrize(
    ("count", "unit", "today", "day"),
    [
        (1, "months", date(2026, 3, 31), date(2026, 2, 28)),
        (1, "months", date(2028, 3, 31), date(2028, 2, 29)),
        (12, "months", date(2028, 2, 29), date(2027, 2, 28)),
        (3, "months", date(2026, 1, 15), date(2025, 10, 15)),
        (90, "days", date(2026, 3, 31), date(2025, 12, 31)),
    ],
)
def test_months_are_those_of_the_calendar(count: int, unit: str, today: date, day: date) -> None:
    assert Period.model_validate({"count": count, "unit": unit}).before(today) == day


BERLIN = ZoneInfo("Europe/Berlin")
MONTH = Period(count=30, unit="days")
BEGAN = datetime(2026, 3, 1, tzinfo=BERLIN)
"""When the day began, there, that is 30 days before."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("rule", "at", "belongs"),
    [
        (Spent(how="at least", amount=100, within=MONTH), BEGAN, True),
        (Spent(how="at least", amount=100, within=MONTH), BEGAN - SECOND, False),
        (Ordered(how="at least", times=1, within=MONTH), BEGAN, True),
        (Ordered(how="at least", times=1, within=MONTH), BEGAN - SECOND, False),
        (LastOrdered(how="more", ago=MONTH), BEGAN - SECOND, True),
        (LastOrdered(how="more", ago=MONTH), BEGAN, False),
        (LastOrdered(how="less", ago=MONTH), BEGAN + DAY - SECOND, False),
        (LastOrdered(how="less", ago=MONTH), BEGAN + DAY, True),
        (Registered(how="in", ago=MONTH), BEGAN, True),
        (Registered(how="in", ago=MONTH), BEGAN - SECOND, False),
        (Registered(how="before", ago=MONTH), BEGAN - SECOND, True),
        (Registered(how="before", ago=MONTH), BEGAN, False),
    ],
)
def test_a_day_counts_from_its_first_second_in_the_teams_zone(rule: Rule, at: datetime, belongs: bool) -> None:
    one = CustomerFacts(1, at.astimezone(UTC), 0, frozenset(), {}, accepts_marketing=False)
    shop = PlainShop((one,), (Order(1, at.astimezone(UTC), 100, 0, 10),), {})
    as_of = AsOf(TODAY, BERLIN)
    sums = {since: sums_of(shop, since) for since in sums_needed(rule, as_of)}
    assert bool(who_belongs(rule, shop.customers, sums, {}, as_of)) is belongs
    assert shop.belongs(rule.model_dump(), one, TODAY, BERLIN) is belongs


GOLD, GERMAN = HasAttribute(attribute_id=1, values=("Gold", "Silver")), InCountry(countries=("DE", "AT"))
VIPS = uuid(1)


@pytest.mark.parametrize(
    ("rule", "belongs"),
    [
        (GOLD, True),
        (HasAttribute(attribute_id=2, values=("Gold",)), False),
        (GERMAN, True),
        (InCountry(countries=("CH",)), False),
        (InGroup(group_ids=(3, 4)), True),
        (InGroup(group_ids=(4,)), False),
        (AcceptsMarketing(), False),
        (NeverOrdered(), True),
        (InSegment(segment_ids=(VIPS,)), True),
        (Not(part=InSegment(segment_ids=(VIPS,))), False),
        (All(parts=(GOLD, GERMAN)), True),
        (All(parts=(GOLD, AcceptsMarketing())), False),
        (Any_(parts=(AcceptsMarketing(), GOLD)), True),
        (Any_(parts=(AcceptsMarketing(), InGroup(group_ids=(4,)))), False),
    ],
)
def test_each_condition_looks_at_what_it_names(rule: Rule, belongs: bool) -> None:
    one = CustomerFacts(1, BEGAN.astimezone(UTC), 3, frozenset({"DE"}), {1: " gold "}, accepts_marketing=False)
    as_of = AsOf(TODAY, BERLIN)
    sums: dict[datetime | None, dict[int, OrderSums]] = {since: {} for since in sums_needed(rule, as_of)}
    assert bool(who_belongs(rule, (one,), sums, {VIPS: (1,)}, as_of)) is belongs
