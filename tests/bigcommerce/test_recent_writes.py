"""A list that does not show what the store said it wrote a moment ago is read again; one that does costs nothing."""

from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import httpx
import pytest

from bot.bigcommerce import (
    Contradiction,
    Ignored,
    NewSegment,
    Profile,
    SegmentChange,
    Store,
    confirm_deleted,
    confirm_no_profiles,
    confirm_removed,
)
from bot.bigcommerce.recent_writes import MOST, READ_AGAIN_AFTER, REMEMBERED, Notes, RecentWrites
from bot.bigcommerce.shares import Allotment, Share
from bot.bigcommerce.turns import Turns
from bot.bigcommerce.wire_format import Listing
from tests.bigcommerce.conftest import Clock, listed, profile, store_of, uuid
from tests.bigcommerce.test_client import PROMOTION, customer, segment
from tests.bigcommerce.test_sending_again import Shop, shop, vips

__all__ = ["shop", "vips"]
VIPS = uuid(0xF)
NOTHING = httpx.Response(204)


def lagging(old: httpx.Response, new: httpx.Response, looks: int, written: httpx.Response = NOTHING) -> Any:
    """Answer writes, and so many reads as if there had been none."""
    left = [old] * looks

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method != "GET":
            return written
        return left.pop() if left else new

    return answer


async def members(store: Store) -> list[int]:
    return [one.customer_id async for one in store.members(VIPS)]


async def sizes(store: Store) -> list[int]:
    return [await store.member_count(VIPS), await store.checked_member_count(VIPS)]


async def names(store: Store) -> list[str]:
    return [one.name async for one in store.segments()]


async def one_name(store: Store) -> list[str]:
    return [one.name async for one in store.segments((uuid(1), uuid(2)))]


async def own_segments(store: Store) -> list[str]:
    return [one.id async for one in store.segments_of(uuid(1))]


async def profiles(store: Store) -> list[str | None]:
    return [one.shopper_profile_id async for one in store.customers(ids=(1,))]


async def memberships(store: Store) -> list[str]:
    return [id_ async for one in store.customers(emails=("C1@example.com",)) for id_ in one.segment_ids]


async def status(store: Store) -> list[str]:
    return [(await store.promotion(7)).status]


async def statuses(store: Store) -> list[str]:
    return [one.status async for one in store.promotions()]


def owner(*segments: str, has_profile: bool = True) -> dict[str, object]:
    return {**customer(1), "shopper_profile_id": uuid(1) if has_profile else None, "segment_ids": segments}


async def rename(store: Store) -> None:
    await store.update_segment(uuid(1), lambda _: SegmentChange(id=uuid(1), name="Best"))


async def switch(store: Store) -> None:
    await store.update_promotion(7, lambda one: one.with_status("DISABLED"))


