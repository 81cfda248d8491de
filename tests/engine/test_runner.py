import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.bigcommerce import AnyOf, Customer, NewSegment, connect
from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    CreateCustomer,
    CreatedIds,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DeleteSegment,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
    UpdateSegment,
)
from bot.core.store_view.cached_shop import Shop
from bot.engine.step_run import DOUBT
from bot.engine.unforeseen import BROKE
from tests.carried import Broken
from tests.core.samples import plan, remaining_steps
from tests.direct import URL_OF_STORES, Direct
from tests.engine.bench import Bench, bench, process
from tests.harness import Stuck, no_wait
from tests.records import database_of, entries_of

SEGMENTS, MEMBERS = "/segments", "/segments/{id}/shopper-profiles"
LOYAL = NewSegment(name="Loyal", description="Come back")
CREATE = CreateSegment(segment=Naming(name="Loyal", description="Come back"))
NEWCOMER = "Ada+New@Example.com"
NEVER: dict[str, Any] = {"times": None, "drop": True}


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


def delete(machine: Bench, name: str = "VIPs") -> DeleteSegment:
    return DeleteSegment(segment=ref(machine, name))


def rename(machine: Bench) -> UpdateSegment:
    before = next(one for one in machine.store.overview()["segments"] if one["name"] == "VIPs")
    naming = Naming(name="VIPs", description=before["description"])
    return UpdateSegment(segment=ref(machine), before=naming, after=Naming(name="Best"))


async def both_deleted(machine: Bench) -> Plan:
    return await build_plan((delete(machine, "Lapsed"), delete(machine)), Shop(machine.client))


def registration(machine: Bench) -> Plan:
    """Of somebody new, who is put into VIPs."""
    return plan(
        CreateCustomer(email=NEWCOMER, first_name="Ada", last_name="Byron"),
        CreateProfiles(customers=(NEWCOMER,)),
        AddMembers(segment=ref(machine), newcomers=(NEWCOMER,)),
    )


async def customer(machine: Bench) -> Customer | None:
    """The newcomer, as the store has them."""
    return next(iter([one async for one in machine.client.customers(emails=(NEWCOMER,))]), None)


@asynccontextmanager
async def breaking(machine: Bench, path: Path, method: str) -> AsyncIterator[Bench]:
    """Another process, on whose way to the store requests of this method break."""
    network = Broken(Direct(machine.store))
    network.method = method
    async with (
        connect(URL_OF_STORES, "sandbox", "sandbox-token", sleep=no_wait, transport=network) as client,
        process(path, machine.store, client, machine.clock, machine.board, machine.people) as other,
    ):
        yield other


async def interrupted(machine: Bench, step: AnyStep) -> Change:
    """A change whose process died after its first step was recorded as started."""
    change = await machine.approved(await build_plan((step,), Shop(machine.client)))
    (step,) = change.plan.steps
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    run = Run(position=0, state=StepState.STARTED, undo=await step.inverse(machine.client))
    return await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})


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


@pytest.mark.parametrize("is_ours", [False, True])
async def test_a_segment_that_anybody_may_have_created_is_not_called_ones_own(machine: Bench, is_ours: bool) -> None:
    """Killed just before it was sent, or just after: what is in the store looks the same."""
    await interrupted(machine, CREATE)
    made = CREATE.apply(machine.client) if is_ours else machine.client.create_segments(LOYAL)
    await made
    await machine.sweeps()
    unsure = await machine.latest()
    assert (unsure.state, unsure.runs[0].state, machine.writes()) == (State.FAILED, StepState.UNSURE, ["POST"])
    assert unsure.runs[0].error.startswith("The store's answer was lost. There is a segment named “Loyal” now")
    assert not unsure.can_be_undone
    assert machine.kinds()[-2:] == ["step unsure", "fail"]


async def test_a_started_rename_that_happened_is_not_sent_again(machine: Bench) -> None:
    step = rename(machine)
    await interrupted(machine, step)
    await step.apply(machine.client)
    await machine.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["PUT"])


