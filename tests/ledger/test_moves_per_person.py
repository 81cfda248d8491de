"""What one person moved without approval: whose changes count, since when, and how much of each."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.approval.need import Approval
from bot.core.approval.rule import Limit
from bot.core.audit.entries import EntryKind
from bot.core.errors import OverLimit
from bot.core.planning.steps import Applied, CreateSegment, KeepMembers, Naming, SegmentRef
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, add, plan, uuid
from tests.ledger.planned import kinds, moved, planned, running

ID = VIPS.known_id
HOUR = timedelta(hours=1)
APPROVED = (Approval(actor="UBEN", at=NOW),)


async def adding(ledger: Ledger, id_: str, *events: Event, count: int = 20, **fields: Any) -> Change:
    change = await planned(ledger, id_, plan=plan(add(count)), **fields)
    return await moved(ledger, change, *events)


async def ran(ledger: Ledger, change: Change, state: StepState, added: int | None) -> Change:
    """Its step ended like this, and added so many; None: nobody knows."""
    effects = {"effects": {ID: (added, 0)}} if added is not None else {}
    return await ledger.changes.save_run(change, Run(position=0, state=state), at=NOW, detail=effects)


async def counted(ledger: Ledger, requester: str = "UANA", **options: Any) -> int:
    return await ledger.changes.moved_unapproved(requester, ID, **{"since": NOW - HOUR, **options})


async def test_a_change_counts_as_planned_from_when_it_may_run(ledger: Ledger) -> None:
    change = await adding(ledger, "1")
    assert await counted(ledger) == 0
    change = await moved(ledger, change, Event.CLEAR)
    assert await counted(ledger) == 20
    assert await counted(ledger, apart_from=1) == 0
    assert await counted(ledger, requester="UBEN") == 0
    assert await counted(ledger, since=NOW) == 0
    assert await ledger.changes.moved_unapproved("UANA", uuid(9), since=NOW - HOUR) == 0
    await moved(ledger, change, Event.START)
    assert await counted(ledger) == 20


@pytest.mark.parametrize(
    ("state", "event", "added", "counts"),
    [
        (StepState.DONE, Event.FINISH, 18, 18),
        (StepState.FAILED, Event.FAIL, 0, 0),
        (StepState.UNSURE, Event.FAIL, None, 20),
    ],
)
async def test_a_change_that_ended_counts_as_it_did_if_that_is_known(
    ledger: Ledger, state: StepState, event: Event, added: int | None, counts: int
) -> None:
    change = await ran(ledger, await adding(ledger, "1", Event.CLEAR, Event.START), state, added)
    await moved(ledger, change, event)
    assert await counted(ledger) == counts


async def test_what_is_unknown_of_one_change_says_nothing_of_another(ledger: Ledger) -> None:
    for id_, state, added, event in (
        ("1", StepState.DONE, 18, Event.FINISH),
        ("2", StepState.UNSURE, None, Event.FAIL),
        ("3", StepState.DONE, 5, Event.FINISH),
    ):
        change = await ran(ledger, await adding(ledger, id_, Event.CLEAR, Event.START), state, added)
        await moved(ledger, change, event)
    assert await counted(ledger) == 18 + 20 + 5
    assert await counted(ledger, apart_from=2) == 18 + 5


async def test_of_what_ended_only_the_segments_own_moves_count(ledger: Ledger) -> None:
    begun = await adding(ledger, "1", Event.CLEAR, Event.START)
    effects = {"effects": {ID: (18, 2), uuid(7): (5, 0)}}
    begun = await ledger.changes.save_run(begun, Run(position=0, state=StepState.DONE), at=NOW, detail=effects)
    await moved(ledger, begun, Event.FINISH)
    assert await counted(ledger) == 18


async def test_what_was_approved_or_waits_does_not_count(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.POST)
    change = await adding(ledger, "2", Event.POST)
    await ledger.changes.move(change, Event.APPROVE, at=NOW, update={"approvals": APPROVED})
    again = await adding(ledger, "3", Event.CLEAR)
    again = await moved(ledger, again, Event.REPLAN)
    assert await counted(ledger) == 0
    await ledger.changes.move(again, Event.APPROVE, at=NOW, update={"approvals": APPROVED})
    assert await counted(ledger) == 0


@pytest.mark.parametrize(
    "events",
    [(Event.WITHDRAW,), (Event.STOP,), (Event.SPOIL,), (Event.REPLAN, Event.EXPIRE), (Event.REPLAN, Event.REJECT)],
)
async def test_what_was_taken_back_before_it_ran_does_not_count(ledger: Ledger, events: tuple[Event, ...]) -> None:
    await adding(ledger, "1", Event.CLEAR, *events)
    assert await counted(ledger) == 0


async def test_what_was_restored_from_a_backup_counts_as_planned(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.CLEAR, Event.RESTORE)
    assert await counted(ledger) == 20


async def test_what_ran_in_an_emergency_counts(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.POST, Event.BREAK)
    assert await counted(ledger) == 20


async def keeping(ledger: Ledger, id_: str, *events: Event, count: int = 20) -> Change:
    kept = KeepMembers(segment=VIPS, profile_ids=tuple(map(uuid, range(count))))
    return await moved(ledger, await planned(ledger, id_, plan=plan(kept, add(3))), *events)


async def test_whom_a_change_kept_counts_like_whom_it_added(ledger: Ledger) -> None:
    change = await keeping(ledger, "1", Event.CLEAR, Event.START)
    assert await counted(ledger) == 23
    change = await ran(ledger, change, StepState.DONE, None)
    assert await counted(ledger) == 23
    change = await ledger.changes.save_run(
        change, Run(position=1, state=StepState.DONE), at=NOW, detail={"effects": {ID: (2, 0)}}
    )
    await moved(ledger, change, Event.FINISH)
    assert await counted(ledger) == 22
    assert await ledger.changes.moved_unapproved("UANA", uuid(9), since=NOW - HOUR) == 0


async def test_whom_a_change_did_not_come_to_keep_does_not_count(ledger: Ledger) -> None:
    await moved(ledger, await keeping(ledger, "1", Event.CLEAR, Event.START), Event.STOP)
    assert await counted(ledger) == 0


@pytest.mark.parametrize(("by", "counts"), [("UANA", 18), ("UBEN", 0)])
async def test_whom_their_requester_lets_stay_counts_like_whom_they_add(ledger: Ledger, by: str, counts: int) -> None:
    until = plan(add(20)).ending(NOW + 24 * HOUR)
    approved = await moved(ledger, await planned(ledger, "1", plan=until), Event.POST, Event.APPROVE, Event.START)
    added = await moved(ledger, await ran(ledger, approved, StepState.DONE, 18), Event.FINISH)
    assert await counted(ledger) == 0
    await ledger.changes.amend(added, EntryKind.KEEP, actor=by, at=NOW, update={"kept_by": by})
    assert await counted(ledger) == counts
    assert await counted(ledger, apart_from=1) == 0
    assert await counted(ledger, since=NOW) == 0


async def test_whom_their_requester_lets_stay_counts_from_then_on(ledger: Ledger) -> None:
    until = plan(add(20)).ending(NOW + 48 * HOUR)
    approved = await moved(ledger, await planned(ledger, "1", plan=until), Event.POST, Event.APPROVE, Event.START)
    added = await moved(ledger, await ran(ledger, approved, StepState.DONE, 20), Event.FINISH)
    update = {"kept_by": "UANA"}
    await ledger.changes.amend(added, EntryKind.KEEP, actor="UANA", at=NOW + 30 * HOUR, update=update)
    assert await counted(ledger, since=NOW + 6 * HOUR) == 20


async def test_nobody_is_let_stay_over_a_limit(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.CLEAR)
    until = plan(add(20)).ending(NOW + 24 * HOUR)
    approved = await moved(ledger, await planned(ledger, "2", plan=until), Event.POST, Event.APPROVE, Event.START)
    added = await moved(ledger, await ran(ledger, approved, StepState.DONE, 20), Event.FINISH)
    limit = Limit(segment=ID, since=NOW - HOUR, room=20)
    with pytest.raises(OverLimit, match="change 2 needs approval"):
        await ledger.changes.amend(
            added, EntryKind.KEEP, actor="UANA", at=NOW, update={"kept_by": "UANA"}, limits=(limit,)
        )
    assert (await ledger.changes.load(2)).kept_by == ""


async def test_other_segments_of_the_same_plan_do_not_count(ledger: Ledger) -> None:
    lapsed = VIPS.model_copy(update={"name": "Lapsed", "id": uuid(7)})
    change = await planned(ledger, "1", plan=plan(add(3), add(5, lapsed)))
    await moved(ledger, change, Event.CLEAR)
    assert await counted(ledger) == 3


async def test_a_change_over_a_limit_does_not_move(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.CLEAR)
    waiting = await adding(ledger, "2")
    limits = tuple(Limit(segment=ID, since=NOW - HOUR, room=room) for room in (21, 20))
    before = await kinds(ledger)
    with pytest.raises(OverLimit, match="change 2 needs approval"):
        await ledger.changes.move(waiting, Event.CLEAR, at=NOW, limits=limits)
    assert ((await ledger.changes.load(2)).state, await kinds(ledger)) == (State.PLANNED, before)
    assert (await ledger.changes.move(waiting, Event.CLEAR, at=NOW, limits=limits[:1])).state is State.APPROVED


async def test_a_segment_that_was_deleted_and_restored_is_the_same(ledger: Ledger) -> None:
    await ran(ledger, await adding(ledger, "1", Event.CLEAR, Event.START), StepState.DONE, 18)
    creates = CreateSegment(segment=Naming(name="VIPs"), restores=True, old_id=ID)
    undo = await running(ledger, "2", plan=plan(creates))
    applied = Applied(created=SegmentRef(name="VIPs", id=uuid(9)))
    run = Run(position=0, state=StepState.DONE, applied=applied)
    await ledger.changes.save_run(undo, run, at=NOW, detail={})
    assert await ledger.changes.moved_unapproved("UANA", uuid(9), since=NOW - HOUR) == 20


# Notices to groups


async def test_a_group_is_replaced_by_those_in_it_who_were_not_told(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.POST)
    notices = (("glass", "SONE"), ("glass", "UBEN"), ("glass", "STWO"))
    await ledger.changes.move(await ledger.changes.load(1), Event.BREAK, at=NOW, notices=notices)
    await ledger.changes.remove_notice(1, "glass", "UBEN")
    await ledger.changes.resolve_notice(1, "SONE", ("UBEN", "UCLEO"))
    assert await ledger.changes.notices() == ((1, "glass", "STWO"), (1, "glass", "UCLEO"))
    await ledger.changes.remove_notice(1, "glass", "UCLEO")
    assert await ledger.changes.untold() == (1,)
    await ledger.changes.resolve_notice(1, "STWO", ("UBEN", "UCLEO"))
    assert (await ledger.changes.notices(), await ledger.changes.untold()) == ((), ())


async def test_once_all_were_told_home_tabs_are_outdated(ledger: Ledger) -> None:
    await adding(ledger, "1", Event.POST)
    notices = (("glass", "UBEN"), ("glass", "UCLEO"), ("reminder", ""))
    await ledger.changes.move(await ledger.changes.load(1), Event.BREAK, at=NOW, notices=notices)
    await ledger.home_tabs.mark_opened("UDAN", at=NOW)

    async def revision() -> int:
        tab = await ledger.home_tabs.claim("UDAN", owner="one", now=NOW)
        await ledger.home_tabs.release("UDAN", owner="one")
        assert tab
        return tab.revision

    first = await revision()
    await ledger.changes.remove_notice(1, "reminder", "")
    await ledger.changes.remove_notice(1, "glass", "UBEN")
    assert await revision() == first
    await ledger.changes.remove_notice(1, "glass", "UCLEO")
    assert await revision() == first + 1
