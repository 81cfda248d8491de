import json
import re
from typing import Any

import pytest

from bot.core.answers import mention
from bot.core.approval.brief import Brief
from bot.core.approval.changes import (
    DECIDABLE,
    MOVES,
    OPEN,
    Change,
    Event,
    Run,
    State,
    StepState,
)
from bot.core.approval.need import Approval, Need
from bot.core.approval.orphans import can_be_repointed
from bot.core.approval.refusals import refuse_late, refuse_unlike, too_late
from bot.core.approval.shown_change import derived_nonce, random_nonce
from bot.core.errors import OldButton, OldVersion, OtherChange, Refusal, TooLate, UnknownChange
from bot.core.items import Item
from bot.core.planning.steps import AnyStep, Applied, CreateSegment, Naming, SegmentRef
from bot.core.store_view.cached_shop import PromotionUse
from tests.core.samples import NOW, VIPS, change, delete, plan

FINAL = set(State) - set(MOVES)


def test_every_state_can_be_reached() -> None:
    reached = {State.PLANNED}
    while grown := {new for state in reached for new in MOVES.get(state, {}).values()} - reached:
        reached |= grown
    assert reached == set(State)


def test_every_state_leads_to_an_end() -> None:
    ending = set(FINAL)
    while grown := {state for state, moves in MOVES.items() if ending & set(moves.values())} - ending:
        ending |= grown
    assert ending == set(State)


def test_every_event_moves_something() -> None:
    assert {event for moves in MOVES.values() for event in moves} == set(Event)


def test_final_states_have_no_moves_and_are_not_open() -> None:
    assert {state.value for state in FINAL} == {
        "done",
        "failed",
        "cancelled",
        "rejected",
        "withdrawn",
        "expired",
        "stale",
        "closed",
    }
    assert not OPEN & FINAL


def test_nothing_runs_that_was_not_approved() -> None:
    into_running = {state for state, moves in MOVES.items() if State.RUNNING in moves.values()}
    into_approved = {
        (state, event) for state, moves in MOVES.items() for event in moves if moves[event] is State.APPROVED
    }
    assert into_running == {State.APPROVED}
    assert into_approved == {
        (State.PLANNED, Event.CLEAR),
        (State.WAITING, Event.APPROVE),
        (State.WAITING, Event.BREAK),
    }
    assert {State.WAITING} == DECIDABLE


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.PLANNED, "is not ready yet; try again in a moment"),
        (State.WAITING, "moved just now and is still waiting; read its card and decide again"),
        (State.APPROVED, "is already approved and about to run"),
        (State.RUNNING, "is already running"),
        (State.DONE, "is already done"),
        (State.FAILED, "has already failed"),
        (State.CANCELLED, "is already cancelled"),
        (State.REJECTED, f"is already rejected by {mention('UBEN')}"),
        (State.WITHDRAWN, f"is already withdrawn by {mention('UBEN')}"),
        (State.EXPIRED, "has already expired"),
        (State.STALE, "is no longer possible"),
    ],
    ids=range(11),  # a mention's marks differ from process to process
)
def test_who_comes_too_late_hears_how_it_stands(state: State, sentence: str) -> None:
    settled_by = "UBEN" if state in (State.REJECTED, State.WITHDRAWN) else None
    with pytest.raises(TooLate) as caught:
        too_late(change(state=state, settled_by=settled_by))
    assert str(caught.value) == f"Too late: change 42 {sentence}."


@pytest.mark.parametrize("state", sorted(set(State) - DECIDABLE))
def test_only_a_waiting_change_can_be_decided(state: State) -> None:
    with pytest.raises(TooLate):
        refuse_late(change(state=state), 1)


def test_a_number_that_no_change_has_is_told() -> None:
    assert str(UnknownChange(7)) == "There is no change 7. `/change list all` shows the latest ones."


def test_a_click_on_an_old_version_is_refused() -> None:
    waiting = change(state=State.WAITING, version=2)
    refuse_late(waiting, 2)
    refuse_late(waiting, None)
    with pytest.raises(OldVersion, match="Change 42 has a new version"):
        refuse_late(waiting, 1)


def test_approvals_are_counted_by_person() -> None:
    need = Need(approvals=2, why="needs 2 approvals")
    half = change(need=need, approvals=(Approval(actor="UBEN", at=NOW),))
    assert half.has_approved("UBEN")
    assert not half.has_approved("UCLEO")


RESTORE = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id="old")
NEW_VIPS = Applied(created=SegmentRef(name="VIPs", id="new"))
LOST = RESTORE.model_copy(update={"lost": (PromotionUse(id=1, name="Sale", live=True, way="included"),)})


@pytest.mark.parametrize(
    ("step", "state", "applied", "restored", "is_repointable"),
    [
        (LOST, State.DONE, NEW_VIPS, {"old": "new"}, True),
        (LOST, State.FAILED, NEW_VIPS, {"old": "new"}, True),
        (LOST, State.RUNNING, NEW_VIPS, {"old": "new"}, False),
        (LOST, State.FAILED, None, {}, False),
        (RESTORE, State.DONE, NEW_VIPS, {"old": "new"}, False),
        (CreateSegment(segment=Naming(name="VIPs")), State.DONE, NEW_VIPS, {}, False),
        (delete(), State.DONE, Applied(), {}, False),
    ],
)
def test_promotions_can_follow_a_segment_that_was_restored_under_a_new_id(
    step: AnyStep, state: State, applied: Applied | None, restored: dict[str, str], is_repointable: bool
) -> None:
    runs = (Run(position=0, state=StepState.DONE, applied=applied),)
    found = change(state=state, plan=plan(step), runs=runs)
    assert (found.restored, can_be_repointed(found)) == (restored, is_repointable)


