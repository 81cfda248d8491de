from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from pydantic import ValidationError

from bot.core.errors import Impossible, NothingToDo
from bot.core.items import Item
from bot.core.planning.drift import drift
from bot.core.planning.plan import THINGS, Person, Plan, fingerprint_of_json, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import (
    BATCH,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    Gone,
    Naming,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
    UpdateSegment,
    added,
    deleted,
    removed,
)
from bot.core.planning.steps.lost_memberships import Memberships
from bot.core.store_view.cached_shop import PromotionUse, Shop
from bot.core.store_view.reach import Reach
from tests.core.samples import VIPS, add, delete, plan, uuid
from tests.engine.bench import Bench
from tests.laws.shops import a_shop

USED = (PromotionUse(id=1, name="Sale", live=True, way="included"),)
CREATE = CreateSegment(segment=Naming(name="New", description="Fresh"))
UNTIL = datetime(2026, 12, 31, 17, tzinfo=UTC)


def update(before: Naming, after: Naming) -> UpdateSegment:
    return UpdateSegment(segment=VIPS, before=before, after=after)


@pytest.mark.parametrize(
    ("after", "line"),
    [
        (Naming(name="Best", description="Old"), "Edit the segment VIPs: rename it to Best"),
        (Naming(name="VIPs", description="New"), "Edit the segment VIPs: describe it as “New”"),
        (Naming(name="VIPs"), "Edit the segment VIPs: drop its description"),
        (Naming(name="Best"), "Edit the segment VIPs: rename it to Best and drop its description"),
    ],
)
def test_an_edit_tells_only_what_changes(after: Naming, line: str) -> None:
    assert plan(update(Naming(name="VIPs", description="Old"), after)).lines == (line,)


def test_each_step_is_one_line_and_batches_of_one_membership_are_told_together() -> None:
    other = SegmentRef(name="Lapsed", id=uuid(9))
    steps = (
        CREATE,
        delete(members=1),
        add(500),
        add(7),
        add(1, other),
        RemoveMembers(segment=VIPS, profile_ids=("x",)),
    )
    assert plan(*steps).lines == (
        "Create the segment New",
        "Delete the segment VIPs (1 shopper)",
        "Add 507 shoppers to VIPs",
        "Add 1 shopper to Lapsed",
        "Remove 1 shopper from VIPs",
    )
    assert plan(*steps).shoppers == 1 + 500 + 7 + 1 + 1


def test_warnings_are_told_once_and_batches_of_profiles_together() -> None:
    used = (PromotionUse(id=1, name="Sale", live=True, way="included"),)
    lapsed = SegmentRef(name="Lapsed", id=uuid(9))
    first = (Memberships(segment=VIPS, shoppers=500, promotions=used),)
    second = (Memberships(segment=VIPS, shoppers=20, promotions=used), Memberships(segment=lapsed, shoppers=1))
    steps = (
        DeleteProfiles(customer_ids=(1,), memberships=first),
        DeleteProfiles(customer_ids=(2,), memberships=second),
        RemoveMembers(segment=VIPS, profile_ids=("x",), promotions=used),
    )
    assert plan(*steps).warnings == (
        "Takes 520 shoppers out of VIPs.",
        "Takes 1 shopper out of Lapsed.",
        "“Sale” (live) includes VIPs.",
    )
    assert plan(CREATE).warnings == ()


def test_a_plan_knows_the_segments_that_it_touches_once() -> None:
    other = SegmentRef(name="Lapsed", id=uuid(9))
    assert plan(CREATE, add(1), add(2, other), delete()).segment_ids == (VIPS.id, other.id)


def test_other_changes_may_touch_shoppers_where_no_segment_is_named() -> None:
    profiles = DeleteProfiles(customer_ids=tuple(range(1, THINGS + 2)))
    sale = RetargetPromotion(promotion=PromotionRef(id=1, name="Sale"), before=None, after=None, was="a", becomes="b")
    shoppers = [Item.customer(id_) for id_ in range(1, THINGS + 1)]
    assert plan(sale, profiles, add(3)).things == (Item.segment(VIPS.known_id), Item.promotion(1), *shoppers)


