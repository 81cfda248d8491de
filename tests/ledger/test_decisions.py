"""What the ledger keeps beside moves: reminders, notices, amendments, who stops a run, and where a card stands."""

from datetime import timedelta

import pytest

from bot.core.approval.brief import Brief
from bot.core.approval.changes import Card, Change, Emergency, Event, State
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.errors import TooLate
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, add, plan
from tests.ledger.planned import LATER, kinds, moved, planned
from tests.ledger.subject import Subject

HOUR = timedelta(hours=1)
APPROVED = (Event.POST, Event.APPROVE)
EMERGENCY = Emergency(actor="UHEAD", reason="Now.", at=NOW)
BROKEN = {"emergency": EMERGENCY}


async def waiting(ledger: Ledger, id_: str = "1", *, hours: float = 24, since: float = 24) -> Change:
    """A change that waits for so many hours from now, and was asked for so many hours ago."""
    found = await planned(ledger, id_, created_at=NOW - since * HOUR, expires_at=NOW + hours * HOUR)
    return await moved(ledger, found, Event.POST)


async def running(ledger: Ledger, id_: str = "1", undoes: int | None = None) -> Change:
    return await moved(ledger, await planned(ledger, id_, plan=plan(undoes=undoes)), *APPROVED, Event.START)


async def last(ledger: Ledger) -> RecordedEntry:
    return (await ledger.audit.entries())[-1]


async def reminded(ledger: Ledger, *, within: float = 2, after: float = 0) -> tuple[int, ...]:
    """Which reminders are due once those were made due, after so many hours, which expire within so many more."""
    at = NOW + after * HOUR
    await ledger.changes.queue_reminders(expiring=at + within * HOUR, at=at)
    return tuple(number for number, kind, _ in await ledger.changes.notices() if kind == "reminder")


# Reminders


async def test_only_what_waits_and_expires_by_then_is_reminded_of(ledger: Ledger) -> None:
    await waiting(ledger, "1", hours=1)
    await waiting(ledger, "2", hours=2)
    await waiting(ledger, "3", hours=2.1)
    await planned(ledger, "4", created_at=NOW - 24 * HOUR, expires_at=NOW + HOUR)
    await moved(ledger, await waiting(ledger, "5", hours=1), Event.REJECT)
    assert await reminded(ledger) == (1, 2)
    assert ((await last(ledger)).kind, (await last(ledger)).change, (await last(ledger)).actor) == ("remind", 2, "")


async def test_each_version_is_reminded_of_once(ledger: Ledger) -> None:
    found = await waiting(ledger, hours=1)
    assert await reminded(ledger) == (1,)
    await ledger.changes.remove_notice(1, "reminder", "")
    assert await reminded(ledger) == ()
    found = await moved(ledger, found, Event.SIGN)
    assert await reminded(ledger) == ()
    await ledger.changes.move(found, Event.NARROW, at=NOW, update={"plan": plan(add(1))})
    assert await reminded(ledger) == (1,)
    assert (await kinds(ledger)).count("remind") == 2


async def test_an_edit_that_waits_longer_is_reminded_of_later(ledger: Ledger) -> None:
    found = await waiting(ledger, hours=1)
    update = {"plan": plan(add(1)), "expires_at": NOW + 24 * HOUR}
    await ledger.changes.move(found, Event.EDIT, at=NOW, update=update)
    assert await reminded(ledger) == ()
    assert await reminded(ledger, after=22) == (1,)


@pytest.mark.parametrize("event", [Event.POST, Event.EDIT, Event.REPLAN])
@pytest.mark.parametrize(("hours", "quiet", "due"), [(0.1, 0.07, 0.08), (1, 0.7, 0.75), (6, 4.4, 4.5), (40, 37.9, 38)])
async def test_what_waits_for_a_time_of_its_own_is_reminded_of_in_its_last_quarter(
    ledger: Ledger, event: Event, hours: float, quiet: float, due: float
) -> None:
    if event is Event.POST:
        await waiting(ledger, hours=hours, since=0)
    else:
        update = {"plan": plan(add(1)), "expires_at": NOW + hours * HOUR}
        await ledger.changes.move(await waiting(ledger), event, at=NOW, update=update)
    assert await reminded(ledger, after=quiet) == ()
    assert await reminded(ledger, after=due) == (1,)


async def test_two_processes_remind_once(ledger: Ledger, other: Ledger) -> None:
    await waiting(ledger, hours=1)
    assert await reminded(other) == (1,)
    await other.changes.remove_notice(1, "reminder", "")
    assert await reminded(ledger) == ()


# Notices


async def test_notices_survive_a_restart_until_they_are_removed(subject: Subject, ledger: Ledger) -> None:
    found = await waiting(ledger)
    told = (("glass", "UBEN"), ("glass", "UCLEO"))
    await ledger.changes.move(found, Event.BREAK, at=NOW, actor="UHEAD", update=BROKEN, notices=told)
    await ledger.close()
    async with subject.open() as again:
        assert await again.changes.notices() == ((1, "glass", "UBEN"), (1, "glass", "UCLEO"))
        await again.changes.remove_notice(1, "glass", "UCLEO")
        await again.changes.remove_notice(1, "reminder", "UBEN")
        await again.changes.remove_notice(2, "glass", "UBEN")
        assert await again.changes.notices() == ((1, "glass", "UBEN"),)


