"""A long list becomes a change in a thread: nobody waits for their turn meanwhile."""

import threading
from collections import Counter

import pytest

from bot.core.long_lists import AT_ONCE
from bot.core.store_view.listed_shoppers import ListedShoppers
from commands.segment.import_preview import Mode
from commands.segment.list_change import ListChange
from tests.core.samples import uuid
from tests.engine.bench import bench


class Watched(ListedShoppers):
    """Shoppers who tell in which threads somebody looked at them."""

    def __init__(self, segment_id: str) -> None:
        super().__init__(segment_id)
        self.looks = Counter[int]()

    def is_in(self, at: int) -> bool:
        self.looks[threading.get_ident()] += 1
        return super().is_in(at)

    def has_profile(self, at: int) -> bool:
        self.looks[threading.get_ident()] += 1
        return super().has_profile(at)


@pytest.mark.parametrize("mode", ["add", "remove", "equal"])
async def test_nobody_waits_while_a_long_list_becomes_a_change(mode: Mode) -> None:
    """In the event loop's own thread, each look at 100,000 shoppers took 30 ms of everybody's time."""
    async with bench() as machine:
        (vips,) = [one async for one in machine.client.segments() if one.name == "VIPs"]
        shoppers, ctx = Watched(vips.id), machine.engine.planner.context("UANA")
        for number in range(AT_ONCE + 1):
            shoppers.add_profile(uuid(number), is_in=mode == "remove")
        plan = await ListChange(mode, vips, shoppers, {}).plan(range(len(shoppers)), "list.csv", 9_000, ctx)
    assert sum(step.shoppers for step in plan.steps if step.kind != "remove_members" or mode == "remove") == AT_ONCE + 1
    assert shoppers.looks[threading.get_ident()] < AT_ONCE // 10 < shoppers.looks.total()
