"""Fixtures for everybody."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from coverage import Coverage

from tests.disks import MEMORY
from tests.harness import World, world
from tests.stories.judge import judge

OpenWorld = Callable[..., Awaitable[World]]
HOUR = 3600
UNCOUNTED = {"approvals", "browser", "mornings", "sandbox", "stories"}
"""Tests of the whole bot, and of the world around it. Counting their lines would take three quarters more of their
time, and the gate is harder to pass where each line has to be reached by a test of its own part."""
PAUSED = pytest.StashKey[list[Coverage]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--deep``: thousands of interleavings, hundreds of clicks, a real kill at every step boundary."""
    parser.addoption("--deep", action="store_true", help="run all of what the suite keeps a quick share of")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deep runs take minutes."""
    if config.getoption("--deep"):
        for item in items:
            item.add_marker(pytest.mark.timeout(HOUR))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Count lines from the first test of one part on, and stop at the first one of the whole."""
    paused = item.config.stash.setdefault(PAUSED, [])
    if item.path.relative_to(item.config.rootpath).parts[1] not in UNCOUNTED:
        while paused:
            paused.pop().start()
        return
    while running := Coverage.current():  # one may hide another: a worker of pytest-xdist has two
        running.stop()
        paused.append(running)


@pytest.fixture
def deep(request: pytest.FixtureRequest) -> bool:
    """Whether this is a deep run."""
    return bool(request.config.getoption("--deep"))


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A directory of the test's own, in memory where that can be had, and gone when the test is over.

    A ledger waits for the disk at each move, so that no power cut takes back what it told; no test cuts the power.
    """
    with TemporaryDirectory(dir=MEMORY) as directory:
        yield Path(directory)


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
