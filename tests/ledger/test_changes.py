"""Changes come back whole, and move one at a time."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from bot.core.approval.changes import MOVES, Event, Run, State, StepState
from bot.core.approval.need import Approval, Need
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import TooLate, UnknownChange
from bot.core.people import Place
from bot.core.planning.steps import Applied
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, VIPS, change, delete, plan
from tests.ledger.planned import LATER, ask, asked, kinds, moved, planned, running
from tests.ledger.subject import Subject

APPROVED = (Event.POST, Event.APPROVE)
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


async def test_a_change_comes_back_whole(ledger: Ledger) -> None:
    full = change(
        state=State.WAITING,
        approvals=(Approval(actor="UBEN", at=NOW),),
        plan=plan(delete(members=3), undoes=1),
        drift=("Was: x",),
        reason="r",
    )
    await asked(ledger)
    made = await ledger.changes.create(ask(), full, owner="one", detail={})
    assert await ledger.changes.load(made.number) == full.model_copy(update={"number": 1})


async def test_an_unknown_change_raises(ledger: Ledger) -> None:
    with pytest.raises(UnknownChange, match="There is no change 7"):
        await ledger.changes.load(7)


async def test_the_latest_changes_are_listed_by_scope(ledger: Ledger) -> None:
    mine = await planned(ledger, "1")
    done = await moved(ledger, await planned(ledger, "2", requester="UBEN"), Event.CANCEL)
    his = await planned(ledger, "3", requester="UBEN")

    async def numbers(scope: Any, limit: int = 9) -> list[int]:
        return [one.number for one in await ledger.changes.latest(scope, "UANA", limit)]

    assert await numbers("all") == [his.number, done.number, mine.number]
    assert await numbers("pending") == [his.number, mine.number]
    assert await numbers("mine") == [mine.number]
    assert await numbers("all", 1) == [his.number]
    assert [await ledger.changes.count(scope, "UANA") for scope in ("all", "pending", "mine")] == [3, 2, 1]
    assert [one.number for one in await ledger.changes.latest("all", "UANA", 9, 1)] == [done.number, mine.number]
    assert await ledger.changes.latest("all", "UANA", 9, 3) == ()


async def test_changes_are_counted_by_their_state(ledger: Ledger) -> None:
    open_states = dict.fromkeys((State.PLANNED, State.WAITING, State.APPROVED, State.RUNNING), 0)
    assert await ledger.changes.by_state() == (open_states, 0)
    for id_, events in enumerate(((), (), (Event.POST,), (Event.CANCEL,), (Event.POST, Event.APPROVE))):
        await moved(ledger, await planned(ledger, str(id_)), *events)
    assert await ledger.changes.by_state() == (
        {State.PLANNED: 2, State.WAITING: 1, State.APPROVED: 1, State.RUNNING: 0},
        1,
    )


async def test_numbers_are_never_given_twice(ledger: Ledger) -> None:
    assert [(await planned(ledger, one)).number for one in "abc"] == [1, 2, 3]


async def test_a_move_is_kept_with_its_entry(ledger: Ledger) -> None:
    waiting = await moved(ledger, await planned(ledger), Event.POST)
    approvals = (Approval(actor="UBEN", at=NOW),)
    approved = await ledger.changes.move(
        waiting, Event.APPROVE, at=LATER, actor="UBEN", detail={"version": 1}, update={"approvals": approvals}
    )
    assert approved == await ledger.changes.load(1)
    assert (approved.state, approved.approvals, approved.updated_at) == (State.APPROVED, approvals, LATER)
    assert approved.revision == waiting.revision + 1
    last = (await ledger.audit.entries())[-1]
    assert (last.kind, last.actor, last.change, last.detail["version"]) == ("approve", "UBEN", 1, 1)


@pytest.mark.parametrize("state", State)
async def test_a_move_outside_the_table_is_refused(ledger: Ledger, state: State) -> None:
    found = await planned(ledger, state=state)
    before = await kinds(ledger)
    for event in set(Event) - set(MOVES.get(state, {})):
        with pytest.raises(TooLate):
            await ledger.changes.move(found, event, at=NOW)
    assert (await ledger.changes.load(found.number), await kinds(ledger)) == (found, before)


async def test_of_two_moves_at_once_the_second_loses(ledger: Ledger, other: Ledger) -> None:
    await moved(ledger, await planned(ledger), Event.POST)
    seen, also_seen = await ledger.changes.load(1), await other.changes.load(1)
    await ledger.changes.move(seen, Event.APPROVE, at=NOW, actor="UBEN")
    with pytest.raises(TooLate, match="Too late: change 1 is already approved and about to run"):
        await other.changes.move(also_seen, Event.REJECT, at=NOW, actor="UCLEO")
    assert await kinds(ledger) == ["asked", "planned", "post", "approve"]


async def test_of_two_signatures_at_once_the_second_is_late(ledger: Ledger, other: Ledger) -> None:
    await moved(ledger, await planned(ledger), Event.POST)
    seen, also_seen = await ledger.changes.load(1), await other.changes.load(1)
    await ledger.changes.move(seen, Event.SIGN, at=NOW, actor="UBEN")
    with pytest.raises(TooLate, match="is still waiting; read its card and decide again"):
        await other.changes.move(also_seen, Event.SIGN, at=NOW, actor="UCLEO")


async def test_what_is_approved_for_a_time_is_listed_the_next_first_until_it_runs(ledger: Ledger) -> None:
    hour = timedelta(hours=1)
    for number, hours in enumerate((48, 24, 72), start=1):
        one = await planned(ledger, str(number), due_at=NOW + hours * hour)
        await moved(ledger, one, *APPROVED[: None if hours < 72 else 1])
    await moved(ledger, await planned(ledger, "4"), *APPROVED)
    found = await ledger.changes.scheduled()
    assert [(one.number, one.due_at) for one in found] == [(2, NOW + 24 * hour), (1, NOW + 48 * hour)]
    assert [one.number for one in await ledger.changes.to_come(9)] == [2, 1]
    assert [one.number for one in await ledger.changes.to_come(1)] == [2]
    approved = (await ledger.changes.load(1)).updated_at
    assert {one.looked_at for one in found} == {approved}
    await ledger.changes.save_look(1, at=approved + hour)
    assert {one.number: one.looked_at for one in await ledger.changes.scheduled()} == {2: approved, 1: approved + hour}
    assert await ledger.changes.contradiction(1) == ""
    await moved(ledger, await ledger.changes.load(2), Event.START)
    assert [one.number for one in await ledger.changes.scheduled()] == [1]


async def test_changes_that_nobody_decided_in_time_are_overdue(ledger: Ledger) -> None:
    posted = await planned(ledger, "1")
    await moved(ledger, await planned(ledger, "2"), Event.POST)
    await moved(ledger, await planned(ledger, "3"), *APPROVED)
    await planned(ledger, "4", expires_at=posted.expires_at + SECOND)
    assert await ledger.changes.overdue(posted.expires_at - SECOND) == ()
    assert await ledger.changes.overdue(posted.expires_at) == (1, 2)


async def test_a_run_replaces_the_earlier_one_of_its_step(ledger: Ledger) -> None:
    found = await ledger.changes.save_run(await running(ledger), STEP_RUN, at=NOW, detail={"kind": "delete_segment"})
    assert found == await ledger.changes.load(1)
    done = STEP_RUN.model_copy(update={"state": StepState.DONE, "applied": Applied(created=VIPS)})
    found = await ledger.changes.save_run(found, done, at=NOW, detail={})
    assert (await ledger.changes.load(1)).runs == (done,)
    assert (await kinds(ledger))[-2:] == ["step started", "step done"]


async def test_a_run_is_as_its_last_entry_sealed_it(ledger: Ledger) -> None:
    found = await running(ledger)
    for state in (StepState.STARTED, StepState.DONE):
        found = await ledger.changes.save_run(found, Run(position=0, state=state), at=NOW, detail={})
    *_, started, done = await ledger.audit.entries()
    assert [await ledger.changes.is_as_sealed(one) for one in (started, done)] == [False, True]
    of_an_earlier_version = replace(started, detail={"step": 0})
    assert await ledger.changes.is_as_sealed(of_an_earlier_version)
    assert not await ledger.changes.is_as_sealed(replace(done, detail=done.detail | {"step": 1}))


async def test_an_overtaken_process_cannot_save_a_run(ledger: Ledger, other: Ledger) -> None:
    found = await running(ledger)
    await other.changes.save_run(found, STEP_RUN, at=NOW, detail={})
    with pytest.raises(TooLate, match="is already running"):
        await ledger.changes.save_run(found, STEP_RUN.model_copy(update={"undo": ()}), at=NOW, detail={})
    assert (await ledger.changes.load(1)).runs == (STEP_RUN,)


async def test_no_e_mail_reaches_the_log(ledger: Ledger) -> None:
    entry = Entry(
        EntryKind.REFUSED, detail={"plan": ["Create the segment ann@example.com"], "by": {"who": "ann@example.com"}}
    )
    await ledger.audit.append(entry, at=NOW)
    (noted,) = await ledger.audit.entries()
    assert noted.detail == {"plan": ["Create the segment [e-mail]"], "by": {"who": "[e-mail]"}}


async def test_what_is_on_record_survives_a_restart(subject: Subject, ledger: Ledger) -> None:
    kept = await planned(ledger)
    await ledger.close()
    async with subject.open() as again:
        assert await again.changes.load(1) == kept
        assert (await again.audit.verify()).holds


async def test_a_move_that_breaks_leaves_nothing_behind(ledger: Ledger) -> None:
    waiting = await moved(ledger, await planned(ledger), Event.POST)
    before = await kinds(ledger)
    with pytest.raises(TypeError, match="not JSON serializable"):
        await ledger.changes.move(waiting, Event.APPROVE, at=NOW, detail={"no": object()})
    assert (await ledger.changes.load(1), await kinds(ledger)) == (waiting, before)
    assert (await ledger.changes.move(waiting, Event.APPROVE, at=NOW)).state is State.APPROVED


async def test_each_entry_of_a_change_says_where_and_by_which_command_it_was_asked_for(ledger: Ledger) -> None:
    found = await running(ledger, place=Place(channel="CSEGMENTS"))
    started = Run(position=0, state=StepState.STARTED)
    await ledger.changes.save_run(found, started, at=NOW, detail={})
    later = [entry for entry in await ledger.audit.entries() if entry.kind not in ("asked", "planned")]
    assert [entry.kind for entry in later] == ["post", "approve", "start", "step started"]
    assert {(entry.channel, entry.command) for entry in later} == {("CSEGMENTS", "segment delete")}


async def test_an_approval_that_nobody_gave_is_found_in_the_log_itself(ledger: Ledger) -> None:
    found = await moved(ledger, await planned(ledger), Event.POST)
    assert (await ledger.audit.verify()).fault == ""
    assert await ledger.changes.contradiction(1) == ""
    await ledger.changes.move(found, Event.APPROVE, at=NOW)
    why = "Change 1 was approved in entry 4 by someone whose approval does not count."
    assert ((await ledger.audit.verify()).fault, await ledger.changes.contradiction(1)) == (why, why)


def in_two_orders() -> tuple[frozenset[str], frozenset[str]]:
    """Return the same ids as two sets that are written in different orders, as by processes of their own."""
    tries = ([f"U{start}{letter}" for letter in "ABCD"] for start in count())
    pairs = ((frozenset(ids), frozenset(reversed(ids))) for ids in tries)
    return next((one, other) for one, other in pairs if list(one) != list(other))


async def test_a_step_saved_by_another_process_contradicts_nothing(ledger: Ledger) -> None:
    one, other = in_two_orders()
    found = await running(ledger, need=Need(approvals=1, why="needs 1 approval: it deletes", approvers=one))
    reordered = found.model_copy(update={"need": found.need.model_copy(update={"approvers": other})})
    await ledger.changes.save_run(reordered, STEP_RUN, at=NOW, detail={"kind": "delete_segment"})
    assert ((await ledger.audit.verify()).fault, await ledger.changes.contradiction(1)) == ("", "")
