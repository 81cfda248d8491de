"""Sizes day by day, and what the bot did meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Emergency, Event, Run, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import GENESIS
from bot.core.planning.steps import Applied, CreateSegment, Naming, SegmentRef, UpdateSegment
from bot.core.summary.history import Effect, OutsideMove, Progress, Size
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, delete, plan, uuid
from tests.core.summary.days import TODAY, days_ago, snapshot
from tests.ledger.planned import moved, planned, running

APPROVED = (Event.POST, Event.APPROVE)
ALL = 10**9
SECOND = timedelta(seconds=1)


# Snapshots


async def test_a_snapshot_comes_back_as_it_was_taken(ledger: Ledger) -> None:
    taken = snapshot(1, (Size("1", "VIPs ❤", 40), Size("2", "Staff", 0)), at=NOW, entry=7, shoppers=360)
    await ledger.history.save(taken)
    assert await ledger.history.latest(TODAY) == taken


async def test_the_latest_of_the_days_before_is_found(ledger: Ledger) -> None:
    assert await ledger.history.latest(TODAY) is None
    for days in (9, 3, 0):
        await ledger.history.save(snapshot(days, {"VIPs": days}))
    found = [await ledger.history.latest(day) for day in (TODAY, days_ago(3), days_ago(9))]
    assert [one and one.day for one in found] == [days_ago(3), days_ago(9), None]


async def test_the_last_snapshot_of_a_day_replaces_the_others(ledger: Ledger) -> None:
    await ledger.history.save(snapshot(1, {"VIPs": 40, "Staff": 4}))
    again = snapshot(1, {"VIPs": 41}, entry=120)
    await ledger.history.save(again)
    assert await ledger.history.latest(TODAY) == again
    assert await ledger.history.sizes_of("Staff", days_ago(30)) == ()


async def test_the_sizes_of_one_segment_come_oldest_first(ledger: Ledger) -> None:
    for days in (1, 31, 7, 30):
        await ledger.history.save(snapshot(days, {"VIPs": days, "Staff": 4}))
    assert await ledger.history.sizes_of("VIPs", days_ago(30)) == (
        (days_ago(30), 30),
        (days_ago(7), 7),
        (days_ago(1), 1),
    )
    assert await ledger.history.sizes_of("Gone", days_ago(30)) == ()


# What was done outside of it


async def test_what_changed_outside_is_told_from_snapshot_to_snapshot(ledger: Ledger) -> None:
    found = await running(ledger)
    last, _ = await ledger.audit.head()
    sizes = {9: 40, 6: 41, 5: 44, 3: 44, 2: 40, 1: 41}
    for days, size in sizes.items():
        if days == 5:
            found = await ledger.changes.save_run(found, run(0), at=NOW, detail={"effects": {"VIPs": (3, 0)}})
            last += 1
        elif days == 2:
            effects = {"VIPs": (2, 2), "Staff": (9, 0)}
            found = await ledger.changes.save_run(found, run(0), at=NOW, detail={"effects": effects})
            last += 1
        await ledger.history.save(snapshot(days, {"VIPs": size, "Staff": 4}, entry=last))
    at = {days: snapshot(days).at for days in sizes}
    first, fell, last_one = OutsideMove(at[9], at[6], 1), OutsideMove(at[3], at[2], -4), OutsideMove(at[2], at[1], 1)
    moved_outside = ledger.history.moved_outside
    assert await moved_outside("VIPs", None, at[1]) == (first, fell, last_one)
    assert await moved_outside("VIPs", at[6] - SECOND, at[2] + SECOND) == (first, fell, last_one)
    assert await moved_outside("VIPs", at[6], at[2]) == (fell,)
    assert await moved_outside("Gone", None, at[1]) == ()


async def test_where_nobody_knows_what_the_bot_did_nothing_is_told_of_others(ledger: Ledger) -> None:
    found, uncertain = await running(ledger), {"uncertain": True}
    await ledger.history.save(snapshot(2, {"VIPs": 40}, entry=(await ledger.audit.head())[0]))
    await ledger.changes.save_run(found, run(0, StepState.UNSURE), at=NOW, detail=uncertain)
    await ledger.history.save(snapshot(1, {"VIPs": 41}, entry=(await ledger.audit.head())[0]))
    assert await ledger.history.moved_outside("VIPs", None, NOW) == ()


async def test_a_restored_segment_is_one_with_all_its_ids(ledger: Ledger) -> None:
    assert await ledger.history.ids_of(uuid(2)) == (uuid(2),)
    restored = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=uuid(1))
    found = await running(ledger, plan=plan(restored))
    created = Applied(created=SegmentRef(name="VIPs", id=uuid(2)))
    await ledger.history.save(snapshot(2, (Size(uuid(1), "VIPs", 40),), entry=1))
    await ledger.changes.save_run(found, run(0).model_copy(update={"applied": created}), at=NOW, detail={})
    await ledger.history.save(snapshot(1, (Size(uuid(2), "VIPs", 38),), entry=2))
    assert await ledger.history.ids_of(uuid(2)) == (uuid(2), uuid(1))
    assert await ledger.history.current_ids() == {uuid(1): uuid(2)}
    expected = (OutsideMove(snapshot(2).at, snapshot(1).at, -2),)
    assert await ledger.history.moved_outside(uuid(2), None, snapshot(0).at) == expected


# What the bot did


async def test_effects_are_summed_by_segment_between_two_entries(ledger: Ledger) -> None:
    found = await running(ledger)
    for effects in ({"VIPs": (9, 9)}, {"VIPs": (3, 0)}, {"VIPs": (1, 2), "Staff": (0, 4)}, {"VIPs": (9, 9)}):
        found = await ledger.changes.save_run(found, run(0), at=NOW, detail={"effects": effects})
    last, _ = await ledger.audit.head()
    assert await ledger.history.effects(last - 3, last - 1) == {"VIPs": Effect(4, 2), "Staff": Effect(0, 4)}
    assert await ledger.history.effects(last, ALL) == {}


@pytest.mark.parametrize("state", StepState)
async def test_steps_that_move_nobody_count_as_progress(ledger: Ledger, state: StepState) -> None:
    assert await ledger.history.progress(0) == Progress(has_moved=False, is_running=False)
    found = await moved(ledger, await planned(ledger), *APPROVED, Event.START)
    before, _ = await ledger.audit.head()
    assert await ledger.history.progress(before) == Progress(has_moved=False, is_running=True)
    found = await ledger.changes.save_run(found, run(0, state), at=NOW, detail={})
    assert await ledger.history.progress(before) == Progress(has_moved=True, is_running=True)
    await moved(ledger, found, Event.FINISH)
    assert await ledger.history.progress(before) == Progress(has_moved=True, is_running=False)
    assert await ledger.history.progress(before + 1) == Progress(has_moved=False, is_running=False)


@pytest.mark.parametrize(
    ("kind", "detail", "is_doubt"),
    [
        ("step failed", {"uncertain": True}, True),
        ("step unsure", {"uncertain": True}, True),
        ("step failed", {"uncertain": False}, False),
        ("step unsure", {}, False),
        ("refused", {"uncertain": True}, False),
    ],
)
async def test_an_uncertain_step_leaves_a_doubt(
    ledger: Ledger, kind: str, detail: dict[str, Any], is_doubt: bool
) -> None:
    await ledger.audit.append(Entry(EntryKind.REFUSED), at=NOW)
    await ledger.audit.append(Entry(EntryKind(kind), detail=detail), at=NOW)
    spans = ((0, 1), (1, 2), (2, ALL))
    assert [await ledger.history.has_unknown_effects(*span) for span in spans] == [False, is_doubt, False]


async def ran(ledger: Ledger, id_: str, *runs: Run, **fields: Any) -> None:
    """A change of which these steps ran."""
    found = await moved(ledger, await planned(ledger, id_, **fields), *APPROVED, Event.START)
    for run in runs:
        found = await ledger.changes.save_run(found, run, at=NOW, detail={})
    await moved(ledger, found, Event.FINISH)


def run(position: int, state: StepState = StepState.DONE, **fields: Any) -> Run:
    return Run(position=position, state=state, **fields)


def naming(number: int) -> UpdateSegment:
    segment = SegmentRef(name="New", id=uuid(number))
    return UpdateSegment(segment=segment, before=Naming(name="New"), after=Naming(name="Old"))


def restoring(number: int) -> CreateSegment:
    return CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=uuid(number))


async def test_segments_that_steps_shaped_are_known_by_id(ledger: Ledger) -> None:
    steps = plan(*map(delete, "abcd"))
    made = Applied(created=SegmentRef(name="a", id=uuid(1)))
    await ran(
        ledger,
        "1",
        run(0, applied=made),
        run(1, undo=(naming(2),)),
        run(2, undo=(restoring(3),)),
        run(3, undo=(delete("x"),)),
        plan=steps,
    )
    until = (await ledger.audit.head())[0]
    await ran(ledger, "2", run(0, applied=Applied(created=SegmentRef(name="b", id=uuid(4)))))
    assert await ledger.history.segments_shaped(0, until) == {uuid(1), uuid(2), uuid(3)}
    assert await ledger.history.segments_shaped(until, ALL) == {uuid(4)}
    assert await ledger.history.segments_shaped(ALL, ALL) == frozenset()


async def test_history_follows_a_restored_segment_to_its_new_id(ledger: Ledger) -> None:
    for days, size in ((9, 30), (7, 37), (1, 40)):
        await ledger.history.save(snapshot(days, (Size(uuid(1), "VIPs", size), Size("9", "Staff", 4))))
    found = await running(ledger, "0")
    begin, _ = await ledger.audit.head()
    emptied = {"effects": {uuid(1): (0, 40), "9": (1, 0)}}
    found = await ledger.changes.save_run(found, run(0), at=NOW, detail=emptied)
    for number in (1, 2):
        made = Applied(created=SegmentRef(name="VIPs", id=uuid(number + 1)))
        await ran(ledger, str(number), run(0, applied=made), plan=plan(restoring(number)))
    await ledger.history.save(snapshot(0, (Size(uuid(3), "VIPs", 38),)))
    await ledger.changes.save_run(found, run(0), at=NOW, detail={"effects": {uuid(3): (38, 0)}})
    before = await ledger.history.last_reported(TODAY)
    assert before
    assert (before.by_id[uuid(3)].shoppers, before.restored) == (40, {uuid(3): 3})
    known = ((days_ago(9), 30), (days_ago(7), 37), (days_ago(1), 40), (TODAY, 38))
    assert await ledger.history.sizes_of(uuid(3), days_ago(30)) == known
    older = await ledger.history.latest(days_ago(6))
    assert older
    assert (older.size(uuid(3)), older.size("9")) == (37, 4)
    assert await ledger.history.effects(begin, ALL) == {uuid(3): Effect(38, 40), "9": Effect(1, 0)}


async def test_a_step_that_did_not_run_made_nothing(ledger: Ledger) -> None:
    await ran(ledger, "1", run(0, StepState.FAILED, undo=(naming(2),)))
    assert await ledger.history.segments_shaped(0, ALL) == frozenset()


async def test_ended_changes_are_listed_oldest_first(ledger: Ledger) -> None:
    await planned(ledger, "waits")
    first = (await ledger.audit.head())[0]
    for event in (Event.FINISH, Event.FAIL, Event.STOP):
        await moved(ledger, await planned(ledger, event.value), *APPROVED, Event.START, event)
    await moved(ledger, await planned(ledger, "rejected"), Event.POST, Event.REJECT)
    last = (await ledger.audit.head())[0]
    assert [(one.number, one.state) for one in await ledger.history.ended(first, last)] == [
        (2, "done"),
        (3, "failed"),
        (4, "cancelled"),
    ]
    assert await ledger.history.ended(last, ALL) == ()


async def emergency(ledger: Ledger, id_: str) -> Change:
    waiting = await moved(ledger, await planned(ledger, id_), Event.POST)
    update = {"emergency": Emergency(actor="UBEN", reason="Fire", at=NOW)}
    return await ledger.changes.move(waiting, Event.BREAK, at=NOW, actor="UBEN", update=update)


async def test_emergencies_are_listed_until_they_are_reviewed(ledger: Ledger) -> None:
    first = await emergency(ledger, "1")
    await moved(ledger, await planned(ledger, "2"), *APPROVED)
    await emergency(ledger, "3")
    assert [one.number for one in await ledger.history.unreviewed()] == [1, 3]
    assert first.emergency
    reviewed = first.emergency.model_copy(update={"reviewed_by": "UCLEO"})
    await ledger.changes.amend(first, EntryKind.REVIEW, actor="UCLEO", at=NOW, update={"emergency": reviewed})
    assert [one.number for one in await ledger.history.unreviewed()] == [3]


async def test_the_head_is_the_last_entrys_seal(ledger: Ledger) -> None:
    assert await ledger.audit.head() == (0, GENESIS)
    for number in (1, 2):
        await ledger.audit.append(Entry(EntryKind.REFUSED, "UANA"), at=NOW + timedelta(seconds=number))
    verdict = await ledger.audit.verify()
    assert await ledger.audit.head() == (verdict.entries, verdict.head) == (2, (await ledger.audit.entries())[-1].seal)
