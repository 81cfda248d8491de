from itertools import pairwise

import pytest
from pydantic import ValidationError

from bot.core.plan import Plan, drift, inverse_of
from bot.core.steps import (
    BATCH,
    CreateSegment,
    Naming,
    RemoveMembers,
    SegmentRef,
    UpdateSegment,
    added,
    people,
    removed,
)
from tests.core.samples import VIPS, add, delete, plan, uuid

CREATE = CreateSegment(segment=Naming(name="New", description="Fresh"))


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


def test_the_headline_is_one_line_whatever_the_length() -> None:
    names = ("A", "B", "C", "D")
    lines = [f"Delete the segment {name} (0 shoppers)" for name in names]
    assert plan(delete("A")).headline == lines[0]
    assert plan(delete("A"), delete("B")).headline == " · ".join(lines[:2])
    assert plan(*map(delete, names)).headline == " · ".join(lines[:2]) + " · and 2 more"
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


def test_a_plan_without_steps_cannot_be_said() -> None:
    with pytest.raises(ValidationError):
        Plan(steps=())


def test_a_plan_is_destructive_if_any_step_of_it_is() -> None:
    assert plan(CREATE, delete()).destructive
    assert not plan(CREATE, add(10_000 // BATCH)).destructive


def test_the_inverse_runs_backwards() -> None:
    first, second = (CREATE, *added(SegmentRef(name="New"), ("x",))), (add(1),)
    assert inverse_of((first, second, ())) == (add(1), *first)


def test_nobody_is_taken_out_of_a_segment_that_the_same_undo_deletes() -> None:
    new = SegmentRef(name="New", id=uuid(5))
    undo_create = (delete().model_copy(update={"segment": new}),)
    assert inverse_of((undo_create, removed(new, ("x",)), removed(VIPS, ("x",)))) == (
        *removed(VIPS, ("x",)),
        *undo_create,
    )


def test_drift_tells_what_was_and_what_is_now() -> None:
    before, after = plan(delete(members=1), CREATE), plan(delete(members=2), CREATE)
    assert drift(before, after) == (
        "Was: Delete the segment VIPs (1 shopper)",
        "Now: Delete the segment VIPs (2 shoppers)",
    )


def test_drift_that_no_line_shows_is_told_all_the_same() -> None:
    assert drift(plan(delete()), plan(delete(description="New"))) == (
        "What the plan touches has changed: descriptions, shoppers or promotions.",
    )


def test_drift_says_when_another_segment_has_the_name_now() -> None:
    other = delete().model_copy(update={"segment": VIPS.model_copy(update={"id": uuid(9)})})
    assert drift(plan(delete()), plan(other)) == (
        "Another segment is called “VIPs” now. It is not the one that this was asked for.",
    )


def test_members_are_packed_into_batches_and_nobody_is_no_step() -> None:
    ids = tuple(map(uuid, range(2 * BATCH + 1)))
    sizes = [step.shoppers for step in added(VIPS, ids)]
    assert sizes == [BATCH, BATCH, 1]
    assert [one for step in removed(VIPS, ids) if isinstance(step, RemoveMembers) for one in step.profile_ids] == list(
        ids
    )
    assert added(VIPS, ()) == removed(VIPS, ()) == ()


@pytest.mark.parametrize(("count", "words"), [(0, "0 shoppers"), (1, "1 shopper"), (1904, "1,904 shoppers")])
def test_people_are_counted_in_words(count: int, words: str) -> None:
    assert people(count) == words


def test_dangers_differ_by_kind() -> None:
    dangers = [step.danger for step in (CREATE, add(1), *removed(VIPS, ("x",)), delete())]
    assert dangers == [None, None, "removes shoppers from a segment", "deletes a segment"]
    assert all(a != b for a, b in pairwise(dangers[1:]))
