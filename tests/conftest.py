"""Fixtures for everybody."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.harness import World, world
from tests.stories.judge import judge

OpenWorld = Callable[..., Awaitable[World]]


@pytest.fixture
async def slack(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """A world with a running bot, 12 segments and 400 customers; it is judged at the end."""
    async with world(tmp_path) as made:
        yield made
        await _judged(made, caplog)


@pytest.fixture
async def open_world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[OpenWorld]:
    """Opens a world that differs from the usual one (see ``world``); it is judged at the end."""
    opened: list[World] = []
    async with AsyncExitStack() as stack:

        async def open_one(**options: Any) -> World:
            opened.append(await stack.enter_async_context(world(tmp_path, **options)))
            return opened[-1]

        yield open_one
        for made in opened:
            await _judged(made, caplog)


async def _judged(made: World, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happened on the way, the world holds, and the bot logged no error that nobody foresaw."""
    await made.settled()
    await judge(made)
    records = [one for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    assert not [one.getMessage() for one in records if one.name.startswith("bot.")]
