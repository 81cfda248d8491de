"""What the ledger keeps beside moves: reminders, notices, amendments, who stops a run, and where a card stands."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.approval.changes import Brief, Card, Change, Emergency, Event, Run, State, StepState
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.errors import TooLate
from bot.ledger.sqlite.ledger import Ledger
from bot.ledger.sqlite.schema import migrations
from tests.core.samples import NOW, add, change, delete, plan
from tests.ledger.planned import LATER, moved, planned

HOUR = timedelta(hours=1)
APPROVED = (Event.POST, Event.APPROVE)
EMERGENCY = Emergency(actor="UHEAD", reason="Now.", at=NOW)
BROKEN = {"emergency": EMERGENCY}


async def waiting(ledger: Ledger, id_: str = "1", *, hours: float = 24) -> Change:
    return await moved(ledger, await planned(ledger, id_, expires_at=NOW + hours * HOUR), Event.POST)


async def running(ledger: Ledger, id_: str = "1", undoes: int | None = None) -> Change:
    return await moved(ledger, await planned(ledger, id_, plan=plan(undoes=undoes)), *APPROVED, Event.START)


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries()]


def last(ledger: Ledger) -> RecordedEntry:
    return list(ledger.entries())[-1]


async def reminded(ledger: Ledger, *, within: float = 2) -> tuple[int, ...]:
    """Which reminders are due once those were made due which expire within so many hours."""
    await ledger.remind(expiring=NOW + within * HOUR, at=NOW)
    return tuple(number for number, kind, _ in await ledger.notices() if kind == "reminder")


# Reminders


async def test_only_what_waits_and_expires_by_then_is_reminded_of(ledger: Ledger) -> None:
    await waiting(ledger, "1", hours=1)
    await waiting(ledger, "2", hours=2)
    await waiting(ledger, "3", hours=2.1)
    await planned(ledger, "4", expires_at=NOW + HOUR)
    await moved(ledger, await waiting(ledger, "5", hours=1), Event.REJECT)
    assert await reminded(ledger) == (1, 2)
    assert (last(ledger).kind, last(ledger).change, last(ledger).actor) == ("remind", 2, "")


async def test_it_is_reminded_of_once_and_again_only_where_the_plan_is_another(ledger: Ledger) -> None:
    found = await waiting(ledger, hours=1)
    assert await reminded(ledger) == (1,)
    await ledger.noticed(1, "reminder", "")
    assert await reminded(ledger) == ()
    found = await moved(ledger, found, Event.SIGN)
    assert await reminded(ledger) == ()
    await ledger.move(found, Event.NARROW, at=NOW, update={"plan": plan(add(1))})
    assert await reminded(ledger) == (1,)
    assert kinds(ledger).count("remind") == 2


async def test_an_edit_that_waits_longer_is_reminded_of_later(ledger: Ledger) -> None:
    found = await waiting(ledger, hours=1)
    update = {"plan": plan(add(1)), "expires_at": NOW + 24 * HOUR}
    await ledger.move(found, Event.EDIT, at=NOW, update=update)
    assert await reminded(ledger) == ()
    assert await reminded(ledger, within=24) == (1,)


async def test_two_processes_remind_once(ledger: Ledger, path: Path) -> None:
    await waiting(ledger, hours=1)
    with closing(Ledger.open(path)) as other:
        assert await reminded(other) == (1,)
        await other.noticed(1, "reminder", "")
        assert await reminded(ledger) == ()


# Notices


async def test_notices_are_due_until_they_were_told_whatever_happens_to_the_process(path: Path, ledger: Ledger) -> None:
    found = await waiting(ledger)
    told = (("glass", "UBEN"), ("glass", "UCLEO"))
    await ledger.move(found, Event.BREAK, at=NOW, actor="UHEAD", update=BROKEN, notices=told)
    ledger.close()
    with closing(Ledger.open(path)) as again:
        assert await again.notices() == ((1, "glass", "UBEN"), (1, "glass", "UCLEO"))
        await again.noticed(1, "glass", "UCLEO")
        await again.noticed(1, "reminder", "UBEN")
        await again.noticed(2, "glass", "UBEN")
        assert await again.notices() == ((1, "glass", "UBEN"),)


async def test_a_move_that_does_not_happen_tells_nobody(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await moved(ledger, found, Event.REJECT)
    with pytest.raises(TooLate):
        await ledger.move(found, Event.BREAK, at=NOW, update=BROKEN, notices=(("glass", "UBEN"),))
    assert await ledger.notices() == ()


# Amending


async def test_what_is_added_to_the_record_keeps_state_and_time_and_is_drawn(ledger: Ledger) -> None:
    found = await ledger.move(await waiting(ledger), Event.BREAK, at=NOW, update=BROKEN)
    found = await moved(ledger, found, Event.START, Event.FINISH)
    await ledger.drew(found, Card(channel="C2", ts="1.0"))
    reviewed = EMERGENCY.model_copy(update={"reviewed_by": "UBEN"})
    amended = await ledger.amend(found, EntryKind.REVIEW, actor="UBEN", at=LATER, update={"emergency": reviewed})
    assert amended == await ledger.change(1)
    assert (amended.state, amended.updated_at, amended.emergency) == (State.DONE, found.updated_at, reviewed)
    assert (last(ledger).kind, last(ledger).actor, last(ledger).change) == ("review", "UBEN", 1)
    assert await ledger.undrawn() == (1,)
    assert await ledger.latest("all", "", 1) == (Brief.of(amended),)


async def test_of_two_who_amend_at_once_the_second_loses(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await ledger.amend(found, EntryKind.REVIEW, actor="UBEN", at=NOW, update=BROKEN)
    before = kinds(ledger)
    with pytest.raises(TooLate, match="still waits"):
        await ledger.amend(found, EntryKind.REVIEW, actor="UCLEO", at=NOW, update={"emergency": None})
    assert ((await ledger.change(1)).emergency, kinds(ledger)) == (EMERGENCY, before)


# Stopping


async def test_the_first_who_wants_it_to_stop_counts_and_the_run_goes_on_till_its_next_step(ledger: Ledger) -> None:
    found = await running(ledger)
    assert await ledger.stopper(1) == ""
    await ledger.stop(found, actor="UBEN", at=NOW)
    await ledger.stop(found, actor="UCLEO", at=NOW)
    assert await ledger.stopper(1) == "UBEN"
    assert (kinds(ledger).count("stop asked"), last(ledger).actor) == (1, "UBEN")
    assert await ledger.change(1) == found  # so that who runs it can go on recording
    stopped = await ledger.move(found, Event.STOP, at=NOW, actor="UBEN")
    assert (stopped.state, kinds(ledger)[-1]) == (State.CANCELLED, "stop")


async def test_what_does_not_run_is_not_marked_to_stop(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await ledger.stop(found, actor="UBEN", at=NOW)
    assert (await ledger.stopper(1), "stop asked" in kinds(ledger)) == ("", False)


async def test_an_undo_that_was_stopped_gives_back_what_it_undid(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    undo = await running(ledger, "2", undoes=1)
    assert (await ledger.change(1)).undone_by == 2
    await moved(ledger, undo, Event.STOP)
    assert (await ledger.change(1)).undone_by is None


async def test_an_undo_that_could_not_start_takes_the_mark_from_no_other(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await running(ledger, "2", undoes=1)
    late = await moved(ledger, await planned(ledger, "3", plan=plan(undoes=1)), *APPROVED)
    await moved(ledger, late, Event.CANCEL)
    assert (await ledger.change(1)).undone_by == 2


@pytest.mark.parametrize("event", [Event.FINISH, Event.FAIL, Event.STOP])
async def test_however_a_run_ends_everybodys_home_tab_is_due_and_asks_the_store_again(
    ledger: Ledger, event: Event
) -> None:
    await ledger.opened("UDAN", at=NOW)
    found = await running(ledger)
    before = await ledger.claim_home("UDAN", owner="one", now=NOW)
    await moved(ledger, found, event)
    await ledger.release_home("UDAN", owner="one")
    after = await ledger.claim_home("UDAN", owner="one", now=NOW)
    assert before
    assert after
    assert after.revision == before.revision + 1
    assert await ledger.last_finish() == len(kinds(ledger))


# Where a card stands


async def test_the_address_of_a_card_is_kept_beside_where_it_stands(ledger: Ledger) -> None:
    found = await planned(ledger)
    await ledger.located(1, "https://slack.example/1")
    assert (await ledger.change(1)).card is None
    await ledger.drew(found, Card(channel="C2", ts="1.0"))
    card = Card(channel="C2", ts="1.0", url="https://slack.example/1")
    assert (await ledger.change(1)).card == card
    await ledger.drew(await ledger.change(1), Card(channel="C2", ts="1.0"))
    assert (await ledger.change(1)).card == card


# Older files


async def test_an_older_file_keeps_its_changes_and_learns_to_remind_and_stop(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="0003_decisions")
        kept = change(number=1, state=State.WAITING, expires_at=NOW + HOUR)
        body = kept.model_dump_json(
            exclude={"number", "plan", "state", "revision", "runs", "card", "deciders", "without", "asked", "emergency"}
        )
        row = (1, "waiting", 1, "UANA", "2026-05-04T10:30:00.000+00:00", plan(delete()).model_dump_json(), body)
        db.execute(
            "INSERT INTO changes (number, state, revision, requester, expires_at, plan, body, card_channel, card_ts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'C2', '1.0')",
            row,
        )
        db.execute("INSERT INTO briefs VALUES (1, ?)", (Brief.of(kept).model_dump_json(),))
    with closing(Ledger.open(path)) as ledger:
        found = await ledger.change(1)
        assert (found.plan, found.deciders, found.emergency) == (plan(delete()), (), None)
        assert found.card == Card(channel="C2", ts="1.0")
        assert await reminded(ledger) == (1,)
        found = await moved(ledger, found, Event.APPROVE, Event.START)
        await ledger.stop(found, actor="UBEN", at=NOW)
        assert await ledger.stopper(1) == "UBEN"
        run = Run(position=0, state=StepState.DONE)
        assert (await ledger.record_run(found, run, at=NOW, detail={})).runs == (run,)
