"""Enabling and disabling a promotion, as a Step: what it goes by, and what it leaves alone."""

import pytest

from bot.core.errors import Impossible
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import Applied, PromotionRef, RetargetPromotion, SwitchPromotion
from bot.core.planning.steps.references import Stored
from bot.core.planning.steps.step import Gone
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.reach import Reach
from tests.engine.bench import Bench
from tests.laws.shops import a_shop

SALE = PromotionRef(id=4, name="Win back")


async def planned(machine: Bench, *, enabled: bool = True) -> SwitchPromotion:
    (step,) = (await build_plan((SwitchPromotion(promotion=SALE, enabled=enabled),), Shop(machine.client))).steps
    assert isinstance(step, SwitchPromotion)
    return step


async def set_status(machine: Bench, status: str) -> None:
    await machine.client.update_promotion(4, lambda now: now.with_status(status))


async def test_one_that_someone_switched_meanwhile_is_not_put_again() -> None:
    async with a_shop() as machine:
        step = await planned(machine)
        assert await step.already_applied(machine.client) is None
        await set_status(machine, "ENABLED")
        assert await step.apply(machine.client) == await step.already_applied(machine.client) == Applied()
        assert machine.writes() == ["PUT"]


async def test_one_whose_status_became_another_is_left_alone() -> None:
    async with a_shop() as machine:
        step = (await planned(machine)).model_copy(update={"was": "INVALID"})
        with pytest.raises(Impossible, match=r"^The status of “Win back” changed in the meantime"):
            await step.apply(machine.client)
        assert machine.writes() == []


async def test_who_gains_it_as_it_is_enabled_loses_it_as_it_is_disabled() -> None:
    async with a_shop() as machine:
        enabling = await planned(machine, enabled=True)
        await set_status(machine, "ENABLED")
        disabling = await planned(machine, enabled=False)
    assert enabling.reach
    assert disabling.reach
    assert enabling.reach.gain > 0
    assert (enabling.reach.gain, enabling.reach.lose) == (disabling.reach.lose, disabling.reach.gain)
    assert enabling.reach.lose == 0


def test_the_log_has_the_status_that_the_store_saved_or_else_the_one_that_was_sent() -> None:
    step = SwitchPromotion(promotion=SALE, enabled=True, was="DISABLED")
    told = [step.before_and_after(one, 0) for one in (Applied(), Applied(stored=Stored(status="INVALID")))]
    assert told == [({"status": "DISABLED"}, {"status": "ENABLED"}), ({"status": "DISABLED"}, {"status": "INVALID"})]


async def test_one_that_is_gone_is_told() -> None:
    async with a_shop() as machine:
        missing = SwitchPromotion(promotion=PromotionRef(id=99, name="Sale"), enabled=True)
        with pytest.raises(Gone, match=r"^The promotion “Sale” is no longer in the store\.$"):
            await build_plan((missing,), Shop(machine.client))


def test_without_dates_and_name_of_whom_it_is_still_a_line() -> None:
    step = SwitchPromotion(promotion=SALE, enabled=False, whom="everyone")
    assert Plan(steps=(step,)).warnings == ("Win back will reach no one. Until now, it reached everyone.",)
    assert (step.names, step.live) == ({SALE.item: "Win back"}, True)


def test_whom_it_reaches_stands_before_how_many_gain_and_lose_it() -> None:
    step = SwitchPromotion(promotion=SALE, enabled=True, whom="everyone", reach=Reach(gain=1, lose=2, keep=3))
    counts = "1 shopper gains it, 2 lose it, 3 keep it. Counted by segment; cart conditions still apply."
    assert Plan(steps=(step,)).warnings == ("Win back will reach everyone.", f"Win back: {counts}")
    retarget = RetargetPromotion(promotion=SALE, was="everyone", becomes="no one", reach=step.reach)
    status, when = ("live", "") if SALE.live else ("off", " (once it is enabled)")
    assert Plan(steps=(retarget,)).warnings == (
        f"Before, Win back ({status}) reached everyone.",
        f"Win back{when}: {counts}",
    )
