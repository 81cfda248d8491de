"""Batches of one effect run at the same time; each keeps the promises of a Step that runs alone."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.bigcommerce import ServerError
from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AddMembers, AnyStep, CreateProfiles, RemoveMembers, SegmentRef
from bot.core.store_view.cached_shop import Shop
from bot.engine.change_run import MOST_REFUSED, STEPS_AT_ONCE
from bot.engine.process import LEASE
from bot.engine.recent_shop import RecentShop
from bot.engine.run_fence import OldSight, RunFence, StepFence
from tests.core.samples import plan, remaining_steps
from tests.engine.bench import Bench, bench
from tests.records import entries_of, verified

MEMBERS = "/segments/{id}/shopper-profiles"
PAUSE = LEASE.total_seconds() * 2


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


def outside(machine: Bench, count: int) -> list[str]:
    """Profiles that are not in VIPs."""
    every = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
    return sorted(every - machine.members("VIPs"))[:count]


def one_by_one(machine: Bench, count: int) -> Plan:
    """So many batches of one shopper each."""
    return plan(*(AddMembers(segment=ref(machine), profile_ids=(one,)) for one in outside(machine, count)))


def added(machine: Bench, change: Plan) -> list[bool]:
    """Of each batch, whether its shopper is in the segment."""
    inside = machine.members("VIPs")
    return [item.id in inside for item in change.items]


@dataclass
class Together:
    """A store that answers nothing before so many requests are with it; then this happens."""

    count: int
    then: Callable[[], Awaitable[object]] | None = None
    there: int = 0
    most: int = 0
    _full: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        if not seconds:
            return
        self.there += 1
        self.most = max(self.most, self.there)
        if self.there == self.count:
            if self.then:
                await self.then()
            self._full.set()
        await self._full.wait()
        self.there -= 1


async def begun(machine: Bench, change: Change, *positions: int) -> Change:
    """A process died when it had begun the Steps at these positions."""
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    for position in positions:
        undo = await change.plan.steps[position].inverse(machine.client)
        run = Run(position=position, state=StepState.STARTED, undo=undo)
        change = await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})
    return change


async def test_batches_of_one_effect_are_with_the_store_together(machine: Bench) -> None:
    many = one_by_one(machine, 2 * STEPS_AT_ONCE)
    machine.store.sleep = together = Together(STEPS_AT_ONCE)
    machine.store.faults.add("POST", MEMBERS, delay=1, times=None)
    async with asyncio.timeout(20):
        done = await machine.carry_out(many)
    assert (done.state, together.most) == (State.DONE, STEPS_AT_ONCE)
    assert all(added(machine, many))
    assert [run.position for run in done.runs] == list(range(2 * STEPS_AT_ONCE))
    assert (machine.kinds().count("step started"), machine.kinds().count("step done")) == (6, 6)
    assert verified(machine.ledger).holds


async def test_batches_of_another_effect_wait_for_those_before(machine: Bench) -> None:
    members, newcomers = sorted(machine.members("VIPs"))[:2], outside(machine, 2)
    steps: list[AnyStep] = [AddMembers(segment=ref(machine), profile_ids=(one,)) for one in newcomers]
    steps += [RemoveMembers(segment=ref(machine), profile_ids=(one,)) for one in members]
    assert (await machine.carry_out(plan(*steps))).state is State.DONE
    assert machine.writes() == ["POST", "POST", "DELETE", "DELETE"]
    kinds = [kind for kind in machine.kinds() if kind.startswith("step")]
    assert sorted(kinds[:4]) == sorted(kinds[4:]) == ["step done"] * 2 + ["step started"] * 2


async def test_profiles_are_made_together_before_their_owners_are_added(machine: Bench) -> None:
    lacking = [one.id async for one in machine.client.customers() if not one.shopper_profile_id][:3]
    making = [CreateProfiles(customers=(one,)) for one in lacking]
    machine.store.sleep = together = Together(3)
    machine.store.faults.add("POST", "/shopper-profiles", delay=1, times=3)
    async with asyncio.timeout(20):
        done = await machine.carry_out(plan(*making, AddMembers(segment=ref(machine), newcomers=tuple(lacking))))
    assert (done.state, together.most) == (State.DONE, 3)
    made = [one.shopper_profile_id async for one in machine.client.customers(ids=lacking)]
    assert set(made) <= machine.members("VIPs")


async def test_after_a_failure_those_under_way_end_and_no_other_begins(machine: Bench) -> None:
    many = one_by_one(machine, 2 * STEPS_AT_ONCE)
    machine.store.sleep = Together(STEPS_AT_ONCE)
    machine.store.faults.add("POST", MEMBERS, delay=1, status=403)
    machine.store.faults.add("POST", MEMBERS, delay=1, times=None)
    failed = await machine.carry_out(many)
    assert failed.state is State.FAILED
    assert [run.state for run in failed.runs] == [StepState.FAILED, StepState.DONE, StepState.DONE]
    assert added(machine, many) == [False, True, True, False, False, False]


async def test_a_stop_lets_those_under_way_end(machine: Bench) -> None:
    many = one_by_one(machine, 2 * STEPS_AT_ONCE)
    change = await machine.approved(many)

    async def stops() -> None:
        await machine.ledger.changes.request_stop(await machine.latest(), actor="UANA", at=machine.clock())

    machine.store.sleep = Together(STEPS_AT_ONCE, stops)
    machine.store.faults.add("POST", MEMBERS, delay=1, times=None)
    await machine.runs(change)
    stopped = await machine.latest()
    assert (stopped.state, stopped.settled_by) == (State.CANCELLED, "UANA")
    assert [run.state for run in stopped.runs] == [StepState.DONE] * STEPS_AT_ONCE


@pytest.mark.parametrize("is_stopped", [True, False])
async def test_what_a_dead_process_had_begun_ends_although_no_other_may_begin(machine: Bench, is_stopped: bool) -> None:
    """It was stopped, or one had failed; and the second had begun later than the third."""
    many = one_by_one(machine, 4)
    change = await begun(machine, await machine.approved(many), 0, 2)
    if is_stopped:
        await machine.ledger.changes.request_stop(change, actor="UANA", at=machine.clock())
    else:
        over = change.runs[0].model_copy(update={"state": StepState.FAILED})
        await machine.ledger.changes.save_run(change, over, at=machine.clock(), detail={})
    await machine.sweeps()
    ended = await machine.latest()
    first = StepState.DONE if is_stopped else StepState.FAILED
    assert ended.state is (State.CANCELLED if is_stopped else State.FAILED)
    assert [(run.position, run.state) for run in ended.runs] == [(0, first), (2, StepState.DONE)]
    assert added(machine, many) == [is_stopped, False, True, False]


async def test_each_that_had_begun_is_undone_member_for_member(machine: Bench) -> None:
    """Of three that had begun, the store has carried out two; one shopper of another batch is in by other means."""
    many, before = one_by_one(machine, 4), machine.members("VIPs")
    change = await begun(machine, await machine.approved(many), 0, 1, 2)
    for step in change.plan.steps[:2]:
        await step.apply(machine.client)
    await machine.sweeps()
    done = await machine.latest()
    assert (done.state, added(machine, many)) == (State.DONE, [True] * 4)
    undo = await build_plan(inverse_of(tuple(run.undo for run in done.done)), Shop(machine.client), undoes=1)
    await machine.carry_out(undo)
    assert machine.members("VIPs") == before


async def test_a_batch_is_not_sent_on_what_another_one_has_read_again(machine: Bench) -> None:
    change = await machine.approved(one_by_one(machine, 2))
    assert await machine.engine.process.claim(change.number)
    run = RunFence(machine.engine.process, change.number, machine.clock.elapsed())
    first, second = StepFence(run), StepFence(run)
    machine.clock.forward(minutes=2)
    await machine.engine.process.live()
    assert first.needs_look()
    first.looks()
    await first.permit()
    with pytest.raises(OldSight):
        await second.permit()
    assert second.needs_look()
    second.looks()
    await second.permit()


async def test_what_is_left_after_a_crash_is_compared_with_one_reading_of_the_members(machine: Bench) -> None:
    many = one_by_one(machine, 6)
    await begun(machine, await machine.approved(many), 0, 1)
    machine.clock.forward(minutes=2)
    await machine.sweeps()
    pages = [one for one in machine.store.requests() if "shopper-profiles?page=1&limit=250" in one["path"]]
    assert ((await machine.latest()).state, added(machine, many)) == (State.DONE, [True] * 6)
    assert len(pages) == 3  # once for all, and what came of those that had begun


async def test_lists_are_read_when_no_batch_writes_and_no_batch_begins_meanwhile(machine: Bench) -> None:
    recent, heard = RecentShop(RunFence(machine.engine.process, 1, 0.0)), list[str]()
    ended, read = asyncio.Event(), asyncio.Event()

    async def write(name: str, until: asyncio.Event | None = None) -> None:
        async with recent.changing():
            heard.append(f"{name} begins")
            if until:
                await until.wait()
            heard.append(f"{name} ends")

    async def reads() -> None:
        async with recent.quiet():
            heard.append("reading")
            await read.wait()

    first = asyncio.create_task(write("first", ended))
    beside = asyncio.create_task(write("beside", ended))
    await asyncio.sleep(0)
    reading = asyncio.create_task(reads())
    await asyncio.sleep(0)
    late = asyncio.create_task(write("late"))
    await asyncio.sleep(0)
    assert heard == ["first begins", "beside begins"]
    ended.set()
    await asyncio.gather(first, beside)
    await asyncio.sleep(0)
    assert heard[2:] == ["first ends", "beside ends", "reading"]
    read.set()
    await asyncio.gather(reading, late)
    assert heard[5:] == ["late begins", "late ends"]


async def test_what_is_read_again_waits_for_who_writes_and_is_then_shared(machine: Bench) -> None:
    recent, ended = RecentShop(RunFence(machine.engine.process, 1, 0.0)), asyncio.Event()

    async def write() -> None:
        async with recent.changing():
            await ended.wait()

    async def look() -> Shop:
        async with recent._recent(machine.client) as shop:
            return shop

    writing = asyncio.create_task(write())
    await asyncio.sleep(0)
    looking = asyncio.create_task(look())
    for _ in range(5):
        await asyncio.sleep(0)
    assert not looking.done()
    ended.set()
    first, _ = await asyncio.gather(looking, writing)
    assert await look() is first
    machine.clock.forward(minutes=2)
    assert await look() is not first


async def test_each_batch_that_another_process_may_not_have_seen_is_told(machine: Bench, path: Path) -> None:
    many = one_by_one(machine, 3)
    change = await machine.approved(many)
    async with machine.another(path) as other:

        async def overtaken() -> None:
            machine.clock.forward(seconds=PAUSE)
            await other.sweeps()

        machine.store.sleep = Together(3, overtaken)
        machine.store.faults.add("POST", MEMBERS, delay=1, times=3)
        await machine.runs(change)
        await other.sweeps()
    late = [entry.detail["step"] for entry in entries_of(machine.ledger) if entry.kind == "late write"]
    assert sorted(late) == [0, 1, 2]
    assert ((await machine.latest()).state, added(machine, many)) == (State.DONE, [True] * 3)
    assert machine.kinds().count("step done") == 3


async def test_a_store_that_fails_for_good_is_told_once_for_each_under_way(machine: Bench) -> None:
    machine.store.faults.add("POST", MEMBERS, status=500, times=None)
    failed = await machine.carry_out(one_by_one(machine, 5))
    assert failed.state is State.FAILED
    assert {run.error.split(" It may")[0] for run in failed.runs} == {str(ServerError())}
    assert len(failed.runs) == STEPS_AT_ONCE


# Where the store refuses some shoppers, the others are no worse for it


async def test_batches_that_the_store_refuses_hold_up_no_other_of_the_same_effect(machine: Bench) -> None:
    many, members = one_by_one(machine, 5), tuple(sorted(machine.members("VIPs")))
    removal = RemoveMembers(segment=ref(machine), profile_ids=members)
    machine.store.faults.add("POST", MEMBERS, status=422)
    failed = await machine.carry_out(plan(*many.steps, removal))
    states = [run.state for run in failed.runs]
    assert (failed.state, states.count(StepState.DONE), len(states)) == (State.FAILED, 4, 5)
    (refused,) = [run for run in failed.runs if run.state is StepState.FAILED]
    assert (refused.others_go_on, refused.left) == (True, ())
    assert remaining_steps(failed) == (many.steps[refused.position], removal)
    assert set(members) <= machine.members("VIPs")


async def test_of_a_batch_that_was_refused_in_part_only_those_who_are_left_are_tried_again() -> None:
    async with bench(customers=200) as machine:
        ids = tuple(outside(machine, 120))
        machine.store.faults.add("POST", MEMBERS)
        machine.store.faults.add("POST", MEMBERS, status=422)
        failed = await machine.carry_out(plan(AddMembers(segment=ref(machine), profile_ids=ids)))
        (run,) = failed.runs
        out = set(ids) - machine.members("VIPs")
        assert (run.state, run.others_go_on, 0 < len(out) < 120) == (StepState.UNSURE, True, True)
        assert {item.id for item in run.left} == out
        assert "may have been carried out" not in run.error
        await machine.asks("change retry", number=1)
        again = await machine.latest()
        assert {item.id for item in again.plan.items} == out
        await machine.decides("UBEN", number=2)
        assert set(ids) <= machine.members("VIPs")


async def test_a_store_that_refuses_every_batch_ends_the_run(machine: Bench) -> None:
    machine.store.faults.add("POST", MEMBERS, status=422, times=None)
    failed = await machine.carry_out(one_by_one(machine, MOST_REFUSED + STEPS_AT_ONCE))
    assert failed.state is State.FAILED
    assert MOST_REFUSED <= len(failed.runs) < MOST_REFUSED + STEPS_AT_ONCE


@pytest.mark.parametrize("others_go_on", [True, False])
async def test_a_run_that_is_resumed_goes_on_beside_those_that_were_refused(machine: Bench, others_go_on: bool) -> None:
    many = one_by_one(machine, 3)
    change = await begun(machine, await machine.approved(many), 0)
    refused = change.runs[0].model_copy(update={"state": StepState.FAILED, "others_go_on": others_go_on})
    await machine.ledger.changes.save_run(change, refused, at=machine.clock(), detail={})
    await machine.sweeps()
    assert (await machine.latest()).state is State.FAILED
    assert added(machine, many) == [False, others_go_on, others_go_on]


async def test_who_is_left_is_not_told_where_the_store_does_not_tell() -> None:
    async with bench(customers=200) as machine:
        ids = tuple(outside(machine, 60))
        machine.store.faults.add("POST", MEMBERS)
        machine.store.faults.add("POST", MEMBERS, status=422)
        machine.store.faults.add("GET", "*", status=403, times=None)
        failed = await machine.carry_out(plan(AddMembers(segment=ref(machine), profile_ids=ids)))
        (run,) = failed.runs
        assert (run.state, run.left) == (StepState.UNSURE, ())
        assert run.error.endswith("It may have been carried out anyway.")
        assert remaining_steps(failed) == failed.plan.steps
