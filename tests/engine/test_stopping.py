"""Stopping what runs, and trying again what broke off."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.core.answers import mention
from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.approval.decisions import Decision, Verdict
from bot.core.errors import Refusal
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import (
    AddMembers,
    CreateCustomer,
    CreateProfiles,
    CreateSegment,
    DeleteSegment,
    Naming,
    SegmentRef,
)
from bot.core.store_view.cached_shop import Shop
from bot.engine.process import LEASE
from tests.core.samples import plan, remaining_steps
from tests.engine.bench import Bench

SEGMENTS, MEMBERS = "/segments", "/segments/{id}/shopper-profiles"
DELETED = ("Lapsed", "Newsletter", "VIPs")
NEWCOMER = "Ada+New@Example.com"
STOP = Decision(number=1, verdict=Verdict.STOP)


def whispers(machine: Bench) -> list[str]:
    return [text for _, text in machine.board.whispered]


def gone(machine: Bench) -> set[str]:
    return {name for name in DELETED if name not in machine.segments()}


async def running(machine: Bench, *then: Callable[[], Awaitable[object]]) -> Change:
    """Delete three segments; while the first one goes, this happens."""

    async def meanwhile(_seconds: float) -> None:
        for act in then:
            await act()

    await machine.delete(*DELETED)
    machine.store.sleep = meanwhile
    machine.store.faults.add("DELETE", SEGMENTS, delay=60)
    await machine.decides("UBEN")
    return await machine.latest()


def stops(machine: Bench, by: str) -> Callable[[], Awaitable[str]]:
    return lambda: machine.engine.decider.decide(STOP, by)


@pytest.mark.parametrize("by", ["UANA", "UBEN", "UCLEO"])
async def test_requester_and_approvers_stop_it_before_its_next_step(machine: Bench, by: str) -> None:
    stopped = await running(machine, stops(machine, by))
    assert (stopped.state, stopped.settled_by) == (State.CANCELLED, by)
    assert stopped.reason == "Stopped before its next step."
    assert [run.state for run in stopped.runs] == [StepState.DONE]
    assert len(gone(machine)) == 1
    assert (stopped.can_be_undone, stopped.can_be_retried) == (True, True)
    assert [kind for kind in machine.kinds() if kind in ("stop asked", "stop")] == ["stop asked", "stop"]
    assert machine.board.drawn[-1].state is State.CANCELLED


async def test_nobody_else_stops_it(machine: Bench) -> None:
    refused: list[str] = []

    async def tries() -> None:
        with pytest.raises(Refusal) as caught:
            await machine.engine.decider.decide(STOP, "UDAN")
        refused.append(str(caught.value))

    assert (await running(machine, tries)).state is State.DONE
    assert refused == [f"You can't approve change 1. {mention('UBEN')} and {mention('UCLEO')} can."]
    assert gone(machine) == set(DELETED)


async def test_the_first_who_stops_it_is_on_record(machine: Bench) -> None:
    stopped = await running(machine, stops(machine, "UCLEO"), stops(machine, "UANA"))
    assert (stopped.settled_by, machine.kinds().count("stop asked")) == ("UCLEO", 1)


async def test_another_process_stops_it(machine: Bench, path: Path) -> None:
    async with machine.another(path) as other:
        stopped = await running(machine, stops(other, "UANA"))
    assert (stopped.state, len(gone(machine))) == (State.CANCELLED, 1)


async def test_what_was_stopped_is_tried_again_or_undone(machine: Bench) -> None:
    await running(machine, stops(machine, "UANA"))
    await machine.asks("change retry", number=1)
    retry = await machine.latest()
    assert (retry.state, len(retry.plan.steps)) == (State.WAITING, 2)
    await machine.decides("UBEN", 2)
    assert gone(machine) == set(DELETED)
    await machine.asks("change undo", number=1)
    await machine.decides("UBEN", 3)
    assert ((await machine.latest()).state, len(gone(machine))) == (State.DONE, 2)


async def test_what_was_asked_to_stop_in_its_last_step_is_done(machine: Bench) -> None:
    async def stop(_seconds: float) -> None:
        await stops(machine, "UANA")()

    await machine.delete()
    machine.store.sleep = stop
    machine.store.faults.add("DELETE", SEGMENTS, delay=60)
    await machine.decides("UBEN")
    assert (await machine.latest()).state is State.DONE


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (None, "Change 1 is not running yet, so there is nothing to stop. Reject it, or withdraw it."),
        (Verdict.APPROVE, "Too late: change 1 is already done."),
        (Verdict.REJECT, "Too late: change 1 is already rejected by "),
    ],
)
async def test_what_does_not_run_cannot_be_stopped(machine: Bench, verdict: Verdict | None, sentence: str) -> None:
    await machine.delete()
    if verdict:
        await machine.decides("UBEN", verdict=verdict)
    before = await machine.latest()
    await machine.asks("change stop", number=1)
    assert whispers(machine)[-1].startswith(sentence)
    assert (await machine.latest(), await machine.ledger.changes.stop_requested_by(1)) == (before, "")


async def test_a_stop_holds_after_a_crash_and_what_had_begun_is_looked_into_first(machine: Bench) -> None:
    steps = tuple(DeleteSegment(segment=SegmentRef(name=name, id=machine.segments()[name])) for name in DELETED)
    change = await machine.approved(plan(*steps))
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    run = Run(position=0, state=StepState.STARTED, undo=await steps[0].inverse(machine.client))
    await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})
    await steps[0].apply(machine.client)
    await machine.ledger.changes.request_stop(change, actor="UANA", at=machine.clock())
    await machine.sweeps()
    stopped = await machine.latest()
    assert (stopped.state, [run.state for run in stopped.runs]) == (State.CANCELLED, [StepState.DONE])
    assert (gone(machine), stopped.can_be_undone) == ({DELETED[0]}, True)


async def test_an_undo_that_was_stopped_can_be_tried_again(machine: Bench) -> None:
    before = machine.members("VIPs")
    await machine.delete()
    await machine.decides("UBEN")

    async def stop(_seconds: float) -> None:
        await machine.engine.decider.decide(Decision(number=2, verdict=Verdict.STOP), "UANA")

    await machine.asks("change undo", number=1)
    machine.store.sleep = stop
    machine.store.faults.add("POST", SEGMENTS, delay=60)
    await machine.decides("UBEN", 2)
    assert (await machine.ledger.changes.load(2)).state is State.CANCELLED
    assert (await machine.ledger.changes.load(1)).undone_by is None
    await machine.asks("change retry", number=2)
    await machine.decides("UBEN", 3)
    assert ((await machine.latest()).state, machine.members("VIPs")) == (State.DONE, before)
    assert (await machine.ledger.changes.load(1)).undone_by == 3


# Trying again


async def test_what_is_tried_again_knows_the_segment_that_was_made(machine: Bench) -> None:
    members = machine.members("VIPs")
    machine.store.faults.add("POST", MEMBERS, status=403)
    await machine.asks("segment copy", segment="VIPs", name="Best")
    failed = await machine.latest()
    assert (failed.state, failed.can_be_retried) == (State.FAILED, True)
    assert remaining_steps(failed) == (
        AddMembers(segment=SegmentRef(name="Best", id=machine.segments()["Best"]), profile_ids=tuple(sorted(members))),
    )
    await machine.asks("change retry", number=1)
    assert ((await machine.latest()).state, machine.members("Best")) == (State.DONE, members)
    assert machine.writes().count("POST") >= 2


async def test_what_is_tried_again_knows_customers_and_profiles_that_were_made(machine: Bench) -> None:
    vips = SegmentRef(name="VIPs", id=machine.segments()["VIPs"])
    before = machine.members("VIPs")
    machine.store.faults.add("POST", MEMBERS, status=403)
    failed = await machine.carry_out(
        plan(
            CreateCustomer(email=NEWCOMER, first_name="Ada", last_name="Byron"),
            CreateProfiles(customers=(NEWCOMER,)),
            AddMembers(segment=vips, newcomers=(NEWCOMER,)),
        )
    )
    assert failed.runs[1].applied
    (profile,) = failed.runs[1].applied.profiles.values()
    assert remaining_steps(failed) == (AddMembers(segment=vips, profile_ids=(profile,)),)
    await machine.asks("change retry", number=1)
    assert ((await machine.latest()).state, machine.members("VIPs")) == (State.DONE, before | {profile})


async def test_what_stands_between_is_tried_again_and_what_was_done_is_not(machine: Bench) -> None:
    steps = [DeleteSegment(segment=SegmentRef(name=name, id=machine.segments()[name])) for name in DELETED]

    async def breaks(_seconds: float) -> None:
        machine.store.faults.add("DELETE", SEGMENTS, status=403)

    machine.store.sleep = breaks
    machine.store.faults.add("DELETE", SEGMENTS, delay=60)
    failed = await machine.carry_out(plan(*steps))
    assert [run.state for run in failed.runs] == [StepState.DONE, StepState.FAILED]
    assert remaining_steps(failed) == tuple(steps[1:])
    await machine.asks("change retry", number=1)
    assert [step.batch_key for step in (await machine.latest()).plan.steps] == [step.batch_key for step in steps[1:]]


async def test_what_was_undone_or_done_is_not_tried_again(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN")
    await machine.asks("change retry", number=1)
    assert whispers(machine)[-1] == "Change 1 is done: nothing is left to try again."


@pytest.mark.parametrize(
    ("state", "ran", "undone_by", "possible"),
    [
        (State.FAILED, (StepState.DONE, StepState.FAILED), None, True),
        (State.FAILED, (StepState.FAILED,), None, True),
        (State.FAILED, (StepState.DONE, StepState.UNSURE), None, True),
        (State.FAILED, (StepState.DONE, StepState.FAILED), 43, False),
        (State.FAILED, (StepState.DONE, StepState.DONE, StepState.DONE), None, False),
        (State.CANCELLED, (StepState.DONE,), None, True),
        (State.CANCELLED, (StepState.DONE,), 43, False),
        (State.CANCELLED, (), None, False),
        (State.RUNNING, (StepState.DONE,), None, False),
        (State.DONE, (StepState.DONE,), None, False),
        (State.REJECTED, (), None, False),
        (State.STALE, (), None, False),
    ],
)
async def test_what_broke_off_with_something_left_can_be_tried_again(
    machine: Bench, state: State, ran: tuple[StepState, ...], undone_by: int | None, possible: bool
) -> None:
    steps = [CreateSegment(segment=Naming(name=str(at))) for at in range(3)]
    change = await machine.approved(plan(*steps))
    runs = tuple(Run(position=at, state=each) for at, each in enumerate(ran))
    found = change.model_copy(update={"state": state, "runs": runs, "undone_by": undone_by})
    assert found.can_be_retried is possible


# Whether anybody is there to stop


async def left_running(machine: Bench) -> None:
    """A change that runs, in no process's hands."""
    steps = tuple(DeleteSegment(segment=SegmentRef(name=name, id=machine.segments()[name])) for name in DELETED)
    change = await machine.approved(await build_plan(steps, Shop(machine.client)))
    await machine.ledger.changes.move(change, Event.START, at=machine.clock())


