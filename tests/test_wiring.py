"""What is assembled starts only where Slack takes its tokens, and its ledger is whole; it sweeps until that is lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.errors import LedgerLost
from bot.sandbox.workspace import people
from bot.sandbox.workspace.people import Group
from bot.settings import CannotStart
from bot.wiring import assemble, utc_now
from commands import GROUPS
from tests.harness import Clock, World, said, settings_for, world
from tests.ledger.sqlite.files import damage
from tests.records import create_ledger


class BreakingClock:
    """A clock that breaks once when it is told to, and says when it is asked again after that."""

    def __init__(self) -> None:
        self.breaks = self.broke = False
        self.asked_again = asyncio.Event()

    def __call__(self) -> datetime:
        if self.breaks:
            self.breaks, self.broke = False, True
            raise RuntimeError("no time")
        if self.broke:
            self.asked_again.set()
        return utc_now()


class CountingClock(Clock):
    """A clock that counts how often it is asked."""

    asked = 0

    def __call__(self) -> datetime:
        self.asked += 1
        return super().__call__()


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """A world without a bot."""
    async with world(tmp_path, running=False, customers=5) as made:
        yield made


def test_the_time_is_told_in_utc() -> None:
    assert utc_now().tzinfo is UTC


async def test_a_bot_that_runs_is_healthy(idle: World) -> None:
    async with assemble(settings_for(idle.url, idle.database), GROUPS, run_due_every=None) as bot:
        assert await bot.healthy()


async def test_a_bot_token_that_slack_does_not_take_stops_the_start(idle: World) -> None:
    settings = settings_for(idle.url, idle.database, SLACK_BOT_TOKEN="xoxb-another")
    with pytest.raises(CannotStart, match=r"does not take SLACK_BOT_TOKEN \(invalid_auth\)\. Check the token"):
        async with assemble(settings, GROUPS, run_due_every=None):
            pass


async def test_an_app_token_that_slack_does_not_take_is_refused(idle: World) -> None:
    async with assemble(settings_for(idle.url, idle.database), GROUPS, run_due_every=None) as bot:
        await bot.refuse_app_token(people.APP_TOKEN)
        with pytest.raises(CannotStart, match=r"does not take SLACK_APP_TOKEN \(.*_auth.*\)"):
            await bot.refuse_app_token("xapp-another")


async def test_what_is_due_can_be_done_at_once(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.clock.forward(hours=25)
    await slack.sweep()
    assert "Expired" in said(slack.card(1))


async def test_after_housekeeping_that_broke_comes_the_next(idle: World, caplog: pytest.LogCaptureFixture) -> None:
    clock = BreakingClock()
    async with assemble(settings_for(idle.url, idle.database), GROUPS, clock=clock, run_due_every=0):
        clock.breaks = True
        await clock.asked_again.wait()
    assert [record.getMessage() for record in caplog.records if record.name == "bot.wiring"] == [
        "What is due could not be started; the next try comes in 0 s"
    ]


async def test_a_group_that_stays_unreadable_is_warned_of_at_the_start(
    idle: World, caplog: pytest.LogCaptureFixture
) -> None:
    managers = Group("S0MANAGER1", "managers", "Managers", [people.CLEO])
    idle.workspace.directory.groups[managers.id] = managers
    both = f"{people.APPROVERS_GROUP},{managers.id}"
    # Whichever is asked for first; the other one is read. (After an error out of a task, coverage counts lines again
    # only once something was waited for.)
    idle.workspace.faults.add("usergroups.users.list", error="no_such_subteam")
    async with assemble(settings_for(idle.url, idle.database, APPROVERS=both), GROUPS, run_due_every=None):
        pass
    (warned,) = [record.getMessage() for record in caplog.records if record.name == "bot.wiring"]
    assert re.match(r"The members of the user group S0\w+ can't be read: there is no such group\. ", warned)


# A ledger that is lost


async def test_a_damaged_ledger_stops_the_start(idle: World) -> None:
    create_ledger(idle.database)
    damage(idle.database, "restored")
    before = idle.database.read_bytes()
    with pytest.raises(LedgerLost) as told:
        async with assemble(settings_for(idle.url, idle.database), GROUPS, run_due_every=None):
            pass
    assert told.value.for_operator.startswith("The ledger is damaged (")
    assert idle.database.read_bytes() == before


async def test_a_bot_stops_for_the_first_reason(idle: World) -> None:
    async with assemble(settings_for(idle.url, idle.database), GROUPS, run_due_every=None) as bot:
        for reason in ("first", "second"):
            bot.lose(LedgerLost(reason, ""))
        assert bot.lost.result().reason == "first"


async def test_housekeeping_ends_once_the_ledger_is_lost(idle: World) -> None:
    clock = CountingClock()
    async with assemble(
        settings_for(idle.url, idle.database), GROUPS, clock=clock, elapsed=clock.elapsed, run_due_every=0
    ) as bot:
        idle.database.unlink()
        clock.forward(seconds=3)  # the lease is to be renewed
        assert (await bot.lost).reason == "the ledger's file was deleted or replaced"
        asked = clock.asked
        for _ in range(9):
            await asyncio.sleep(0)
        assert clock.asked == asked
