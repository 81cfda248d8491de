"""Undos that leave alone what others set anew since: only that, and in words."""

from datetime import time

import pytest

from bot.bigcommerce import AnyOf, Not, SegmentChange
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import (
    AnyStep,
    Applied,
    CreatedIds,
    DropRule,
    FollowRule,
    Gone,
    Naming,
    PromotionRef,
    Restored,
    RetargetPromotion,
    SegmentRef,
    SwitchPromotion,
    UpdateSegment,
)
from bot.core.planning.steps.step import ChangedSince
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import AcceptsMarketing, InSegment
from bot.core.segment_rules.schedule import Daily
from tests.core.samples import VIPS, add, delete, uuid
from tests.engine.bench import Bench
from tests.laws.shops import NEVER, RULED, a_shop, ruled
from tests.laws.steps import shop_of

SALE = PromotionRef(id=4, name="Win back")
MARKETING = Followed(rule=AcceptsMarketing(), words="accepts marketing")
EDITED = Naming(name="Gold", description="Ours")
"""What a change called and described VIPs."""
BEFORE = Naming(name="VIPs", description="Best")


async def edit(machine: Bench, now: Naming) -> UpdateSegment:
    """The undo of an edit of VIPs, which others named and described like this since."""
    id_ = machine.segments()["VIPs"]
    change = SegmentChange(id=id_, name=now.name, description=now.description)
    await machine.client.update_segment(id_, lambda _: change)
    ref = SegmentRef(name=EDITED.name, id=id_)
    return UpdateSegment(segment=ref, before=EDITED, after=BEFORE, restores=True)


@pytest.mark.parametrize(
    ("now", "after", "told"),
    [
        (EDITED, BEFORE, ()),
        (Naming(name="Gold", description="Theirs"), Naming(name="VIPs", description="Theirs"), ("description",)),
        (Naming(name="Top", description="Ours"), Naming(name="Top", description="Best"), ("name",)),
        (Naming(name="VIPs", description="Ours"), BEFORE, ()),
    ],
)
async def test_an_edit_is_undone_but_for_what_was_set_anew(now: Naming, after: Naming, told: tuple[str, ...]) -> None:
    async with a_shop() as machine:
        plan = await build_plan((await edit(machine, now),), shop_of(machine), undoes=1)
        (step,) = plan.steps
        assert isinstance(step, UpdateSegment)
        assert (step.before, step.after) == (now, after)
        assert plan.remarks == tuple(f"“{now.name}” got another {one} since, so it keeps this one." for one in told)


async def test_an_edit_of_which_nothing_is_left_is_refused_with_all_that_stays() -> None:
    async with a_shop() as machine:
        undo = await edit(machine, Naming(name="Top", description="Theirs"))
        with pytest.raises(ChangedSince, match=r"“Top” got another name since.*“Top” got another description since"):
            await build_plan((undo,), shop_of(machine), undoes=1)
        (again,) = (await build_plan((undo,), shop_of(machine))).steps  # who asks for it anew, and no undo
        assert isinstance(again, UpdateSegment)
        assert again.after == BEFORE


async def test_what_stays_is_told_beside_what_is_undone() -> None:
    async with a_shop() as machine:
        undo = await edit(machine, Naming(name="Top", description="Theirs"))
        other = DropRule(segment=ruled(machine), before=NEVER)
        plan = await build_plan((undo, other), shop_of(machine), undoes=1)
        assert [step.kind for step in plan.steps] == ["drop_rule"]
        assert plan.remarks == (
            "“Top” got another name since, so it keeps this one. "
            "“Top” got another description since, so it keeps this one.",
        )


async def test_a_created_segment_is_deleted_and_told_by_what_it_is_called_now() -> None:
    async with a_shop() as machine:
        await edit(machine, Naming(name="Top", description="Theirs"))
        id_ = machine.segments()["Top"]
        for was, told in (
            (Naming(name="VIPs", description="Best"), "name and description"),
            (Naming(name="Top", description="Best"), "description"),
        ):
            undo = delete(description=was.description).model_copy(update={"segment": SegmentRef(name=was.name, id=id_)})
            plan = await build_plan((undo,), shop_of(machine), undoes=1)
            assert plan.remarks == (f"“Top” got another {told} since; it is deleted all the same.",)
        (step,) = plan.steps
        assert await step.sparing(shop_of(machine)) == (step, ())


async def test_shoppers_are_in_a_segment_or_not_and_nothing_else() -> None:
    async with a_shop() as machine:
        assert await add(1).sparing(shop_of(machine)) == (add(1), ())


