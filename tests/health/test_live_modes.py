"""A real process tells whether it is ready, from its start until it stops."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.health.readiness import DRAINING
from tests.harness import ROOT, World, environment_for, world
from tests.processes import free_port


@pytest.fixture
async def idle(tmp_path: Path) -> AsyncIterator[World]:
    """A world without a bot."""
    async with world(tmp_path, running=False, customers=1) as made:
        yield made


async def probed(session: ClientSession, url: str) -> tuple[int, Any]:
    async with session.get(url) as answer:
        return answer.status, await answer.json()


@asynccontextmanager
async def running(mode: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real bot, once it is ready; the emulators answer it in this process meanwhile."""
    command, told = (sys.executable, "-m", "bot", mode), {**os.environ, **environment}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=told, stderr=PIPE)
    assert process.stderr
    try:
        while b"Ready: " not in (line := await process.stderr.readline()):
            assert line, "It ended before it was ready"
        yield process
    finally:
        with suppress(ProcessLookupError):  # it has ended already
            process.kill()
        await process.communicate()


async def test_a_bot_that_drains_is_not_ready_and_still_answers(idle: World) -> None:
    health, public = (f"http://127.0.0.1:{port}" for port in (free_port(), free_port()))
    ports = {"HEALTH_PORT": health.rpartition(":")[2], "PORT": public.rpartition(":")[2], "DRAIN_SECONDS": "60"}
    async with running("http", **environment_for(idle.url, idle.database), **ports) as bot, ClientSession() as session:
        assert await probed(session, f"{health}/readyz") == (200, {"ok": True, "faults": []})
        bot.terminate()
        while (found := await probed(session, f"{health}/readyz"))[0] == 200:
            pass
        assert found == (503, {"ok": False, "faults": [DRAINING]})
        assert (await probed(session, f"{public}/healthz"))[0] == 200
        for path in ("/readyz", "/metrics"):
            async with session.get(f"{public}{path}") as answer:
                assert answer.status == 404


async def test_a_bot_on_socket_mode_is_ready_once_slack_said_hello(idle: World) -> None:
    port = free_port()
    settings = environment_for(idle.url, idle.database) | {"HEALTH_PORT": str(port)}
    async with running("socket", **settings) as bot, ClientSession(f"http://127.0.0.1:{port}") as session:
        while (await probed(session, "/readyz"))[0] != 200:
            assert (await probed(session, "/healthz"))[0] == 200
        bot.terminate()
        assert await bot.wait() == 0
