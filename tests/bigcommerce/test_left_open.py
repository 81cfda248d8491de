"""Where an answer leaves open what was done, it is read to its end, or the store is asked."""

import json

import httpx
import pytest

from bot.bigcommerce import AddedMembers, Forbidden, Ignored, NewSegment, StoreError, Unfinished
from bot.bigcommerce.responses import Response, carried_out
from tests.bigcommerce.conftest import Clock, listed, profile, scripted, store_of, uuid
from tests.bigcommerce.test_client import customer, segment
from tests.bigcommerce.test_sending_again import Shop, owners, shop, vips

__all__ = ["shop", "vips"]
MEMBERS = "/segments/{id}/shopper-profiles"
A, B, C = uuid(0xA), uuid(0xB), uuid(0xC)


def answer(status: int, **body: object) -> Response:
    return Response(status, {}, json.dumps(body).encode() if body else b"")


@pytest.mark.parametrize(
    ("response", "done"),
    [
        (answer(201), None),
        (answer(201, data=[{"id": A.upper()}]), (A,)),
        (answer(201, data=[A, B.upper()], meta={}), (A, B)),
        (answer(201, data=[A], meta={"total": 2, "success": 2}), (A,)),
        (answer(409, data=[], meta={"total": 2, "success": 0, "failed": 2}), ()),
        (answer(409, data=[{"id": B}], meta={"total": 2, "success": 1, "failed": 1}), (B,)),
        (answer(409, data=[], meta={"total": 2, "success": 1, "failed": 1}), None),
        (answer(409, meta={"success": 0}), ()),
        (answer(409, data=[], meta={}), ()),
        (answer(409, title="Conflict."), None),
        (answer(409), None),
        (answer(422, title="Invalid."), ()),
        (Response(409, {}, b"<html>"), None),
    ],
)
def test_an_answer_says_whom_it_added_or_leaves_it_open(response: Response, done: tuple[str, ...] | None) -> None:
    assert carried_out(response, (A, B)) == done
    upper = None if done is None else tuple(map(str.upper, done))
    assert carried_out(response, (A.upper(), B.upper())) == upper


@pytest.mark.parametrize("adds", ["none", "rest"])
async def test_a_409_adds_nobody_or_some_and_the_same_is_told(adds: str, shop: Shop, vips: str) -> None:
    shop.store.set(conflict_adds=adds)
    (old,), new = shop.members(1), shop.outsiders(3)

    done = await shop.client.add_members(vips, new[0], old, *new[1:])

    assert done == AddedMembers(added=new, already=(old,))


@pytest.mark.parametrize("meta", [{}, {"meta": {"total": 3, "success": 2, "failed": 1}}])
async def test_where_a_409_does_not_say_whom_it_added_the_store_is_asked(
    meta: dict[str, object], shop: Shop, vips: str
) -> None:
    (old,), new = shop.members(1), shop.outsiders(2)
    shop.store.set(conflict_adds="rest")
    said = {"0": f"Shopper profile `{old}` already exists for segment `{vips}`."}
    body = {"errors": [{"status": 409, "title": "Conflict.", "errors": said}], **meta}
    shop.store.faults.add("POST", MEMBERS, status=409, body=body, carried_out=True)

    assert await shop.client.add_members(vips, old, *new) == AddedMembers(added=new, already=(old,))


@pytest.mark.parametrize("lists", ["all", "all_but_last"])
async def test_a_201_that_leaves_some_out_is_no_reason_to_doubt_them(lists: str, shop: Shop, vips: str) -> None:
    shop.store.set(created_lists=lists)
    new, lacking = shop.outsiders(3), shop.without_profile(3)

    assert (await shop.client.add_members(vips, *new)).added == new
    assert set(new) <= set(shop.members(400))
    assert owners(await shop.client.create_profiles(*lacking)) == (list(lacking), [])
    (created,) = await shop.client.create_segments(NewSegment(name="Loyal"))
    assert created.id == shop.segment("Loyal")


async def test_members_whom_a_201_neither_lists_nor_added_are_sent_again(clock: Clock) -> None:
    added = httpx.Response(201, json={"data": [{"id": A}]})
    replies = [added, *[listed()] * 5, httpx.Response(201, json={"data": [{"id": B}]})]
    async with store_of(scripted(*replies), clock) as (store, _):
        assert await store.add_members(C, A, B) == AddedMembers(added=(A, B))
        assert clock.naps == [0.5, 1, 2, 4]