def test_a_change_in_brief_tells_its_plan_in_one_line() -> None:
    whole = change(state=State.WAITING, approvals=(Approval(actor="UBEN", at=NOW),))
    brief = Brief.of(whole)
    assert (brief.number, brief.state, brief.approvals) == (42, State.WAITING, whole.approvals)
    assert brief.headline == "Delete the segment VIPs (empty)"


def ran(state: StepState, *, undoable: bool = True) -> Run:
    return Run(position=0, state=state, undo=(delete(),) if undoable else ())


@pytest.mark.parametrize(
    ("found", "undoable"),
    [
        (change(state=State.DONE, runs=(ran(StepState.DONE),)), True),
        (change(state=State.FAILED, runs=(ran(StepState.UNSURE),)), True),
        (change(state=State.FAILED, runs=(ran(StepState.FAILED),)), False),
        (change(state=State.RUNNING, runs=(ran(StepState.DONE),)), False),
        (change(state=State.DONE, runs=(ran(StepState.DONE, undoable=False),)), False),
        (change(state=State.DONE, runs=(ran(StepState.DONE),), undone_by=43), False),
        (change(state=State.REJECTED), False),
    ],
)
def test_what_ran_and_is_over_can_be_undone_once(found: Change, undoable: bool) -> None:
    assert found.can_be_undone is undoable


def test_bare_ids_taken_out_in_an_earlier_version_still_match_what_they_did() -> None:
    stored = json.loads(change().model_dump_json()) | {"without": [VIPS.id, "17", "ada@example.com"]}
    read = Change.model_validate_json(json.dumps(stored))
    could_have_meant = {
        Item.segment(VIPS.known_id),
        Item.customer(17),
        Item.promotion(17),
        Item.customer("ada@example.com"),
    }
    assert could_have_meant < set(read.without)
    again = Change.model_validate_json(read.model_dump_json())
    assert again.without == read.without
    assert json.loads(again.model_dump_json())["without"][1] == f"segment:{VIPS.id}"


SHOWN = change(state=State.WAITING).shown


@pytest.mark.parametrize(
    ("altered", "why"),
    [
        ({"nonce": ""}, OldButton),
        ({"nonce": "f" * 16}, OtherChange),
        ({"nonce": "f" * 16, "version": 2}, OtherChange),
        ({"version": 2}, OldVersion),
        ({"fingerprint": "f" * 16}, OldVersion),
    ],
)
def test_a_button_that_shows_something_else_is_refused(altered: dict[str, Any], why: type[Refusal]) -> None:
    refuse_unlike(change(state=State.WAITING), SHOWN)
    with pytest.raises(why):
        refuse_unlike(change(state=State.WAITING), SHOWN.model_copy(update=altered))


def test_an_outdated_button_of_a_change_that_ended_comes_too_late() -> None:
    with pytest.raises(TooLate, match="Too late: change 42 is already done"):
        refuse_unlike(change(state=State.DONE), SHOWN.model_copy(update={"version": 2}))


def test_nonces_of_new_changes_are_random_and_those_of_old_ones_derived() -> None:
    assert random_nonce() != random_nonce()
    assert derived_nonce(1, "a") == derived_nonce(1, "a") != derived_nonce(2, "a") != derived_nonce(2, "b")
    assert all(re.fullmatch(r"[0-9a-f]{16}", one) for one in (random_nonce(), derived_nonce(1, "a")))


def test_segments_that_an_unsure_step_may_have_created_are_named() -> None:
    steps = (CreateSegment(segment=Naming(name="Sure")), delete(), CreateSegment(segment=Naming(name="Perhaps")))
    runs = [(0, StepState.DONE), (1, StepState.UNSURE), (2, StepState.UNSURE)]
    found = change(plan=plan(*steps), runs=tuple(Run(position=at, state=state) for at, state in runs))
    assert found.perhaps_created == ("Perhaps",)


@pytest.mark.parametrize(
    ("found", "retriable"),
    [
        (change(state=State.FAILED), True),
        (change(state=State.FAILED, runs=(ran(StepState.FAILED),)), True),
        (change(state=State.FAILED, runs=(ran(StepState.DONE),)), False),
        (change(state=State.FAILED, undone_by=43), False),
        (change(state=State.CANCELLED, runs=(ran(StepState.FAILED),)), True),
        (change(state=State.CANCELLED), False),
        (change(state=State.RUNNING, runs=(ran(StepState.FAILED),)), False),
        (change(state=State.DONE, runs=(ran(StepState.FAILED),)), False),
    ],
)
def test_what_broke_off_can_be_tried_again_where_something_is_left(found: Change, retriable: bool) -> None:
    assert found.can_be_retried is retriable
