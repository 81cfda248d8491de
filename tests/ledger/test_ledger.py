import asyncio
import filecmp
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import MOVES, Approval, Card, Change, Event, Run, State, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import Impossible, NotRecorded, TooLate, UnknownChange
from bot.core.planning.steps import Applied
from bot.ledger.sqlite.file import BUSY_SECONDS
from bot.ledger.sqlite.ledger import Ledger
from tests.core.samples import NOW, VIPS, change, delete, plan
from tests.ledger.planned import LATER, ask, asked, moved, planned

APPROVED = (Event.POST, Event.APPROVE)
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


@pytest.fixture
def other(path: Path, ledger: Ledger) -> Iterator[Ledger]:
    """The same file, opened by another process."""
    with closing(Ledger.open(path)) as opened:
        yield opened


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


# Asks


async def test_the_same_delivery_is_on_record_once(ledger: Ledger, other: Ledger) -> None:
    assert await asked(ledger, "1")
    assert not await asked(other, "1", owner="two")
    assert await asked(other, "2", owner="two")
    assert kinds(ledger) == ["asked", "asked"]


async def test_asks_that_come_in_at_once_are_each_on_record_once(ledger: Ledger) -> None:
    recorded = await asyncio.gather(asked(ledger, "1"), asked(ledger, "2"), asked(ledger, "1"))
    assert list(recorded) == [True, True, False]
    assert [entry.number for entry in ledger.entries()] == [1, 2]