def test_a_deletion_touches_the_promotions_that_name_the_segment() -> None:
    use = PromotionUse(id=1, name="Sale", live=True, way="included")
    assert plan(delete(promotions=(use,))).things == (Item.segment(VIPS.known_id), Item.promotion(1))
    assert plan(delete(promotions=None)).things == (Item.segment(VIPS.known_id),)


def test_the_headline_is_one_line_whatever_the_length() -> None:
    names = ("A", "B", "C", "D")
    lines = [f"Delete the segment {name} (empty)" for name in names]
    assert plan(delete("A")).headline == lines[0]
    assert plan(delete("A"), delete("B")).headline == " · ".join(lines[:2])
    assert plan(*map(delete, names)).headline == "Delete 4 segments"
    mixed = plan(CREATE, *map(delete, names)).headline
    assert mixed == "Create the segment New · Delete 4 segments"
    others = (SegmentRef(name="Loyal", id=uuid(8)), SegmentRef(name="Lapsed", id=uuid(9)))
    assert plan(add(1), *(add(2, one) for one in others)).headline == "Add 2 shoppers to 3 segments"
    refs = [SegmentRef(name=name, id=uuid(number)) for number, name in enumerate("ABC")]
    renamed = [UpdateSegment(segment=one, before=Naming(name=one.name), after=Naming(name="X" * 60)) for one in refs]
    assert plan(*renamed).headline.endswith("X · and 2 more")
    assert plan(CREATE, undoes=7).headline == "Undo change 7: Create the segment New"


def test_one_fingerprint_is_one_plan() -> None:
    plans = (
        plan(delete()),
        plan(delete(members=1)),
        plan(delete(description="x")),
        plan(delete(promotions=None)),
        plan(delete(), delete()),
        plan(delete(), undoes=1),
        plan(add(2)),
        plan(add(3)),
    )
    assert len({one.fingerprint for one in plans}) == len(plans)
    assert plan(delete()).fingerprint == Plan.model_validate_json(plan(delete()).model_dump_json()).fingerprint


async def test_remarks_are_no_part_of_the_fingerprint_but_are_told_where_the_plan_differs() -> None:
    before = Plan(steps=(delete(members=1),), remarks=("Not in VIPs: 17.", "Not in the store: x@example.com."))
    same = before.model_copy(update={"remarks": ("Not in the store: x@example.com.",)})
    assert same.fingerprint == before.fingerprint
    assert await drift(before, same.model_copy(update={"steps": (delete(members=2),)})) == (
        "Was: Delete the segment VIPs (1 shopper)",
        "Now: Delete the segment VIPs (2 shoppers)",
        "Was: Not in VIPs: 17.",
    )
    unseen = same.model_copy(update={"steps": (delete(members=1, description="New"),), "remarks": ("Ada.",)})
    assert await drift(same, unseen) == (
        "What the plan touches has changed: descriptions, shoppers or promotions.",
        "Was: Not in the store: x@example.com.",
        "Now: Ada.",
    )


def test_whom_a_promotion_reaches_is_no_part_of_the_fingerprint() -> None:
    step = RetargetPromotion(promotion=PromotionRef(id=1, name="Sale"))
    counted = plan(step.model_copy(update={"reach": Reach(gain=1, lose=2, keep=3)}))
    assert counted.fingerprint == plan(step).fingerprint == fingerprint_of_json(counted.model_dump_json())
    assert Plan.model_validate_json(counted.model_dump_json()) == counted
    assert "reach" not in plan(step).model_dump_json()


