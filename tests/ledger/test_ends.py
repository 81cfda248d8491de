"""Which additions are to end, and when: from their start until the end is done, or those who were added stay."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.approval.covering import Covered
from bot.core.approval.due import END, End
from bot.core.approval.need import Need
from bot.core.audit.entries import EntryKind
from bot.core.errors import Impossible, TooLate
from bot.core.planning.steps import Applied, CreateSegment, Naming, RemoveMembers, SegmentRef
from bot.core.timestamps import timestamp
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, add, delete, plan, uuid
from tests.ledger.asked_itself import asked, became, due
from tests.ledger.planned import carried_out, moved, planned, running

APPROVED = (Event.POST, Event.APPROVE)
UNTIL = NOW + timedelta(days=3)
FREE = Need(approvals=0, why="needs no approval: covered by change 1")
LOYAL = SegmentRef(name="Loyal", id=uuid(2))


async def ending(ledger: Ledger, id_: str = "1", *, days: int = 3, segment: SegmentRef = VIPS) -> Change:
    """A change that adds shoppers until so many days from now, and ran."""
    found = await running(ledger, id_, plan=plan(add(2, segment)).ending(NOW + timedelta(days=days)))
    return await carried_out(ledger, found)


def out(segment: SegmentRef = VIPS) -> RemoveMembers:
    return RemoveMembers(segment=segment, profile_ids=tuple(map(uuid, range(2))), out_of=5)


async def keep(ledger: Ledger, added: Change) -> Change:
    return await ledger.changes.amend(added, EntryKind.KEEP, actor="UBEN", at=NOW, update={"kept_by": "UBEN"})


async def test_an_addition_is_to_end_from_its_start_on(ledger: Ledger, other: Ledger) -> None:
    waiting = await planned(ledger, plan=plan(add(2)).ending(UNTIL))
    approved = await moved(ledger, waiting, *APPROVED)
    assert (approved.ends_at, await ledger.changes.ends_due(UNTIL)) == (None, ())
    started = await moved(ledger, approved, Event.START)
    assert started.ends_at == UNTIL
    assert (await other.changes.load(1)).ends_at == UNTIL
    ((brief, at),) = await other.changes.to_end(9)
    assert (brief.number, at) == (1, UNTIL)
    assert (await ledger.audit.verify()).holds


async def test_an_end_is_due_from_its_time_on_once_the_addition_is_over(ledger: Ledger) -> None:
    started = await running(ledger, plan=plan(add(2)).ending(UNTIL))
    assert await ledger.changes.ends_due(UNTIL) == ()
    await carried_out(ledger, started)
    assert await ledger.changes.ends_due(UNTIL - timedelta(seconds=1)) == ()
    assert await ledger.changes.ends_due(UNTIL) == (End(number=1, at=UNTIL),)


async def test_ends_are_listed_the_next_first(ledger: Ledger) -> None:
    for number, days in enumerate((3, 1, 2), start=1):
        await ending(ledger, str(number), days=days)
    await carried_out(ledger, await running(ledger, "4", plan=plan(add(1))))
    assert [brief.number for brief, _ in await ledger.changes.to_end(9)] == [2, 3, 1]
    assert [brief.number for brief, _ in await ledger.changes.to_end(1)] == [2]
    assert [one.number for one in await ledger.changes.ends_due(NOW + timedelta(days=2))] == [2, 3]


@pytest.mark.parametrize(("state", "ends"), [(StepState.FAILED, False), (StepState.UNSURE, True)])
async def test_what_failed_and_did_nothing_has_no_end(ledger: Ledger, state: StepState, ends: bool) -> None:
    found = await running(ledger, plan=plan(add(2)).ending(UNTIL))
    for one in (StepState.STARTED, state):
        found = await ledger.changes.save_run(found, Run(position=0, state=one), at=NOW, detail={}, subjects=())
    failed = await moved(ledger, found, Event.FAIL)
    assert (await ledger.changes.load(failed.number)).ends_at == (UNTIL if ends else None)
    assert len(await ledger.changes.to_end(9)) == ends
    assert (await ledger.audit.verify()).holds


async def test_an_end_that_is_done_is_to_come_no_more_and_its_card_says_so(ledger: Ledger) -> None:
    await ending(ledger)
    await ledger.changes.forget_end(1)
    assert (await ledger.changes.load(1)).ends_at is None
    assert (await ledger.changes.ends_due(UNTIL), await ledger.changes.to_end(9)) == ((), ())
    await ledger.changes.forget_end(1)


async def test_those_who_are_to_stay_are_kept_on_record(ledger: Ledger) -> None:
    done = await ending(ledger)
    kept = await keep(ledger, done)
    assert (kept.ends_at, kept.kept_by, await ledger.changes.ends_due(UNTIL)) == (None, "UBEN", ())
    assert await ledger.changes.contradiction(1) == ""
    assert (await ledger.audit.verify()).holds


@pytest.mark.parametrize("asks", [None, Covered(change=1, slot=UNTIL)])
async def test_an_end_does_not_begin_once_somebody_lets_them_stay(ledger: Ledger, asks: Covered | None) -> None:
    added = await ending(ledger)
    end = await planned(ledger, "2", plan=plan(out()), command=END, args={"number": 1}, covered_by=asks)
    end = await moved(ledger, end, *APPROVED)
    await keep(ledger, added)
    with pytest.raises(Impossible, match="Whom change 1 added stay"):
        await moved(ledger, end, Event.START)
    cancelled = await moved(ledger, end, Event.CANCEL)
    assert (cancelled.started_at, (await ledger.changes.load(1)).kept_by) == (None, "UBEN")


async def test_nobody_is_let_stay_while_a_change_takes_shoppers_out(ledger: Ledger) -> None:
    elsewhere, added = await ending(ledger, "1", segment=LOYAL), await ending(ledger, "2")
    leave = await running(ledger, "3", plan=plan(out()))
    with pytest.raises(TooLate, match="change 3 is taking shoppers out of the same segment right now"):
        await keep(ledger, added)
    assert (await ledger.changes.load(2)).ends_at == UNTIL
    assert (await keep(ledger, elsewhere)).kept_by == "UBEN"
    await carried_out(ledger, leave)
    await running(ledger, "4", plan=plan(add(1)))
    assert (await keep(ledger, added)).kept_by == "UBEN"


async def test_nobody_is_let_stay_while_they_are_taken_out_of_a_segment_that_was_brought_back(ledger: Ledger) -> None:
    added = await ending(ledger)
    await moved(ledger, await brought_back(ledger), Event.FINISH)
    restored = VIPS.model_copy(update={"id": uuid(9)})
    await running(ledger, "leave", plan=plan(out(restored)))
    with pytest.raises(TooLate, match="is taking shoppers out of the same segment"):
        await keep(ledger, added)


async def test_what_ran_on_a_segment_is_told_from_the_first_on_that_is_to_end(ledger: Ledger) -> None:
    assert await ledger.changes.since_first_to_end((VIPS.known_id,)) == ()
    late = await moved(ledger, await planned(ledger, "1", plan=plan(add(1))), *APPROVED)
    await carried_out(ledger, await running(ledger, "2", plan=plan(add(1))))
    await ending(ledger, "3")
    await ending(ledger, "4", segment=LOYAL)
    await planned(ledger, "5", plan=plan(add(1)))
    await carried_out(ledger, await running(ledger, "6", plan=plan(add(1))))
    await carried_out(ledger, await moved(ledger, late, Event.START))
    assert await ledger.changes.since_first_to_end((VIPS.known_id,)) == (3, 6, 1)
    assert await ledger.changes.since_first_to_end((LOYAL.known_id,)) == (4,)
    assert await ledger.changes.since_first_to_end((LOYAL.known_id, VIPS.known_id)) == (3, 4, 6, 1)
    await ledger.changes.forget_end(3)
    assert await ledger.changes.since_first_to_end((VIPS.known_id,)) == ()


async def test_what_began_is_told_in_its_order_though_its_entries_are_archived(ledger: Ledger) -> None:
    started = await running(ledger, plan=plan(add(2)).ending(UNTIL))
    run = Run(position=0, state=StepState.STARTED)
    await ledger.changes.save_run(started, run, at=NOW, detail={"kind": "add_members"})
    assert await ledger.changes.since_first_to_end((VIPS.known_id,)) == (1,)


async def comes(ledger: Ledger, number: int, end: Change | None = None, *events: Event) -> None:
    """The end of this change is asked for, and finds nobody, or becomes a change, which these events move."""
    asks = due(UNTIL, covered_by=number)
    await asked(ledger, asks, UNTIL)
    if end is None:
        await ledger.invocations.settle(asks, EntryKind.ANSWERED, at=UNTIL, detail={})
        await ledger.changes.forget_end(number)
    else:
        fields = {"command": END, "plan": plan(*end.plan.steps)} | ({"need": FREE} if Event.CLEAR in events else {})
        ran = await moved(ledger, await became(ledger, asks, **fields), *events)
        await (carried_out(ledger, ran) if ran.is_open else ledger.changes.load(ran.number))


async def brought_back(ledger: Ledger, *, says_when: bool = True) -> Change:
    """VIPs, which the last change deleted after three days, is created again; earlier versions did not say when."""
    deleted = await moved(ledger, await planned(ledger, "delete", plan=plan(delete())), *APPROVED)
    deleted = await ledger.changes.move(deleted, Event.START, at=UNTIL)
    await carried_out(ledger, deleted)
    if not says_when:
        database: Any = ledger.storage
        forget = "UPDATE changes SET body = replace(body, '\"started_at\":', '\"was\":') WHERE number = ?"
        await database.write(lambda db: db.execute(forget, (deleted.number,)))
    creates = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=VIPS.known_id)
    undo = await running(ledger, "undo", plan=plan(creates, undoes=deleted.number))
    applied = Applied(created=SegmentRef(name="VIPs", id=uuid(9)))
    run = Run(position=0, state=StepState.DONE, applied=applied)
    return await ledger.changes.save_run(undo, run, at=NOW, detail={"kind": creates.kind, "after": {"name": "VIPs"}})


async def test_an_end_that_found_its_segment_gone_comes_once_that_is_back(ledger: Ledger) -> None:
    added = await ending(ledger)
    undo = await brought_back(ledger)
    await comes(ledger, 1)
    assert await ledger.changes.missed_ends((VIPS.known_id, uuid(9)), UNTIL) == (End(number=1, at=UNTIL),)
    assert await ledger.changes.missed_ends((VIPS.known_id,), UNTIL + timedelta(seconds=1)) == ()
    assert await ledger.changes.missed_ends((LOYAL.known_id,), UNTIL) == ()
    assert await ledger.changes.ends_due(UNTIL) == ()
    await ledger.changes.move(undo, Event.FINISH, at=UNTIL)
    assert await ledger.changes.ends_due(UNTIL) == (End(number=added.number, at=UNTIL),)
    found = await ledger.dues.of(1, UNTIL)
    assert found
    assert found.is_due_again(UNTIL)
    assert await ledger.changes.missed_ends((VIPS.known_id,), UNTIL) == ()
    assert (await ledger.audit.verify()).holds


@pytest.mark.parametrize("way", ["kept", "rejected", "ended there"])
async def test_what_was_decided_meanwhile_stays_so(ledger: Ledger, way: str) -> None:
    added = await ending(ledger)
    undo = await brought_back(ledger)
    if way == "kept":
        await keep(ledger, added)
    else:
        events = (Event.POST, Event.REJECT) if way == "rejected" else (Event.CLEAR, Event.START)
        await comes(ledger, 1, added, *events)
    await ledger.changes.move(undo, Event.FINISH, at=UNTIL)
    assert await ledger.changes.ends_due(UNTIL) == ()


async def test_an_end_comes_after_a_deletion_of_an_earlier_version(ledger: Ledger) -> None:
    await ending(ledger)
    undo = await brought_back(ledger, says_when=False)
    await comes(ledger, 1)
    await ledger.changes.move(undo, Event.FINISH, at=UNTIL)
    assert await ledger.changes.ends_due(UNTIL) == (End(number=1, at=UNTIL),)


async def test_an_end_that_took_them_out_elsewhere_comes_for_those_who_are_back(ledger: Ledger) -> None:
    both = plan(add(2), add(2, LOYAL)).ending(UNTIL)
    await carried_out(ledger, await running(ledger, plan=both))
    undo = await brought_back(ledger)
    await comes(ledger, 1, await running(ledger, "like it", plan=plan(add(2, LOYAL))), Event.CLEAR, Event.START)
    await ledger.changes.move(undo, Event.FINISH, at=UNTIL)
    assert await ledger.changes.ends_due(UNTIL) == (End(number=1, at=UNTIL),)
    assert (await ledger.audit.verify()).fault == ""


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        ("DELETE FROM ends", "Change 1 is to end, and the table ends has another time for it, or none."),
        (
            "UPDATE ends SET at = '2026-05-08T09:30:00.000+00:00'",
            "Change 1 is to end, and the table ends has another time for it, or none.",
        ),
        (
            "INSERT INTO ends VALUES (2, '2026-05-08T09:30:00.000+00:00')",
            "The table ends has an end of change 2 that its plan does not have.",
        ),
    ],
)
async def test_an_end_that_no_plan_has_is_found(ledger: Ledger, edit: str, fault: str) -> None:
    await ending(ledger)
    await carried_out(ledger, await running(ledger, "2", plan=plan(add(1))))
    database: Any = ledger.storage
    await database.write(lambda db: db.execute(edit))
    assert (await ledger.audit.verify()).fault == fault


@pytest.mark.parametrize("way", ["kept", "rejected", "done"])
async def test_an_end_that_is_put_back_once_it_was_settled_is_found(ledger: Ledger, way: str) -> None:
    added = await ending(ledger)
    if way == "kept":
        await ledger.changes.amend(added, EntryKind.KEEP, actor="UBEN", at=NOW, update={"kept_by": "UBEN"})
    else:
        events = (Event.POST, Event.REJECT) if way == "rejected" else (Event.CLEAR, Event.START)
        await comes(ledger, 1, added, *events)
    assert (await ledger.audit.verify()).fault == ""
    database: Any = ledger.storage
    await database.write(lambda db: db.execute("INSERT INTO ends VALUES (1, ?)", (timestamp(UNTIL),)))
    fault = "Change 1 has ended, or those whom it added stay, and the table ends has an end of it."
    assert (await ledger.audit.verify()).fault == fault
    assert await ledger.changes.cover_fault(1, after=UNTIL) == fault


async def test_an_end_that_came_at_another_time_than_its_own_is_found(ledger: Ledger) -> None:
    added = await ending(ledger)
    await comes(ledger, 1, added, Event.CLEAR, Event.START)
    database: Any = ledger.storage
    await database.write(lambda db: db.execute("UPDATE dues SET slot = ?", (timestamp(NOW),)))
    told = "Change 1 is to end, and the table ends has another time for it, or none."
    assert (await ledger.audit.verify()).fault == told


async def test_an_end_that_is_put_forward_is_due_at_the_time_of_its_plan(ledger: Ledger) -> None:
    await ending(ledger)
    database: Any = ledger.storage
    await database.write(lambda db: db.execute("UPDATE ends SET at = ?", (timestamp(NOW),)))
    assert await ledger.changes.ends_due(UNTIL - timedelta(seconds=1)) == ()
    assert await ledger.changes.ends_due(UNTIL) == (End(number=1, at=UNTIL),)