async def test_members_who_are_never_added_are_told_as_not_shown(clock: Clock) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        return listed() if request.method == "GET" else httpx.Response(201, json={"data": []})

    async with store_of(never, clock) as (store, _):
        with pytest.raises(Ignored) as caught:
            await store.add_members(C, A, B)
        assert caught.value.maybe_done


async def test_asking_who_was_added_fails_in_doubt(clock: Clock) -> None:
    replies = [httpx.Response(201, json={"data": []}), httpx.Response(403)] * 2
    async with store_of(scripted(*replies), clock) as (store, _):
        for doing in (store.add_members(C, A), store.create_profiles(1)):
            with pytest.raises(Forbidden) as caught:
                await doing
            assert caught.value.maybe_done


async def test_a_profile_that_is_gone_is_not_in_the_segment(clock: Clock) -> None:
    replies = [
        httpx.Response(201, json={"data": [{"id": A}]}),
        httpx.Response(404),
        httpx.Response(404, json={"errors": {"0": f"Shopper profile `{B}` does not exist."}}),
    ]
    async with store_of(scripted(*replies), clock) as (store, _):
        assert await store.add_members(C, A, B) == AddedMembers(added=(A,), missing=(B,))


@pytest.mark.parametrize("has_profile", [True, False])
async def test_customers_whom_a_201_does_not_list_are_looked_up(has_profile: bool, clock: Clock) -> None:
    found = {**customer(2), "shopper_profile_id": uuid(2) if has_profile else None, "segment_ids": []}
    created = [httpx.Response(201, json={"data": [profile(number)]}) for number in (1, 2)]
    looks = 1 if has_profile else 5
    async with store_of(scripted(created[0], *[listed(found)] * looks, created[1]), clock) as (store, vendor):
        done = await store.create_profiles(1, 2)

        assert owners(done) == ([1, 2], [])
        assert len(vendor.asked) == (2 if has_profile else 7)


async def test_customers_who_never_get_a_profile_are_told_as_not_shown(clock: Clock) -> None:
    found = {**customer(2), "shopper_profile_id": None, "segment_ids": []}
    nothing = httpx.Response(201, json={"data": []})
    looks = [listed(found)] * 5
    async with store_of(scripted(nothing, *looks, nothing, *looks), clock) as (store, _):
        with pytest.raises(Ignored):
            await store.create_profiles(2)


async def test_a_409_that_created_some_profiles_tells_them_apart(clock: Clock) -> None:
    conflict = httpx.Response(409, json={"data": [profile(1)], "errors": [{"title": "Conflict."}]})
    found = {**customer(2), "shopper_profile_id": uuid(2), "segment_ids": []}
    async with store_of(scripted(conflict, listed(found)), clock) as (store, _):
        assert owners(await store.create_profiles(1, 2)) == ([1], [2])


async def test_a_409_with_a_list_that_makes_no_sense_lists_nobody(clock: Clock) -> None:
    conflict = httpx.Response(409, json={"data": [{"id": 7}], "errors": []})
    found = {**customer(2), "shopper_profile_id": uuid(2), "segment_ids": []}
    async with store_of(scripted(conflict, listed(found)), clock) as (store, _):
        assert owners(await store.create_profiles(2)) == ([], [2])


async def test_segments_that_an_answer_does_not_list_are_looked_for_by_name(clock: Clock) -> None:
    nothing = httpx.Response(201, json={"data": []})
    async with store_of(scripted(nothing, listed(), listed(segment(1))), clock) as (store, _):
        assert [each.id for each in await store.create_segments(NewSegment(name="S1"))] == [uuid(1)]
    for kind, looks in ((Ignored, [listed()] * 5), (StoreError, [httpx.Response(403)])):
        async with store_of(scripted(nothing, *looks), clock) as (store, _):
            with pytest.raises(kind) as caught:
                await store.create_segments(NewSegment(name="S1"))
            assert caught.value.maybe_done


async def test_what_the_store_only_promises_may_be_done(clock: Clock) -> None:
    async with store_of(lambda _: httpx.Response(202), clock) as (store, vendor):
        for doing in (store.delete_segments(A), store.add_members(C, A), store.create_profiles(1)):
            with pytest.raises(Unfinished, match="took this on") as caught:
                await doing
            assert caught.value.maybe_done
        assert len(vendor.asked) == 3
