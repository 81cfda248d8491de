import asyncio
import json
import re
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs

import httpx
import pytest

import bot.bigcommerce
from bot.bigcommerce import (
    AddedMembers,
    AnyOf,
    Conflict,
    DuplicateName,
    Invalid,
    NewCustomer,
    NewSegment,
    NotFound,
    RateLimited,
    Reader,
    SegmentChange,
    ServerError,
    Store,
    StoreError,
)
from bot.bigcommerce.concurrency import WIDTH, gather_bounded
from tests.bigcommerce.conftest import Clock, Reply, listed, profile, scripted, store_of, uuid

SEGMENT = uuid(0x5E6)
PROMOTION = {"id": 7, "name": "10 %", "status": "ENABLED", "customer": {"segments": {"id": [SEGMENT]}}}


def segment(number: int) -> dict[str, object]:
    return {"id": uuid(number), "name": f"S{number}", "description": None}


def customer(number: int) -> dict[str, object]:
    names = {"first_name": "A", "last_name": "B"}
    return {"id": number, "email": f"c{number}@example.com", **names, "shopper_profile_id": None, "segment_ids": []}


def paged(rows: list[dict[str, object]]) -> Callable[[httpx.Request], Reply]:
    """Serve a list as the vendor does, page by page."""

    def answering(request: httpx.Request) -> Reply:
        query = {name: int(value[0]) for name, value in parse_qs(request.url.query.decode()).items()}
        page, limit = query["page"], query["limit"]
        chosen = rows[(page - 1) * limit : page * limit]
        return listed(*chosen, total=len(rows), pages=-(-len(rows) // limit))

    return answering


def by_id(make: Callable[[int], dict[str, object]]) -> Callable[[httpx.Request], Reply]:
    """Serve whatever ids are asked for."""

    def answering(request: httpx.Request) -> Reply:
        asked = parse_qs(request.url.query.decode())["id:in"][0].split(",")
        return listed(*(make(int(each.partition("-")[0], 16 if "-" in each else 10)) for each in asked))

    return answering


class Membership:
    """A segment that keeps its members as the vendor does: all or none, and 409 names those already there."""

    def __init__(self, *members: str, named_at_once: int = 50) -> None:
        self.members = set(members)
        self.named_at_once = named_at_once
        self.lose_answers = 0

    def __call__(self, request: httpx.Request) -> Reply:
        asked = json.loads(request.content)
        assert len(asked) <= 50
        there = [each for each in asked if each in self.members][: self.named_at_once]
        if not there:
            self.members.update(asked)
        if self.lose_answers:
            self.lose_answers -= 1
            return httpx.ReadTimeout
        return self._conflict(there) if there else httpx.Response(201, json={"data": [{"id": each} for each in asked]})

    def _conflict(self, there: list[str]) -> httpx.Response:
        said = {
            str(index): f"Shopper profile `{each}` already exists for segment `{SEGMENT}`."
            for index, each in enumerate(there)
        }
        error = {"status": 409, "title": "Unable to add shopper profiles.", "errors": said}
        return httpx.Response(409, json={"data": [], "errors": [error], "meta": {"success": 0}})


def test_everything_public_is_listed_and_sorted() -> None:
    assert sorted(bot.bigcommerce.__all__, key=str.casefold) == sorted(set(bot.bigcommerce.__all__), key=str.casefold)
    assert all(hasattr(bot.bigcommerce, name) for name in bot.bigcommerce.__all__)


def test_a_reader_has_no_way_to_write() -> None:
    writing = {name for name in vars(Store) if not name.startswith("_")}

    assert all(re.match("create|update|delete|add|remove", name) for name in writing)
    assert not any(hasattr(Reader, name) for name in writing)


@pytest.mark.parametrize("size", [0, 1, 250, 251, 3_001])
async def test_a_list_is_read_to_its_end_in_order(size: int, clock: Clock) -> None:
    async with store_of(paged([profile(n) for n in range(size)]), clock) as (store, vendor):
        read = [each.customer_id async for each in store.members(SEGMENT)]

        assert read == list(range(size))
        assert len(vendor.asked) == size // 250 + 1
        assert all("limit=250" in target for target in vendor.targets)


async def test_only_as_much_of_all_profiles_is_asked_as_is_read(clock: Clock) -> None:
    async with store_of(paged([profile(n) for n in range(900)]), clock) as (store, vendor):
        async for each in store.profiles():
            assert each.customer_id == 0
            break

        assert len(vendor.asked) == 1


async def test_segments_by_id_are_asked_in_packed_urls(clock: Clock) -> None:
    async with store_of(by_id(segment), clock) as (store, vendor):
        read = [each.name async for each in store.segments(list(map(uuid, range(1_000))))]

        assert read == [f"S{n}" for n in range(1_000)]
        assert len(vendor.asked) == 20
        assert 1_900 < max(len(str(request.url)) for request in vendor.asked) <= 2_000


async def test_asking_for_nothing_asks_nothing(clock: Clock) -> None:
    async with store_of(scripted(), clock) as (store, vendor):
        assert [each async for each in store.segments(ids=())] == []
        assert [each async for each in store.customers(ids=())] == []
        assert [each async for each in store.customers(emails=["", "a,b"])] == []
        assert vendor.asked == []


async def test_sizes_are_counted_with_one_small_request(clock: Clock) -> None:
    async with store_of(lambda _: listed(profile(1), total=1_904), clock) as (store, vendor):
        assert await store.member_count(SEGMENT) == 1_904
        assert await store.profile_count() == 1_904
        assert vendor.targets == [
            f"segments/{SEGMENT}/shopper-profiles?page=1&limit=1",
            "shopper-profiles?page=1&limit=1",
        ]


async def test_a_profile_tells_its_segments(clock: Clock) -> None:
    async with store_of(scripted(listed(segment(1))), clock) as (store, vendor):
        assert [each.name async for each in store.segments_of(uuid(2))] == ["S1"]
        assert vendor.targets == [f"shopper-profiles/{uuid(2)}/segments?page=1&limit=250"]


async def test_customers_are_found_by_id_email_and_name(clock: Clock) -> None:
    async with store_of(lambda _: listed(customer(3)), clock) as (store, vendor):
        for found in (
            store.customers(ids=[3]),
            store.customers(emails=["c3@example.com"]),
            store.customers(name_like="Ann & Bob"),
            store.customers(),
        ):
            assert [each.email async for each in found] == ["c3@example.com"]

        assert [target.partition("segment_ids")[2] for target in vendor.targets] == [
            "&id:in=3",
            "&email:in=c3@example.com",
            "&name:like=Ann%20%26%20Bob",
            "",
        ]


async def test_many_customers_are_found_side_by_side(clock: Clock) -> None:
    async with store_of(by_id(customer), clock) as (store, vendor):
        assert [each.id async for each in store.customers(ids=range(1, 2_001))] == list(range(1, 2_001))
        assert len(vendor.asked) == 8


async def test_promotions_are_listed_read_and_updated(clock: Clock) -> None:
    reply = httpx.Response(200, json={"data": PROMOTION, "meta": {}})
    async with store_of(scripted(listed(PROMOTION), reply, reply, reply), clock) as (store, vendor):
        (seen,) = [each async for each in store.promotions(status="ENABLED", query="10 %")]
        assert seen == await store.promotion(7)
        await store.update_promotion(7, lambda now: now.with_targeting(AnyOf((uuid(1),))))

        assert vendor.targets == [
            "promotions?page=1&limit=250&status=ENABLED&query=10%20%25",
            "promotions/7",
            "promotions/7",
            "promotions/7",
        ]
        assert json.loads(vendor.asked[-1].content)["customer"] == {"segments": {"id": [uuid(1)]}}


async def test_segments_are_created_changed_and_deleted(clock: Clock) -> None:
    created = httpx.Response(201, json={"data": [segment(1)]})
    async with store_of(scripted(created, listed(segment(1)), created, httpx.Response(204)), clock) as (store, vendor):
        assert [each.id for each in await store.create_segments(NewSegment(name="S1"))] == [uuid(1)]
        await store.update_segment(uuid(1), lambda now: SegmentChange(id=now.id, name="S2"))
        await store.delete_segments(uuid(1), uuid(2))

        assert [request.method for request in vendor.asked] == ["POST", "GET", "PUT", "DELETE"]
        assert vendor.targets[-1] == f"segments?id:in={uuid(1)},{uuid(2)}"


async def test_profiles_and_customers_are_created_in_batches_in_order(clock: Clock) -> None:
    def answering(request: httpx.Request) -> Reply:
        rows = json.loads(request.content)
        if "customer_id" in rows[0]:
            return httpx.Response(201, json={"data": [profile(row["customer_id"]) for row in rows]})
        return httpx.Response(200, json={"data": [{**row, "id": int(row["last_name"])} for row in rows]})

    async with store_of(answering, clock) as (store, vendor):
        made = await store.create_profiles(*range(120), 0)
        new = [NewCustomer(email=f"{n}@example.com", first_name="A", last_name=f"{n}") for n in range(25)]
        registered = await store.create_customers(*new)

        assert [each.customer_id for each in made.created] == list(range(120))
        assert [each.id for each in registered] == list(range(25))
        assert [len(json.loads(request.content)) for request in vendor.asked] == [50, 50, 20, 10, 10, 5]


async def test_profiles_are_deleted_and_members_removed_by_id(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(204), clock) as (store, vendor):
        await store.delete_profiles(uuid(1))
        await store.remove_members(SEGMENT, uuid(1), uuid(2))

        assert vendor.targets == [
            f"shopper-profiles?id:in={uuid(1)}",
            f"segments/{SEGMENT}/shopper-profiles?id:in={uuid(1)},{uuid(2)}",
        ]


@pytest.mark.parametrize(
    "wiping",
    [
        lambda store: store.delete_segments(""),
        lambda store: store.delete_profiles(uuid(1), ""),
        lambda store: store.remove_members(SEGMENT, ""),
        lambda store: store.remove_members("", uuid(1)),
        lambda store: store.add_members("..", uuid(1)),
    ],
)
async def test_an_empty_or_hostile_id_is_refused_and_nothing_is_sent(
    wiping: Callable[[Store], asyncio.Future[None]], clock: Clock
) -> None:
    async with store_of(scripted(), clock) as (store, vendor):
        with pytest.raises(Invalid):
            await wiping(store)
        assert vendor.asked == []


async def test_adding_says_who_was_a_member_already(clock: Clock) -> None:
    membership = Membership(uuid(3), uuid(70))
    async with store_of(membership, clock) as (store, vendor):
        done = await store.add_members(SEGMENT, *map(uuid, range(120)), uuid(5))

        assert set(done.already) == {uuid(3), uuid(70)}
        assert sorted((*done.added, *done.already)) == list(map(uuid, range(120)))
        assert membership.members == set(map(uuid, range(120)))
        assert len(vendor.asked) == 5


async def test_adding_only_members_adds_nobody(clock: Clock) -> None:
    async with store_of(Membership(uuid(1), uuid(2)), clock) as (store, _):
        assert await store.add_members(SEGMENT, uuid(1), uuid(2)) == AddedMembers(already=(uuid(1), uuid(2)))


async def test_a_store_may_name_one_conflict_at_a_time(clock: Clock) -> None:
    membership = Membership(*map(uuid, range(6)), named_at_once=1)
    async with store_of(membership, clock) as (store, _):
        done = await store.add_members(SEGMENT, *map(uuid, range(8)))

        assert done == AddedMembers((uuid(6), uuid(7)), tuple(map(uuid, range(6))))


@pytest.mark.parametrize("named_at_once", [50, 1])
async def test_members_added_by_an_attempt_with_a_lost_response_count(named_at_once: int, clock: Clock) -> None:
    membership = Membership(named_at_once=named_at_once)
    membership.lose_answers = 1
    async with store_of(membership, clock) as (store, _):
        done = await store.add_members(SEGMENT, uuid(1), uuid(2))

        assert done == AddedMembers(added=(uuid(1), uuid(2)))


async def test_a_lost_refusal_does_not_turn_members_into_added_ones(clock: Clock) -> None:
    membership = Membership(uuid(1))
    membership.lose_answers = 1
    async with store_of(membership, clock) as (store, _):
        done = await store.add_members(SEGMENT, uuid(1), uuid(2))

        assert done == AddedMembers((uuid(2),), (uuid(1),))


async def test_a_409_that_names_nobody_is_a_conflict(clock: Clock) -> None:
    async with store_of(scripted(httpx.Response(409, json={"title": "Full."})), clock) as (store, _):
        with pytest.raises(Conflict, match="Full"):
            await store.add_members(SEGMENT, uuid(1))


async def test_errors_reach_the_caller_as_sentences(clock: Clock) -> None:
    duplicate = {"errors": [{"status": 409, "title": "Cannot have multiple segments with the same name."}]}
    replies = [httpx.Response(409, json=duplicate), httpx.Response(404)]
    async with store_of(scripted(*replies), clock) as (store, _):
        with pytest.raises(DuplicateName, match="already has a segment with this name"):
            await store.create_segments(NewSegment(name="VIPs"))
        with pytest.raises(NotFound, match="no such promotion"):
            await store.promotion(7)


async def test_a_failed_batch_starts_no_other_and_may_be_done(
    clock: Clock,
) -> None:
    def answering(request: httpx.Request) -> Reply:
        return httpx.Response(422 if uuid(0) in request.url.query.decode() else 204)

    async with store_of(answering, clock) as (store, vendor):
        with pytest.raises(Invalid) as caught:
            await store.delete_segments(*map(uuid, range(5_000)))

        assert caught.value.maybe_done
        assert len(vendor.asked) == WIDTH


async def test_when_the_only_batch_is_refused_the_store_said_no(clock: Clock) -> None:
    async with store_of(scripted(httpx.Response(422)), clock) as (store, _):
        with pytest.raises(Invalid) as caught:
            await store.delete_segments(uuid(1))
        assert caught.value.is_refusal


async def test_a_read_that_breaks_off_changed_nothing(clock: Clock) -> None:
    replies = [listed(profile(1), total=3), listed(profile(2), total=3), httpx.Response(404), httpx.Response(404)]
    async with store_of(scripted(*replies), clock) as (store, _):
        with pytest.raises(NotFound) as caught:
            _ = [each async for each in store.members(SEGMENT)]
        assert not caught.value.maybe_done


def test_a_correlation_id_that_no_header_can_carry_is_refused() -> None:
    async def refused() -> None:
        async with store_of(scripted(), Clock()) as (store, _):
            store.correlated("a\r\nX-Auth-Token: mine")

    with pytest.raises(ValueError, match="correlation id"):
        asyncio.run(refused())


async def _raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("doubtful", [True, False])
async def test_of_several_failures_a_doubtful_one_is_never_forgotten(doubtful: bool) -> None:
    errors: list[StoreError] = [RateLimited(), ServerError(maybe_done=doubtful)]
    with pytest.raises(RateLimited) as caught:
        _ = [None async for _ in gather_bounded([partial(_raising, each) for each in errors], changing=True)]

    assert caught.value.maybe_done is doubtful


async def test_a_bug_is_not_hidden_behind_the_stores_refusal() -> None:
    errors: list[Exception] = [RateLimited(), ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        _ = [None async for _ in gather_bounded([partial(_raising, each) for each in errors])]
