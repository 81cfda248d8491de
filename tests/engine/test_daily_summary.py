"""A day's summary in the hands of processes that sleep, break off or race; what they say is said once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.answers import Answer
from bot.core.audit.entries import Entry, EntryKind
from bot.core.summary.history import Snapshot
from bot.core.summary.summary_run import PATIENCE, PAUSE, SummaryRun, SummaryState
from bot.engine.daily_summary import DailySummary, Schedule
from bot.engine.ports import Undeliverable
from bot.engine.process import LEASE, Process
from bot.ledger.ledger import Ledger
from bot.ledger.sql.summary_runs import SqlSummaryRuns
from bot.ledger.sqlite.ledger import open_sqlite
from tests.engine.bench import Bench, Board, bench
from tests.harness import Stuck
from tests.records import database_of, entries_of, verified

NINE = Schedule("CSEGMENTS", time(9), ZoneInfo("UTC"))
DAY = date(2027, 5, 4)
MORNING = datetime(2027, 5, 4, 9, tzinfo=UTC)


@dataclass
class Slow(Board):
    """Slack takes its time with a summary, and then answers as told."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def announce(self, answer: Answer) -> None:
        self.reached.set()
        await self.release.wait()
        await super().announce(answer)


@pytest.fixture
async def machine(path: Path) -> AsyncIterator[Bench]:
    """A process that has begun the day before, at the time of the summary."""
    async with bench(path, schedule=NINE) as made:
        made.clock.now = MORNING - timedelta(hours=20)
        await made.sweeps()
        made.clock.now = MORNING
        yield made
        assert verified(made.ledger).holds


async def state(machine: Bench, day: date = DAY) -> str:
    found = await machine.ledger.summaries.load(day)
    return found.state if found else "never begun"


def outcomes(machine: Bench) -> list[str]:
    return [kind.removeprefix("summary ") for kind in machine.kinds() if kind.startswith("summary ")][1:]


async def sleeps(machine: Bench) -> None:
    """Time passes in which this process does not say that it lives."""
    machine.clock.forward(seconds=LEASE.total_seconds() + 1)


async def test_a_day_that_is_settled_is_not_looked_at_again(machine: Bench) -> None:
    asked: list[str] = []
    database_of(machine.ledger).connection.set_trace_callback(asked.append)
    for looked_at in (True, False):
        asked.clear()
        await machine.sweeps()
        assert any(" days" in one for one in asked) is looked_at


async def test_what_was_posted_is_on_record_with_the_log_that_it_was_read_from(machine: Bench) -> None:
    read_from = entries_of(machine.ledger)[-1]
    await machine.sweeps()
    (posted,) = [entry for entry in entries_of(machine.ledger) if entry.kind == "summary posted"]
    assert (posted.detail["entry"], posted.detail["head"]) == (read_from.number, read_from.seal)


async def test_a_ledger_restored_after_the_time_of_a_summary_posts_none_that_day(machine: Bench) -> None:
    machine.clock.forward(minutes=5)
    await machine.ledger.audit.append(Entry(EntryKind.RESTORED), at=machine.clock())
    await machine.sweeps()
    assert (outcomes(machine), machine.board.announced) == (["skipped"], [])
    machine.clock.now = MORNING + timedelta(days=1)
    await machine.sweeps()
    assert outcomes(machine) == ["skipped", "posted"]


async def test_sweeps_while_the_store_is_read_begin_nothing_anew(machine: Bench) -> None:
    machine.store.sleep = stuck = Stuck()
    machine.store.faults.add("GET", "/segments", delay=1)
    before = len(machine.store.requests())
    for _ in range(3):
        await machine.engine.housekeeper.run_due()
    await stuck.reached.wait()
    assert await state(machine) == SummaryState.UNDER_WAY
    stuck.release.set()
    await machine.sweeps()
    assert len(machine.board.announced) == 1
    asked = [one["path"] for one in machine.store.requests()[before:]]
    assert sum("/segments?" in one for one in asked) == 1


