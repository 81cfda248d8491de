"""Who lost the lease of a change writes nothing more; and what was under way then is on record, and told."""

from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from pathlib import Path

import pytest

from bot.core.approval.changes import Change, State, StepState
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, DeleteSegment, RemoveMembers, SegmentRef
from bot.core.store_view.cached_shop import Shop
from bot.engine.process import LEASE, USUAL_LEASE, Process, elapsed
from bot.engine.run_fence import LeaseLost, RunFence, StepFence
from tests.engine.bench import Bench
from tests.records import entries_of

SEGMENTS, MEMBERS = "/segments", "/segments/{id}/shopper-profiles"
PAUSE = LEASE.total_seconds() * 2


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


async def planned(machine: Bench, *steps: AnyStep) -> Plan:
    return await build_plan(steps, Shop(machine.client))


async def undone(machine: Bench, change: Change) -> None:
    plan = Plan(steps=inverse_of(tuple(run.undo for run in change.done)), undoes=change.number)
    assert (await machine.carry_out(plan)).state is State.DONE


async def fence_of(machine: Bench, change: Change) -> StepFence:
    assert await machine.engine.process.claim(change.number)
    return StepFence(RunFence(machine.engine.process, change.number, machine.clock.timestamp()))


async def test_one_that_wakes_up_after_the_change_was_done_and_undone_removes_nobody(
    machine: Bench, path: Path
) -> None:
    """It is stopped while the store makes it wait (429), as by SIGSTOP, and would send the request again."""
    members = machine.members("VIPs")
    step = RemoveMembers(segment=ref(machine), profile_ids=tuple(sorted(members)))
    change = await machine.approved(await planned(machine, step))
    async with machine.another(path) as other:

        async def stopped(seconds: float) -> None:
            if seconds:
                machine.clock.forward(seconds=PAUSE)
                await other.sweeps()
                await undone(other, await other.latest())

        machine.store.sleep = stopped
        machine.store.faults.add("DELETE", MEMBERS, delay=1, status=429)
        await machine.runs(change)
    assert machine.members("VIPs") == members
    assert sorted(machine.writes()) == ["DELETE", "DELETE", "POST"]  # the refused one, and what the other one did
    assert (await machine.ledger.changes.load(1)).undone_by == 2


def stopped_while(machine: Bench, other: Bench) -> Callable[[float], Awaitable[None]]:
    """Return the store's sleep: the process that asked is stopped meanwhile, and the other one goes on."""

    async def stopped(seconds: float) -> None:
        if seconds:
            machine.clock.forward(seconds=PAUSE)
            await other.sweeps()

    return stopped


async def test_a_write_that_is_answered_when_another_process_went_on_is_on_record_and_told(
    machine: Bench, path: Path
) -> None:
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))
    async with machine.another(path) as other:
        machine.store.sleep = stopped_while(machine, other)
        machine.store.faults.add("DELETE", SEGMENTS, delay=1)
        await machine.runs(change)
        await other.sweeps()
    (late,) = [entry for entry in entries_of(machine.ledger) if entry.kind == "late write"]
    assert (late.change, late.detail["step"], late.detail["kind"]) == (1, 0, "delete_segment")
    assert late.detail["result"] == "answered when another process had the change"
    assert machine.board.notified == [(1, "late", "")]
    done = await machine.latest()
    assert (done.state, machine.kinds().count("step done")) == (State.DONE, 1)


async def test_a_change_lost_while_reading_leaves_no_late_write(machine: Bench, path: Path) -> None:
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))
    async with machine.another(path) as other:
        machine.store.sleep = stopped_while(machine, other)
        machine.store.faults.add("GET", MEMBERS, delay=1)
        await machine.runs(change)
        await other.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE"])
    assert "late write" not in machine.kinds()
    assert machine.board.notified == []


async def test_one_that_slept_and_lost_nothing_goes_on(machine: Bench) -> None:
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))

    async def slept(_seconds: float) -> None:
        machine.clock.forward(seconds=PAUSE)

    machine.store.sleep = slept
    machine.store.faults.add("DELETE", SEGMENTS, delay=1)
    await machine.runs(change)
    assert (await machine.latest()).state is State.DONE
    assert "late write" not in machine.kinds()


async def test_a_lease_too_short_for_a_request_is_renewed_before_it_goes_out(machine: Bench) -> None:
    fence = await fence_of(machine, await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine)))))
    machine.clock.forward(seconds=LEASE.total_seconds() - USUAL_LEASE.needed + 1)
    await fence.permit()
    assert machine.engine.process.heartbeat.until == machine.clock.timestamp() + LEASE.total_seconds()


async def test_a_lease_that_lasts_just_as_long_as_a_request_may_lets_it_out(machine: Bench) -> None:
    fence = await fence_of(machine, await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine)))))
    until = machine.engine.process.heartbeat.until
    machine.clock.forward(seconds=until - machine.clock.timestamp() - USUAL_LEASE.needed)
    await fence.permit()
    assert machine.engine.process.heartbeat.until == until


async def test_a_lease_that_is_renewed_too_late_lets_nothing_out(machine: Bench, path: Path) -> None:
    """The housekeeper wakes up first, and renews what nobody has any more."""
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))
    fence = await fence_of(machine, change)
    machine.clock.forward(seconds=PAUSE)
    async with machine.another(path) as other:
        assert await other.engine.process.claim(change.number)
        await machine.engine.process.renew()
        with pytest.raises(LeaseLost):
            await fence.permit()


async def test_the_ledger_is_asked_before_each_write_however_long_the_lease_lasts(machine: Bench) -> None:
    """A restored ledger, or a clock that was set, may have given the change to another one."""
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))
    fence = await fence_of(machine, change)
    await fence.permit()
    await machine.engine.process.release(change.number)
    with pytest.raises(LeaseLost):
        await fence.permit()


async def test_a_lease_that_lasts_is_not_renewed_for_a_write(machine: Bench) -> None:
    fence = await fence_of(machine, await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine)))))
    until = machine.engine.process.heartbeat.until
    machine.clock.forward(seconds=1)
    await fence.permit()
    assert machine.engine.process.heartbeat.until == until


async def test_a_change_that_is_under_way_is_not_started_again_by_the_same_process(machine: Bench) -> None:
    """Not even after its lease was over for a while, when the change seems to be nobody's."""
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))

    async def slept(seconds: float) -> None:
        if seconds:
            machine.clock.forward(seconds=PAUSE)
            await machine.runs(change)

    machine.store.sleep = slept
    machine.store.faults.add("DELETE", SEGMENTS, delay=1)
    await machine.runs(change)
    assert ((await machine.latest()).runs[0].state, machine.writes()) == (StepState.DONE, ["DELETE"])


def test_a_lease_outlasts_the_longest_write() -> None:
    assert LEASE.total_seconds() > USUAL_LEASE.needed


def test_time_that_a_process_counts_goes_on() -> None:
    assert elapsed() <= elapsed()


async def test_a_lease_counts_from_before_it_was_renewed(machine: Bench) -> None:
    times = chain((100.0,), repeat(105.0))
    process = Process("slow", machine.clock, machine.tasks, machine.ledger, lambda: next(times))
    await process.live()
    assert process.heartbeat.until == 100.0 + LEASE.total_seconds()