async def test_an_ask_that_cannot_be_written_down_is_told(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        await asked(ledger, "1", values={"name": "\ud800"})
    assert await asked(ledger, "2")
    assert kinds(ledger) == ["asked"]


async def test_an_ask_is_answered_by_another_process_only_when_its_owner_is_gone(ledger: Ledger, other: Ledger) -> None:
    await asked(ledger, "b")
    await ledger.ask(ask("a"), owner="one", at=NOW + SECOND, detail={})
    claim: dict[str, Any] = {"owner": "two"}
    await other.renew(owner="two", until=LATER + timedelta(seconds=6))
    assert await other.claim_asks(now=LATER, **claim) == ()
    found = await other.claim_asks(now=LATER + SECOND, **claim)
    assert found == ((ask("b"), NOW), (ask("a"), NOW + SECOND))
    assert await other.claim_asks(now=LATER + SECOND, **claim) == ()


async def test_the_words_of_a_settled_ask_are_forgotten(ledger: Ledger, path: Path) -> None:
    await asked(ledger, "1", values={"shoppers": ["ann@example.com"]})
    await ledger.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    assert kinds(ledger) == ["asked", "answered"]
    assert await ledger.claim_asks(owner="two", now=LATER + SECOND) == ()
    with closing(sqlite3.connect(path)) as read:
        assert read.execute("SELECT body FROM asks").fetchall() == [(None,)]


async def test_an_ask_becomes_one_change_and_no_second_one(ledger: Ledger, other: Ledger) -> None:
    await asked(ledger, "1")
    made = await ledger.plan(ask("1"), change(), owner="one", detail={})
    assert made.number == 1
    with pytest.raises(TooLate, match=r"This was answered already."):
        await other.plan(ask("1"), change(), owner="two", detail={})
    assert len(await ledger.latest("all", "", 9)) == 1
    assert kinds(ledger) == ["asked", "planned"]


# Changes


async def test_a_change_comes_back_whole(ledger: Ledger) -> None:
    full = change(
        state=State.WAITING,
        approvals=(Approval(actor="UBEN", at=NOW),),
        plan=plan(delete(members=3), undoes=1),
        drift=("Was: x",),
        reason="r",
    )
    await asked(ledger)
    made = await ledger.plan(ask(), full, owner="one", detail={})
    assert await ledger.change(made.number) == full.model_copy(update={"number": 1})


async def test_an_unknown_change_is_told(ledger: Ledger) -> None:
    with pytest.raises(UnknownChange, match="There is no change 7"):
        await ledger.change(7)


async def test_the_latest_changes_by_whose_they_are_and_whether_they_are_open(ledger: Ledger) -> None:
    mine = await planned(ledger, "1")
    done = await moved(ledger, await planned(ledger, "2", requester="UBEN"), Event.CANCEL)
    his = await planned(ledger, "3", requester="UBEN")

    async def numbers(scope: Any, limit: int = 9) -> list[int]:
        return [one.number for one in await ledger.latest(scope, "UANA", limit)]

    assert await numbers("all") == [his.number, done.number, mine.number]
    assert await numbers("pending") == [his.number, mine.number]
    assert await numbers("mine") == [mine.number]
    assert await numbers("all", 1) == [his.number]
    assert [await ledger.count(scope, "UANA") for scope in ("all", "pending", "mine")] == [3, 2, 1]
    assert [one.number for one in await ledger.latest("all", "UANA", 9, 1)] == [done.number, mine.number]
    assert await ledger.latest("all", "UANA", 9, 3) == ()


async def test_numbers_are_never_given_twice(ledger: Ledger) -> None:
    assert [(await planned(ledger, one)).number for one in "abc"] == [1, 2, 3]


async def test_a_move_is_kept_with_its_entry(ledger: Ledger) -> None:
    waiting = await moved(ledger, await planned(ledger), Event.POST)
    approvals = (Approval(actor="UBEN", at=NOW),)
    approved = await ledger.move(
        waiting, Event.APPROVE, at=LATER, actor="UBEN", detail={"version": 1}, update={"approvals": approvals}
    )
    assert approved == await ledger.change(1)
    assert (approved.state, approved.approvals, approved.updated_at) == (State.APPROVED, approvals, LATER)
    assert approved.revision == waiting.revision + 1
    last = list(ledger.entries())[-1]
    assert (last.kind, last.actor, last.change, last.detail) == ("approve", "UBEN", 1, {"version": 1})


@pytest.mark.parametrize("state", State)
async def test_a_move_that_the_table_does_not_know_is_refused(ledger: Ledger, state: State) -> None:
    found = await planned(ledger, state=state)
    before = kinds(ledger)
    for event in set(Event) - set(MOVES.get(state, {})):
        with pytest.raises(TooLate):
            await ledger.move(found, event, at=NOW)
    assert (await ledger.change(found.number), kinds(ledger)) == (found, before)


async def test_of_two_moves_at_once_the_second_loses(ledger: Ledger, other: Ledger) -> None:
    await moved(ledger, await planned(ledger), Event.POST)
    seen, also_seen = await ledger.change(1), await other.change(1)
    await ledger.move(seen, Event.APPROVE, at=NOW, actor="UBEN")
    with pytest.raises(TooLate, match="Too late: change 1 is approved already and about to run"):
        await other.move(also_seen, Event.REJECT, at=NOW, actor="UCLEO")
    assert kinds(ledger) == ["asked", "planned", "post", "approve"]


async def test_of_two_first_signatures_at_once_the_second_signs_again(ledger: Ledger, other: Ledger) -> None:
    await moved(ledger, await planned(ledger), Event.POST)
    seen, also_seen = await ledger.change(1), await other.change(1)
    await ledger.move(seen, Event.SIGN, at=NOW, actor="UBEN")
    with pytest.raises(TooLate, match="still waits; look at its card and decide again"):
        await other.move(also_seen, Event.SIGN, at=NOW, actor="UCLEO")


async def test_overdue_are_those_that_nobody_decided_in_time(ledger: Ledger) -> None:
    posted = await planned(ledger, "1")
    await moved(ledger, await planned(ledger, "2"), Event.POST)
    await moved(ledger, await planned(ledger, "3"), *APPROVED)
    await planned(ledger, "4", expires_at=posted.expires_at + SECOND)
    assert await ledger.overdue(posted.expires_at - SECOND) == ()
    assert await ledger.overdue(posted.expires_at) == (1, 2)


# Runs


async def running(ledger: Ledger, id_: str = "1", **fields: Any) -> Change:
    return await moved(ledger, await planned(ledger, id_, **fields), *APPROVED, Event.START)


async def test_how_a_step_went_is_kept_in_its_place(ledger: Ledger) -> None:
    found = await ledger.record_run(await running(ledger), STEP_RUN, at=NOW, detail={"kind": "delete_segment"})
    assert found == await ledger.change(1)
    done = STEP_RUN.model_copy(update={"state": StepState.DONE, "applied": Applied(created=VIPS)})
    found = await ledger.record_run(found, done, at=NOW, detail={})
    assert (await ledger.change(1)).runs == (done,)
    assert kinds(ledger)[-2:] == ["step started", "step done"]


async def test_a_step_is_not_recorded_by_a_process_that_was_overtaken(ledger: Ledger, other: Ledger) -> None:
    found = await running(ledger)
    await other.record_run(found, STEP_RUN, at=NOW, detail={})
    with pytest.raises(TooLate, match="is running already"):
        await ledger.record_run(found, STEP_RUN.model_copy(update={"undo": ()}), at=NOW, detail={})
    assert (await ledger.change(1)).runs == (STEP_RUN,)


# Undoing


async def test_an_undo_that_starts_marks_what_it_undoes(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    before = await ledger.change(1)
    await running(ledger, "2", plan=plan(undoes=1))
    marked = await ledger.change(1)
    assert (marked.undone_by, marked.revision) == (2, before.revision + 1)


async def test_a_change_is_undone_once_and_the_second_undo_stays_as_it_was(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await running(ledger, "2", plan=plan(undoes=1))
    second = await moved(ledger, await planned(ledger, "3", plan=plan(undoes=1)), *APPROVED)
    before = kinds(ledger)
    with pytest.raises(Impossible, match=r"Change 1 was undone already."):
        await ledger.move(second, Event.START, at=NOW)
    assert (await ledger.change(3), (await ledger.change(1)).undone_by) == (second, 2)
    assert kinds(ledger) == before


async def test_an_undo_that_failed_before_it_did_anything_can_be_asked_for_again(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FAIL)
    assert (await ledger.change(1)).undone_by is None


async def test_an_undo_that_failed_half_way_gives_back_what_it_undid(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    half = await running(ledger, "2", plan=plan(undoes=1))
    unsure = STEP_RUN.model_copy(update={"state": StepState.UNSURE})
    before = await ledger.change(1)
    await moved(ledger, await ledger.record_run(half, unsure, at=NOW, detail={}), Event.FAIL)
    after = await ledger.change(1)
    assert (before.undone_by, after.undone_by, after.revision) == (2, None, before.revision + 1)


async def test_an_undo_that_is_undone_itself_gives_back_what_it_undid_once_that_is_over(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FINISH)
    third = await running(ledger, "3", plan=plan(undoes=2))
    before = await ledger.change(1)
    assert before.undone_by == 2
    await moved(ledger, third, Event.FINISH)
    after = await ledger.change(1)
    assert (after.undone_by, after.revision) == (None, before.revision + 1)
    assert (await ledger.change(2)).undone_by == 3
    assert (await running(ledger, "4", plan=plan(undoes=1))).state is State.RUNNING
    assert (await ledger.change(1)).undone_by == 4


async def test_an_undo_of_an_undo_that_fails_gives_back_the_undo_and_nothing_else(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FINISH)
    await moved(ledger, await running(ledger, "3", plan=plan(undoes=2)), Event.FAIL)
    assert [(await ledger.change(number)).undone_by for number in (1, 2)] == [2, None]


async def test_only_the_undo_that_has_the_mark_gives_it_back(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    first = await moved(ledger, await running(ledger, "2", plan=plan(undoes=1)), Event.FAIL)
    assert (await ledger.change(1)).undone_by is None
    await moved(ledger, await running(ledger, "3", plan=plan(undoes=1)), Event.FINISH)
    await moved(ledger, await running(ledger, "4", plan=plan(undoes=first.number)), Event.FINISH)
    assert (await ledger.change(1)).undone_by == 3


# Leases


async def test_a_change_belongs_to_one_process_at_a_time(ledger: Ledger, other: Ledger) -> None:
    await planned(ledger, owner="one")
    assert not await other.claim(1, owner="two", now=NOW)
    assert not await ledger.claim(1, owner="one", now=NOW)
    await ledger.release(1, owner="two")
    assert await ledger.holds(1, owner="one")
    await ledger.release(1, owner="one")
    await other.renew(owner="two", until=LATER)
    assert await other.claim(1, owner="two", now=NOW)
    assert (await ledger.holds(1, owner="one"), await ledger.holds(1, owner="two")) == (False, True)


async def test_a_change_whose_process_is_silent_is_free(ledger: Ledger) -> None:
    await planned(ledger, owner="one")
    assert await ledger.unattended(State.PLANNED, now=LATER) == ()
    assert await ledger.unattended(State.PLANNED, now=LATER + SECOND) == (1,)
    assert await ledger.unattended(State.RUNNING, now=LATER + SECOND) == ()
    await ledger.renew(owner="two", until=LATER + 9 * SECOND)
    assert await ledger.claim(1, owner="two", now=LATER + SECOND)
    assert await ledger.unattended(State.PLANNED, now=LATER + SECOND) == ()


async def test_a_process_that_lives_keeps_what_it_has_and_nothing_else(ledger: Ledger) -> None:
    await planned(ledger, "1", owner="one")
    await planned(ledger, "2", owner="two")
    await asked(ledger, "3", owner="one")
    await ledger.renew(owner="one", until=LATER + 10 * SECOND)
    assert await ledger.unattended(State.PLANNED, now=LATER + SECOND) == (2,)
    assert await ledger.claim_asks(owner="two", now=LATER + SECOND) == ()


async def test_a_process_that_stops_gives_back_what_it_has_at_once(ledger: Ledger) -> None:
    await planned(ledger, "1", owner="one")
    await planned(ledger, "2", owner="two")
    await asked(ledger, "3", owner="one")
    await ledger.resign(owner="one")
    assert await ledger.unattended(State.PLANNED, now=NOW) == (1,)
    assert [one.id for one, _ in await ledger.claim_asks(owner="two", now=NOW)] == ["3"]


# Cards


async def test_a_card_is_due_until_it_shows_the_latest_move(ledger: Ledger) -> None:
    found = await planned(ledger)
    assert await ledger.undrawn() == ()
    card = Card(channel="C2", ts="1.0")
    await ledger.drew(found, card)
    assert ((await ledger.change(1)).card, await ledger.undrawn()) == (card, ())
    waiting = await moved(ledger, found, Event.POST)
    assert await ledger.undrawn() == (1,)
    await ledger.drew(waiting, card)
    assert await ledger.undrawn() == ()


async def test_a_card_that_was_drawn_over_by_an_older_drawing_is_due_again(ledger: Ledger) -> None:
    found = await planned(ledger)
    card = Card(channel="C2", ts="1.0")
    await ledger.drew(await moved(ledger, found, Event.POST), card)
    await ledger.drew(found, card)
    assert await ledger.undrawn() == (1,)


async def test_one_process_paints_while_another_runs(ledger: Ledger, other: Ledger) -> None:
    await planned(ledger, owner="one")
    await other.renew(owner="two", until=LATER)
    assert await other.claim(1, owner="two", now=NOW, role="painter")
    assert not await ledger.claim(1, owner="one", now=NOW, role="painter")
    await other.release(1, owner="two", role="painter")
    assert await ledger.claim(1, owner="one", now=NOW, role="painter")
    assert await ledger.holds(1, owner="one")


async def test_settled_deliveries_and_silent_processes_are_forgotten_after_a_while(ledger: Ledger, path: Path) -> None:
    await asked(ledger, "1")
    await asked(ledger, "2")
    assert await ledger.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    assert not await ledger.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    await ledger.tidy(LATER + SECOND)
    with closing(sqlite3.connect(path)) as read:
        assert read.execute("SELECT id FROM asks").fetchall() == [("2",)]
        assert read.execute("SELECT * FROM processes").fetchall() == []


async def test_no_e_mail_reaches_the_log(ledger: Ledger) -> None:
    entry = Entry(
        EntryKind.REFUSED, detail={"plan": ["Create the segment ann@example.com"], "by": {"who": "ann@example.com"}}
    )
    await ledger.note(entry, at=NOW)
    (noted,) = ledger.entries()
    assert noted.detail == {"plan": ["Create the segment [e-mail]"], "by": {"who": "[e-mail]"}}


async def test_requesters_of_settled_changes_are_told_once(ledger: Ledger) -> None:
    found = await planned(ledger)
    assert await ledger.unheard() == ()
    await moved(ledger, found, Event.CANCEL)
    assert await ledger.unheard() == (1,)
    await ledger.informed(1)
    assert await ledger.unheard() == ()


# The file


async def test_what_is_on_record_survives_a_restart(path: Path, ledger: Ledger) -> None:
    kept = await planned(ledger)
    ledger.close()
    with closing(Ledger.open(path)) as again:
        assert await again.change(1) == kept
        assert again.verify().holds


def test_processes_that_open_a_new_ledger_at_the_same_instant_all_succeed(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def opened(path: Path) -> bool:
        together.wait()
        with closing(Ledger.open(path)) as ledger:
            return ledger.verify().holds

    with ThreadPoolExecutor(4) as starters:
        for number in range(20):
            path = tmp_path / f"{number}.sqlite"
            assert list(starters.map(opened, [path] * 4)) == [True] * 4
            with closing(sqlite3.connect(path)) as read:
                assert read.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_a_move_that_breaks_leaves_nothing_behind(ledger: Ledger) -> None:
    waiting = await moved(ledger, await planned(ledger), Event.POST)
    before = kinds(ledger)
    with pytest.raises(TypeError, match="not JSON serializable"):
        await ledger.move(waiting, Event.APPROVE, at=NOW, detail={"no": object()})
    assert (await ledger.change(1), kinds(ledger)) == (waiting, before)
    assert (await ledger.move(waiting, Event.APPROVE, at=NOW)).state is State.APPROVED


async def test_a_file_that_another_process_holds_is_told_quickly(path: Path, ledger: Ledger) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        told = await asyncio.gather(asked(ledger, "1"), asked(ledger, "2"), return_exceptions=True)
        assert [error.reason for error in told if isinstance(error, NotRecorded)] == [
            "another program holds the ledger's file"
        ] * 2
        holder.execute("ROLLBACK")
    assert await asked(ledger, "1")
    assert BUSY_SECONDS < 3  # Slack waits three seconds for an acknowledgement


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("not a database, " * 500)
    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        Ledger.open(wrong)


def test_a_new_file_is_its_owners_alone(path: Path, ledger: Ledger) -> None:
    for one in path.parent.glob("ledger.sqlite*"):
        assert one.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="unable to open database file"):
        Ledger.open(tmp_path / "nowhere" / "ledger.sqlite")


async def test_reading_leaves_an_auditors_copy_as_it_is(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    await planned(ledger)
    ledger.close()
    copy = tmp_path / "copy of the ledger?.sqlite"
    shutil.copyfile(path, copy)
    with closing(Ledger.read(copy)) as reading:
        assert reading.verify().holds
        assert kinds(reading) == ["asked", "planned"]
        with pytest.raises(NotRecorded, match="may only be read"):
            await reading.note(Entry(EntryKind.REFUSED), at=NOW)
    assert filecmp.cmp(copy, path, shallow=False)


async def test_a_log_is_read_while_the_bot_writes_it(path: Path, ledger: Ledger) -> None:
    with closing(Ledger.read(path)) as reading:
        assert kinds(reading) == []
        await asked(ledger)
        assert kinds(reading) == ["asked"]


def test_reading_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "missing.sqlite"
    with pytest.raises(sqlite3.OperationalError, match="unable to open database file"):
        Ledger.read(missing)
    assert not missing.exists()