OFF = {**PROMOTION, "status": "DISABLED"}
BEST = {**segment(1), "name": "Best"}
Doing = Callable[[Store], Awaitable[object]]
Look = Callable[[Store], Awaitable[list[Any]]]
CASES: dict[str, tuple[Doing, httpx.Response, Look, httpx.Response, httpx.Response, list[Any]]] = {
    "added": (
        lambda store: store.add_members(VIPS.upper(), uuid(1)),
        listed(profile(1)),
        members,
        listed(),
        listed(profile(1)),
        [1],
    ),
    "counted": (
        lambda store: store.add_members(VIPS, uuid(1)),
        listed(profile(1)),
        sizes,
        listed(),
        listed(profile(1)),
        [1, 1],
    ),
    "removed": (
        lambda store: store.remove_members(VIPS, uuid(1)),
        NOTHING,
        members,
        listed(profile(1)),
        listed(),
        [],
    ),
    "added, by profile": (
        lambda store: store.add_members(VIPS, uuid(1)),
        listed(profile(1)),
        own_segments,
        listed(),
        listed({**segment(1), "id": VIPS}),
        [VIPS],
    ),
    "added, by customer": (
        lambda store: store.add_members(VIPS, uuid(1)),
        listed(profile(1)),
        memberships,
        listed(owner()),
        listed(owner(VIPS)),
        [VIPS],
    ),
    "made": (
        lambda store: store.create_segments(NewSegment(name="S1")),
        listed(segment(1)),
        names,
        listed(),
        listed(segment(1)),
        ["S1"],
    ),
    "deleted": (lambda store: store.delete_segments(uuid(1)), NOTHING, names, listed(segment(1)), listed(), []),
    "deleted, by id": (
        lambda store: store.delete_segments(uuid(1), uuid(3)),
        NOTHING,
        one_name,
        listed(segment(1), segment(2)),
        listed(segment(2)),
        ["S2"],
    ),
    "given a profile": (
        lambda store: store.create_profiles(1),
        listed(profile(1)),
        profiles,
        listed(owner(has_profile=False)),
        listed(owner()),
        [uuid(1)],
    ),
    "without its profile": (
        lambda store: store.delete_profiles(uuid(1)),
        NOTHING,
        profiles,
        listed(owner()),
        listed(owner(has_profile=False)),
        [None],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("looks", [0, 1, 4])
async def test_what_was_written_is_read(case: Any, looks: int, clock: Clock) -> None:
    doing, written, look, old, new, seen = case
    async with store_of(lagging(old, new, looks, written), clock) as (store, vendor):
        await doing(store)
        before = len(vendor.asked)
        assert await look(store) == seen
        assert len(vendor.asked) - before == looks + (2 if look is sizes else 1)
        assert clock.naps == list(READ_AGAIN_AFTER[:looks])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_what_is_never_shown_is_believed_at_last_and_not_waited_for_again(case: Any, clock: Clock) -> None:
    doing, written, look, old, _, seen = case
    async with store_of(lagging(old, old, 0, written), clock) as (store, vendor):
        await doing(store)
        before = len(vendor.asked)
        assert await look(store) != seen
        assert await look(store) != seen
        assert clock.naps == list(READ_AGAIN_AFTER)
        assert len(vendor.asked) - before == (5 + 3 if look is sizes else 5 + 1)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_what_was_written_long_ago_is_not_looked_for(case: Any, clock: Clock) -> None:
    doing, written, look, old, _, seen = case
    async with store_of(lagging(old, old, 0, written), clock) as (store, _):
        await doing(store)
        clock.now += REMEMBERED + 1
        assert await look(store) != seen
        assert not clock.naps


@pytest.mark.parametrize(("look", "old", "new"), [(names, listed(segment(1)), listed(BEST))])
async def test_a_name_is_read_as_it_was_written(
    look: Look, old: httpx.Response, new: httpx.Response, clock: Clock
) -> None:
    async with store_of(lagging(old, new, 2, listed(BEST)), clock) as (store, _):
        await rename(store)
        assert await look(store) == ["Best"]
        assert clock.naps == [0.5]


async def test_a_promotion_is_read_as_it_was_written(clock: Clock) -> None:
    rows = [PROMOTION, PROMOTION, OFF, PROMOTION, OFF]

    def answer(request: httpx.Request) -> httpx.Response:
        row = rows.pop(0) if request.method == "GET" else OFF
        return listed(row) if request.url.path.endswith("/promotions") else httpx.Response(200, json={"data": row})

    async with store_of(answer, clock) as (store, _):
        await switch(store)
        assert await status(store) == await statuses(store) == ["DISABLED"]
        assert clock.naps == [0.5, 0.5]


async def test_who_is_read_one_by_one_is_read_up_to_date_or_not_at_all(shop: Shop, vips: str) -> None:
    new, old = shop.outsiders(1), shop.members(1)
    await shop.client.add_members(vips, *new)
    await shop.client.remove_members(vips, *old)
    found = {one.id async for one in shop.client.each_member(vips)}
    assert (set(new) <= found, found & set(old)) == (True, set())
    shop.store.set(lag_seconds=5.0)
    await shop.client.add_members(vips, *old)
    with pytest.raises(Contradiction, match="does not show yet"):
        _ = [one async for one in shop.client.each_member(vips)]


async def test_what_a_deletion_took_with_it_is_not_looked_for(shop: Shop, vips: str) -> None:
    (one, other) = shop.outsiders(2)
    await shop.client.add_members(vips, one, other)
    await shop.client.delete_profiles(one)
    assert one not in {each.id async for each in shop.client.members(vips)}
    await shop.client.delete_segments(vips)
    assert vips not in {each.id async for each in shop.client.segments_of(other)}
    owner = shop.store.shop.count("SELECT customer_id FROM profiles WHERE id = ?", other)
    assert [vips in each.segment_ids async for each in shop.client.customers(ids=(owner,))] == [False]
    assert set(shop.asked.values()) == {1}


async def test_a_reading_that_began_before_a_write_may_lack_it(clock: Clock) -> None:
    recent = RecentWrites(clock, clock.sleep)
    recent.note_members(VIPS, [uuid(1)], inside=True)
    listing = Listing(f"segments/{VIPS}/shopper-profiles")
    assert recent.are_lacking(Profile, listing, (), clock.now)
    assert not recent.are_lacking(Profile, listing, (), clock.now - 1)


def test_what_was_written_before_a_moment_is_forgotten_and_nothing_later(clock: Clock) -> None:
    notes = Notes[int, bool](clock, lambda: True)
    for number in range(3):
        clock.now += 1
        notes.add({number: True})
    notes.forget(clock.now - 1)
    assert notes.before(clock.now) == {2: True}


@pytest.mark.parametrize("living", [1, 2])
def test_what_is_read_beside_another_bot_may_be_that_ones_work(clock: Clock, living: int) -> None:
    share = Share()
    share.take(Allotment(10, 10, living), until=inf)
    turns = Turns(clock, clock.sleep, share=share)
    recent = RecentWrites(clock, clock.sleep, lambda: turns.is_alone)
    recent.note_members(VIPS, [uuid(1)], inside=True)
    listing = Listing(f"segments/{VIPS}/shopper-profiles")
    assert recent.are_lacking(Profile, listing, (), clock.now) == (living == 1)


def test_of_many_rows_the_latest_are_kept(clock: Clock) -> None:
    notes = Notes[int, bool](clock, lambda: True)
    for at in range(10):
        notes.add(dict.fromkeys(range(at * MOST // 4, (at + 1) * MOST // 4), True))
    assert len(notes.before(clock.now)) == MOST
    assert 10 * MOST // 4 - 1 in notes.before(clock.now)
    notes.add({-1: True})
    assert len(notes.before(clock.now)) == MOST - MOST // 4 + 1
    notes.add(dict.fromkeys(range(2 * MOST), True))
    assert len(notes.before(clock.now)) == 2 * MOST
    notes.forget(clock.now)
    assert not notes.before(clock.now)


async def test_what_was_removed_or_deleted_and_is_still_there_is_not_called_done(clock: Clock) -> None:
    async with store_of(lagging(listed({**segment(1), "id": VIPS}), NOTHING, 99), clock) as (store, _):
        with pytest.raises(Ignored, match="says that this is done, but does not show it") as caught:
            await confirm_deleted(store, VIPS)
        assert caught.value.maybe_done
        with pytest.raises(Ignored):
            await confirm_removed(store, VIPS, await store.remove_members(VIPS, uuid(1)))
    async with store_of(lagging(listed(owner()), NOTHING, 99), clock) as (store, _):
        with pytest.raises(Ignored):
            await confirm_no_profiles(store, [1], [uuid(1)])
    async with store_of(lagging(listed(), listed(), 0), clock) as (store, _):
        await confirm_deleted(store, VIPS)
        await confirm_no_profiles(store, [1], [uuid(1)])
        await confirm_removed(store, VIPS, await store.remove_members(VIPS, uuid(1)))


async def test_who_shows_that_a_removal_was_done_is_the_last_and_one_of_each_odd_answer(clock: Clock) -> None:
    odd = iter([httpx.Response(200, text="<html>"), NOTHING, httpx.Response(200, json=None)])
    async with store_of(lambda _: next(odd), clock) as (store, vendor):
        ids = [uuid(number) for number in range(120)]
        shown_by = await store.remove_members(VIPS, *ids)
        batches = [target.partition("id:in=")[2].split(",") for target in vendor.targets]
        assert shown_by == (batches[0][-1], batches[2][-1], ids[-1])


async def test_what_is_looked_for_is_looked_for_several_times(clock: Clock) -> None:
    found = iter([None, None, "it"])

    async def look() -> str | None:
        return next(found)

    async with store_of(lambda _: listed(), clock) as (store, _):
        assert await store.seen(look) == "it"
        assert clock.naps == [0.5, 1]


async def test_of_several_the_list_tells_who_is_in(shop: Shop, vips: str) -> None:
    outside = shop.outsiders(4)
    shop.store.faults.add("POST", "/segments/{id}/shopper-profiles", status=201, body={}, carried_out=True)
    assert (await shop.client.add_members(vips, *outside)).added == outside
    assert shop.asked == {f"POST /segments/{vips}/shopper-profiles": 1, f"GET /segments/{vips}/shopper-profiles": 2}