async def test_a_started_delete_that_happened_is_unsure_where_the_store_does_not_answer_and_can_be_undone(
    machine: Bench,
) -> None:
    members = machine.members("VIPs")
    await interrupted(machine, delete(machine))
    machine.forget("VIPs")
    machine.store.faults.add("GET", SEGMENTS, status=503, times=None)
    await machine.sweeps()
    failed = await machine.latest()
    assert (failed.state, failed.runs[0].state, machine.writes()) == (State.FAILED, StepState.UNSURE, [])
    assert failed.runs[0].error.endswith("It may have been carried out anyway.")
    assert failed.can_be_undone
    machine.store.faults.clear()
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in failed.done))))
    assert machine.members("VIPs") == members


async def test_started_memberships_that_the_store_forbids_by_now_are_unsure_and_can_be_taken_back(
    machine: Bench,
) -> None:
    ids = tuple(sorted(machine.members("Newsletter") - machine.members("VIPs"))[:2])
    before = machine.members("VIPs")
    step = AddMembers(segment=ref(machine), profile_ids=ids)
    await interrupted(machine, step)
    await step.apply(machine.client)
    machine.store.faults.add("POST", MEMBERS, status=403)
    await machine.sweeps()
    failed = await machine.latest()
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.UNSURE)
    assert failed.runs[0].undo == (RemoveMembers(segment=step.segment, profile_ids=ids),)
    assert failed.can_be_undone
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in failed.done))))
    assert machine.members("VIPs") == before


async def test_a_started_rename_that_is_known_not_to_have_happened_failed(machine: Bench) -> None:
    await interrupted(machine, rename(machine))
    machine.store.faults.add("PUT", SEGMENTS, status=403)
    await machine.sweeps()
    failed = await machine.latest()
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.FAILED)
    assert "may have been carried out" not in failed.runs[0].error
    assert not failed.can_be_undone


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
    assert done.runs[0].applied.notes == ("2 shoppers were already in Spring launch waitlist.",)


async def test_one_shopper_who_was_a_member_meanwhile_stays_when_this_is_undone(machine: Bench) -> None:
    first, second = sorted(machine.members("Newsletter") - machine.members("VIPs"))[:2]
    await machine.client.add_members(machine.segments()["VIPs"], first)
    done = await machine.carry_out(plan(AddMembers(segment=ref(machine), profile_ids=(first, second))))
    assert done.runs[0].applied
    assert done.runs[0].applied.notes == ("1 shopper was already in VIPs.",)
    await machine.carry_out(plan(*inverse_of((done.runs[0].undo,))))
    assert machine.members("VIPs") & {first, second} == {first}


async def test_a_lost_answer_to_a_create_is_not_repeated_and_leaves_it_unsure(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True, carried_out=True)
    unsure = await machine.carry_out(plan(CREATE))
    assert (unsure.runs[0].state, machine.writes(), "Loyal" in machine.segments()) == (StepState.UNSURE, ["POST"], True)
    assert not unsure.can_be_undone


async def test_a_segment_that_others_renamed_meanwhile_is_left_alone(machine: Bench) -> None:
    """The store makes the bot wait; it reads the segment again before it sends the name once more."""

    async def meanwhile(_seconds: float) -> None:
        with machine.store.shop.db as db:
            db.execute("UPDATE segments SET name = 'Gold' WHERE name = 'VIPs'")

    machine.store.sleep = meanwhile
    machine.store.faults.add("PUT", SEGMENTS, delay=1, status=429)
    failed = await machine.carry_out(plan(rename(machine)))
    assert (failed.runs[0].state, machine.writes()) == (StepState.FAILED, ["PUT"])
    assert failed.runs[0].error.startswith("Someone else named or described “Gold” in the meantime")
    assert ("Gold" in machine.segments(), "Best" in machine.segments()) == (True, False)


async def test_a_lost_answer_is_looked_into_and_not_repeated(machine: Bench) -> None:
    machine.store.faults.add("PUT", SEGMENTS, drop=True, carried_out=True)
    done = await machine.carry_out(plan(rename(machine)))
    assert (done.state, machine.writes(), "Best" in machine.segments()) == (State.DONE, ["PUT"], True)
    assert done.can_be_undone


async def test_a_store_that_dropped_the_request_did_nothing_and_the_change_says_so(machine: Bench) -> None:
    machine.store.faults.add("POST", SEGMENTS, drop=True)
    failed = await machine.carry_out(plan(CREATE))
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.FAILED)
    assert failed.runs[0].error.startswith("BigCommerce can't be reached right now.")
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
    assert failed.runs[0].error.endswith("It may have been carried out anyway.")
    assert failed.can_be_undone