def test_who_is_named_is_no_part_of_the_fingerprint_and_stands_in_the_headline() -> None:
    named = Plan(steps=(add(1),), named="Ada Byron")
    assert named.fingerprint == plan(add(1)).fingerprint == fingerprint_of_json(named.model_dump_json())
    assert named.headline == "Add 1 shopper to VIPs: Ada Byron"


def test_how_many_others_are_in_a_segment_is_no_part_of_the_fingerprint_and_all_else_is() -> None:
    step = RemoveMembers(segment=VIPS, profile_ids=("x",), promotions=USED, out_of=3)
    first = plan(step)
    assert plan(step.model_copy(update={"out_of": 40})).fingerprint == first.fingerprint
    others: tuple[dict[str, Any], ...] = (
        {"profile_ids": ("x", "y")},
        {"promotions": ()},
        {"promotions": None},
        {"segment": VIPS.model_copy(update={"name": "Best"})},
        {"segment": VIPS.model_copy(update={"id": uuid(9)})},
    )
    fingerprints = {plan(step.model_copy(update=other)).fingerprint for other in others}
    assert len(fingerprints | {first.fingerprint}) == 1 + len(others)


def test_some_of_a_segment_are_told_with_how_many_there_are() -> None:
    some = RemoveMembers(segment=VIPS, profile_ids=("x", "y", "z"), out_of=40)
    assert plan(some).lines == ("Remove 3 of 40 shoppers from VIPs",)
    assert plan(some.model_copy(update={"out_of": 3})).lines == ("Remove 3 shoppers from VIPs",)
    assert plan(
        *(one.model_copy(update={"out_of": 1500}) for one in removed(VIPS, tuple(map(uuid, range(1001)))))
    ).lines == ("Remove 1,001 of 1,500 shoppers from VIPs",)


def test_a_plan_without_steps_cannot_be_said() -> None:
    with pytest.raises(ValidationError):
        Plan(steps=())


def test_a_plan_is_destructive_if_any_step_of_it_is() -> None:
    assert plan(CREATE, delete()).destructive
    assert not plan(CREATE, add(10_000 // BATCH)).destructive
    assert plan(CREATE, add(1)).ending(UNTIL).destructive


def test_an_addition_until_a_time_tells_its_end_wherever_the_plan_is_told() -> None:
    ending = plan(add(2)).ending(UNTIL)
    assert ending.headline == "Add 2 shoppers to VIPs until 2026-12-31 17:00 UTC"
    both = plan(add(2), *removed(VIPS, (uuid(900),))).ending(UNTIL)
    assert both.headline == "Add 2 shoppers to VIPs · Remove 1 shopper from VIPs (additions end 2026-12-31 17:00 UTC)"
    assert ending.warnings[0].startswith("Until 2026-12-31 17:00 UTC: whoever of them is still in it then,")
    assert ending.risks == ("takes out again whom it adds",)
    assert plan(add(2)).warnings == plan(add(2)).risks == ()


def test_an_end_is_part_of_what_is_approved_and_none_leaves_fingerprints_as_they_were() -> None:
    ending = plan(add(2)).ending(UNTIL)
    assert "until" not in plan(add(2)).model_dump_json()
    assert len({one.fingerprint for one in (plan(add(2)), ending, ending.ending(UNTIL + timedelta(hours=1)))}) == 3
    again = Plan.model_validate_json(ending.model_dump_json())
    assert (again, again.fingerprint) == (ending, ending.fingerprint)
    assert fingerprint_of_json(ending.model_dump_json()) == ending.fingerprint
    assert not ending.does_as(plan(add(2)))


def test_nothing_ends_where_nobody_is_added() -> None:
    assert plan(delete()).ending(UNTIL) == plan(delete())


async def test_what_is_left_of_an_addition_ends_at_the_same_time() -> None:
    ending = plan(add(2), *removed(VIPS, (uuid(900),))).ending(UNTIL)
    added = plan(add(2)).items
    assert (await ending.without(added[:1])).until == UNTIL
    assert (await ending.without(added)).until is None


def test_the_inverse_runs_backwards() -> None:
    first, second = (CREATE, *added(SegmentRef(name="New"), ("x",))), (add(1),)
    assert inverse_of((first, second, ())) == (add(1), *first)


def test_profiles_go_once_no_segment_that_is_undone_holds_them() -> None:
    new = SegmentRef(name="New", id=uuid(5))
    undo_create = (delete().model_copy(update={"segment": new}),)
    assert inverse_of((undo_create, deleted((17,), unused=True), removed(new, ("x",)))) == (
        *undo_create,
        *deleted((17,), unused=True),
    )


def test_nobody_is_taken_out_of_a_segment_that_the_same_undo_deletes() -> None:
    new = SegmentRef(name="New", id=uuid(5))
    undo_create = (delete().model_copy(update={"segment": new}),)
    assert inverse_of((undo_create, removed(new, ("x",)), removed(VIPS, ("x",)))) == (
        *removed(VIPS, ("x",)),
        *undo_create,
    )


async def test_drift_tells_what_was_and_what_is_now() -> None:
    before, after = plan(delete(members=1), CREATE), plan(delete(members=2), CREATE)
    assert await drift(before, after) == (
        "Was: Delete the segment VIPs (1 shopper)",
        "Now: Delete the segment VIPs (2 shoppers)",
    )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("abc", "bcde", "+2 −1 since the request."),
        ("ab", "abc", "+1 −0 since the request."),
        ("abc", "a", "+0 −2 since the request."),
        ("abc", "xyz", "+3 −3 since the request."),
    ],
)
async def test_drift_counts_who_came_and_who_went(before: str, after: str, told: str) -> None:
    was, now = (plan(RemoveMembers(segment=VIPS, profile_ids=tuple(ids))) for ids in (before, after))
    assert (await drift(was, now))[0] == told


