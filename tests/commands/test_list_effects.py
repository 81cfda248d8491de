"""Whom live promotions gain and lose by a list, also where these name other segments that its shoppers are in."""

from dataclasses import replace

import pytest

from bot.bigcommerce import Segment
from bot.core.planning.list_effects import promotions_naming
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.listed_shoppers import ListedShoppers
from bot.core.store_view.named_shoppers import find_listed
from bot.core.store_view.reach import COUNTED, MOST
from bot.sandbox.store.resources import promotions as store_promotions
from commands.segment.import_preview import Mode
from commands.segment.list_change import ListChange
from tests.engine.bench import Bench, bench


class Crowded(Shop):
    """Its segments have too many members to be looked through."""

    async def size(self, segment_id: str) -> int:
        return MOST + 1


def only_live(machine: Bench, targeting: object) -> None:
    """Let the first promotion alone be live, and reach these segments."""
    shop = machine.store.shop
    for row in shop.rows("SELECT id FROM promotions"):
        document = store_promotions.one(shop, row["id"]) | {"status": "ENABLED" if row["id"] == 1 else "DISABLED"}
        if row["id"] == 1:
            document |= {"name": "Sale", "customer": {**document["customer"], "segments": targeting}}
        with shop.db:
            store_promotions.store(shop, document)


def customers(machine: Bench, segment: str) -> set[int]:
    """The customers in a segment."""
    sql = """SELECT customer_id FROM members JOIN profiles ON profile = profiles.position
             JOIN segments ON segment = segments.position WHERE name = ?"""
    return {row["customer_id"] for row in machine.store.shop.rows(sql, segment)}


async def effects(machine: Bench, mode: Mode, listed: list[int], kind: type[Shop] = Shop) -> tuple[str, ...]:
    """What is told of this list for VIPs."""
    vips = Segment(id=machine.segments()["VIPs"], name="VIPs")
    shop = kind(machine.client)
    named = promotions_naming(vips, await shop.promotions())
    shoppers = ListedShoppers(vips.id, [id_ for one in named.values() for id_ in one.segment_ids])
    await find_listed(listed, (), shoppers, shop)
    ctx = replace(machine.engine.planner.context("UANA"), shop=shop)
    change = ListChange(mode, vips, shoppers, named)
    return (await change.plan(range(len(shoppers)), "list.csv", len(listed), ctx)).effects


@pytest.mark.parametrize("other", ["Newsletter", "Lapsed"])
async def test_who_leaves_by_an_equal_list_is_counted_by_other_segments_too(other: str) -> None:
    async with bench(customers=100) as machine:
        ids = machine.segments()
        only_live(machine, {"or": [{"id": [ids["VIPs"]]}, {"id": [ids[other]]}]})
        inside, beside = customers(machine, "VIPs"), customers(machine, other)
        stay = sorted(inside)[:2]
        join = sorted(set(range(1, 60)) - inside)[:9]
        gain, lose = len({*join} - beside), len(inside - {*stay} - beside)
        told = await effects(machine, "equal", [*stay, *join])
    assert told == (f"Sale (live): {gain} shoppers gain it and {lose} shoppers lose it.", COUNTED)


async def test_of_segments_with_too_many_members_nothing_is_counted() -> None:
    async with bench(customers=100) as machine:
        ids = machine.segments()
        only_live(machine, {"or": [{"id": [ids["VIPs"]]}, {"id": [ids["Newsletter"]]}]})
        listed = [*sorted(customers(machine, "VIPs"))[:2], 99]
        assert await effects(machine, "equal", listed, Crowded) == ()
        assert (await effects(machine, "equal", listed))[-1] == COUNTED
