"""Laws over every kind of Step; a new kind is met by them without a new test."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.approval.policy import Policy
from bot.core.approval.step_effects import recorded, subjects
from bot.core.errors import Impossible, NothingToDo
from bot.core.items import Item, ItemKind, texts
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.restoring import with_promotions
from bot.core.planning.steps import (
    AnyStep,
    Applied,
    CreateCustomer,
    CreatedIds,
    CreateProfiles,
    DeleteProfiles,
    KeepMembers,
    Naming,
    Step,
    Unclear,
    UpdateSegment,
)
from tests.engine.bench import Bench
from tests.laws.shops import DRAWN, a_segment, a_shop, clash, draw_registration, forget, registered, snapshot
from tests.laws.steps import (
    KINDS,
    LASTING,
    UNDOABLE,
    every_kind,
    every_undoable_kind,
    every_undoable_kind_of_log,
    planned,
    planned_now,
    shop_of,
)
from tests.laws.values import FEW, LAW, values_of

POLICY = Policy(approvers=frozenset({"UBEN"}))
numbers = st.none() | st.integers(1)
remarks = values_of(tuple[str])


async def done(machine: Bench, *steps: AnyStep) -> Change:
    return await carried_out(machine, await planned_now(machine, *steps))


async def carried_out(machine: Bench, plan: Plan) -> Change:
    change = await machine.carry_out(plan)
    assert (change.state, [run.error for run in change.runs if run.error]) == (State.DONE, [])
    return change


async def undone(machine: Bench, change: Change) -> Change:
    plan = await planned_undo(machine, change)
    assert plan
    return await carried_out(machine, plan)


def test_every_kind_can_be_made_up() -> None:
    assert set(DRAWN) == set(KINDS)


def test_kinds_are_told_apart_by_a_word_of_their_own() -> None:
    words = [kind.model_fields["kind"].default for kind in KINDS]
    assert len(set(words)) == len(words)


@every_kind
@given(data=st.data())
@LAW
def test_a_step_goes_through_json_and_keeps_its_fingerprint(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(values_of(kind))
    plan = Plan(steps=(step,), undoes=data.draw(numbers), remarks=data.draw(remarks))
    again = Plan.model_validate_json(plan.model_dump_json())
    assert (again, again.fingerprint) == (plan, plan.fingerprint)
    applied = data.draw(values_of(Applied)).model_copy(update={"undo": (step,)})
    run = Run(position=0, state=StepState.DONE, undo=(step,), applied=applied)
    assert Run.model_validate_json(run.model_dump_json()) == run


@every_kind
@given(data=st.data())
@LAW
def test_a_step_hurts_by_its_kind_alone_and_then_says_why(kind: type[Step], data: st.DataObject) -> None:
    assert bool(data.draw(planned(kind)).risk) is kind.destructive
    assert not kind.does.endswith(".")


@every_kind
@given(data=st.data())
@LAW
def test_a_step_with_items_says_what_it_does_to_each(kind: type[Step], data: st.DataObject) -> None:
    assert bool(kind.to_each) is bool(data.draw(planned(kind)).items)


@every_kind
@given(data=st.data())
@LAW
def test_a_step_takes_no_more_shoppers_than_there_are_and_only_from_a_segment(
    kind: type[Step], data: st.DataObject
) -> None:
    step = data.draw(planned(kind))
    assert (step.segment_size is not None) <= (step.target is not None)
    assert kind.conditions or not (step.segment_size or step.live)
    assert not step.live or "live" in kind.conditions
    assert step.segment_size is None or "share" in kind.conditions
    assert not step.shoppers or "shoppers" in kind.conditions


UNTIL = datetime(2026, 12, 31, 17, tzinfo=UTC)
mixed = st.lists(st.one_of(*map(planned, KINDS)), min_size=1, max_size=5).map(tuple)


@given(mixed, st.data())
@LAW
async def test_a_plan_without_some_items_has_the_others_and_says_so(
    steps: tuple[AnyStep, ...], data: st.DataObject
) -> None:
    until = data.draw(st.none() | st.just(UNTIL))
    plan = Plan(steps=steps, undoes=data.draw(numbers), remarks=("Ada.",)).ending(until)
    assert await plan.without(()) is plan
    assert len(set(plan.items)) == len(plan.items)
    assert plan.has_several_items is (len(plan.items) > 1)
    out = data.draw(st.sets(st.sampled_from(plan.items), min_size=1)) if plan.items else {Item.profile("of no one")}
    if all(step.items and set(step.items) <= out for step in steps):
        with pytest.raises(Impossible, match=r"^Nothing would be left to do\. Reject the change instead\.$"):
            await plan.without(out)
        return
    left = await plan.without(out)
    assert left.items == tuple(item for item in plan.items if item not in out)
    assert left.steps == tuple(filter(None, (step.without(out) for step in steps)))
    assert left.undoes == plan.undoes
    assert left.until == (until if any(step.is_addition for step in left.steps) else None)
    assert left.remarks == ("Some were left out. Details lists them.",)
    assert (await left.without(out)).fingerprint == left.fingerprint
    assert left.destructive <= plan.destructive


@every_kind
@given(data=st.data())
@LAW
def test_danger_means_that_a_second_person_is_needed(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(values_of(kind))
    need = POLICY.need(Plan(steps=(step,)))
    assert need.approvals >= (1 if step.risk else 0)
    assert (need.approvals > 0) is (need.why != "needs no approval")


def what_it_is_about(step: AnyStep) -> tuple[str, ...]:
    """The words that its line cannot do without: names of things (not of people), or how many shoppers."""
    target = (step.target.name,) if step.target else ()
    things = [name for item, name in step.names.items() if item.kind in (ItemKind.SEGMENT, ItemKind.PROMOTION)]
    return (*target, *things) or ((step.creates or f"{step.shoppers:,} ",) if step.creates or step.shoppers else ())


@every_kind
@given(data=st.data())
@LAW
def test_every_step_is_one_line_that_names_what_it_is_about(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(planned(kind))
    (line,) = Plan(steps=(step,)).lines
    assert all(words in line for words in what_it_is_about(step))


@every_undoable_kind
@given(data=st.data())
@FEW
async def test_what_was_done_and_undone_leaves_the_shop_as_it_was(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        before = snapshot(machine)
        change = await done(machine, DRAWN[kind](data, machine))
        assert snapshot(machine) != before
        await undone(machine, change)
        assert snapshot(machine) == before


@every_undoable_kind_of_log
@given(data=st.data())
@FEW
async def test_what_only_the_log_keeps_is_undone_and_never_touches_the_store(
    kind: type[Step], data: st.DataObject
) -> None:
    async with a_shop() as machine:
        before, shop = await machine.ledger.segment_rules.all(), snapshot(machine)
        change = await done(machine, DRAWN[kind](data, machine))
        assert await machine.ledger.segment_rules.all() != before
        await undone(machine, change)
        after = await machine.ledger.segment_rules.all()
        assert {id_: one.followed for id_, one in after.items()} == {id_: one.followed for id_, one in before.items()}
        assert (snapshot(machine), machine.writes()) == (shop, [])


@given(data=st.data())
@FEW
async def test_who_is_kept_in_a_segment_stays_and_the_store_is_asked_for_nothing(data: st.DataObject) -> None:
    async with a_shop() as machine:
        before = snapshot(machine)
        change = await done(machine, DRAWN[KeepMembers](data, machine))
        assert not change.can_be_undone
        assert (snapshot(machine), machine.writes()) == (before, [])


@given(data=st.data())
@FEW
async def test_a_customer_who_was_registered_stays_and_has_nothing_to_be_undone(data: st.DataObject) -> None:
    async with a_shop() as machine:
        before, known = snapshot(machine), registered(machine)
        change = await done(machine, DRAWN[CreateCustomer](data, machine))
        assert not change.can_be_undone
        assert change.runs[0].applied
        assert "The account stays when this is undone." in change.runs[0].applied.notes
        assert (snapshot(machine), len(registered(machine))) == (before, len(known) + 1)


@given(data=st.data())
@FEW
async def test_several_steps_are_undone_together(data: st.DataObject) -> None:
    async with a_shop() as machine:
        before = snapshot(machine)
        steps: list[AnyStep] = []
        for kind in data.draw(st.lists(st.sampled_from(UNDOABLE), min_size=2)):
            step = DRAWN[kind](data, machine)
            if not any(clash(step, other, machine) for other in steps):
                steps.append(step)
        change = await done(machine, *steps)
        await undone(machine, change)
        assert snapshot(machine) == before


@given(data=st.data())
@FEW
async def test_a_whole_registration_is_undone_but_for_the_account(data: st.DataObject) -> None:
    async with a_shop() as machine:
        before, known = snapshot(machine), registered(machine)
        steps = draw_registration(data, machine)
        change = await done(machine, *steps)
        assert snapshot(machine) != before
        await undone(machine, change)
        assert (snapshot(machine), len(registered(machine))) == (before, len(known) + 1)


@given(data=st.data())
@FEW
async def test_an_undo_that_is_undone_brings_newcomers_back_under_their_new_profiles(data: st.DataObject) -> None:
    async with a_shop() as machine:
        change = await done(machine, *draw_registration(data, machine))
        after = snapshot(machine)
        await undone(machine, await undone(machine, change))
        assert snapshot(machine) == after


@given(data=st.data())
@FEW
async def test_a_profile_that_is_in_a_segment_by_then_stays_when_its_creation_is_undone(data: st.DataObject) -> None:
    async with a_shop() as machine:
        change = await done(machine, DRAWN[CreateProfiles](data, machine))
        assert change.runs[0].applied
        used, profile = min(change.runs[0].applied.profiles.items())
        await machine.client.add_members(a_segment(data, machine).known_id, profile)
        after = snapshot(machine)
        undo = await undone(machine, change)
        assert snapshot(machine)["members"] == after["members"]
        assert set(after["profiles"]) - set(snapshot(machine)["profiles"]) == {
            *change.runs[0].applied.profiles.keys() - {used}
        }
        assert undo.runs[0].applied
        assert undo.runs[0].applied.notes == ("1 profile stayed, being in a segment.",)


def members_by_id(machine: Bench) -> dict[str, set[str]]:
    """Profile ids by the id of the segment that they are in."""
    return {id_: machine.members(name) for name, id_ in machine.segments().items()}


@every_kind
@given(data=st.data())
@FEW
async def test_the_log_says_of_a_step_what_became_of_the_store(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        before = members_by_id(machine)
        change = await done(machine, DRAWN[kind](data, machine))
        after = members_by_id(machine)
        (run,), (step,) = change.runs, change.plan.steps
        told = recorded(step, run)
        assert told["effects"] == {
            id_: (len(now - was), len(was - now))
            for id_ in before.keys() | after.keys()
            if (was := before.get(id_, set())) != (now := after.get(id_, set()))
        }
        assert told["before"] != told["after"]
        assert "@" not in json.dumps([told["before"], told["after"]])
        touched = {subject.partition(":")[2] for subject in subjects(step, run)}
        assert before.keys() ^ after.keys() <= touched
        if kind is not DeleteProfiles:  # it knows customers by their numbers
            moved = (before.get(id_, set()) ^ after.get(id_, set()) for id_ in told["effects"])
            assert set().union(*moved) <= touched


@every_kind
@given(data=st.data())
@FEW
async def test_the_log_says_whom_a_step_touched_only_when_it_ran(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        (run,) = (change := await done(machine, DRAWN[kind](data, machine))).runs
        (step,) = change.plan.steps
        as_it_was = {state: subjects(step, run.model_copy(update={"state": state})) for state in StepState}
        assert as_it_was[StepState.STARTED] == texts(map(Item.segment, step.segment_ids))
        assert as_it_was[StepState.FAILED] == as_it_was[StepState.UNSURE] == texts(step.subjects)
        backs = (one for back in run.undo for one in back.subjects)
        assert {*texts((*step.subjects, *backs))} <= {*as_it_was[StepState.DONE]}


@every_kind
@given(data=st.data())
@FEW
async def test_a_step_that_happened_is_known_or_harmless_to_repeat(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        (step,) = (await planned_now(machine, DRAWN[kind](data, machine))).steps
        assert await step.already_applied(machine.client) is None
        await step.inverse(machine.client)
        applied = await step.apply(machine.client)
        after, known = snapshot(machine), registered(machine)
        try:
            again = await step.already_applied(machine.client) or await step.apply(machine.client)
        except Unclear:  # whoever made it: only people can tell
            assert step.creates
            return
        assert (snapshot(machine), registered(machine)) == (after, known)
        # Later steps find what this one made, whichever way the run went on.
        assert CreatedIds.of([again]) == CreatedIds.of([applied])


@every_kind
@given(data=st.data())
@FEW
async def test_looking_at_a_step_changes_nothing(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        (step,) = (await planned_now(machine, DRAWN[kind](data, machine))).steps
        await step.inverse(machine.client)
        await step.already_applied(machine.client)
        assert machine.writes() == []
        assert (await planned_now(machine, step)).steps == (step,)


@every_kind
@given(data=st.data())
@FEW
async def test_nothing_is_planned_for_what_is_gone(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        step = DRAWN[kind](data, machine)
        if not forget(machine, step):  # it creates what it is about
            return
        with pytest.raises(
            Impossible,
            match=r"(is no longer in the store|is registered any more|has a profile any more)\.",
        ):
            await planned_now(machine, step)


@every_kind
@given(data=st.data())
@FEW
async def test_what_is_so_already_is_not_planned_again(kind: type[Step], data: st.DataObject) -> None:
    async with a_shop() as machine:
        (step,) = (await planned_now(machine, DRAWN[kind](data, machine))).steps
        await step.apply(machine.client)
        after = snapshot(machine)
        try:
            again = await planned_now(machine, step)
        except Impossible:
            return
        assert (await machine.carry_out(again)).state is State.DONE
        assert snapshot(machine) == after


@given(data=st.data())
@FEW
async def test_an_edit_that_changes_nothing_is_not_planned(data: st.DataObject) -> None:
    async with a_shop() as machine:
        segment = a_segment(data, machine)
        (row,) = [one for one in machine.store.overview()["segments"] if one["id"] == segment.id]
        same = Naming(name=row["name"], description=row["description"])
        with pytest.raises(NothingToDo, match="is already named and described like this"):
            await planned_now(machine, UpdateSegment(segment=segment, before=same, after=same))


async def begun(machine: Bench, plan: Plan) -> Change:
    """Its process died when its step was on record as started, and nothing of it had been sent."""
    change = await machine.ledger.changes.move(await machine.approved(plan), Event.START, at=machine.clock())
    run = Run(position=0, state=StepState.STARTED, undo=await plan.steps[0].inverse(machine.client))
    return await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})


async def differs(machine: Bench, approved: Plan) -> bool:
    """Whether people who were asked now would be asked about something else."""
    try:
        return (await planned_now(machine, *approved.steps)).fingerprint != approved.fingerprint
    except Impossible:
        return True


@every_kind
@pytest.mark.parametrize("has_begun", [False, True], ids=["approved", "begun"])
@given(data=st.data())
@FEW
async def test_after_a_gap_no_step_writes_over_a_store_that_differs_from_what_was_approved(
    kind: type[Step], has_begun: bool, data: st.DataObject
) -> None:
    """Somebody else does whatever a step can do; where a plan made now would be another one, people are asked."""
    async with a_shop() as machine:
        approved = await planned_now(machine, DRAWN[kind](data, machine))
        (step,) = approved.steps
        change = await (begun(machine, approved) if has_begun else machine.approved(approved))
        other = await planned_now(machine, DRAWN[data.draw(st.sampled_from(KINDS))](data, machine))
        await other.steps[0].apply(machine.client)
        machine.clock.forward(minutes=2)
        before, is_other = (snapshot(machine), registered(machine)), await differs(machine, approved)
        await machine.runs(change)
        ended = await machine.ledger.changes.load(change.number)
        assert ended.state in (State.DONE, State.FAILED)
        if is_other and not (has_begun and step.in_requests):  # what is gone there may be its own doing
            assert (snapshot(machine), registered(machine)) == before
        if ended.state is State.DONE and not has_begun and kind not in LASTING:
            undo = await planned_undo(machine, ended)
            assert undo is None or (await machine.carry_out(undo)).state is State.DONE
            assert snapshot(machine) == before[0]


async def planned_undo(machine: Bench, change: Change) -> Plan | None:
    shop = shop_of(machine)
    steps = await with_promotions(inverse_of(tuple(run.undo for run in change.done)), shop)
    return await build_plan(steps, shop, undoes=change.number) if steps else None
