"""What the log records of a Step that ran."""

import pytest

from bot.core.approval.changes import Run, StepState
from bot.core.approval.step_effects import subjects
from bot.core.items import Item, texts
from bot.core.planning.steps import Applied, CreateSegment, Naming, SegmentRef
from tests.core.samples import VIPS, add, delete, uuid

MADE = SegmentRef(name="Loyal", id=uuid(9))
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
