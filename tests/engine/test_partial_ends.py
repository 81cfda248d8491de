"""Additions until a time that remove others for good, or some of whose shoppers are left out: what of them ends."""

from pathlib import Path
from typing import Any

from bot.core.approval.changes import Change, State
from bot.core.approval.decisions import Verdict
from bot.core.approval.rule import Rule
from bot.core.planning.plan import Plan
from tests.engine.bench import Bench, bench
from tests.engine.test_ending import ADA, BEN, approves


async def replaces(machine: Bench) -> Change:
    """VIPs is to be Coffee lovers and Newsletter for three days: some join it, and one leaves it for good."""
    whom: dict[str, Any] = {"first": "Coffee lovers", "second": "Newsletter", "how": "either"}
    await machine.asks("segment combine", **whom, into="VIPs", mode="equal", until="in 3 days")
    return await machine.latest()


async def test_what_adds_nobody_has_no_end(machine: Bench) -> None:
    whom: dict[str, Any] = {"first": "VIPs", "second": "Coffee lovers", "how": "both"}
    await machine.asks("segment combine", **whom, into="VIPs", mode="equal", until="in 3 days")
    assert machine.board.whispered[-1][1].startswith("No one is added by this, so nothing can end.")
    assert not machine.board.posted


async def test_where_only_removals_are_left_to_try_again_nothing_of_them_ends(machine: Bench) -> None:
    await replaces(machine)
    machine.store.faults.add("DELETE", "*", status=503, times=None)
    await approves(machine)
    machine.store.faults.clear()
    assert (await machine.latest()).ends_at
    machine.clock.forward(days=4)
    await machine.asks("change retry", number=1)
    assert (await machine.latest()).plan.until is None
    await approves(machine)
    assert ((await machine.latest()).number, (await machine.latest()).state) == (2, State.DONE)


async def test_where_all_whom_it_adds_are_left_out_nothing_ends(machine: Bench) -> None:
    plan, before = (await replaces(machine)).plan, machine.members("VIPs")
    joining = tuple(item for step in plan.steps if step.is_addition for item in step.items)
    await machine.decides("UBEN", 1, Verdict.NARROW, version=1, items=joining)
    left = await machine.latest()
    assert (left.version, left.plan.until, "Until" in str(left.plan.warnings)) == (2, None, False)
    await machine.decides("UCLEO", 1)
    assert ((await machine.latest()).state, len(before - machine.members("VIPs"))) == (State.DONE, 1)


async def test_where_nobody_is_left_to_add_the_rest_is_asked_about_without_an_end(machine: Bench) -> None:
    plan = (await replaces(machine)).plan
    joining = [step for step in plan.steps if step.is_addition]
    await machine.carry_out(Plan(steps=tuple(joining)))
    await machine.decides("UBEN", 1)
    drifted = await machine.ledger.changes.load(1)
    assert (drifted.state, drifted.version, drifted.plan.until) == (State.WAITING, 2, None)


async def test_an_end_counts_as_a_removal_where_some_are_left_out_too(path: Path) -> None:
    rules = (Rule(steps=("remove_members",), live=True, approvals=2),)
    async with bench(path, rules=rules) as machine:
        await machine.asks("segment add", segment=["VIPs"], shoppers=[f"{ADA} {BEN}"], until="in 3 hours")
        waiting = await machine.latest()
        await machine.decides("UBEN", 1, Verdict.NARROW, version=1, items=waiting.plan.items[:1])
        await machine.decides("UCLEO", 1)
        left = await machine.latest()
        assert (waiting.need.approvals, left.need.approvals, left.state) == (2, 2, State.WAITING)
        assert (left.version, [one.actor for one in left.approvals]) == (2, ["UCLEO"])
