"""Who is in a segment until a time, and by which addition."""

from datetime import timedelta
from typing import Any

from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.approval.temporary import Act, act_of, owners_after
from bot.core.items import Item
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    Applied,
    CreateProfiles,
    CreateSegment,
    DeleteProfiles,
    DeleteSegment,
    KeepMembers,
    Naming,
    SegmentRef,
    added,
    removed,
)
from bot.core.planning.steps.profiles import OldProfile
from tests.core.samples import NOW, VIPS, change, plan, uuid

ADA, BEN = uuid(1), uuid(2)


def adds(number: int, *who: str, ends: bool = False, found: tuple[str, ...] = (), undoes: int | None = None) -> Act:
    """Adds these, and names those whom it ``found`` in."""
    return Act(number, ends, undoes, frozenset((*who, *found)), frozenset(who))


def removes(number: int, *who: str, undoes: int | None = None) -> Act:
    return Act(number, undoes=undoes, out=frozenset(who))


FOR_A_TIME = adds(1, ADA, ends=True)


def test_whom_an_addition_put_in_until_a_time_are_taken_out_by_it() -> None:
    assert owners_after([adds(1, ADA, BEN, ends=True)]) == {ADA: 1, BEN: 1}
    assert owners_after([adds(1, ADA)]) == {}


def test_whom_it_found_in_stays() -> None:
    assert owners_after([adds(1, ADA, ends=True, found=(BEN,))]) == {ADA: 1}


def test_whoever_was_added_again_stays_though_they_were_found_in() -> None:
    assert owners_after([FOR_A_TIME, adds(2, found=(ADA,))]) == {}
    assert owners_after([FOR_A_TIME, removes(2, ADA), adds(3, ADA)]) == {}


def test_whoever_was_added_again_until_another_time_is_taken_out_then() -> None:
    assert owners_after([FOR_A_TIME, adds(2, found=(ADA,), ends=True)]) == {ADA: 2}


def test_whoever_was_taken_out_is_in_no_more() -> None:
    assert owners_after([FOR_A_TIME, removes(2, ADA)]) == {}


def test_an_undo_restores_what_was_before() -> None:
    taken_back = [FOR_A_TIME, removes(2, ADA, undoes=1)]
    assert owners_after(taken_back) == {}
    assert owners_after([*taken_back, adds(3, ADA, undoes=2)]) == {ADA: 1}
    assert owners_after([FOR_A_TIME, removes(2, ADA), adds(3, ADA, undoes=2)]) == {ADA: 1}
    assert owners_after([FOR_A_TIME, adds(2, found=(ADA,)), removes(3, ADA), adds(4, ADA, undoes=3)]) == {}


def test_an_undo_that_finds_somebody_in_changes_nothing() -> None:
    back_for_good = [FOR_A_TIME, removes(2, ADA), adds(3, ADA)]
    assert owners_after([*back_for_good, adds(4, found=(ADA,), undoes=2)]) == {}
    back_for_a_time = [FOR_A_TIME, removes(2, ADA), adds(3, ADA, ends=True)]
    assert owners_after([*back_for_a_time, adds(4, found=(ADA,), undoes=2)]) == {ADA: 3}


def test_whoever_was_perhaps_taken_out_is_in_by_it_still_and_is_so_again_after_an_undo() -> None:
    perhaps = [FOR_A_TIME, Act(2, unsure=frozenset({ADA}))]
    assert owners_after(perhaps) == {ADA: 1}
    assert owners_after([*perhaps, adds(3, ADA, undoes=2)]) == {ADA: 1}


def of(*steps: AnyStep, runs: tuple[Run, ...], ends: bool = True, **fields: Any) -> Change:
    planned = plan(*steps)
    until = NOW + timedelta(days=1)
    return change(
        state=State.DONE,
        plan=planned.ending(until) if ends else planned,
        runs=runs,
        ends_at=until if ends else None,
        **fields,
    )


def ran(position: int = 0, *undo: AnyStep, **fields: Any) -> Run:
    basis: dict[str, Any] = {"position": position, "state": StepState.DONE, "undo": undo}
    return Run(**basis | fields)


