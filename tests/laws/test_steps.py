"""Laws over every kind of Step; a new kind is met by them without a new test."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.changes import Run, State, StepState
from bot.core.errors import Impossible, NothingToDo
from bot.core.plan import Plan, inverse_of, observed
from bot.core.policy import Policy
from bot.core.shop import Shop
from bot.core.steps import (
    AddMembers,
    AnyStep,
    Applied,
    CreateSegment,
    DeleteSegment,
    Naming,
    RemoveMembers,
    SegmentRef,
    Step,
    UpdateSegment,
)
from tests.engine.bench import Bench, bench
from tests.laws.values import FEW, LAW, values_of

KINDS: tuple[type[Step], ...] = get_args(get_args(AnyStep)[0])
POLICY = Policy(approvers=frozenset({"UBEN"}))
NAMES = st.sampled_from(("Loyal", "loyal", "Big, “Spenders”", "<!channel>", "❤" * 100, "id:x"))
Drawing = Callable[[st.DataObject, Bench], AnyStep]


def a_segment(data: st.DataObject, machine: Bench) -> SegmentRef:
    name, id_ = data.draw(st.sampled_from(sorted(machine.segments().items())))
    return SegmentRef(name=name, id=id_)


def a_naming(data: st.DataObject, besides: str = "") -> Naming:
    names = NAMES.filter(lambda name: name.casefold() != besides.casefold())
    return Naming(name=data.draw(names), description=data.draw(st.sampled_from(("", "d", "<&>"))))


def profiles(data: st.DataObject, machine: Bench, *, inside: str = "", outside: str = "") -> tuple[str, ...]:
    everybody = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
    chosen = machine.members(inside) if inside else everybody - machine.members(outside)
    return tuple(data.draw(st.sets(st.sampled_from(sorted(chosen)), min_size=1)))


def draw_create(data: st.DataObject, machine: Bench) -> AnyStep:
    return CreateSegment(segment=a_naming(data))


def draw_update(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = a_segment(data, machine)
    return UpdateSegment(segment=segment, before=Naming(name=segment.name), after=a_naming(data, segment.name))


def draw_delete(data: st.DataObject, machine: Bench) -> AnyStep:
    return DeleteSegment(segment=a_segment(data, machine))


def draw_add(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = a_segment(data, machine)
    return AddMembers(segment=segment, profile_ids=profiles(data, machine, outside=segment.name))


def draw_remove(data: st.DataObject, machine: Bench) -> AnyStep:
    segment = data.draw(st.sampled_from([name for name in sorted(machine.segments()) if machine.members(name)]))
    ref = SegmentRef(name=segment, id=machine.segments()[segment])
    return RemoveMembers(segment=ref, profile_ids=profiles(data, machine, inside=segment))


DRAWN: dict[type[Step], Drawing] = {
    CreateSegment: draw_create,
    UpdateSegment: draw_update,
    DeleteSegment: draw_delete,
    AddMembers: draw_add,
    RemoveMembers: draw_remove,
}
"""How each kind of Step is made up for a shop that it can be done to."""

every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def snapshot(machine: Bench) -> dict[str, Any]:
    """Names, descriptions and members; ids may differ, as a restored segment has a new one."""
    return {
        one["name"]: (one["description"], sorted(machine.members(one["name"])))
        for one in machine.store.overview()["segments"]
    }


async def observed_now(machine: Bench, *steps: AnyStep) -> Plan:
    return await observed(steps, Shop(machine.client))


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
    plan = Plan(steps=(step,), undoes=data.draw(st.none() | st.integers(1)))
    again = Plan.model_validate_json(plan.model_dump_json())
    assert (again, again.fingerprint) == (plan, plan.fingerprint)
    run = Run(position=0, state=StepState.DONE, undo=(step,), applied=Applied(undo=(step,)))
    assert Run.model_validate_json(run.model_dump_json()) == run


@every_kind
@given(data=st.data())
@LAW
def test_danger_means_that_a_second_person_is_needed(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(values_of(kind))
    need = POLICY.need(Plan(steps=(step,)))
    assert need.approvals >= (1 if step.danger else 0)
    assert (need.approvals > 0) is (need.why != "needs no approval")


@every_kind
@given(data=st.data())
@LAW
def test_every_step_is_told_in_one_line_that_names_its_segment(kind: type[Step], data: st.DataObject) -> None:
    step = data.draw(values_of(kind))
    (line,) = Plan(steps=(step,)).lines
    named = step.before.name if isinstance(step, UpdateSegment) else step.segment.name
    assert named in line


@every_kind
@given(data=st.data())
@FEW
async def test_what_was_done_and_undone_leaves_the_shop_as_it_was(kind: type[Step], data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        before = snapshot(machine)
        plan = await observed_now(machine, DRAWN[kind](data, machine))
        done = await machine.carry_out(plan)
        assert done.state is State.DONE
        assert snapshot(machine) != before
        undo = await observed_now(machine, *inverse_of(tuple(run.undo for run in done.done)))
        assert (await machine.carry_out(undo)).state is State.DONE
        assert snapshot(machine) == before


@given(data=st.data())
@FEW
async def test_several_steps_are_undone_together(data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        before = snapshot(machine)
        steps: dict[str, AnyStep] = {}
        for kind in data.draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=4)):
            step = DRAWN[kind](data, machine)
            # One step for a segment: what a command plans never touches one thing twice.
            new = step.after.name if isinstance(step, UpdateSegment) else step.segment.name
            if new.casefold() not in {name.casefold() for name in steps}:
                steps |= {step.segment.name: step, new: step}
        once = tuple(dict.fromkeys(steps.values()))
        done = await machine.carry_out(await observed_now(machine, *once))
        assert done.state is State.DONE
        undo = inverse_of(tuple(run.undo for run in done.done))
        assert (await machine.carry_out(Plan(steps=undo))).state is State.DONE
        assert snapshot(machine) == before


@every_kind
@given(data=st.data())
@FEW
async def test_a_step_that_happened_is_known_or_harmless_to_repeat(kind: type[Step], data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        (step,) = (await observed_now(machine, DRAWN[kind](data, machine))).steps
        assert await step.happened(machine.client) is None
        await step.inverse(machine.client)
        await step.apply(machine.client)
        after = snapshot(machine)
        if await step.happened(machine.client) is None:
            await step.apply(machine.client)
        assert snapshot(machine) == after


@every_kind
@given(data=st.data())
@FEW
async def test_looking_at_a_step_changes_nothing(kind: type[Step], data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        (step,) = (await observed_now(machine, DRAWN[kind](data, machine))).steps
        await step.inverse(machine.client)
        await step.happened(machine.client)
        assert machine.writes() == []
        assert await observed_now(machine, step) == Plan(steps=(step,))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not CreateSegment])
@given(data=st.data())
@FEW
async def test_nothing_is_planned_for_a_segment_that_is_gone(kind: type[Step], data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        step = DRAWN[kind](data, machine)
        machine.forget(step.segment.name)
        with pytest.raises(Impossible, match=r"is not in the store any more\."):
            await observed_now(machine, step)


@given(data=st.data())
@FEW
async def test_an_edit_that_changes_nothing_is_not_planned(data: st.DataObject) -> None:
    async with bench(customers=8) as machine:
        segment = a_segment(data, machine)
        (row,) = [one for one in machine.store.overview()["segments"] if one["id"] == segment.id]
        same = Naming(name=row["name"], description=row["description"])
        with pytest.raises(NothingToDo, match="is already named and described like this"):
            await observed_now(machine, UpdateSegment(segment=segment, before=same, after=same))