async def test_a_promotion_that_others_retargeted_stays_as_they_did() -> None:
    async with a_shop() as machine:
        vips, lapsed = (AnyOf((machine.segments()[name],)) for name in ("VIPs", "Lapsed"))
        undo = RetargetPromotion(promotion=SALE, before=vips, after=lapsed)
        await machine.client.update_promotion(4, lambda now: now.with_targeting(vips))
        assert await undo.sparing(shop_of(machine)) == (undo, ())
        await machine.client.update_promotion(4, lambda now: now.with_targeting(lapsed))
        assert await undo.sparing(shop_of(machine)) == (undo, ())
        await machine.client.update_promotion(4, lambda now: now.with_targeting(Not(vips)))
        told = "^Whom “Win back” reaches was changed since, so it still reaches shoppers not in VIPs.$"
        with pytest.raises(ChangedSince, match=told):
            await build_plan((undo,), shop_of(machine), undoes=1)
        awaited = undo.model_copy(update={"restored": (Restored(name="Old", old_id=uuid(5)),)})
        assert await awaited.sparing(shop_of(machine)) == (awaited, ())


def test_a_segment_that_came_back_is_no_other_one_that_a_promotion_was_pointed_to() -> None:
    old, new, other = (AnyOf((uuid(at),)) for at in (5, 6, 7))
    back = CreatedIds(restored={uuid(5): uuid(6)})

    def resolved(before: AnyOf | None, after: AnyOf | None) -> tuple[object, object]:
        step = RetargetPromotion(promotion=SALE, before=before, after=after).resolved(back)
        return step.before, step.after

    assert resolved(old, other) == (new, other)
    assert resolved(None, old) == (None, new)
    assert resolved(old, None) == (new, None)
    assert (resolved(old, new), resolved(new, old)) == ((old, new), (new, old))  # to point it, and to take that back


async def test_a_promotion_that_others_switched_stays_as_they_did() -> None:
    async with a_shop() as machine:
        undo = SwitchPromotion(promotion=SALE, enabled=False, was="ENABLED")
        assert await undo.sparing(shop_of(machine)) == (undo, ())
        machine.store.faults.add("GET", "/promotions/{id}", status=200, body=await invalid(machine), times=None)
        with pytest.raises(ChangedSince, match=r"^The status of “Win back” was changed since, so it stays invalid\.$"):
            await build_plan((undo,), shop_of(machine), undoes=1)


async def invalid(machine: Bench) -> dict[str, object]:
    return {"data": {**(await machine.client.promotion(4)).document, "status": "INVALID"}}


@pytest.mark.parametrize("asked", [RetargetPromotion(promotion=SALE), SwitchPromotion(promotion=SALE, enabled=True)])
async def test_what_the_store_saved_differently_is_what_is_undone(asked: AnyStep) -> None:
    async with a_shop() as machine:
        (step,) = (await build_plan((asked,), shop_of(machine))).steps
        saved = await invalid(machine)
        machine.store.faults.add("PUT", "/promotions/{id}", status=200, body=saved)
        applied = await step.apply(machine.client)
        machine.store.faults.add("GET", "/promotions/{id}", status=200, body=saved, times=None)
        (undo,) = applied.undo or ()
        assert await undo.sparing(shop_of(machine)) == (undo, ())
        assert applied != Applied()


async def test_a_rule_that_others_let_a_segment_follow_stays() -> None:
    daily = NEVER.model_copy(update={"schedule": Daily(at=time(6))})
    async with a_shop() as machine:
        shop, segment = shop_of(machine), ruled(machine)
        undos = (DropRule(segment=segment, before=MARKETING), FollowRule(segment=segment, before=None, after=MARKETING))
        for undo in (*undos, DropRule(segment=segment, before=daily)):
            with pytest.raises(ChangedSince, match=f"^{RULED} follows another rule since, and goes on so: never order"):
                await build_plan((undo,), shop, undoes=1)
        plain = FollowRule(segment=SegmentRef(name="VIPs", id=machine.segments()["VIPs"]), before=daily, after=NEVER)
        with pytest.raises(ChangedSince, match=r"^VIPs was made a plain list again since, and stays one\.$"):
            await plain.sparing(shop)
        with pytest.raises(Gone):
            await FollowRule(segment=VIPS, after=NEVER).sparing(shop)


async def test_a_rule_that_is_still_followed_is_undone_whatever_policy_approved_it() -> None:
    async with a_shop() as machine:
        shop, segment = shop_of(machine), ruled(machine)
        elsewhere = NEVER.model_copy(update={"policy": "yesterday's", "words": "as it was called"})
        for undo in (
            DropRule(segment=segment, before=elsewhere),
            FollowRule(segment=segment, before=elsewhere, after=MARKETING),
            FollowRule(segment=segment, before=MARKETING, after=NEVER),
            FollowRule(segment=SegmentRef(name="to be created"), after=NEVER),
        ):
            assert await undo.sparing(shop) == (undo, ())


def test_a_rule_that_is_undone_names_segments_by_the_ids_that_they_have_now() -> None:
    was, now = (Followed(rule=InSegment(segment_ids=(uuid(at),)), words="in Old") for at in (5, 6))
    undo = DropRule(segment=VIPS, before=was).resolved(CreatedIds(restored={uuid(5): uuid(6)}))
    assert undo == DropRule(segment=VIPS, before=now)
    assert DropRule(segment=VIPS).resolved(CreatedIds()) == DropRule(segment=VIPS)
