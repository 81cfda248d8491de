"""What the log records of a Step that ran."""

import pytest

from bot.core.approval.changes import Run, StepState
from bot.core.approval.step_effects import moved, subjects
from bot.core.items import Item, texts
from bot.core.planning.steps import AnyStep, Applied, CreateSegment, FollowRule, Naming, SegmentRef, removed
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import NeverOrdered
from tests.core.samples import VIPS, add, delete, uuid

MADE = SegmentRef(name="Loyal", id=uuid(9))
(OUT,) = removed(VIPS, list(map(uuid, range(3))))
RULE = Followed(rule=NeverOrdered(), words="never ordered")
SEGMENT, PROFILES = Item.segment(VIPS.id or ""), tuple(map(Item.profile, map(uuid, range(3))))


@pytest.mark.parametrize("state", StepState)
def test_an_entry_about_a_step_that_starts_names_its_segments_alone(state: StepState) -> None:
    whole = (SEGMENT,) if state is StepState.STARTED else (SEGMENT, *PROFILES)
    assert set(subjects(add(3), Run(position=0, state=state))) == set(texts(whole))


@pytest.mark.parametrize("state", StepState)
def test_only_what_is_done_is_about_what_it_made_and_what_undoes_it(state: StepState) -> None:
    run = Run(position=0, state=state, applied=Applied(created=MADE, customers={"a@b.c": 7}), undo=(delete(),))
    about = subjects(CreateSegment(segment=Naming(name="Loyal")), run)
    assert set(about) == (set(texts((MADE.item, SEGMENT, Item.customer(7)))) if state is StepState.DONE else set())


def test_a_step_that_is_done_without_more_to_tell_is_about_what_it_names() -> None:
    assert set(subjects(add(3), Run(position=0, state=StepState.DONE))) == set(texts((SEGMENT, *PROFILES)))


@pytest.mark.parametrize(
    ("step", "inverse", "joined"),
    [(add(3), OUT, True), (OUT, add(3), False)],
)
def test_who_came_in_or_went_out_is_told_by_the_undo(step: AnyStep, inverse: AnyStep, joined: bool) -> None:
    run = Run(position=0, state=StepState.DONE, undo=(FollowRule(segment=VIPS, after=RULE), inverse))
    assert moved(step, run, {uuid(1), 7}, (uuid(8), SEGMENT.id)) is joined
    assert moved(step, run, {uuid(1)}, (uuid(8),)) is None
    assert moved(step, run, {uuid(4), 7}, (SEGMENT.id,)) is None
    assert moved(step, run.model_copy(update={"undo": ()}), {uuid(1)}, (SEGMENT.id,)) is None
    left = run.model_copy(update={"left": PROFILES[:1]})
    assert [moved(step, left, {uuid(at)}, (SEGMENT.id,)) for at in (0, 1)] == [None, joined]


def test_whom_a_deleted_segment_had_went_out() -> None:
    back = add(3).model_copy(update={"segment": SegmentRef(name="VIPs")})
    run = Run(position=0, state=StepState.DONE, undo=(CreateSegment(segment=Naming(name="VIPs")), back))
    assert moved(delete(), run, {uuid(2)}, delete().segment_ids) is False
