"""Orders of the emulated store, as version 2 of the vendor's API has them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.sandbox.served_store import Served, served


@pytest.fixture
async def shop() -> AsyncIterator[Served]:
    async with served(customers=60) as shop:
        yield shop


async def ids(shop: Served, **query: Any) -> list[int]:
    answer = await shop.get_v2("/orders", **{"limit": 250, **query})
    assert answer.status_code in (200, 204)
    return [row["id"] for row in answer.json()] if answer.content else []


async def test_orders_are_an_array_of_fifty_by_id(shop: Served) -> None:
    rows = (await shop.get_v2("/orders")).json()
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert (len(rows), rows[0]["id"]) == (50, 100)
    assert await ids(shop, page=2, limit=50) == await ids(shop, min_id=rows[-1]["id"] + 1, limit=50)


async def test_an_order_has_dates_and_amounts_as_texts(shop: Served) -> None:
    number = shop.store.act("place_order", customer_id=7, total="361.95", country="DE")["order_id"]
    order = (await shop.get_v2(f"/orders/{number}")).json()
    assert order["date_created"] == "Tue, 31 Mar 2026 23:33:20 +0000"
    assert (order["total_inc_tax"], order["refunded_amount"]) == ("361.9500", "0.0000")
    assert (order["status_id"], order["status"], order["is_deleted"]) == (11, "Awaiting Fulfillment", False)
    assert order["billing_address"]["country_iso2"] == "DE"
    assert order["products"]["resource"] == f"/orders/{number}/products"
    assert (await shop.get_v2(f"/orders/{number}", include="fees")).json()["fees"] == []


async def test_past_the_last_page_there_is_no_body(shop: Served) -> None:
    answer = await shop.get_v2("/orders", page=1_000)
    assert (answer.status_code, answer.content) == (204, b"")
    shop.store.set(no_orders=200)
    answer = await shop.get_v2("/orders", page=1_000)
    assert (answer.status_code, answer.json()) == (200, [])


async def test_filters_let_through_what_they_say(shop: Served) -> None:
    rows = [row for page in (1, 2) for row in (await shop.get_v2("/orders", limit=250, page=page)).json()]
    some = rows[40]
    date = some["date_modified"]
    total = float(some["total_inc_tax"])
    wanted: dict[str, tuple[Any, Callable[[dict[str, Any]], bool]]] = {
        "customer_id": (some["customer_id"], lambda row: row["customer_id"] == some["customer_id"]),
        "status_id": (2, lambda row: row["status_id"] == 2),
        "min_id": (120, lambda row: row["id"] >= 120),
        "max_id": (120, lambda row: row["id"] <= 120),
        "min_total": (total, lambda row: float(row["total_inc_tax"]) >= total),
        "max_total": (total, lambda row: float(row["total_inc_tax"]) <= total),
        "email": (some["billing_address"]["email"], lambda row: row["billing_address"] == some["billing_address"]),
        "cart_id": (some["cart_id"], lambda row: row is some),
        "channel_id": (2, lambda row: False),
        "payment_method": ("cash", lambda row: False),
        "external_order_id": ("7", lambda row: False),
    }
    for name, (value, holds) in wanted.items():
        found = [row["id"] for row in rows if holds(row)]
        assert await ids(shop, **{name: value}) == found[:250], name
        assert (await shop.get_v2("/orders/count", **{name: value})).json()["count"] == len(found), name
    assert some["id"] in await ids(shop, min_date_modified=date, max_date_modified=date)
    assert await ids(shop, payment_method="Credit Card", cart_id="nothing", limit=1) == []


@pytest.mark.parametrize("date", ["Tue, 31 Mar 2026 19:33:20 -0400", "2026-03-31T23:33:20.000+00:00", "1775000000"])
async def test_dates_may_be_written_in_each_way(shop: Served, date: str) -> None:
    number = shop.store.act("place_order", customer_id=0, total=1)["order_id"]
    assert await ids(shop, min_date_created=date) == [number]
    shop.store.set(least_dates="exclusive")
    assert await ids(shop, min_date_created=date) == []


async def test_they_can_be_sorted(shop: Served) -> None:
    last, first = (await ids(shop, sort="id:desc"))[0], (await ids(shop, sort="external_id"))[0]
    assert (last, first) == (399, 100)
    rows = (await shop.get_v2("/orders", sort="customer_id:desc", limit=250)).json()
    customers = [row["customer_id"] for row in rows]
    assert customers == sorted(customers, reverse=True)


async def test_counts_are_by_status_and_in_all(shop: Served) -> None:
    body = (await shop.get_v2("/orders/count")).json()
    of_status = {one["id"]: one["count"] for one in body["statuses"]}
    assert (len(of_status), sum(of_status.values())) == (15, body["count"])
    assert len(await ids(shop, status_id=5)) == of_status[5]
    shop.store.set(order_counts="plain")
    assert (await shop.get_v2("/orders/count")).json() == {"count": body["count"]}


async def test_deleted_ones_are_listed_only_where_they_are_asked_for(shop: Served) -> None:
    shop.store.act("change_order", order_id=110, is_deleted=True)
    assert 110 not in await ids(shop)
    assert 110 in await ids(shop, is_deleted="true")
    assert 111 not in await ids(shop, is_deleted="true")
    shop.store.set(deleted_orders="marked")
    assert {110, 111} <= set(await ids(shop))
    assert (await shop.get_v2("/orders/110")).json()["is_deleted"] is True


async def test_incomplete_ones_may_be_counted_and_not_listed(shop: Served) -> None:
    number = shop.store.act("place_order", customer_id=0, total=1, status_id=0)["order_id"]
    counted = (await shop.get_v2("/orders/count")).json()["count"]
    shop.store.set(incomplete_orders="counted")
    assert number not in await ids(shop, min_id=number)
    assert number in await ids(shop, status_id=0)
    assert (await shop.get_v2("/orders/count")).json()["count"] == counted
    shop.store.set(incomplete_orders="left_out")
    assert (await shop.get_v2("/orders/count")).json()["count"] < counted


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 251},
        {"page": 0},
        {"min_id": "one"},
        {"min_id": ""},
        {"status_id": "1,2"},
        {"min_total": "much"},
        {"max_total": "nan"},
        {"min_date_modified": "yesterday"},
        {"sort": "total"},
        {"include": "everything"},
    ],
)
async def test_a_query_that_makes_no_sense_is_refused_in_version_2s_shape(shop: Served, query: dict[str, Any]) -> None:
    answer = await shop.get_v2("/orders", **query)
    [error] = answer.json()
    assert (answer.status_code, error["status"]) == (400, 400)
    assert isinstance(error["message"], str)


async def test_numbers_beyond_all_ids_find_nothing(shop: Served) -> None:
    assert await ids(shop, min_id=10**30) == []
    assert (await shop.get_v2("/orders/999999")).status_code == 404


async def test_the_scope_of_orders_can_be_taken_away(shop: Served) -> None:
    shop.store.scopes = {"store_v2_customers"}
    for path in ("/orders", "/orders/count", "/orders/100"):
        answer = await shop.get_v2(path)
        assert (answer.status_code, answer.json()[0]["status"]) == (403, 403)
    assert (await shop.get_v2("/customer_groups")).status_code == 200
    shop.store.scopes = {"store_v2_orders"}
    assert (await shop.get_v2("/orders")).status_code == 200
    assert (await shop.get_v2("/customer_groups")).status_code == 403


@pytest.mark.parametrize(("way", "found"), [("empty", 0), ("twice", 50), ("alone", 50), ("shrinking", 50)])
async def test_pages_can_be_wrong_on_order(shop: Served, way: str, found: int) -> None:
    shop.store.faults.add("GET", "/orders", pages=way)
    rows = (await shop.get_v2("/orders")).json()
    assert len(rows) == found
    assert (len({row["id"] for row in rows}) < found) is (way == "twice")


async def test_an_order_keeps_its_time_of_change_where_it_is_deleted(shop: Served) -> None:
    before = (await shop.get_v2("/orders/110")).json()["date_modified"]
    shop.store.act("change_order", order_id=110, is_deleted=True)
    assert (await shop.get_v2("/orders/110")).json()["date_modified"] == before
    shop.store.act("change_order", order_id=110, refunded="0.50")
    after = (await shop.get_v2("/orders/110")).json()
    assert (after["refunded_amount"], after["date_modified"] == before) == ("0.5000", False)