@pytest.mark.parametrize(
    ("method", "state", "told"),
    [
        ("DELETE", StepState.UNSURE, f"{BROKE}{DOUBT}"),
        ("GET", StepState.FAILED, BROKE),
    ],
    ids=["when something may have been sent", "before anything is sent"],
)
async def test_a_step_that_breaks_in_a_way_that_nobody_foresaw_ends_its_run(
    path: Path, method: str, state: StepState, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(path) as machine:
        change = await machine.approved(plan(delete(machine)))
        async with breaking(machine, path, method) as other:
            await other.runs(change)
        failed = await machine.latest()
        assert (failed.state, failed.runs[0].state, failed.runs[0].error) == (State.FAILED, state, told)
        assert "Step 1 of change 1 broke" in caplog.text
        assert failed.can_be_undone == (state is StepState.UNSURE)


async def test_a_run_that_breaks_between_its_steps_is_begun_again_ever_more_rarely(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with bench(path) as machine:
        await interrupted(machine, delete(machine))
        connection = database_of(machine.ledger).connection
        connection.execute("ALTER TABLE touches RENAME TO hidden")
        for _ in range(60):
            machine.clock.forward(seconds=1)
            await machine.sweeps()
        assert 0 < caplog.text.count("Change 1 broke, and is tried again later") < 12
        connection.execute("ALTER TABLE hidden RENAME TO touches")
        machine.clock.forward(minutes=5)
        await machine.sweeps()
        assert (await machine.latest()).state is State.DONE


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
    assert failed.runs[1].error == "The store has no such segment, or no longer has it. Check the name or id."
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


async def test_a_whole_registration_runs_and_is_undone_but_for_the_account(machine: Bench) -> None:
    done = await machine.carry_out(registration(machine))
    assert (done.state, machine.writes()) == (State.DONE, ["POST", "POST", "POST"])
    who = await customer(machine)
    assert who
    assert who.shopper_profile_id in machine.members("VIPs")
    undone = await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in done.done))))
    left = await customer(machine)
    assert (undone.state, left and (left.id, left.shopper_profile_id)) == (State.DONE, (who.id, None))


@pytest.mark.parametrize("position", [0, 1, 2])
async def test_a_registration_whose_process_died_after_any_step_goes_on(machine: Bench, position: int) -> None:
    change = await machine.approved(registration(machine))
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    for at, step in enumerate(change.plan.steps[: position + 1]):
        made = CreatedIds.of([run.applied for run in change.runs if run.applied])
        bound = step.resolved(made)
        run = Run(position=at, state=StepState.STARTED, undo=await bound.inverse(machine.client))
        change = await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})
        applied = await bound.apply(machine.client)
        if at < position:  # what came of the last one was never recorded
            over = run.model_copy(update={"state": StepState.DONE, "applied": applied, "undo": applied.undo or ()})
            change = await machine.ledger.changes.save_run(change, over, at=machine.clock(), detail={})
    await machine.sweeps()
    done = await machine.latest()
    who = await customer(machine)
    assert done.state is State.DONE
    assert who
    assert who.shopper_profile_id in machine.members("VIPs")
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in done.done))))
    left = await customer(machine)
    assert left
    assert left.shopper_profile_id is None


async def test_a_registration_that_breaks_off_keeps_what_was_done_and_can_be_undone(machine: Bench) -> None:
    machine.store.faults.add("POST", MEMBERS, status=403)
    failed = await machine.carry_out(registration(machine))
    assert [run.state for run in failed.runs] == [StepState.DONE, StepState.DONE, StepState.FAILED]
    who = await customer(machine)
    assert who
    assert (who.shopper_profile_id is not None, failed.can_be_undone) == (True, True)


async def test_a_lost_answer_about_a_new_customer_is_looked_into_and_not_repeated(machine: Bench) -> None:
    machine.store.faults.add("POST", "/customers", drop=True, carried_out=True)
    done = await machine.carry_out(registration(machine))
    assert (done.state, machine.writes()) == (State.DONE, ["POST", "POST", "POST"])


async def test_a_customer_whose_registration_cannot_be_looked_into_is_unsure(machine: Bench) -> None:
    machine.store.faults.add("POST", "/customers", carried_out=True, **NEVER)
    machine.store.faults.add("GET", "/customers", **NEVER)
    failed = await machine.carry_out(registration(machine))
    assert [run.state for run in failed.runs] == [StepState.UNSURE]
    assert not failed.can_be_undone