async def test_what_breaks_is_logged_and_tried_again_for_an_hour(
    machine: Bench, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.delete()
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        ((kept,),) = by_hand.execute("SELECT body FROM briefs").fetchall()
        by_hand.execute("UPDATE briefs SET body = '{}'")
    tries = 0
    while machine.clock() < MORNING + PATIENCE + 2 * PAUSE:
        await machine.sweeps()
        tries += 1
        machine.clock.forward(seconds=PAUSE.total_seconds())
    told = [one for one in caplog.records if one.getMessage() == f"The summary of {DAY} broke"]
    assert len(told) == 61
    assert all(one.exc_info for one in told)
    assert outcomes(machine) == ["failed"]
    (answer,) = machine.board.announced
    assert answer.title.startswith("There is no summary today. Something went wrong; whoever runs the bot")
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        by_hand.execute("UPDATE briefs SET body = ?", (kept,))


async def test_a_post_that_breaks_off_is_unsure_and_not_tried_again(machine: Bench) -> None:
    machine.board.broken["announce"] = ValueError("no one foresaw this")
    await machine.sweeps()
    assert await state(machine) == SummaryState.POSTING
    machine.board.broken.clear()
    await machine.sweeps()
    assert (outcomes(machine), machine.board.announced) == (["unsure"], [])


async def test_a_post_that_slack_never_answered_is_unsure_and_not_tried_again(machine: Bench) -> None:
    machine.board.broken["announce"] = Undeliverable("no answer", maybe_done=True)
    await machine.sweeps()
    machine.board.broken.clear()
    await machine.sweeps()
    assert (outcomes(machine), machine.board.announced) == (["unsure"], [])
    *_, entry = entries_of(machine.ledger)
    assert entry.detail["reason"] == "Slack did not answer (no answer), so it may or may not be in the channel."


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("is_archived", "Invite me there or change SUMMARY_CHANNEL."),
        ("restricted_action", "Whoever runs the bot has to fix that, or change SUMMARY_CHANNEL."),
    ],
)
async def test_what_slack_will_not_take_is_told_to_approvers_once(machine: Bench, code: str, advice: str) -> None:
    machine.board.broken["announce"] = Undeliverable(code, final=True)
    for _ in range(3):
        await machine.sweeps()
        machine.clock.forward(hours=24)
    assert outcomes(machine) == ["failed"] * 3
    sentence = f"The daily summary could not be posted in CSEGMENTS ({code}). {advice}"
    assert machine.board.warned == [Answer(sentence)]


