"""Who made a segment, as the sealed log says it: what decides whether they may take it back alone."""

from pathlib import Path

import pytest

from bot.core.approval.rule import DESTRUCTIVE, Rule
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import DeleteSegment, SegmentRef
from bot.core.store_view.cached_shop import Shop
from tests.core.samples import VIPS
from tests.engine.bench import Bench, bench
from tests.engine.test_authorization import edit


async def created(machine: Bench) -> str:
    """A segment that Ana made."""
    await machine.asks("segment create", name="Loyal")
    return machine.segments()["Loyal"]


async def maker(machine: Bench, segment_id: str) -> str:
    return await machine.ledger.changes.maker_of(segment_id)


async def test_the_maker_is_whoever_asked_for_it(machine: Bench) -> None:
    assert await maker(machine, await created(machine)) == "UANA"
    assert await maker(machine, machine.segments()["VIPs"]) == ""


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE changes SET requester = 'UEVE' WHERE number = 1",
        "UPDATE runs SET body = json_set(body, '$.applied.left', 1)",
        "UPDATE touches SET change = 2 WHERE change = 1",
    ],
)
async def test_where_tables_say_something_else_nobody_made_it(tampering: str) -> None:
    async with bench() as machine:
        segment_id = await created(machine)
        await machine.delete()
        edit(machine, tampering)
        assert await maker(machine, segment_id) == ""


async def test_what_had_to_be_approved_is_nobody_s_own(path: Path) -> None:
    rules = (Rule(steps=("create_segment",), approvals=1), Rule(steps=DESTRUCTIVE, approvals=1))
    async with bench(path, rules=rules) as machine:
        await machine.asks("segment create", name="Loyal")
        await machine.decides("UBEN")
        assert await maker(machine, machine.segments()["Loyal"]) == ""


async def test_a_step_that_found_it_gone_has_done_its_work(machine: Bench) -> None:
    ref = SegmentRef(name="Loyal", id=await created(machine))
    (step,) = (await build_plan((DeleteSegment(segment=ref, unused=True),), Shop(machine.client))).steps
    assert "unused" in step.model_dump()
    machine.forget("Loyal")
    await step.apply(machine.client)
    assert machine.writes() == ["POST"]


async def test_one_that_was_brought_back_is_nobody_s_own(machine: Bench) -> None:
    await machine.delete("Wholesale")
    await machine.decides("UBEN")
    await machine.asks("change undo", number=1)
    await machine.decides("UBEN", number=2)
    assert await maker(machine, machine.segments()["Wholesale"]) == ""


async def test_only_the_steps_that_take_back_one_s_own_need_nobody(machine: Bench) -> None:
    own = SegmentRef(name="Loyal", id=await created(machine))
    mine, theirs = DeleteSegment(segment=own, unused=True), DeleteSegment(segment=VIPS, unused=True)
    approvers = machine.engine.decider.approvers
    wanted = (((mine,), 0), ((theirs,), 1), ((mine, theirs), 1), ((mine.model_copy(update={"unused": False}),), 1))
    for steps, approvals in wanted:
        need, _ = await approvers.need(Plan(steps=steps), "UANA")
        assert need.approvals == approvals
        need, _ = await approvers.need(Plan(steps=steps), "UEVE")
        assert need.approvals == 1
