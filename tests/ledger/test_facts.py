"""Facts about customers and their orders: what was read of the store is what rules find, whatever comes in between."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from bot.core.errors import NotRecorded
from bot.core.segment_rules.facts import CustomerFacts, Freshness, OneCustomer, OrderSums, Sale
from bot.ledger.ledger import Ledger
from bot.ledger.ports.facts import (
    AttributeFact,
    CustomerFact,
    FactList,
    FactsState,
    ListState,
    OrderFact,
    Outdated,
    ReadElsewhere,
    SubscriberFact,
    UnderWay,
)
from bot.ledger.sql.copying import copy_ledger
from bot.ledger.sql.facts import FORGOTTEN, PIECE
from tests.core.samples import NOW
from tests.ledger.planned import LATER
from tests.ledger.subject import Subject

T = TypeVar("T")
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
ONE = "one"
SALE, CANCELLED = 11, 5
STATUSES = (SALE, CANCELLED, 0, 4, 6, 10)


def order(id_: int, customer: int = 1, *, days: int = 0, amount: int = 100, status: int = SALE) -> OrderFact:
    return OrderFact(id_, customer, NOW + days * DAY, amount, status)


def customer(id_: int, **traits: Any) -> CustomerFact:
    return CustomerFact(id_, NOW, 0, frozenset(), {}, email_key=id_)._replace(**traits)


async def claimed(ledger: Ledger, owner: str = ONE) -> FactsState:
    await ledger.leases.renew(owner=owner, until=LATER, now=NOW)
    return await ledger.facts.claim(owner=owner, now=NOW)


async def saved(ledger: Ledger, which: FactList, rows: Any, *, reading: int = 0) -> None:
    state = (await ledger.facts.state()).having(which, ListState(reading=reading))
    await ledger.facts.save(state, which, rows, owner=ONE)


async def all_sums(ledger: Ledger, since: datetime | None = None) -> list[OrderSums]:
    return [one async for piece in ledger.facts.order_sums(since) for one in piece]


async def all_customers(ledger: Ledger) -> list[CustomerFacts]:
    return [one async for piece in ledger.facts.customers() for one in piece]


@pytest.fixture
async def reading(ledger: Ledger) -> Ledger:
    """The ledger, whose facts a living process has claimed."""
    await claimed(ledger)
    return ledger


# What rules find


async def test_sales_are_summed_by_customer(reading: Ledger) -> None:
    rows = [order(1, 7, amount=5), order(2, 3, days=1, amount=-2), order(3, 7, days=2, amount=2**60)]
    await saved(reading, FactList.ORDERS, rows)
    assert await all_sums(reading) == [OrderSums(3, 1, -2, NOW + DAY), OrderSums(7, 2, 2**60 + 5, NOW + 2 * DAY)]
    assert await all_sums(reading, NOW + DAY) == [OrderSums(3, 1, -2, NOW + DAY), OrderSums(7, 1, 2**60, NOW + 2 * DAY)]


@pytest.mark.parametrize("status", [0, 4, 5, 6])
async def test_what_is_no_sale_does_not_count(reading: Ledger, status: int) -> None:
    await saved(reading, FactList.ORDERS, [order(1), order(2, status=status)])
    assert [one.orders for one in await all_sums(reading)] == [1]
    await saved(reading, FactList.ORDERS, [order(1, status=status)])
    assert await all_sums(reading) == []


async def test_only_some_statuses_are_sales(reading: Ledger) -> None:
    await saved(reading, FactList.ORDERS, [order(one, one, status=one - 1) for one in range(1, 16)])
    assert [one.customer_id - 1 for one in await all_sums(reading)] == [1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14]


async def test_guests_are_not_kept(reading: Ledger) -> None:
    await saved(reading, FactList.ORDERS, [order(1), order(2)])
    await saved(reading, FactList.ORDERS, [order(2, 0), order(3, 0)])
    assert [one.orders for one in await all_sums(reading)] == [1]
    await saved(reading, FactList.ORDERS, [], reading=9)
    assert (await reading.facts.outdated(FactList.ORDERS)) == Outdated((1,), 1)


async def test_customers_are_found_as_they_were_read(reading: Ledger) -> None:
    attributes = {3: "Gold “ä”", 12: ""}
    rows = [customer(2, countries=frozenset({"DE", "AT"}), attributes=attributes, group_id=4), customer(1)]
    await saved(reading, FactList.CUSTOMERS, rows)
    assert await all_customers(reading) == [
        CustomerFacts(1, NOW, 0, frozenset(), {}, False),
        CustomerFacts(2, NOW, 4, frozenset({"DE", "AT"}), attributes, False),
    ]


async def test_a_subscriber_is_found_by_the_digest(reading: Ledger) -> None:
    await saved(reading, FactList.CUSTOMERS, [customer(1, email_key=5), customer(2, email_key=6), customer(3)])
    rows = [SubscriberFact(1, 5, True), SubscriberFact(2, 5, False), SubscriberFact(3, 6, False)]
    await saved(reading, FactList.SUBSCRIBERS, rows)
    assert [one.accepts_marketing for one in await all_customers(reading)] == [True, False, False]


async def test_one_customer_is_found_with_each_sale_in_order(reading: Ledger) -> None:
    rows = [order(5, days=1, amount=7), order(9), order(3, days=1, status=CANCELLED), order(4, 2), order(2, days=1)]
    await saved(reading, FactList.ORDERS, [*rows, order(6, 8)])
    await saved(
        reading, FactList.CUSTOMERS, [customer(1, attributes={3: "Gold"}, email_key=7), customer(2), customer(3)]
    )
    await saved(reading, FactList.SUBSCRIBERS, [SubscriberFact(1, 7, True)])
    sales = (Sale(9, NOW, 100), Sale(2, NOW + DAY, 100), Sale(5, NOW + DAY, 7))
    for found in await all_customers(reading):
        expected = {1: sales, 2: (Sale(4, NOW, 100),), 3: ()}[found.id]
        assert await reading.facts.one_customer(found.id) == OneCustomer(found, expected)
    assert await reading.facts.one_customer(8) is None


async def test_attributes_are_set_one_by_one(reading: Ledger) -> None:
    await saved(reading, FactList.CUSTOMERS, [customer(1, attributes={1: "a", 2: "b"}), customer(2)])
    rows = [AttributeFact(1, 2, "c"), AttributeFact(1, 3, "d"), AttributeFact(1, 3, "e"), AttributeFact(9, 1, "f")]
    await saved(reading, FactList.ATTRIBUTES, rows)
    await saved(reading, FactList.ATTRIBUTES, [])
    assert [dict(one.attributes) for one in await all_customers(reading)] == [{1: "a", 2: "c", 3: "e"}, {}]


async def test_many_come_in_pieces(reading: Ledger) -> None:
    ids = range(1, PIECE + 2)
    await saved(reading, FactList.CUSTOMERS, map(customer, ids))
    await saved(reading, FactList.ORDERS, [order(one, one) for one in ids])
    assert [len(piece) async for piece in reading.facts.customers()] == [PIECE, 1]
    assert [one.customer_id for one in await all_sums(reading)] == [*ids]


@pytest.mark.parametrize("seed", range(5))
async def test_facts_are_what_was_read_last(reading: Ledger, seed: int) -> None:
    """Random pages in random order, some of them twice: a plain recount finds the same."""
    dealt = random.Random(seed)
    kept: dict[int, OrderFact] = {}
    for _ in range(30):
        page = {id_: a_random_order(dealt, id_) for id_ in dealt.sample(range(1, 60), dealt.randint(0, 20))}
        for _ in range(dealt.randint(1, 2)):
            await saved(reading, FactList.ORDERS, page.values())
        kept |= page
        since = dealt.choice([None, NOW + dealt.randint(-5, 5) * DAY])
        assert await all_sums(reading, since) == recounted(kept.values(), since)


def a_random_order(dealt: random.Random, id_: int) -> OrderFact:
    days, amount = dealt.randint(-5, 5), dealt.randint(0, 10**9)
    return order(id_, dealt.randint(0, 8), days=days, amount=amount, status=dealt.choice(STATUSES))


def recounted(orders: Iterable[OrderFact], since: datetime | None) -> list[OrderSums]:
    sales = [one for one in orders if one.customer_id and one.status not in (0, 4, 5, 6)]
    sales = [one for one in sales if since is None or one.placed_at >= since]
    found = []
    for id_ in sorted({one.customer_id for one in sales}):
        own = [one for one in sales if one.customer_id == id_]
        found.append(OrderSums(id_, len(own), sum(one.amount for one in own), max(one.placed_at for one in own)))
    return found


# How fresh they are


async def test_facts_are_as_fresh_as_the_list_that_is_least(reading: Ledger) -> None:
    facts = reading.facts
    assert await facts.freshness() == Freshness()
    state = await facts.state()
    for at, which in enumerate(FactList):
        state = state.having(which, ListState(read_to=LATER + at * SECOND, checked_at=NOW + at * SECOND))
    state = state.model_copy(update={"missing": ("store_v2_orders_read_only",)})
    await facts.save(state, owner=ONE)
    assert await facts.freshness() == Freshness(LATER, NOW, ("store_v2_orders_read_only",))
    await facts.save(state.having(FactList.CUSTOMERS, ListState()), owner=ONE)
    assert (await facts.freshness())[:2] == (None, None)


# One reads, and goes on where the last one was


async def test_a_reading_goes_on_where_another_process_left_it(reading: Ledger, other: Ledger) -> None:
    state = await reading.facts.state()
    under_way = UnderWay(began_at=NOW, cursor="250", read=250, counted=900)
    state = state.having(FactList.ORDERS, ListState(reading=1, under_way=under_way))
    await reading.facts.save(state, FactList.ORDERS, [order(1)], owner=ONE)
    await reading.facts.release(owner=ONE)
    assert await claimed(other, "two") == state
    assert state.salt


async def test_one_process_at_a_time_reads(reading: Ledger, other: Ledger) -> None:
    with pytest.raises(ReadElsewhere, match="Another bot reads customers and orders, or was killed a moment ago"):
        await claimed(other, "two")
    assert await other.facts.claim(owner="two", now=LATER + SECOND) == await reading.facts.state()


async def test_who_lost_the_facts_writes_nothing_more(reading: Ledger, other: Ledger) -> None:
    await saved(reading, FactList.ORDERS, [order(1)])
    state = await other.facts.claim(owner="two", now=LATER + SECOND)
    nothing = state.having(FactList.ORDERS, ListState(reading=5))
    tries: list[Callable[[], Any]] = [
        lambda: reading.facts.save(nothing, FactList.ORDERS, [order(2)], owner=ONE),
        lambda: reading.facts.forget(FactList.ORDERS, [1], owner=ONE),
        lambda: reading.facts.clear(owner=ONE),
    ]
    for try_ in tries:
        with pytest.raises(ReadElsewhere):
            await try_()
    await reading.facts.release(owner=ONE)
    assert await other.facts.state() == state
    assert [one.orders for one in await all_sums(other)] == [1]
    await other.facts.save(state, owner="two")


async def test_a_page_and_its_cursor_are_saved_together(subject: Subject, reading: Ledger) -> None:
    before = await reading.facts.state()
    with subject.jammed(reading), pytest.raises(NotRecorded):
        await saved(reading, FactList.ORDERS, [order(1)], reading=3)
    assert (await reading.facts.state(), await all_sums(reading)) == (before, [])


async def test_a_release_that_cannot_be_recorded_comes_later(subject: Subject, reading: Ledger, other: Ledger) -> None:
    with subject.jammed(reading):
        await reading.facts.release(owner=ONE)
    await reading.leases.retry_releases()
    assert (await claimed(other, "two")).salt


async def test_whoever_claims_again_is_not_released_by_an_earlier_release(subject: Subject, reading: Ledger) -> None:
    with subject.jammed(reading):
        await reading.facts.release(owner=ONE)
    await reading.leases.forget_silent(LATER + SECOND)
    await reading.facts.claim(owner=ONE, now=LATER + SECOND)
    await reading.leases.retry_releases()
    await saved(reading, FactList.ORDERS, [order(1)])


# What is gone


async def test_what_a_whole_reading_did_not_list_is_outdated(reading: Ledger) -> None:
    await saved(reading, FactList.ORDERS, [order(1), order(2), order(3)], reading=1)
    await saved(reading, FactList.ORDERS, [order(2)], reading=2)
    found = await reading.facts.outdated(FactList.ORDERS)
    assert (sorted(found.ids), found.kept) == ([1, 3], 3)
    await reading.facts.forget(FactList.ORDERS, found.ids, owner=ONE)
    assert [one.orders for one in await all_sums(reading)] == [1]


async def test_orders_of_customers_who_are_gone_are_found(reading: Ledger) -> None:
    await saved(reading, FactList.CUSTOMERS, [customer(1)])
    await saved(reading, FactList.ORDERS, [order(1, 1), order(2, 2), order(3, 2)])
    found = await reading.facts.orphans()
    assert (sorted(found.ids), found.kept) == ([2, 3], 3)


async def test_all_is_forgotten_to_be_read_anew(reading: Ledger) -> None:
    salt = (await reading.facts.state()).salt
    await saved(reading, FactList.ORDERS, [order(one) for one in range(1, FORGOTTEN + 2)])
    await saved(reading, FactList.CUSTOMERS, [customer(1)])
    await saved(reading, FactList.SUBSCRIBERS, [SubscriberFact(1, 1, True)])
    state = await reading.facts.clear(owner=ONE)
    assert state == await reading.facts.state() == FactsState(rebuilding=True, salt=state.salt)
    assert salt != state.salt
    assert (await all_sums(reading), await all_customers(reading)) == ([], [])
    for which in (FactList.ORDERS, FactList.CUSTOMERS, FactList.SUBSCRIBERS):
        assert await reading.facts.outdated(which) == Outdated((), 0)


async def test_facts_stay_behind_when_a_ledger_is_copied(subject: Subject, reading: Ledger) -> None:
    await saved(reading, FactList.ORDERS, [order(1)], reading=1)
    with type(subject).fresh() as empty:
        async with empty.open() as target:
            one: Any = reading.storage
            other: Any = target.storage
            await copy_ledger(one, other, names=("one", "two"), clock=lambda: LATER + DAY)
            assert (await all_sums(target), await target.facts.state()) == ([], FactsState())