async def test_profiles_whose_answer_never_came_may_have_been_made_and_are_undone(machine: Bench) -> None:
    (lacking,) = [one.id async for one in machine.client.customers() if not one.shopper_profile_id][:1]
    machine.store.faults.add("POST", "/shopper-profiles", carried_out=True, **NEVER)
    failed = await machine.carry_out(plan(CreateProfiles(customers=(lacking,))))
    assert (failed.runs[0].state, failed.can_be_undone) == (StepState.UNSURE, True)
    machine.store.faults.clear()
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in failed.done))))
    (left,) = [one async for one in machine.client.customers(ids=(lacking,))]
    assert left.shopper_profile_id is None


async def test_a_promotion_whose_answers_were_all_lost_is_known_to_have_changed(machine: Bench) -> None:
    before = await machine.client.promotion(4)
    machine.store.faults.add("PUT", "/promotions/{id}", status=500, carried_out=True, times=None)
    step = RetargetPromotion(promotion=PromotionRef(id=4, name="Win back"), before=before.targeting, after=None)
    done = await machine.carry_out(plan(step))
    assert (done.state, (await machine.client.promotion(4)).targeting) == (State.DONE, None)
    machine.store.faults.clear()
    await machine.carry_out(plan(*inverse_of(tuple(run.undo for run in done.done))))
    assert (await machine.client.promotion(4)).document == before.document


async def test_a_promotion_that_somebody_else_changed_fails_with_the_sentence(machine: Bench) -> None:
    step = RetargetPromotion(promotion=PromotionRef(id=4, name="Win back"), before=None, after=AnyOf(("x",)))
    failed = await machine.carry_out(plan(step))
    assert failed.state is State.FAILED
    assert failed.runs[0].error.startswith("Someone else changed whom “Win back” reaches in the meantime")
    assert machine.writes() == []


async def test_a_profile_that_was_deleted_between_plan_and_run_is_told_and_the_rest_goes_in(machine: Bench) -> None:
    first, second = sorted(machine.members("Newsletter") - machine.members("VIPs"))[:2]
    step = AddMembers(segment=ref(machine), profile_ids=(first, second))
    await machine.client.delete_profiles(first)
    done = await machine.carry_out(plan(step))
    assert done.runs[0].applied
    assert done.runs[0].applied.notes == (
        "1 shopper could not be added: the profile that was planned with was deleted since.",
    )
    assert (done.state, second in machine.members("VIPs")) == (State.DONE, True)


async def test_an_undo_that_came_second_is_cancelled_when_it_would_start(machine: Bench) -> None:
    done = await machine.carry_out(plan(delete(machine)))
    undo = Plan(steps=inverse_of((done.runs[0].undo,)), undoes=1)
    second = await machine.approved(undo)
    assert (await machine.carry_out(undo)).state is State.DONE
    await machine.runs(second)
    cancelled = await machine.ledger.changes.load(second.number)
    assert (cancelled.state, cancelled.reason) == (State.CANCELLED, "Change 1 was already undone.")
    assert machine.writes().count("POST") == 2  # the segment and its members, once


async def test_two_processes_run_a_change_once(machine: Bench, path: Path) -> None:
    change = await machine.approved(plan(delete(machine)))
    async with machine.another(path) as other:
        machine.runner.start(change.number, planned_at=machine.clock.elapsed())
        other.runner.start(change.number, planned_at=other.clock.elapsed())
        await machine.tasks.settled()
        await other.tasks.settled()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE"])
    assert machine.kinds().count("start") == 1


async def test_a_process_that_slept_leaves_the_rest_to_the_one_that_took_over(machine: Bench, path: Path) -> None:
    change = await machine.approved(await both_deleted(machine))
    async with machine.another(path) as other:
        held = _Sleeper(machine, other)
        machine.store.sleep = held
        machine.store.faults.add("DELETE", SEGMENTS, delay=60)
        machine.runner.start(change.number, planned_at=machine.clock.elapsed())
        await machine.tasks.settled()
    assert held.overtaken == State.RUNNING
    done = await machine.latest()
    assert machine.segments().keys().isdisjoint({"Lapsed", "VIPs"})
    assert done.state is State.DONE
    assert machine.kinds().count("finish") == 1


