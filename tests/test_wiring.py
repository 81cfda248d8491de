"""What is assembled starts only where Slack takes its tokens, is healthy while it can read, and sweeps by itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.workspace import people
from bot.settings import CannotStart
from bot.wiring import assemble, utc_now
from commands import GROUPS
from tests.harness import World, said, settings_for, world


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