async def test_stopping_says_whether_a_bot_runs_it(machine: Bench) -> None:
    await left_running(machine)
    answer = await machine.engine.decider.decide(STOP, "UANA")
    assert answer == "No bot is running change 1 right now. It stops before its next batch, once one goes on with it."
    assert await machine.engine.process.claim(1)
    assert await machine.engine.decider.decide(STOP, "UANA") == "Change 1 is stopping after this batch."
    await machine.engine.process.release(1)
    await machine.sweeps()
    assert ((await machine.latest()).state, gone(machine)) == (State.CANCELLED, set())


async def test_what_a_clock_a_year_ahead_claimed_is_taken_over(machine: Bench, path: Path) -> None:
    """Its process was killed before the clock was corrected: its lease had ended in a year."""
    await left_running(machine)
    corrected = machine.clock.now
    machine.clock.forward(days=365)
    async with machine.another(path) as killed:
        assert await killed.engine.process.claim(1)
    machine.clock.now = corrected
    async with machine.another(path) as other:
        await other.sweeps()
        assert gone(machine) == set()
        machine.clock.forward(seconds=LEASE.total_seconds() + 1)
        await other.sweeps()
        assert ((await other.latest()).state, gone(machine)) == (State.DONE, set(DELETED))


async def test_what_may_be_anybodys_segment_is_used_as_it_is_when_it_is_tried_again(machine: Bench) -> None:
    members = tuple(sorted(machine.members("VIPs")))
    create = CreateSegment(segment=Naming(name="Loyal"))
    machine.store.faults.add("POST", SEGMENTS, drop=True, carried_out=True)
    unsure = await machine.carry_out(plan(create, AddMembers(segment=SegmentRef(name="Loyal"), profile_ids=members)))
    assert (unsure.runs[0].state, machine.members("Loyal")) == (StepState.UNSURE, set())
    await machine.asks("change retry", number=1)
    again = await machine.latest()
    assert again.plan.remarks == ("“Loyal” exists by now, whoever created it. It is used as it is.",)
    assert (again.state, machine.members("Loyal")) == (State.DONE, set(members))


async def test_where_only_a_segment_was_to_be_created_nothing_is_left_to_try(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True, carried_out=True)
    await machine.carry_out(plan(CreateSegment(segment=Naming(name="Loyal"))))
    await machine.asks("change retry", number=1)
    assert whispers(machine)[-1] == "“Loyal” exists by now, whoever created it. It is used as it is."


async def test_a_segment_whose_maker_was_unknown_and_that_is_gone_is_created_again(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True, carried_out=True)
    await machine.carry_out(plan(CreateSegment(segment=Naming(name="Loyal"))))
    machine.forget("Loyal")
    await machine.asks("change retry", number=1)
    assert ((await machine.latest()).state, "Loyal" in machine.segments()) == (State.DONE, True)