async def test_drift_that_no_line_shows_is_told_all_the_same() -> None:
    assert await drift(plan(delete()), plan(delete(description="New"))) == (
        "What the plan touches has changed: descriptions, shoppers or promotions.",
    )


async def test_drift_tells_warnings_that_changed() -> None:
    used = (PromotionUse(id=1, name="Sale", live=True, way="included"),)
    assert await drift(plan(delete()), plan(delete(promotions=used))) == (
        "What the plan touches has changed: descriptions, shoppers or promotions.",
        "Now: “Sale” (live) includes VIPs.",
        "Now: Undo restores the segment, and points these promotions to it.",
    )


async def test_drift_says_when_another_segment_has_the_name_now() -> None:
    other = delete().model_copy(update={"segment": VIPS.model_copy(update={"id": uuid(9)})})
    assert await drift(plan(delete()), plan(other)) == (
        "“VIPs” is now the name of another segment, not of the one that this was requested for.",
    )


def test_members_are_packed_into_batches_and_nobody_is_no_step() -> None:
    ids = tuple(map(uuid, range(2 * BATCH + 1)))
    sizes = [step.shoppers for step in added(VIPS, ids)]
    assert sizes == [BATCH, BATCH, 1]
    assert [one for step in removed(VIPS, ids) if isinstance(step, RemoveMembers) for one in step.profile_ids] == list(
        ids
    )
    assert added(VIPS, ()) == removed(VIPS, ()) == ()


def test_dangers_differ_by_kind() -> None:
    risks = [step.risk for step in (CREATE, add(1), *removed(VIPS, ("x",)), delete())]
    assert risks == [None, None, "removes shoppers from a segment", "deletes a segment"]
    assert all(a != b for a, b in pairwise(risks[1:]))


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


