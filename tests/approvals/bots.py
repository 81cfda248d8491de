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


class Log:
    """What a process says, as ``lines``; it is read as long as it lives: a pipe that nobody reads would stop it."""

    def __init__(self, process: Process, lines: list[str] | None = None) -> None:
        self._lines = [] if lines is None else lines
        self._ready = asyncio.Event()
        self._reading = asyncio.create_task(self._read(process))

    @property
    def text(self) -> str:
        """All of it, but for the requests."""
        return "".join(self._lines)

    async def is_ready(self) -> bool:
        """Wait until it says that it is ready, or ends; return whether it is."""
        ready = asyncio.create_task(self._ready.wait())
        await asyncio.wait({ready, self._reading}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        return self._ready.is_set()

    async def _read(self, process: Process) -> None:
        assert process.stderr
        while line := (await process.stderr.readline()).decode():
            if " httpx: " not in line:
                self._lines.append(f"{process.pid} {line}")
            if "Ready" in line:
                self._ready.set()


@asynccontextmanager
async def bot(slack: World, code: Path = ROOT, /, mode: str = "socket", **settings: str) -> AsyncIterator[Process]:
    """A bot that is ready; killed (-9) at the end, if it was not before. ``code``: where its version of the bot is."""
    inherited = {name: value for name, value in os.environ.items() if "COV" not in name}
    environment = inherited | environment_for(slack.url, slack.database) | slack.overrides | settings
    command = (sys.executable, "-m", "bot", mode)
    slack.permitted |= slack.behind(frozenset({people.APPROVERS_GROUP}))
    process = await asyncio.create_subprocess_exec(*command, cwd=code, env=environment, stderr=PIPE)
    log = Log(process)
    try:
        assert await log.is_ready(), "the bot ended before it was ready"
        yield process
    except BaseException as error:
        error.add_note(log.text)
        raise
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until(slack: World, holds: Callable[[], object]) -> None:
    """Wait until this holds; it is looked at whenever something in the workspace changed."""
    async with asyncio.timeout(LONG):
        while not holds():
            await slack.workspace.next_change(slack.workspace.version, within=LONG)
