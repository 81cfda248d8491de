"""What another hand set since a Step ran is not overwritten by its undo, unless the card says so in words."""

import json
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.changes import Change, State
from bot.core.errors import Impossible
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.restoring import with_promotions, with_rules
from bot.core.planning.steps import (
    AddMembers,
    CreateCustomer,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DeleteSegment,
    DropRule,
    FollowRule,
    KeepMembers,
    Naming,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
    Step,
    SwitchPromotion,
    UpdateSegment,
)
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import All, InSegment, NeverOrdered
from bot.sandbox.store.resources import promotions as store_promotions
from tests.engine.bench import Bench
from tests.laws.shops import DRAWN, a_shop, snapshot
from tests.laws.steps import KINDS, planned_now, shop_of
from tests.laws.values import FEW

THIRD = "Set by another hand"
Hand = Callable[[Bench, Change], Awaitable[str]]
"""Another hand, which sets anew what a change set; returns the words for what it set that a card has to say."""


async def done(machine: Bench, plan: Plan) -> Change:
    change = await machine.carry_out(plan)
    assert (change.state, [run.error for run in change.runs if run.error]) == (State.DONE, [])
    return change


async def named(machine: Bench, segment: SegmentRef) -> str:
    """Names and describes a segment."""
    after = Naming(name=THIRD, description=f"{THIRD}, too")
    before = Naming(name=segment.name, description="")
    await done(machine, await planned_now(machine, UpdateSegment(segment=segment, before=before, after=after)))
    return THIRD


async def created_anew(machine: Bench, change: Change) -> str:
    (created,) = (run.applied.created for run in change.runs if run.applied and run.applied.created)
    return await named(machine, created)


async def edited(machine: Bench, change: Change) -> str:
    (step,) = change.plan.steps
    assert isinstance(step, UpdateSegment)
    return await named(machine, step.segment.model_copy(update={"name": step.after.name}))


async def created_again(machine: Bench, change: Change) -> str:
    (step,) = change.plan.steps
    assert step.target
    after = Naming(name=step.target.name, description=THIRD)
    await done(machine, await planned_now(machine, CreateSegment(segment=after)))
    return step.target.name


async def retargeted(machine: Bench, change: Change) -> str:
    return await altered(machine, change, segments={"id": sorted(machine.segments().values())[:4]})


async def made_invalid(machine: Bench, change: Change) -> str:
    return await altered(machine, change, status="INVALID")


async def altered(machine: Bench, change: Change, **fields: object) -> str:
    (item,) = change.plan.items
    document = store_promotions.one(machine.store.shop, int(item.id))
    if "segments" in fields:
        document["customer"]["segments"] = fields.pop("segments")
    with machine.store.shop.db:
        store_promotions.store(machine.store.shop, {**document, **fields})
    return change.plan.names[item]


async def ruled_anew(machine: Bench, change: Change) -> str:
    (step,) = change.plan.steps
    assert step.target
    rule = All(parts=(NeverOrdered(), InSegment(segment_ids=(machine.segments()["VIPs"],))))
    await done(
        machine,
        await planned_now(machine, FollowRule(segment=step.target, after=Followed(rule=rule, words=THIRD))),
    )
    return THIRD


HANDS: dict[type[Step], Hand] = {
    CreateSegment: created_anew,
    UpdateSegment: edited,
    DeleteSegment: created_again,
    RetargetPromotion: retargeted,
    SwitchPromotion: made_invalid,
    FollowRule: ruled_anew,
    DropRule: ruled_anew,
}
TWO_VALUED = {AddMembers, RemoveMembers, KeepMembers, CreateProfiles, DeleteProfiles, CreateCustomer}
"""What is so or is not: there is no third value."""


def test_every_kind_has_a_third_value_or_only_two() -> None:
    assert {*HANDS} | TWO_VALUED == {*KINDS}
    assert not HANDS.keys() & TWO_VALUED


async def kept(machine: Bench) -> str:
    """All that can be set: the store but for who is in what, and the rules."""
    rules = {
        id_: one.followed.model_dump(mode="json") for id_, one in (await machine.ledger.segment_rules.all()).items()
    }
    return json.dumps([snapshot(machine), rules], sort_keys=True)


@pytest.mark.parametrize("kind", HANDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
@FEW
async def test_an_undo_overwrites_nothing_of_another_hand_without_saying_so(
    kind: type[Step], data: st.DataObject
) -> None:
    async with a_shop() as machine:
        change = await done(machine, await planned_now(machine, DRAWN[kind](data, machine)))
        words = await HANDS[kind](machine, change)
        before, shop = await kept(machine), shop_of(machine)
        steps = await with_rules(inverse_of(tuple(run.undo for run in change.done)), shop, "")
        try:
            undo = await build_plan(await with_promotions(steps, shop), shop, undoes=change.number)
        except Impossible as refused:
            refusal = refused
        else:
            assert any(words in line and "since" in line for line in undo.remarks)
            await done(machine, undo)
            assert (await kept(machine) == before) is (kind is not CreateSegment)
            return
        assert words in str(refusal)
