"""Orders, and what customers are like, read from an emulated store: whole, or refused."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import (
    NO_SALES,
    Contradiction,
    Forbidden,
    MalformedResponse,
    Order,
    OrdersForbidden,
    Position,
    Store,
    Subscriber,
    connect,
)
from bot.bigcommerce.behaviour_reader import BehaviourReader
from bot.sandbox.store import Store as EmulatedStore
from tests.bigcommerce.conftest import Clock, scripted, store_of
from tests.laws.values import LAW, PURE
from tests.sandbox.served_store import serving_stores
from tests.seeded import register

PEOPLE = 260
ORDER = {"id": 1, "customer_id": 1, "status_id": 11, "total_inc_tax": "1", "date_created": "2026-01-01T00:00:00Z"}
CUSTOMER = {"id": 1, "email": "a@example.com", "date_created": "2026-01-01T00:00:00Z"}
T = TypeVar("T")


@dataclass
class Shop:
    """An emulated store with some customers, and a client of it."""

    emulated: EmulatedStore
    client: Store
    clock: Clock

    @property
    def behaviour(self) -> BehaviourReader:
        return self.client.behaviour

    def order(self, customer_id: int = 1, total: str = "10", **more: Any) -> int:
        self.clock.now += 1
        return int(self.emulated.act("place_order", customer_id=customer_id, total=total, **more)["order_id"])

    def place_orders(self, count: int) -> None:
        for _ in range(count):
            self.order()

    async def orders(self, **how: Any) -> list[Order]:
        return [one async for part in self.behaviour.orders(**how) for one in part.items]

    def asked(self) -> list[str]:
        return [one["path"].partition("/sandbox/")[2] for one in self.emulated.requests()]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with opened() as shop:
        yield shop


@asynccontextmanager
async def opened(people: int = PEOPLE) -> AsyncIterator[Shop]:
    clock = Clock(1_775_000_000.0)
    emulated = EmulatedStore(":memory:", clock=clock, sleep=clock.sleep)
    register(emulated, [(f"ada{at}@example.com", "2025-01-01T00:00:00Z") for at in range(people)])
    async with (
        serving_stores(emulated) as url,
        connect(url, "sandbox", "sandbox-token", clock=clock, sleep=clock.sleep) as client,
    ):
        yield Shop(emulated, client, clock)
    emulated.close()


def now_of(shop: Shop) -> datetime:
    return datetime.fromtimestamp(shop.clock.now, UTC)


async def listed(found: AsyncIterator[T]) -> list[T]:
    return [one async for one in found]


async def test_an_order_is_who_when_how_much_and_nothing_else(shop: Shop) -> None:
    number = shop.order(7, "361.95", status_id=10)
    [order] = await shop.orders()
    at = datetime(2026, 3, 31, 23, 33, 21, tzinfo=UTC)
    assert (order.id, order.customer_id, order.placed_at) == (number, 7, at)
    assert (order.amount, order.status_id, order.is_deleted) == (3_619_500, 10, False)
    assert "ada" not in order.model_dump_json().casefold()


async def test_refunds_are_taken_off_in_the_stores_own_currency(shop: Shop) -> None:
    number = shop.order(total="92", currency="EUR", rate="0.92")
    shop.emulated.act("change_order", order_id=number, refunded="23")
    [order] = await shop.orders()
    assert order.amount == 75 * 10_000


async def test_pages_follow_ids_and_a_full_one_is_followed(shop: Shop) -> None:
    shop.place_orders(500)
    parts = await listed(shop.behaviour.orders())
    assert [(len(part.items), part.position, part.is_last) for part in parts] == [
        (250, Position("250", 250, 500), False),
        (250, Position("500", 500, 500), False),
    ]
    pages = [f"v2/orders?page=1&limit=250&min_id={first}&sort=id:asc" for first in (1, 251, 501)]
    assert shop.asked() == ["v2/orders/count", *pages]


async def test_a_reading_goes_on_where_another_stopped(shop: Shop) -> None:
    shop.place_orders(300)
    async for part in shop.behaviour.orders():
        rest = await shop.orders(at=part.position)
        assert [one.id for one in (*part.items, *rest)] == list(range(1, 301))
        break
    assert shop.asked().count("v2/orders/count") == 1


async def test_what_is_placed_meanwhile_moves_no_page(shop: Shop) -> None:
    shop.place_orders(260)
    found = []
    async for part in shop.behaviour.orders():
        found += [one.id for one in part.items]
        if len(found) == 250:
            shop.order()
            shop.emulated.act("change_order", order_id=1, is_deleted=True)
    assert found == list(range(1, 262))


async def test_what_is_deleted_meanwhile_is_not_missed(shop: Shop) -> None:
    shop.place_orders(260)
    found = []
    async for part in shop.behaviour.orders():
        found += [one.id for one in part.items]
        shop.emulated.act("change_order", order_id=255, is_deleted=True)
    assert len(found) == 259


async def test_only_what_was_modified_since_is_read(shop: Shop) -> None:
    first, second = shop.order(), shop.order()
    since = datetime.fromtimestamp(shop.clock.now + 5, UTC)
    shop.clock.now += 10
    shop.emulated.act("change_order", order_id=first, status_id=4)
    assert [(one.id, one.status_id) for one in await shop.orders(since=since)] == [(first, 4)]
    assert await shop.behaviour.order_count(since=since) == 1
    assert [one.id for one in await shop.orders(since=since - timedelta(minutes=1))] == [first, second]


@pytest.mark.parametrize("incomplete", ["listed", "counted", "left_out"])
@pytest.mark.parametrize("deleted", ["left_out", "marked"])
@pytest.mark.parametrize("counts", ["by_status", "plain"])
async def test_sales_are_the_same_however_the_store_lists_and_counts(
    shop: Shop, incomplete: str, deleted: str, counts: str
) -> None:
    sale, gone = shop.order(), shop.order()
    shop.order(status_id=0)
    shop.emulated.act("change_order", order_id=gone, is_deleted=True)
    shop.emulated.set(incomplete_orders=incomplete, deleted_orders=deleted, order_counts=counts)
    found = await shop.orders()
    assert [one.id for one in found if one.status_id not in NO_SALES and not one.is_deleted] == [sale]


@pytest.mark.parametrize(("dates", "nothing"), [("iso", 200), ("rfc2822", 204)])
async def test_dates_and_emptiness_may_be_written_either_way(shop: Shop, dates: str, nothing: int) -> None:
    shop.emulated.set(order_dates=dates, no_orders=nothing)
    assert await shop.orders() == []
    shop.order()
    assert [one.placed_at.year for one in await shop.orders()] == [2026]


@pytest.mark.parametrize("way", ["empty", "twice"])
async def test_an_answer_that_does_not_fit_the_count_is_refused(shop: Shop, way: str) -> None:
    shop.place_orders(20)
    shop.emulated.faults.add("GET", "/orders", pages=way, times=None)
    with pytest.raises(Contradiction):
        await shop.orders()


async def test_a_short_page_is_followed_by_the_rest(shop: Shop) -> None:
    shop.place_orders(20)
    shop.emulated.faults.add("GET", "/orders", status=200, body=[ORDER | {"id": id_} for id_ in range(1, 11)])
    assert [one.id for one in await shop.orders()] == list(range(1, 21))


async def test_a_list_that_ends_too_early_is_refused(shop: Shop) -> None:
    shop.place_orders(20)
    shop.emulated.faults.add("GET", "/orders", status=200, body=[ORDER | {"id": id_} for id_ in range(1, 11)])
    shop.emulated.faults.add("GET", "/orders", pages="empty", times=None)
    with pytest.raises(Contradiction, match="It counts 20 and lists 10"):
        await shop.orders()


@pytest.mark.parametrize("body", [None, [], {}, {"count": None}, {"count": -1}])
async def test_a_count_that_is_none_is_refused(shop: Shop, body: Any) -> None:
    shop.emulated.faults.add("GET", "/orders/count", status=204 if body is None else 200, body=body)
    with pytest.raises(MalformedResponse):
        await shop.orders()


@pytest.mark.parametrize("scopes", [set(), {"store_v2_customers", "store_v2_marketing"}])
async def test_a_missing_scope_is_named(shop: Shop, scopes: set[str]) -> None:
    shop.emulated.scopes = scopes
    with pytest.raises(OrdersForbidden, match=r"store_v2_orders_read_only.*You don't have a required scope"):
        await shop.orders()


async def test_the_scope_of_customers_is_another_one(shop: Shop) -> None:
    shop.emulated.scopes = {"store_v2_orders"}
    assert await shop.orders() == []
    for reading in (shop.behaviour.customers(), shop.behaviour.groups(), shop.behaviour.subscribers()):
        with pytest.raises(Forbidden, match="store_v2_customers"):
            await listed(reading)


@pytest.mark.parametrize(
    "fields",
    [
        {"date_created": ""},
        {"date_created": "0000-00-00"},
        {"total_inc_tax": "much"},
        {"total_inc_tax": "NaN"},
        {"total_inc_tax": "1e30"},
        {"store_default_to_transactional_exchange_rate": "0.0000000000"},
        {"id": -1},
        {"customer_id": "Ada Byron"},
    ],
)
async def test_an_order_that_makes_no_sense_is_refused_and_not_quoted(clock: Clock, fields: dict[str, Any]) -> None:
    body = [ORDER | fields]
    async with store_of(scripted(httpx.Response(200, json=body)), clock) as (store, _):
        with pytest.raises(MalformedResponse) as refused:
            await listed(store.behaviour.orders(at=Position(counted=1)))
        assert "Ada" not in f"{refused.value} {refused.value.cause}"


@pytest.mark.parametrize(
    "body", [b"no JSON", b"{}", b"7", b'"Ada Byron"', b'{"0": "Ada"}', b'[["' + b"\\ud800" + b'"]]', b"[" * 5_000]
)
async def test_an_answer_that_is_no_list_of_orders_is_refused_and_not_quoted(clock: Clock, body: bytes) -> None:
    async with store_of(scripted(httpx.Response(200, content=body)), clock) as (store, _):
        with pytest.raises(MalformedResponse) as refused:
            await listed(store.behaviour.orders(at=Position(counted=1)))
        assert "Ada" not in f"{refused.value} {refused.value.cause}"


async def test_half_a_character_in_what_is_not_kept_hides_no_order(clock: Clock) -> None:
    body = b'[{"id": 1, "customer_id": null, "status_id": 2, "total_inc_tax": 1, "staff_notes": "\\ud800",'
    body += b'"date_created": "2026-01-01T00:00:00Z"}]'
    async with store_of(scripted(httpx.Response(200, content=body)), clock) as (store, _):
        [part] = await listed(store.behaviour.orders(at=Position(counted=1)))
        assert [(one.customer_id, one.amount) for one in part.items] == [(0, 10_000)]


@PURE
@given(
    total=st.decimals(0, 10**9, places=4),
    refunded=st.decimals(0, 10**6, places=2),
    rate=st.sampled_from(["", None, "1.0000000000", "0.9200000000", "150.0000000000"]),
)
def test_an_amount_is_exact_to_the_last_part(total: Decimal, refunded: Decimal, rate: str | None) -> None:
    fields = {"total_inc_tax": f"{total:.4f}", "refunded_amount": f"{refunded:.4f}"}
    order = Order.model_validate(ORDER | fields | {"store_default_to_transactional_exchange_rate": rate})
    exact = (Fraction(total) - Fraction(refunded)) * 10_000 / Fraction(rate or 1)
    assert abs(order.amount - exact) <= Fraction(1, 2)


@LAW
@given(count=st.integers(0, 620), seed=st.integers(0, 2**16), killed=st.booleans())
def test_whatever_changes_meanwhile_every_order_is_read_once(count: int, seed: int, killed: bool) -> None:
    """A reading, begun again at any page, misses nothing that was there all the time, and lists nothing twice."""
    dice = random.Random(seed)

    async def read() -> None:
        async with opened(people=0) as shop:
            orders = [shop.order(dice.randrange(3), status_id=dice.randrange(15)) for _ in range(count)]
            shop.emulated.set(deleted_orders=dice.choice(["left_out", "marked"]))
            found, gone = list[int](), set[int]()
            parts = shop.behaviour.orders()
            async for part in parts:
                found += [one.id for one in part.items]
                gone |= change_something(shop, dice, orders)
                if killed:
                    break
            if killed and found:
                found += [one.id for one in await shop.orders(at=part.position)]
            await parts.aclose()
            assert len(found) == len(set(found))
            assert set(orders) - gone <= set(found)

    asyncio.run(read())


def change_something(shop: Shop, dice: random.Random, orders: list[int]) -> set[int]:
    """Place, change and delete some orders; return those that are gone."""
    gone = {id_ for id_ in orders if dice.random() < 0.02}
    for id_ in gone:
        shop.emulated.act("change_order", order_id=id_, is_deleted=True)
    for id_ in dice.sample(orders, min(len(orders), 5)):
        shop.emulated.act("change_order", order_id=id_, status_id=dice.randrange(15))
    for _ in range(dice.randrange(4)):
        shop.order(1)
    return gone


async def test_customers_come_with_what_rules_need(shop: Shop) -> None:
    shop.emulated.act("set_attribute", customer_id=3, name="Tier", value="Gold")
    shop.emulated.act("change_customer", customer_id=3, group="Wholesale", countries=["DE", "AT", "DE"])
    parts = await listed(shop.behaviour.customers())
    assert [len(part.items) for part in parts] == [250, 10]
    assert (parts[-1].position.read, parts[-1].position.counted, parts[-1].is_last) == (260, 260, True)
    [tier], [group] = await listed(shop.behaviour.attributes()), await listed(shop.behaviour.groups())
    one = parts[0].items[2]
    assert (one.id, one.email, one.registered_at.year, one.group_id) == (3, "ada2@example.com", 2025, group.id)
    assert (one.countries, one.attributes) == (("DE", "AT"), {tier.id: "Gold"})
    assert (tier.name, tier.type, group.name) == ("Tier", "string", "Wholesale")
    assert "ada2" not in repr(one)
    plain = parts[1].items[0]
    assert (plain.group_id, plain.countries, plain.attributes) == (0, (), {})


async def test_customers_can_be_read_on_from_a_cursor(shop: Shop) -> None:
    [first, second] = await listed(shop.behaviour.customers())
    again = await listed(shop.behaviour.customers(at=first.position))
    assert again == [second]


async def test_who_was_modified_since_is_read_alone(shop: Shop) -> None:
    shop.emulated.act("change_customer", customer_id=9, group="Staff")
    parts = await listed(shop.behaviour.customers(since=now_of(shop)))
    assert [one.id for part in parts for one in part.items] == [9]
    shop.emulated.set(least_dates="exclusive")
    assert await listed(shop.behaviour.customers(since=now_of(shop))) == []


async def test_who_registers_or_leaves_meanwhile_breaks_no_reading(shop: Shop) -> None:
    found: list[int] = []
    async for part in shop.behaviour.customers():
        if not found:
            shop.emulated.act("delete_customer", customer_id=260)
            shop.emulated.act("delete_customer", customer_id=1)
        found += [one.id for one in part.items]
    assert found == list(range(1, 260))


async def test_a_full_page_of_customers_that_claims_to_be_all_is_followed(shop: Shop) -> None:
    shop.emulated.faults.add("GET", "/customers", pages="alone", times=None)
    assert sum(len(part.items) for part in await listed(shop.behaviour.customers())) == PEOPLE


@pytest.mark.parametrize("way", ["empty", "twice", "uncounted"])
async def test_pages_of_customers_that_do_not_fit_are_refused(shop: Shop, way: str) -> None:
    shop.emulated.faults.add("GET", "/customers", pages=way, times=None)
    with pytest.raises(Contradiction):
        await listed(shop.behaviour.customers())


async def test_customers_without_what_was_asked_for_are_refused(clock: Clock) -> None:
    for more in ({}, {"addresses": 7, "attributes": []}, {"addresses": [], "attributes": ["Gold"]}):
        body = {"data": [CUSTOMER | more], "meta": {"pagination": {"total": 1}}}
        async with store_of(scripted(httpx.Response(200, json=body)), clock) as (store, _):
            with pytest.raises(MalformedResponse):
                await listed(store.behaviour.customers())


async def test_customers_that_are_not_counted_are_refused(clock: Clock) -> None:
    async with store_of(scripted(httpx.Response(200, json={"data": [], "meta": {}})), clock) as (store, _):
        with pytest.raises(Contradiction, match="does not count them"):
            await listed(store.behaviour.customers())


async def test_nothing_where_a_list_was_is_an_empty_list(clock: Clock) -> None:
    nothing = dict.fromkeys(("addresses", "attributes", "customer_group_id"))
    body = {"data": [CUSTOMER | nothing], "meta": {"pagination": {"total": 1}}}
    async with store_of(scripted(httpx.Response(200, json=body)), clock) as (store, _):
        [part] = await listed(store.behaviour.customers())
        assert [(one.countries, one.attributes, one.group_id) for one in part.items] == [((), {}, 0)]


async def test_values_of_attributes_are_listed_alone_too(shop: Shop) -> None:
    for value in ("Gold", "Silver"):
        shop.clock.now += 60
        shop.emulated.act("set_attribute", customer_id=3, name="Tier", value=value)
    shop.emulated.act("set_attribute", customer_id=4, name="Tier", value="Gold")
    shop.emulated.act("set_attribute", customer_id=4, name="Tier", value=None)
    [silver] = await listed(shop.behaviour.attribute_values(since=now_of(shop)))
    assert (silver.customer_id, silver.value) == (3, "Silver")
    [attribute] = await listed(shop.behaviour.attributes())
    assert silver.attribute_id == attribute.id
    assert await listed(shop.behaviour.customers(since=now_of(shop))) == []
    shop.emulated.set(attributes_touch_customers=True)
    shop.emulated.act("set_attribute", customer_id=5, name="Tier", value="Gold")
    [part] = await listed(shop.behaviour.customers(since=now_of(shop)))
    assert [one.id for one in part.items] == [5]


async def test_subscribers_of_the_newsletter_accept_marketing(shop: Shop) -> None:
    for email, consents in (("a@example.com", ["marketing_newsletter"]), ("b@example.com", ["abandoned_cart"])):
        shop.emulated.act("subscribe", email=email, consents=consents)
    shop.emulated.act("subscribe", email="c@example.com")
    shop.emulated.act("subscribe", email="c@example.com", consents=[])
    found = await listed(shop.behaviour.subscribers())
    assert [(one.email, one.accepts_marketing) for one in found] == [("a@example.com", True), ("b@example.com", False)]
    assert await listed(shop.behaviour.subscribers(since=now_of(shop) + timedelta(seconds=1))) == []
    assert "@" not in repr(found)
    assert Subscriber.model_validate({"id": 1, "email": "d@example.com"}).accepts_marketing


async def test_more_groups_than_a_page_are_listed(shop: Shop) -> None:
    shop.emulated.shop.db.executemany(
        "INSERT INTO customer_groups (name) VALUES (?)", [(f"Group {at}",) for at in range(251)]
    )
    assert len(await listed(shop.behaviour.groups())) == 251


async def test_groups_whose_pages_are_all_the_same_are_refused(clock: Clock) -> None:
    page = [{"id": at, "name": f"Group {at}"} for at in range(250)]
    async with store_of(scripted(*[httpx.Response(200, json=page) for _ in range(3)]), clock) as (store, _):
        with pytest.raises(Contradiction, match="twice"):
            await listed(store.behaviour.groups())
