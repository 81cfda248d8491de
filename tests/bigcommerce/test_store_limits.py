"""How much a store takes in one request is not certain: what is too much is sent in halves."""

import json
from itertools import chain

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce import Ignored, Invalid, NewCustomer, NewSegment, TooLarge
from bot.bigcommerce.wire_format import SHORTEST_URL_ROOM, URL_ROOM, Listing, Request, halved
from tests.bigcommerce.conftest import Clock, Reply, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_client import by_id, customer, segment
from tests.laws.values import PURE

SEGMENT = uuid(0x5E6)


@PURE
@given(st.lists(st.integers()))
def test_halves_hold_everything_in_order(items: list[int]) -> None:
    halves = halved(items)
    assert list(chain(*halves)) == (items if len(items) > 1 else [])
    assert all(halves)


def test_a_write_and_a_list_are_halved_and_a_single_item_is_not() -> None:
    removal = Request("DELETE", f"segments?id:in={uuid(1)},{uuid(2)},{uuid(3)}")
    creation = Request("POST", "shopper-profiles", [1, 2])
    look_up = Listing("customers", (("include", "a,b"),)).filtered("id:in", "1,2,3")

    assert [half.target for half in removal.halves] == [
        f"segments?id:in={uuid(1)},{uuid(2)}",
        f"segments?id:in={uuid(3)}",
    ]
    assert [half.body for half in creation.halves] == [[1], [2]]
    assert [dict(half.filters)["id:in"] for half in look_up.halves] == ["1,2", "3"]
    assert Request("POST", "segments", [1]).halves == Request("DELETE", f"segments?id:in={uuid(1)}").halves == ()
    assert Listing("customers", (("include", "a,b"),)).halves == Listing("segments").halves == ()
    assert Request("GET", "promotions/1").halves == Request("PUT", "promotions/1", {}).halves == ()


def no_longer_than(most: int, answer: httpx.Response | None = None) -> "Narrow":
    return Narrow(most, answer)


class Narrow:
    """Answers 414 to longer URLs; else what is asked for by id, or this."""

    def __init__(self, most: int, answer: httpx.Response | None) -> None:
        self.most, self.answer, self.refused = most, answer, 0

    def __call__(self, request: httpx.Request) -> Reply:
        if len(str(request.url)) > self.most:
            self.refused += 1
            return httpx.Response(414)
        return self.answer or by_id(customer if "customers" in request.url.path else segment)(request)


@pytest.mark.parametrize("most", [8_000, 2_048, 2_000, 1_024, 500])
async def test_urls_become_as_short_as_the_store_takes_and_stay_so(most: int, clock: Clock) -> None:
    narrow = no_longer_than(most)
    async with store_of(narrow, clock) as (store, vendor):
        assert len([each async for each in store.customers(ids=range(1, 1_001))]) == 1_000
        assert max(len(str(request.url)) for request in vendor.asked) <= URL_ROOM
        refused = narrow.refused
        assert [each.id async for each in store.segments(list(map(uuid, range(300))))] == list(map(uuid, range(300)))
        assert narrow.refused == refused


async def test_a_removal_goes_on_in_shorter_urls_and_names_everyone_once(clock: Clock) -> None:
    async with store_of(no_longer_than(600, httpx.Response(204)), clock) as (store, vendor):
        await store.remove_members(SEGMENT, *map(uuid, range(500)))

        sent = [
            request.url.query.decode().removeprefix("id:in=")
            for request in vendor.asked
            if len(str(request.url)) <= 600
        ]
        assert sorted(chain(*(ids.split(",") for ids in sent))) == list(map(uuid, range(500)))


async def test_a_store_that_takes_no_url_at_all_is_an_error(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(414), clock) as (store, _):
        with pytest.raises(TooLarge):
            _ = [each async for each in store.customers(ids=[1, 2])]
        with pytest.raises(TooLarge):
            await store.delete_segments(uuid(1), uuid(2))
        assert store._room >= SHORTEST_URL_ROOM - 100


class Few:
    """Creates so many at most in one request."""

    def __init__(self, most: int, status: int) -> None:
        self.most, self.status, self.created = most, status, list[object]()

    def __call__(self, request: httpx.Request) -> Reply:
        if request.method == "GET":
            asked = [int(each) for each in request.url.params["id:in"].split(",")]
            return listed(*({**customer(each), "shopper_profile_id": None, "segment_ids": []} for each in asked))
        rows = json.loads(request.content)
        if len(rows) > self.most:
            return httpx.Response(self.status, json={"title": "Too many."})
        self.created += rows
        if request.url.path.endswith("/segments"):
            return httpx.Response(201, json={"data": [{"id": uuid(int(row["name"])), **row} for row in rows]})
        if "segments" in request.url.path:
            return httpx.Response(201, json={"data": [{"id": each} for each in rows]})
        return httpx.Response(201, json={"data": [profile(row["customer_id"]) for row in rows]})


@pytest.mark.parametrize("status", [413, 422])
@pytest.mark.parametrize("most", [50, 20, 1])
async def test_batches_become_as_small_as_the_store_takes(most: int, status: int, clock: Clock) -> None:
    few = Few(most, status)
    async with store_of(few, clock) as (store, _):
        made = await store.create_profiles(*range(1, 61))
        assert [each.customer_id for each in made.created] == list(range(1, 61))
        created = await store.create_segments(*(NewSegment(name=str(number)) for number in range(60)))
        assert [each.name for each in created] == [str(number) for number in range(60)]
        assert len(few.created) == 120


async def test_members_are_added_in_halves_where_50_are_too_many(clock: Clock) -> None:
    async with store_of(Few(20, 413), clock) as (store, _):
        done = await store.add_members(SEGMENT, *map(uuid, range(60)))
        assert done.added == tuple(map(uuid, range(60)))


async def test_one_item_that_is_too_large_or_invalid_is_an_error(clock: Clock) -> None:
    async with store_of(Few(0, 413), clock) as (store, _):
        for doing in (
            store.create_profiles(1),
            store.add_members(SEGMENT, uuid(1)),
            store.create_segments(NewSegment(name="1")),
        ):
            with pytest.raises(TooLarge):
                await doing
    async with store_of(Few(0, 422), clock) as (store, _):
        with pytest.raises(Invalid):
            await store.create_profiles(1)


async def test_when_one_half_fails_the_other_may_be_done(clock: Clock) -> None:
    replies = [httpx.Response(413), httpx.Response(201, json={"data": [profile(1)]}), httpx.Response(403)]
    async with store_of(scripted(*replies), clock) as (store, _):
        with pytest.raises(Exception, match="forbids") as caught:
            await store.create_profiles(1, 2)
        assert caught.value.maybe_done  # type: ignore[attr-defined]  # it is a StoreError


async def test_customers_who_are_not_listed_as_registered_are_in_doubt(clock: Clock) -> None:
    ada = NewCustomer(email="ada@example.com", first_name="Ada", last_name="Byron")
    async with store_of(lambda _: listed(), clock) as (store, _):
        with pytest.raises(Ignored) as caught:
            await store.create_customers(ada)
        assert caught.value.maybe_done
