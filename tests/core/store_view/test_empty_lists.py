"""Empty lists, of which nothing could contradict itself: customers are asked, and sizes counted one by one."""

from typing import Any

import pytest

from bot.bigcommerce import Contradiction
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.empty_lists import CHECKED
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench

IN_NONE = {"data": [{"id": 1, "email": "a@b.c", "shopper_profile_id": None, "segment_ids": []}]}


def asked(machine: Bench) -> list[str]:
    return [one["path"].partition("/v3/")[2] for one in machine.store.requests()]


def answers(machine: Bench, path: str, body: dict[str, Any]) -> None:
    machine.store.faults.add("GET", path, status=200, body=body, times=None)


async def test_a_segment_is_empty_if_no_customer_is_in_it() -> None:
    async with bench(customers=400) as machine:
        vips, shop = machine.segments()["VIPs"], Shop(machine.client)
        await shop.empty_lists.check_members(vips, 1)
        assert not asked(machine)
        for _ in range(2):
            with pytest.raises(Contradiction, match="It lists no one in a segment that customers are in"):
                await shop.empty_lists.check_members(vips, 0)
        await shop.empty_lists.check_members(uuid(1), 0)
        assert len(asked(machine)) == 2  # pages of customers, once
        assert {one.id async for one in shop.each_member(vips)} == (await shop.members(vips)).keys()


async def test_there_are_no_segments_if_no_customer_is_in_any() -> None:
    async with bench(customers=400) as machine:
        assert len(await Shop(machine.client).segments()) == 12
        answers(machine, "/segments", {"data": []})
        with pytest.raises(Contradiction, match="It lists no segments, and customers who are in some"):
            await Shop(machine.client).segments()
        answers(machine, "/customers", IN_NONE)
        assert await Shop(machine.client).segments() == ()


async def test_customers_who_cannot_be_read_say_nothing() -> None:
    async with bench(customers=400) as machine:
        answers(machine, "/customers", {"data": [{"id": 1, "email": "a@b.c"}]})
        await Shop(machine.client).empty_lists.check_members(machine.segments()["VIPs"], 0)


async def test_all_segments_are_not_empty_where_their_own_counts_say_otherwise() -> None:
    async with bench(customers=400) as machine:
        shop = Shop(machine.client)
        segments = await shop.segments()
        sizes = await shop.sizes(segments)
        assert any(sizes.values())
        with pytest.raises(Contradiction, match="It lists customers without the segments that they are in"):
            await shop.empty_lists.check_sizes(dict.fromkeys(sizes, 0))
        before = len(asked(machine))
        await shop.empty_lists.check_sizes(dict.fromkeys([one for one in sizes if not sizes[one]], 0))
        assert len(asked(machine)) <= before + CHECKED


async def test_sizes_are_counted_one_by_one_where_customers_are_in_nothing() -> None:
    async with bench(customers=400) as machine:
        expected = await Shop(machine.client).sizes(await Shop(machine.client).segments())
        answers(machine, "/customers", {**IN_NONE, "meta": {"pagination": {"total": 1}}})
        shop = Shop(machine.client)
        assert await shop.sizes(await shop.segments()) == expected


async def test_a_segment_that_a_list_leaves_out_is_asked_for_by_itself_once() -> None:
    async with bench(customers=400) as machine:
        vips, shop = machine.segments()["VIPs"], Shop(machine.client)
        others = [{"id": id_, "name": name} for name, id_ in machine.segments().items() if id_ != vips]
        body = {"data": others, "meta": {"pagination": {"total": len(others)}}}
        machine.store.faults.add("GET", "/segments", status=200, body=body, times=1)
        for _ in range(2):
            found = await shop.by_id(vips)
            assert found
            assert found.name == "VIPs"
            assert await shop.by_id(uuid(1)) is None
            assert await shop.by_id("1") is None
        assert len(asked(machine)) == 4  # the list; VIPs; who is not there, and its members
        assert await shop.find((vips,)) == (found,)
        await shop.empty_lists.check_listed([uuid(1)], [])
        await shop.empty_lists.check_listed([vips], [vips])
        with pytest.raises(Contradiction, match="It lists all segments without one that is there"):
            await shop.empty_lists.check_listed([vips], [uuid(2)])
