"""A process is ready while Slack is heard, the ledger is written, and nobody stops it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.core.errors import NotRecorded
from bot.health.readiness import DRAINING, STARTING, Readiness
from bot.health.server import probes, serving
from bot.slack import transports
from bot.wiring import assemble
from commands import GROUPS
from tests.disks import held
from tests.harness import Clock, World, settings_for, world
from tests.jumping_loop import run_at_once
from tests.relay import Relay, relayed


@dataclass
class Behind:
    """A bot behind a relay: the line, somebody who probes it, and the world around."""

    relay: Relay
    session: ClientSession
    world: World


LOCAL = "127.0.0.1"
UNWRITTEN = "The ledger could not be written for the last 6 seconds."


async def probed(session: ClientSession, url: str) -> tuple[int, Any]:
    async with session.get(url) as answer:
        return answer.status, await answer.json()


@asynccontextmanager
async def bot_behind_a_relay(folder: Path, *, heard_by: Callable[[], float] | None = None) -> AsyncIterator[Behind]:
    """A whole bot over Socket Mode whose clocks are the loop's, and a line between it and Slack."""
    loop, start = asyncio.get_running_loop(), datetime.now(UTC)

    def clock() -> datetime:
        return start + timedelta(seconds=loop.time())

    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(folder, customers=1, running=False))
        relay, url = await stack.enter_async_context(relayed(made.url))
        made.workspace.public_url = url
        settings = settings_for(url, made.database)
        bot = await stack.enter_async_context(assemble(settings, GROUPS, clock=clock, elapsed=loop.time))
        readiness = Readiness(bot.engine.process)
        port = await stack.enter_async_context(serving(probes(readiness, None), LOCAL, 0))
        token, heard_by = settings.SLACK_APP_TOKEN, heard_by or loop.time
        sockets = await stack.enter_async_context(transports.socket(bot.app, token, elapsed=heard_by))
        readiness.reached = lambda: sockets.is_reached
        session = await stack.enter_async_context(ClientSession(f"http://{LOCAL}:{port}"))
        yield Behind(relay, session, made)


def test_a_silent_death_of_slack_shows_within_forty_seconds(tmp_path: Path) -> None:
    async def story() -> None:
        async with bot_behind_a_relay(tmp_path) as behind:
            await asyncio.sleep(45)
            assert await probed(behind.session, "/readyz") == (200, {"ok": True, "faults": []})
            behind.relay.dead = True
            await asyncio.sleep(40)
            assert await probed(behind.session, "/readyz") == (503, {"ok": False, "faults": [STARTING]})
            assert await probed(behind.session, "/healthz") == (200, {"ok": True})
            behind.relay.dead = False
            await asyncio.sleep(60)
            assert await probed(behind.session, "/readyz") == (200, {"ok": True, "faults": []})

    run_at_once(story)


def test_an_open_connection_counts_only_while_slack_is_heard(tmp_path: Path) -> None:
    """A proxy may keep it open, and answer pings for whoever is gone."""
    clock = Clock()

    async def story() -> None:
        async with bot_behind_a_relay(tmp_path, heard_by=clock.elapsed) as behind:
            await asyncio.sleep(1)
            assert (await probed(behind.session, "/readyz"))[0] == 200
            clock.forward(seconds=40)
            assert await probed(behind.session, "/readyz") == (503, {"ok": False, "faults": [STARTING]})
            await asyncio.sleep(11)  # by then it has been asked for a pong
            assert (await probed(behind.session, "/readyz"))[0] == 200

    run_at_once(story)


def test_a_connection_that_slack_renews_stays_ready(tmp_path: Path) -> None:
    async def story() -> None:
        async with bot_behind_a_relay(tmp_path) as behind:
            await asyncio.sleep(1)
            await behind.world.workspace.sockets.disconnect()
            await asyncio.sleep(1)
            assert (await probed(behind.session, "/readyz"))[0] == 200

    run_at_once(story)


async def test_a_bot_that_starts_or_stops_is_not_ready(slack: World) -> None:
    assert slack.bot
    readiness = Readiness(slack.bot.engine.process)
    assert readiness.faults() == [STARTING]
    readiness.reached = lambda: True
    assert readiness.faults() == []
    readiness.is_draining = True
    assert readiness.faults() == [DRAINING]


async def test_a_ledger_that_cannot_be_written_makes_not_ready(tmp_path: Path) -> None:
    async with world(tmp_path, customers=1) as slack:
        assert slack.bot
        readiness = Readiness(slack.bot.engine.process, lambda: True)
        with held(slack.database):
            for faults in ([], [], [UNWRITTEN]):
                slack.clock.forward(seconds=2)
                with pytest.raises(NotRecorded):
                    await slack.tick()
                assert readiness.faults() == faults
        await slack.tick()
        assert readiness.faults() == []