async def test_a_process_that_lost_its_change_between_two_steps_stops(machine: Bench, path: Path) -> None:
    change = await machine.approved(await both_deleted(machine))
    async with machine.another(path) as other:

        async def overslept(_seconds: float) -> None:
            machine.clock.forward(seconds=30)
            assert await other.engine.process.claim(change.number)

        machine.store.sleep = overslept
        machine.store.faults.add("DELETE", SEGMENTS, delay=60)
        await machine.runs(change)
        assert ((await machine.latest()).state, "VIPs" in machine.segments()) == (State.RUNNING, True)
        await other.ledger.leases.release(change.number, owner=other.engine.process.owner)
        await other.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE", "DELETE"])


@pytest.mark.parametrize(
    ("method", "path_", "written"), [("DELETE", SEGMENTS, ["DELETE"]), ("GET", "/segments", [])], ids=["write", "read"]
)
async def test_a_process_that_stops_has_its_write_answered_and_begins_no_other(
    machine: Bench, path: Path, method: str, path_: str, written: list[str]
) -> None:
    change = await machine.approved(await both_deleted(machine))
    machine.store.sleep = stuck = Stuck()
    machine.store.faults.add(method, path_, delay=1)
    machine.runner.start(change.number)
    await stuck.reached.wait()
    stopping = asyncio.create_task(machine.engine.stop())
    await asyncio.sleep(0)
    stuck.release.set()
    await stopping
    assert ((await machine.latest()).state, machine.writes()) == (State.RUNNING, written)
    assert machine.kinds().count("step done") == len(written)
    async with machine.another(path) as other:
        await other.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.DONE, ["DELETE", "DELETE"])


# Some of it went through, and nobody was told what


def profiles(machine: Bench, count: int, *, inside: str = "", outside: str = "") -> tuple[str, ...]:
    """Ids of so many profiles."""
    found = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
    left = (found & machine.members(inside) if inside else found) - (machine.members(outside) if outside else set())
    return tuple(sorted(left)[:count])


def breaks_after_one(machine: Bench, method: str, path: str) -> None:
    """The first such request goes through, and every other one comes to nothing."""
    machine.store.faults.add(method, path)
    machine.store.faults.add(method, path, status=500, times=None)


async def broken_off(machine: Bench, step: AnyStep) -> dict[str, Any]:
    """What the log says of this step, which broke off."""
    failed = await machine.carry_out(plan(step))
    assert failed.runs[0].state is StepState.UNSURE
    return detail(machine, "step unsure")


def detail(machine: Bench, kind: str) -> dict[str, Any]:
    return [entry.detail for entry in entries_of(machine.ledger) if entry.kind == kind][-1]


async def effects(machine: Bench) -> dict[str, tuple[int, int]]:
    """What the bot did to each segment, as the summary reads it."""
    number, _ = await machine.ledger.audit.head()
    return {id_: (one.added, one.removed) for id_, one in (await machine.ledger.history.effects(0, number)).items()}


async def undone(machine: Bench) -> None:
    machine.store.faults.clear()
    runs = (await machine.latest()).done
    undo = await build_plan(inverse_of(tuple(run.undo for run in runs)), Shop(machine.client), undoes=1)
    assert (await machine.carry_out(undo)).state is State.DONE


async def test_of_memberships_that_broke_off_those_that_are_there_are_on_record() -> None:
    async with bench(customers=200) as machine:
        waitlist = ref(machine, "Spring launch waitlist")
        before = machine.members("Spring launch waitlist")
        ids = profiles(machine, 120, outside="Spring launch waitlist")
        breaks_after_one(machine, "POST", MEMBERS)
        told = await broken_off(machine, AddMembers(segment=waitlist, profile_ids=ids))
        assert told["effects"] == {waitlist.id: [50, 0]}
        assert "uncertain" not in told
        assert await effects(machine) == {waitlist.id: (50, 0)}
        await undone(machine)
        assert machine.members("Spring launch waitlist") == before
        assert await effects(machine) == {waitlist.id: (50, 50)}


