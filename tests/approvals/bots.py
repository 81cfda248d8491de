"""Bots in processes of their own, between a world's store and workspace."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.sandbox.workspace import people
from tests.harness import ROOT, World, environment_for

LONG = 50
"""Seconds after which what is waited for does not come any more."""


@asynccontextmanager
async def bot(slack: World, code: Path = ROOT, /, **settings: str) -> AsyncIterator[Process]:
    """A bot that is ready; killed (-9) at the end, if it was not before. ``code``: where its version of the bot is."""
    inherited = {name: value for name, value in os.environ.items() if "COV" not in name}
    environment = inherited | environment_for(slack.url, slack.database) | slack.overrides | settings
    command = (sys.executable, "-m", "bot", "socket")
    slack.permitted |= slack.behind(frozenset({people.APPROVERS_GROUP}))
    process = await asyncio.create_subprocess_exec(*command, cwd=code, env=environment, stderr=PIPE)
    assert process.stderr
    seen = b""
    try:
        while b"Ready" not in seen:
            line = await process.stderr.readline()
            assert line, f"the bot ended before it was ready: {seen.decode()}"
            seen += line
        # A pipe that nobody reads would stop it in the end.
        rest = asyncio.create_task(process.stderr.read())
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    await rest


async def until(slack: World, holds: Callable[[], object]) -> None:
    """Wait until this holds; it is looked at whenever something in the workspace changed."""
    async with asyncio.timeout(LONG):
        while not holds():
            await slack.workspace.next_change(slack.workspace.version, within=LONG)
