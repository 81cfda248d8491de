"""Rules and shops, drawn at random."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from bot.bigcommerce import MONEY
from bot.core.segment_rules.facts import CustomerFacts
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
from bot.core.segment_rules.schedule import ByHand, Daily, Hourly, Schedule
from tests.core.samples import uuid
from tests.core.segment_rules.plain_evaluation import Order, PlainShop

SEGMENTS, GROUPS, ATTRIBUTES, COUNTRIES = tuple(map(uuid, (10, 11, 12))), (1, 2, 3), (1, 2), ("DE", "AT", "CH", "IN")
VALUES = ("Gold", "Silver", "gold", "spent a lot", "a, b", "not", "is is", "VIPs", "1,000", "in", "ordered", "Ö x")
TODAY = date(2026, 3, 31)
"""The day before it is the end of summer time's eve in Berlin, and a month before it is shorter."""


def some_of(values: tuple[object, ...]) -> st.SearchStrategy[tuple[object, ...]]:
    """One to three of these, each once."""
    return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


LENGTHS = tuple(Period(count=count, unit=unit) for unit in ("days", "months") for count in (1, 2, 30))
PERIODS = st.sampled_from(LENGTHS) | st.builds(
    Period, count=st.integers(1, 100), unit=st.sampled_from(("days", "months"))
)
EDGES = tuple(period.before(TODAY) + timedelta(days=more) for period in LENGTHS for more in (0, 1))
"""The days on which what a rule looks back to begins, and those after them."""
AHEAD = (0, 1, 2, 14, -2.5, -3.5, -3, -4)
"""By how many hours the zones are ahead in which rules are evaluated, in summer and in winter."""
HOW = st.sampled_from(("over", "under", "at least", "at most"))
AMOUNTS = st.integers(0, 30_000).map(lambda cents: cents * (MONEY // 100))
CONDITIONS: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Spent, how=HOW, amount=AMOUNTS, within=st.none() | PERIODS),
    st.builds(Ordered, how=HOW, times=st.integers(0, 4) | st.just(1_000), within=st.none() | PERIODS),
    st.builds(LastOrdered, how=st.sampled_from(("more", "less")), ago=PERIODS),
    st.just(NeverOrdered()),
    st.builds(Registered, how=st.sampled_from(("in", "before")), ago=PERIODS),
    st.builds(InGroup, group_ids=some_of(GROUPS)),
    st.builds(InCountry, countries=some_of(COUNTRIES)),
    st.builds(HasAttribute, attribute_id=st.sampled_from(ATTRIBUTES), values=some_of(VALUES)),
    st.just(AcceptsMarketing()),
    st.builds(InSegment, segment_ids=some_of(SEGMENTS)),
)
RULES: st.SearchStrategy[Rule] = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(Not, part=inner),
        st.builds(All, parts=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Any_, parts=st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def _edge(day: date, ahead: float, second: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=-ahead, seconds=second)


NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 12, tzinfo=UTC)
TIMES = st.builds(_edge, st.sampled_from(EDGES), st.sampled_from(AHEAD), st.sampled_from((-1, 0, 1))) | st.integers(
    0, 200 * 86_400
).map(lambda seconds: NOON - timedelta(seconds=seconds))
"""Times of the last 200 days, and the edges of the days that matter."""
CUSTOMERS = st.builds(
    CustomerFacts,
    id=st.just(0),
    registered_at=TIMES,
    group_id=st.sampled_from((0, *GROUPS)),
    countries=st.frozensets(st.sampled_from(COUNTRIES), max_size=2),
    attributes=st.dictionaries(st.sampled_from(ATTRIBUTES), st.sampled_from((*VALUES, " GOLD ", ""))),
    accepts_marketing=st.booleans(),
)
ORDERS = st.builds(
    Order,
    customer_id=st.integers(0, 6),
    placed_at=TIMES,
    total=st.integers(0, 20_000).map(lambda cents: cents * (MONEY // 100)),
    refunded=st.integers(0, 3).map(lambda part: part * 10_000 * (MONEY // 100) // 3),
    status_id=st.sampled_from((0, 1, 2, 4, 5, 6, 10, 11, 14)),
)
SHOPS = st.builds(
    lambda customers, orders, members: PlainShop(
        tuple(one._replace(id=number) for number, one in enumerate(customers, 1)), tuple(orders), members
    ),
    st.lists(CUSTOMERS, min_size=1, max_size=6),
    st.lists(ORDERS, max_size=12),
    st.fixed_dictionaries(dict.fromkeys(SEGMENTS, st.frozensets(st.integers(1, 6)))),
)
SCHEDULES: st.SearchStrategy[Schedule] = st.one_of(
    st.just(ByHand()),
    st.just(Hourly()),
    st.builds(Daily, at=st.builds(time, st.integers(0, 23), st.integers(0, 59))),
)
