from pathlib import Path

from bot.core.changes import Change, Event, Run, State, StepState
from bot.core.plan import Plan, inverse_of
from bot.core.steps import (
    AddMembers,
    AnyStep,
    CreateSegment,
    DeleteSegment,
    Naming,
    RemoveMembers,
    SegmentRef,
    UpdateSegment,
)
from tests.core.samples import plan
from tests.engine.bench import Bench

SEGMENTS, MEMBERS = "/segments", "/segments/{id}/shopper-profiles"
CREATE = CreateSegment(segment=Naming(name="Loyal", description="Come back"))
NEVER = {"times": None, "drop": True}


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


def delete(machine: Bench, name: str = "VIPs") -> DeleteSegment:
    return DeleteSegment(segment=ref(machine, name))


def rename(machine: Bench) -> UpdateSegment:
    return UpdateSegment(segment=ref(machine), before=Naming(name="VIPs"), after=Naming(name="Best"))


async def interrupted(machine: Bench, step: AnyStep) -> Change:
    """A change whose process died after its first step was recorded as started."""
    change = await machine.approved(plan(step))
    change = await machine.ledger.move(change, Event.START, at=machine.clock())
    run = Run(position=0, state=StepState.STARTED, undo=await step.inverse(machine.client))
    return await machine.ledger.record_run(change, run, at=machine.clock(), detail={})


async def test_a_started_step_that_did_not_happen_is_applied(machine: Bench) -> None:
    members = machine.members("VIPs")
    await interrupted(machine, delete(machine))
    await machine.sweeps()
    done = await machine.latest()
    assert (done.state, "VIPs" in machine.segments(), machine.writes()) == (State.DONE, False, ["DELETE"])
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in done.done))))
    assert machine.members("VIPs") == members


async def test_a_started_delete_that_happened_is_not_sent_again(machine: Bench) -> None:
    await interrupted(machine, delete(machine))
    machine.forget("VIPs")
    await machine.sweeps()
    done = await machine.latest()
    assert (done.state, machine.writes(), done.can_be_undone) == (State.DONE, [], True)


async def test_a_started_create_that_happened_is_not_sent_again_and_can_be_undone(machine: Bench) -> None:
    await interrupted(machine, CREATE)
    await CREATE.apply(machine.client)
    await machine.sweeps()
    done = await machine.latest()
    assert (done.state, machine.writes()) == (State.DONE, ["POST"])
    assert done.runs[0].undo == (DeleteSegment(segment=ref(machine, "Loyal"), description="Come back"),)


async def test_a_started_rename_that_happened_is_not_sent_again(machine: Bench) -> None:
    step = rename(machine)
    await interrupted(machine, step)
    await step.apply(machine.client)
    await machine.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["PUT"])


async def test_the_way_back_saved_before_a_crash_stands(machine: Bench) -> None:
    vips = sorted(machine.members("VIPs"))[:2]
    step = AddMembers(segment=ref(machine, "Spring launch waitlist"), profile_ids=tuple(vips))
    await interrupted(machine, step)
    await step.apply(machine.client)
    await machine.sweeps()
    done = await machine.latest()
    assert done.state is State.DONE
    assert done.runs[0].undo == (RemoveMembers(segment=step.segment, profile_ids=tuple(vips)),)
    assert done.runs[0].applied
    assert done.runs[0].applied.notes == ("2 shoppers were in it already.",)


async def test_one_shopper_who_was_a_member_meanwhile_stays_when_this_is_undone(machine: Bench) -> None:
    first, second = sorted(machine.members("Newsletter") - machine.members("VIPs"))[:2]
    await machine.client.add_members(machine.segments()["VIPs"], first)
    done = await machine.carry_out(plan(AddMembers(segment=ref(machine), profile_ids=(first, second))))
    assert done.runs[0].applied
    assert done.runs[0].applied.notes == ("1 shopper was in it already.",)
    await machine.carry_out(plan(*inverse_of((done.runs[0].undo,))))
    assert machine.members("VIPs") & {first, second} == {first}


async def test_a_lost_answer_is_looked_into_and_not_repeated(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True, carried_out=True)
    done = await machine.carry_out(plan(CREATE))
    assert (done.state, machine.writes(), "Loyal" in machine.segments()) == (State.DONE, ["POST"], True)
    assert done.can_be_undone


async def test_a_store_that_dropped_the_request_did_nothing_and_the_change_says_so(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True)
    failed = await machine.carry_out(plan(CREATE))
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.FAILED)
    assert failed.runs[0].error.startswith("The store cannot be reached just now.")
    assert not failed.can_be_undone


async def test_a_rename_whose_answers_were_all_lost_is_known_to_have_happened(machine: Bench) -> None:
    machine.store.faults.add("PUT", SEGMENTS, status=500, carried_out=True, times=None)
    done = await machine.carry_out(plan(rename(machine)))
    assert (done.state, "Best" in machine.segments(), done.can_be_undone) == (State.DONE, True, True)