async def test_a_warning_that_slack_did_not_take_comes_the_next_morning(
    machine: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    machine.board.broken = {verb: Undeliverable("is_archived", final=True) for verb in ("announce", "warn")}
    await machine.sweeps()
    assert "No one was told (is_archived): The daily summary could not be posted" in caplog.text
    *_, entry = entries_of(machine.ledger)
    assert (entry.kind, entry.channel, entry.detail["reason"]) == ("summary not delivered", "", "is_archived")
    assert entry.detail["day"] == DAY.isoformat()
    assert entry.detail["told"].startswith("The daily summary could not be posted")
    del machine.board.broken["warn"]
    machine.clock.forward(hours=24)
    await machine.sweeps()
    assert len(machine.board.warned) == 1


async def test_news_of_no_summary_that_slack_did_not_take_is_on_record(machine: Bench) -> None:
    machine.board.broken["announce"] = Undeliverable("HTTP 500")
    await machine.sweeps()
    machine.clock.forward(seconds=PATIENCE.total_seconds())
    await machine.sweeps()
    assert outcomes(machine) == ["failed", "not delivered"]
    *_, entry = entries_of(machine.ledger)
    assert (entry.channel, entry.detail["reason"]) == ("CSEGMENTS", "HTTP 500")
    assert entry.detail["told"].startswith("There is no summary today. Slack refused it (HTTP 500). Once that")


class Overtaken(SqlSummaryRuns):
    """Another process claims each day just after this one has read that nobody has it."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(database_of(ledger))
        self.leases = ledger.leases

    async def unattended(
        self, *, owner: str, now: datetime, pause: timedelta, judged_by: datetime
    ) -> tuple[SummaryRun, ...]:
        found = await super().unattended(owner=owner, now=now, pause=pause, judged_by=judged_by)
        await self.leases.renew(owner="other", until=now + LEASE, now=now)
        for run in found:
            await self.claim(run, owner="other", now=now)
        return found


async def test_a_day_that_another_process_took_just_before_is_left_to_it(machine: Bench, path: Path) -> None:
    async with open_sqlite(path) as opened:
        slow = Process("slow", machine.clock, machine.tasks, replace(opened, summaries=Overtaken(opened)))
        DailySummary(slow, NINE, machine.client, machine.board).wake()
        await machine.tasks.settled()
    assert (await state(machine), machine.board.announced) == (SummaryState.UNDER_WAY, [])


@pytest.mark.parametrize("state_of_it", [SummaryState.UNDER_WAY, SummaryState.POSTING])
async def test_a_day_that_another_process_has_is_not_taken_by_a_clock_set_ahead(
    machine: Bench, state_of_it: SummaryState
) -> None:
    hasty = Process("hasty", machine.clock, machine.tasks, machine.ledger, elapsed=lambda: 1000.0)
    await hasty.live()
    await machine.ledger.leases.renew(owner="other", until=MORNING + LEASE, now=MORNING)
    run = await machine.ledger.summaries.open(DAY, at=MORNING)
    claimed = await machine.ledger.summaries.claim(run, owner="other", now=MORNING)
    assert claimed
    if state_of_it is SummaryState.POSTING:
        assert await machine.ledger.summaries.begin_posting(claimed, Snapshot(DAY, MORNING, 1, 0, ()))
    machine.clock.now += timedelta(hours=1)
    DailySummary(hasty, NINE, machine.client, machine.board).wake()
    await machine.tasks.settled()
    assert (await state(machine), machine.board.announced) == (state_of_it, [])


async def test_a_process_that_overslept_its_lease_does_not_post_what_another_posted(
    machine: Bench, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    machine.store.sleep = stuck = Stuck()
    machine.store.faults.add("GET", "/segments", delay=1)
    await machine.engine.housekeeper.run_due()
    await stuck.reached.wait()
    await sleeps(machine)
    async with machine.another(path, schedule=NINE) as other:
        await other.sweeps()
        assert (await state(other), len(other.board.announced)) == (SummaryState.POSTED, 1)
    stuck.release.set()
    await machine.tasks.settled()
    assert (outcomes(machine), len(machine.board.announced)) == (["posted"], 1)
    assert f"The summary of {DAY} went to another process" in caplog.text


async def test_a_process_that_stops_leaves_the_day_to_others_at_once(machine: Bench, path: Path) -> None:
    machine.store.sleep = stuck = Stuck()
    machine.store.faults.add("GET", "/segments", delay=1)
    await machine.engine.housekeeper.run_due()
    await stuck.reached.wait()
    async with machine.another(path, schedule=NINE) as other:
        await other.sweeps()
        assert other.board.announced == []
        await machine.tasks.stop()  # in the middle of it
        await machine.engine.stop()
        stuck.release.set()
        await other.sweeps()
        assert len(other.board.announced) == 1


async def test_what_was_taken_for_unsure_is_posted_when_slack_says_so(path: Path) -> None:
    board = Slow()
    async with bench(path, schedule=NINE, board=board) as machine:
        await _takes_long(machine, path, board)
        board.release.set()
        await machine.tasks.settled()
        assert (outcomes(machine), len(board.announced)) == (["unsure", "posted"], 1)


@pytest.mark.parametrize("final", [True, False])
async def test_what_was_taken_for_unsure_stays_so_when_slack_says_no(path: Path, final: bool) -> None:
    board = Slow(broken={"announce": Undeliverable("is_archived" if final else "HTTP 500", final=final)})
    async with bench(path, schedule=NINE, board=board) as machine:
        await _takes_long(machine, path, board)
        machine.clock.forward(hours=1)
        board.release.set()
        await machine.tasks.settled()
        assert (outcomes(machine), board.announced, board.warned) == (["unsure"], [], [])


async def _takes_long(machine: Bench, path: Path, board: Slow) -> None:
    """Slack has the summary in hand while its process sleeps through its lease."""
    machine.clock.now = MORNING - timedelta(hours=20)
    await machine.sweeps()
    machine.clock.now = MORNING
    await machine.engine.housekeeper.run_due()
    await board.reached.wait()
    await sleeps(machine)
    async with machine.another(path, schedule=NINE) as other:
        await other.sweeps()
        assert await state(other) == SummaryState.UNSURE


async def test_a_first_day_in_the_future_heals_itself(machine: Bench) -> None:
    """A clock was ahead when this ledger began, or it is behind now: nobody can tell, and either way all goes on."""
    for days in (9, 8):
        machine.clock.now = MORNING - timedelta(days=days)
        for _ in range(2):
            await machine.sweeps()
    assert outcomes(machine) == ["begun", "posted"]
    machine.clock.now = MORNING - timedelta(days=1)
    await machine.sweeps()
    machine.clock.now = MORNING
    await machine.sweeps()
    assert outcomes(machine) == ["begun", "posted", "posted", "posted"]
    assert len(machine.board.announced) == 3


async def test_a_day_that_a_clock_went_back_from_waits_for_its_time(machine: Bench, path: Path) -> None:
    machine.store.faults.add("GET", "/segments", status=403)
    await machine.sweeps()
    machine.clock.now = MORNING - timedelta(hours=3)
    await machine.sweeps()
    async with machine.another(path, schedule=NINE) as other:
        await other.sweeps()
    assert await state(machine) == SummaryState.UNDER_WAY
    machine.clock.now = MORNING + PAUSE
    await machine.sweeps()
    assert outcomes(machine) == ["posted"]


async def test_a_day_that_nobody_brought_to_its_end_is_skipped_when_the_next_is_due(machine: Bench) -> None:
    machine.store.faults.add("GET", "/segments", status=403)
    await machine.sweeps()
    machine.clock.forward(hours=24)
    await machine.sweeps()
    assert outcomes(machine) == ["skipped", "posted"]
    assert await state(machine) == SummaryState.SKIPPED


async def test_approvers_hear_of_another_reason_and_not_of_the_same_again(machine: Bench) -> None:
    for code, heard in (("is_archived", 1), ("is_archived", 1), ("not_in_channel", 2), ("not_in_channel", 2)):
        machine.board.broken["announce"] = Undeliverable(code, final=True)
        await machine.sweeps()
        assert len(machine.board.warned) == heard
        machine.clock.forward(hours=24)