async def test_what_an_addition_did_is_told_by_its_undo() -> None:
    both = of(*added(VIPS, (ADA, BEN)), runs=(ran(0, *removed(VIPS, (ADA,))),))
    assert await act_of(both, (VIPS.known_id,), {}) == adds(42, ADA, ends=True, found=(BEN,))
    assert await act_of(both, (uuid(9),), {}) == Act(42, ends=True)


async def test_what_was_not_done_is_left_out() -> None:
    step = added(VIPS, (ADA, BEN))
    failed = of(*step, runs=(ran(0, *removed(VIPS, (ADA, BEN)), state=StepState.FAILED),))
    assert await act_of(failed, (VIPS.known_id,), {}) == Act(42, ends=True)
    left = ran(0, *removed(VIPS, (ADA, BEN)), state=StepState.UNSURE, left=(Item.profile(BEN),))
    assert await act_of(of(*step, runs=(left,)), (VIPS.known_id,), {}) == adds(42, ADA, ends=True, found=(BEN,))


async def test_whom_a_change_keeps_and_takes_out_is_told_too() -> None:
    keeping = of(KeepMembers(segment=VIPS, profile_ids=(ADA,)), runs=(ran(0),), ends=False)
    assert await act_of(keeping, (VIPS.known_id,), {}) == adds(42, ADA)
    removing = of(*removed(VIPS, (ADA,)), runs=(ran(0, *added(VIPS, (ADA,))),), ends=False)
    assert await act_of(removing, (VIPS.known_id,), {}) == removes(42, ADA)


async def test_whoever_is_put_into_a_segment_of_the_same_change_is_in_it_by_that() -> None:
    new = SegmentRef(name="New", id=uuid(7))
    steps = (CreateSegment(segment=Naming(name="New")), AddMembers(segment=SegmentRef(name="New"), profile_ids=(ADA,)))
    created = ran(0, applied=Applied(created=new))
    made = of(*steps, runs=(created, ran(1, *removed(new, (ADA,)))))
    assert await act_of(made, (new.known_id,), {}) == adds(42, ADA, ends=True)


async def test_whoever_was_in_a_segment_that_was_deleted_is_in_it_again_once_it_is_restored() -> None:
    ids, new = (uuid(7), VIPS.known_id), SegmentRef(name="VIPs", id=uuid(7))
    recreated = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=VIPS.known_id)
    back = added(SegmentRef(name="VIPs"), (ADA,))
    deletion = of(DeleteSegment(segment=VIPS), runs=(ran(0, recreated, *back),), ends=False)
    assert await act_of(deletion, ids, {}) == removes(42, ADA)
    runs = (ran(0, applied=Applied(created=new)), ran(1, *removed(new, (ADA,))))
    restoration = change(state=State.DONE, plan=plan(recreated, *back, undoes=42), runs=runs)
    assert await act_of(restoration, ids, {}) == adds(42, ADA, undoes=42)


async def test_whose_profile_was_deleted_is_in_it_again_once_they_have_a_new_one() -> None:
    new, ids = uuid(8), (VIPS.known_id,)
    recreated = CreateProfiles(customers=(17,), old=(OldProfile(customer_id=17, id=ADA),))
    back = added(VIPS, (), (17,))
    delete = DeleteProfiles(customer_ids=(17,))
    assert await act_of(of(delete, runs=(ran(0, recreated, *back),), ends=False), ids, {}) == removes(42, ADA)
    deletion = of(delete, runs=(ran(0, recreated, *back, state=StepState.UNSURE),), ends=False)
    assert await act_of(deletion, ids, {ADA: new}) == Act(42, unsure=frozenset({new}))
    runs = (ran(0, applied=Applied(profiles={17: new}, renewed={ADA: new})), ran(1, *removed(VIPS, (new,))))
    returned = change(state=State.DONE, plan=plan(recreated, *back, undoes=42), runs=runs)
    assert await act_of(returned, ids, {ADA: new}) == adds(42, new, undoes=42)
