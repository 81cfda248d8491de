"""Promotions that name a segment which is gone: found in every shape, and never where one was only just created."""

from bot.bigcommerce import Any_ as Either
from bot.bigcommerce import AnyOf, NewSegment, Not, Targeting
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.orphaned_promotions import Orphan, orphaned_promotions
from tests.core.samples import uuid
from tests.engine.bench import Bench
from tests.laws.shops import a_shop

GONE = AnyOf((uuid(1),))
WIN_BACK = Orphan(name="Win back", live=False)


async def orphans(machine: Bench, targeting: Targeting | None) -> tuple[Orphan, ...]:
    await machine.client.update_promotion(4, lambda now: now.with_targeting(targeting))
    return await orphaned_promotions(Shop(machine.client))


async def test_a_deleted_segment_is_found_wherever_it_is_named() -> None:
    async with a_shop() as machine:
        alive = AnyOf((machine.segments()["Lapsed"],))
        assert await orphans(machine, alive) == await orphans(machine, None) == ()
        for named in (GONE, Not(GONE), Either((alive, Not(GONE))), AnyOf((*alive.ids, *GONE.ids))):
            assert await orphans(machine, named) == (WIN_BACK,)
        assert await orphans(machine, AnyOf(("no id",))) == (WIN_BACK,)


async def test_a_segment_created_since_they_were_listed_is_not_gone() -> None:
    async with a_shop() as machine:
        shop = Shop(machine.client)
        await shop.segments()
        (created,) = await machine.client.create_segments(NewSegment(name="New"))
        await machine.client.update_promotion(4, lambda now: now.with_targeting(AnyOf((created.id,))))
        assert await orphaned_promotions(shop) == ()


async def test_none_is_found_where_promotions_cannot_be_read() -> None:
    async with a_shop() as machine:
        machine.forget("VIPs")
        machine.store.scopes.clear()
        machine.store.scopes.add("store_v2_customers")
        assert await orphaned_promotions(Shop(machine.client)) == ()