async def test_a_store_that_never_answers_leaves_the_step_unsure(machine: Bench) -> None:
    step = delete(machine)
    machine.store.faults.add("DELETE", SEGMENTS, carried_out=True, **NEVER)
    machine.store.faults.add("GET", SEGMENTS, **NEVER)
    failed = await machine.carry_out(plan(step))
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.UNSURE)
    assert "It may have been carried out all the same: look before you ask again." in failed.runs[0].error
    assert failed.can_be_undone


async def test_memberships_that_failed_in_part_can_be_undone(machine: Bench) -> None:
    everybody = sorted(machine.members("Newsletter"))
    step = AddMembers(segment=ref(machine, "Spring launch waitlist"), profile_ids=tuple(everybody))
    machine.store.faults.add("POST", MEMBERS, status=500, carried_out=True, times=None)
    failed = await machine.carry_out(plan(step))
    assert failed.state is State.FAILED
    assert machine.members("Spring launch waitlist")
    assert failed.can_be_undone


async def test_what_follows_a_failed_step_is_not_started(machine: Bench) -> None:
    steps = (delete(machine, "Lapsed"), delete(machine), delete(machine, "Newsletter"))
    machine.forget("VIPs")
    failed = await machine.carry_out(Plan(steps=steps))
    assert [run.state for run in failed.runs] == [StepState.DONE, StepState.FAILED]
    assert (failed.state, "Newsletter" in machine.segments()) == (State.FAILED, True)
    assert failed.runs[1].error == "The store has no such segment (any more). Check the name or id."
    assert failed.can_be_undone


async def test_members_follow_into_a_segment_that_the_same_plan_creates(machine: Bench) -> None:
    ids = tuple(sorted(machine.members("VIPs")))
    done = await machine.carry_out(plan(CREATE, AddMembers(segment=SegmentRef(name="Loyal"), profile_ids=ids)))
    assert (done.state, machine.members("Loyal")) == (State.DONE, set(ids))


async def test_a_step_that_the_store_as_it_is_does_not_allow_fails_with_its_sentence(machine: Bench) -> None:
    failed = await machine.carry_out(plan(AddMembers(segment=SegmentRef(name="Loyal"), profile_ids=("x",))))
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.FAILED)
    assert failed.runs[0].error == "The segment “Loyal” does not exist yet."
    assert machine.writes() == []


async def test_an_undo_that_came_second_is_cancelled_when_it_would_start(machine: Bench) -> None:
    done = await machine.carry_out(plan(delete(machine)))
    undo = Plan(steps=inverse_of((done.runs[0].undo,)), undoes=1)
    second = await machine.approved(undo)
    assert (await machine.carry_out(undo)).state is State.DONE
    await machine.runner.run(second.number)
    cancelled = await machine.ledger.change(second.number)
    assert (cancelled.state, cancelled.reason) == (State.CANCELLED, "Change 1 was undone already.")
    assert machine.writes().count("POST") == 2  # the segment and its members, once


async def test_two_processes_run_a_change_once(machine: Bench, path: Path) -> None:
    change = await machine.approved(plan(delete(machine)))
    async with machine.another(path) as other:
        machine.runner.start(change.number)
        other.runner.start(change.number)
        await machine.tasks.settled()
        await other.tasks.settled()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE"])
    assert machine.kinds().count("start") == 1


async def test_a_process_that_slept_leaves_the_rest_to_the_one_that_took_over(machine: Bench, path: Path) -> None:
    change = await machine.approved(plan(delete(machine, "Lapsed"), delete(machine)))
    async with machine.another(path) as other:
        held = _Sleeper(machine, other)
        machine.store.sleep = held
        machine.store.faults.add("DELETE", SEGMENTS, delay=60)
        machine.runner.start(change.number)
        await machine.tasks.settled()
    assert held.overtaken == State.RUNNING
    done = await machine.latest()
    assert machine.segments().keys().isdisjoint({"Lapsed", "VIPs"})
    assert done.state is State.DONE
    assert machine.kinds().count("finish") == 1


async def test_a_process_that_lost_its_change_between_two_steps_stops(machine: Bench, path: Path) -> None:
    change = await machine.approved(plan(delete(machine, "Lapsed"), delete(machine)))
    async with machine.another(path) as other:

        async def overslept(_seconds: float) -> None:
            machine.clock.forward(seconds=30)
            assert await other.runner.claim(change.number)

        machine.store.sleep = overslept
        machine.store.faults.add("DELETE", SEGMENTS, delay=60)
        await machine.runner.run(change.number)
        assert ((await machine.latest()).state, "VIPs" in machine.segments()) == (State.RUNNING, True)
        await other.ledger.release(change.number, owner=other.engine.owner)
        await other.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE", "DELETE"])


class _Sleeper:
    """While one process waits for the store, time passes, and the other one takes over."""

    def __init__(self, sleeping: Bench, other: Bench) -> None:
        self._sleeping = sleeping
        self._other = other
        self.overtaken: State | None = None

    async def __call__(self, _seconds: float) -> None:
        self._sleeping.clock.forward(seconds=30)
        self.overtaken = (await self._other.latest()).state
        await self._other.sweeps()