async def test_of_removals_that_broke_off_those_who_are_out_are_on_record() -> None:
    async with bench(customers=300) as machine:
        waitlist = ref(machine, "Spring launch waitlist")
        ids = profiles(machine, 250)
        await machine.client.add_members(waitlist.known_id, *ids)
        breaks_after_one(machine, "DELETE", MEMBERS)
        told = await broken_off(machine, RemoveMembers(segment=waitlist, profile_ids=ids))
        out = len(ids) - len(machine.members("Spring launch waitlist"))
        assert 0 < out < len(ids)
        assert told["effects"] == {waitlist.id: [0, out]}
        await undone(machine)
        assert machine.members("Spring launch waitlist") == set(ids)
        assert await effects(machine) == {waitlist.id: (out, out)}


async def test_removals_that_are_tried_again_are_on_record_once() -> None:
    async with bench(customers=300) as machine:
        waitlist = ref(machine, "Spring launch waitlist")
        ids = profiles(machine, 250)
        await machine.client.add_members(waitlist.known_id, *ids)
        breaks_after_one(machine, "DELETE", MEMBERS)
        await broken_off(machine, RemoveMembers(segment=waitlist, profile_ids=ids))
        machine.store.faults.clear()
        again = await build_plan(remaining_steps(await machine.latest()), Shop(machine.client), is_retry=True)
        assert (await machine.carry_out(again)).state is State.DONE
        assert machine.members("Spring launch waitlist") == set()
        assert await effects(machine) == {waitlist.id: (0, len(ids))}


async def test_of_deleted_profiles_that_broke_off_the_memberships_that_are_lost_are_on_record() -> None:
    async with bench(customers=300) as machine:
        before = {name: len(machine.members(name)) for name in machine.segments()}
        customers = [one.id async for one in machine.client.customers() if one.shopper_profile_id]
        breaks_after_one(machine, "DELETE", "/shopper-profiles")
        told = await broken_off(machine, DeleteProfiles(customer_ids=tuple(customers)))
        lost = {id_: before[name] - len(machine.members(name)) for name, id_ in machine.segments().items()}
        assert 0 < sum(lost.values()) < sum(before.values())
        assert told["effects"] == {id_: [0, count] for id_, count in lost.items() if count}
        await undone(machine)
        assert {name: len(machine.members(name)) for name in machine.segments()} == before
        assert all(added == removed for added, removed in (await effects(machine)).values())


async def test_what_cannot_be_counted_is_on_record_as_uncertain(machine: Bench) -> None:
    ids = profiles(machine, 2, outside="VIPs")
    machine.store.faults.add("POST", MEMBERS, carried_out=True, **NEVER)
    machine.store.faults.add("GET", "*", status=503, times=None)
    told = await broken_off(machine, AddMembers(segment=ref(machine), profile_ids=ids))
    assert (told["uncertain"], told.get("effects")) == (True, None)


async def test_a_segment_that_may_be_deleted_is_on_record_as_uncertain(machine: Bench) -> None:
    step = delete(machine)
    machine.store.faults.add("DELETE", SEGMENTS, carried_out=True, **NEVER)
    machine.store.faults.add("GET", SEGMENTS, **NEVER)
    told = await broken_off(machine, step)
    assert (told["uncertain"], told.get("effects")) == (True, None)


async def test_profiles_that_may_have_been_made_move_nobody(machine: Bench) -> None:
    (lacking,) = [one.id async for one in machine.client.customers() if not one.shopper_profile_id][:1]
    machine.store.faults.add("POST", "/shopper-profiles", carried_out=True, **NEVER)
    told = await broken_off(machine, CreateProfiles(customers=(lacking,)))
    assert (told["effects"], "uncertain" in told) == ({}, False)


@pytest.mark.parametrize("is_silent", [False, True])
async def test_what_went_on_after_a_crash_is_counted_where_the_store_tells(machine: Bench, is_silent: bool) -> None:
    first, second = profiles(machine, 2, outside="VIPs")
    vips = ref(machine)
    step = AddMembers(segment=vips, profile_ids=(first, second))
    await interrupted(machine, step)
    await machine.client.delete_profiles(first)
    await machine.client.add_members(vips.known_id, second)
    if is_silent:
        machine.store.faults.add("GET", "*", status=403, times=None)
    await machine.sweeps()
    told = detail(machine, "step unsure" if is_silent else "step done")
    if is_silent:
        assert (told["uncertain"], "effects" in told) == (True, False)
    else:
        assert told["effects"] == {vips.id: [1, 0]}
        assert (told["before"], told["after"]) == ({"members": 0}, {"members": 1})
    assert (await machine.latest()).runs[0].undo == await step.inverse(machine.client)


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