async def test_a_move_that_does_not_happen_tells_nobody(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await moved(ledger, found, Event.REJECT)
    with pytest.raises(TooLate):
        await ledger.changes.move(found, Event.BREAK, at=NOW, update=BROKEN, notices=(("glass", "UBEN"),))
    assert await ledger.changes.notices() == ()


# Amending


async def test_an_amendment_keeps_state_and_time_and_outdates_the_card(ledger: Ledger) -> None:
    found = await ledger.changes.move(await waiting(ledger), Event.BREAK, at=NOW, update=BROKEN)
    found = await moved(ledger, found, Event.START, Event.FINISH)
    await ledger.changes.save_card(found, Card(channel="C2", ts="1.0"))
    reviewed = EMERGENCY.model_copy(update={"reviewed_by": "UBEN"})
    amended = await ledger.changes.amend(
        found, EntryKind.REVIEW, actor="UBEN", at=LATER, update={"emergency": reviewed}
    )
    assert amended == await ledger.changes.load(1)
    assert (amended.state, amended.updated_at, amended.emergency) == (State.DONE, found.updated_at, reviewed)
    assert ((await last(ledger)).kind, (await last(ledger)).actor, (await last(ledger)).change) == ("review", "UBEN", 1)
    assert await ledger.changes.outdated_cards() == (1,)
    assert await ledger.changes.latest("all", "", 1) == (Brief.of(amended),)


async def test_of_two_who_amend_at_once_the_second_loses(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await ledger.changes.amend(found, EntryKind.REVIEW, actor="UBEN", at=NOW, update=BROKEN)
    before = await kinds(ledger)
    with pytest.raises(TooLate, match="is still waiting"):
        await ledger.changes.amend(found, EntryKind.REVIEW, actor="UCLEO", at=NOW, update={"emergency": None})
    assert ((await ledger.changes.load(1)).emergency, await kinds(ledger)) == (EMERGENCY, before)


# Stopping


async def test_the_first_request_to_stop_counts(ledger: Ledger) -> None:
    found = await running(ledger)
    assert await ledger.changes.stop_requested_by(1) == ""
    await ledger.changes.request_stop(found, actor="UBEN", at=NOW)
    await ledger.changes.request_stop(found, actor="UCLEO", at=NOW)
    assert await ledger.changes.stop_requested_by(1) == "UBEN"
    assert ((await kinds(ledger)).count("stop asked"), (await last(ledger)).actor) == (1, "UBEN")
    # Nothing else of it changes, so that who runs it can go on recording.
    assert await ledger.changes.load(1) == found.model_copy(update={"stopped_by": "UBEN"})
    stopped = await ledger.changes.move(found, Event.STOP, at=NOW, actor="UBEN")
    assert (stopped.state, (await kinds(ledger))[-1]) == (State.CANCELLED, "stop")


async def test_what_does_not_run_is_not_marked_to_stop(ledger: Ledger) -> None:
    found = await waiting(ledger)
    await ledger.changes.request_stop(found, actor="UBEN", at=NOW)
    assert (await ledger.changes.stop_requested_by(1), "stop asked" in await kinds(ledger)) == ("", False)


async def test_an_undo_that_was_stopped_gives_back_what_it_undid(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    undo = await running(ledger, "2", undoes=1)
    assert (await ledger.changes.load(1)).undone_by == 2
    await moved(ledger, undo, Event.STOP)
    assert (await ledger.changes.load(1)).undone_by is None


async def test_an_undo_that_never_started_unmarks_nothing(ledger: Ledger) -> None:
    await moved(ledger, await running(ledger), Event.FINISH)
    await running(ledger, "2", undoes=1)
    late = await moved(ledger, await planned(ledger, "3", plan=plan(undoes=1)), *APPROVED)
    await moved(ledger, late, Event.CANCEL)
    assert (await ledger.changes.load(1)).undone_by == 2


@pytest.mark.parametrize("event", [Event.FINISH, Event.FAIL, Event.STOP])
async def test_the_end_of_a_run_outdates_all_home_tabs(ledger: Ledger, event: Event) -> None:
    await ledger.home_tabs.mark_opened("UDAN", at=NOW)
    found = await running(ledger)
    before = await ledger.home_tabs.claim("UDAN", owner="one", now=NOW)
    await moved(ledger, found, event)
    await ledger.home_tabs.release("UDAN", owner="one")
    after = await ledger.home_tabs.claim("UDAN", owner="one", now=NOW)
    assert before
    assert after
    assert after.revision == before.revision + 1
    assert await ledger.changes.last_finish() == len(await kinds(ledger))


# Where a card stands


async def test_a_cards_address_survives_new_revisions(ledger: Ledger) -> None:
    found = await planned(ledger)
    await ledger.changes.save_card_url(1, "https://slack.example/1")
    assert (await ledger.changes.load(1)).card is None
    await ledger.changes.save_card(found, Card(channel="C2", ts="1.0"))
    card = Card(channel="C2", ts="1.0", url="https://slack.example/1")
    assert (await ledger.changes.load(1)).card == card
    await ledger.changes.save_card(await ledger.changes.load(1), Card(channel="C2", ts="1.0"))
    assert (await ledger.changes.load(1)).card == card


# Writes that were answered too late


async def test_a_late_write_is_on_record_and_told_once_and_moves_nothing(ledger: Ledger) -> None:
    found = await waiting(ledger)
    for _ in range(2):
        await ledger.changes.note_late_write(1, at=NOW, detail={"step": 0})
    assert await ledger.changes.notices() == ((1, "late", ""),)
    assert (await kinds(ledger)).count("late write") == 2
    assert await ledger.changes.load(1) == found