async def test_steps_that_have_nothing_to_do_are_left_out_of_the_plan() -> None:
    async with a_shop() as machine:
        described = delete(description="Spent over $1,000 in the last 12 months.")
        gone, delete_one = CreateProfiles(customers=(99,)), described.model_copy(update={"segment": ref(machine)})
        undo = await build_plan((gone, delete_one), Shop(machine.client), undoes=7)
        assert undo.remarks == ("None of these customers is registered any more.",)
        made = await build_plan((gone, delete_one), Shop(machine.client), remarks=("Ada is left out.",))
        assert [step.kind for step in made.steps] == ["delete_segment"]
        assert (made.undoes, made.remarks) == (None, ("Ada is left out.",))


async def test_a_plan_of_nothing_says_why() -> None:
    async with a_shop() as machine:
        with pytest.raises(NothingToDo, match=r"^None of these customers is registered any more\.$"):
            await build_plan(
                (CreateProfiles(customers=(99,)), DeleteProfiles(customer_ids=(99,))), Shop(machine.client)
            )


async def test_a_plan_about_a_segment_that_is_gone_is_refused() -> None:
    async with a_shop() as machine:
        with pytest.raises(Gone, match="The segment “VIPs” is no longer in the store"):
            await build_plan((CREATE, add(1)), Shop(machine.client))


async def test_an_undo_keeps_what_it_can_and_says_what_it_cannot() -> None:
    async with a_shop() as machine:
        made = await build_plan((CREATE, add(500), add(1)), Shop(machine.client), undoes=7, remarks=("Ada.",))
        assert made.steps == (CREATE,)
        assert (made.undoes, made.remarks) == (7, ("Ada.", "The segment “VIPs” is no longer in the store."))
        with pytest.raises(Gone):
            await build_plan((add(1),), Shop(machine.client), undoes=7)


async def test_an_undo_is_refused_whole_where_a_name_is_taken_by_now() -> None:
    async with a_shop() as machine:
        taken = CreateSegment(segment=Naming(name="VIPs"), restores=True)
        with pytest.raises(Impossible, match="There is already a segment named “VIPs”"):
            await build_plan((taken, add(1, ref(machine))), Shop(machine.client), undoes=7)


async def test_an_undo_takes_out_only_those_who_are_still_inside_and_says_who_left() -> None:
    async with a_shop() as machine:
        inside = min(machine.members("VIPs"))
        steps = (RemoveMembers(segment=ref(machine), profile_ids=(inside, uuid(1), uuid(2))), CREATE)
        made = await build_plan(steps, Shop(machine.client), undoes=7)
        assert [getattr(step, "profile_ids", None) for step in made.steps] == [(inside,), None]
        assert made.remarks == ("2 shoppers left VIPs meanwhile.",)
        stays = await build_plan(made.steps, Shop(machine.client), undoes=7)
        assert stays.remarks == ()


async def test_an_undo_that_concerns_nobody_any_more_says_why() -> None:
    async with a_shop() as machine:
        away = RemoveMembers(segment=ref(machine), profile_ids=(uuid(1),))
        with pytest.raises(NothingToDo, match=r"^1 shopper left VIPs meanwhile\.$"):
            await build_plan((away,), Shop(machine.client), undoes=7)


async def test_a_plan_without_some_shoppers_keeps_the_others() -> None:
    whole = plan(added(VIPS, (uuid(1), uuid(2)))[0], delete())
    assert await whole.without(()) is whole
    left = await whole.without([Item.profile(uuid(1))])
    assert left.items == (Item.profile(uuid(2)), VIPS.item)
    assert (await left.without([Item.profile(uuid(1))])).steps == left.steps
    assert (await whole.without([VIPS.item])).steps == whole.steps[:1]
    with pytest.raises(Impossible, match="Nothing would be left to do"):
        await left.without(left.items)


async def test_a_plan_names_those_who_are_left_in_it() -> None:
    ada, ben = (Person(item=Item.profile(uuid(at)), name=name) for at, name in ((1, "Ada"), (2, "Ben")))
    whole = plan(added(VIPS, (uuid(1), uuid(2)))[0]).model_copy(update={"people": (ada, ben)})
    left = await whole.without([Item.profile(uuid(1))])
    assert left.people == (ben,)
