"""Fixtures for everybody."""

import gc
import logging
import os
import pkgutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from coverage import Coverage
from hypothesis import is_hypothesis_test, settings

if TYPE_CHECKING:  # fixtures import what they use: the process that hands tests out to others needs none of it
    from tests.harness import World

OpenWorld = Callable[..., Awaitable["World"]]
HOUR = 3600
GARBAGE = 50_000
"""New objects after which Python looks for those that nobody needs; by itself, it does so after 700."""
UNCOUNTED = {"approvals", "browser", "kept", "laws", "mornings", "sandbox", "stories"}
"""Tests of the whole bot, and of the world around it, laws, and thousands of kept texts. Counting their lines would
take three quarters more of their time, and the gate is harder to pass where each line has to be reached by a test of
its own part."""
COUNTED = ("bot", "commands")
WORLDS = {"slack", "open_world"}
IS_FIRST = pytest.StashKey[bool]()
"""Whether it is the first case of its test."""
PAUSED = pytest.StashKey[list[Coverage]]()
# No example of any property is late on a busy machine: how long things take is measured in tests/benchmarks.
for _profile in ("suite", "deep"):
    settings.register_profile(_profile, deadline=None)
# Workers and processes of the command line read again what another one compiled: half of the time that they take to
# start, also on machines that are told to keep nothing compiled.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--deep``: thousands of interleavings, hundreds of clicks, a real kill at every step boundary."""
    parser.addoption("--deep", action="store_true", help="run all of what the suite keeps a quick share of")


def pytest_configure(config: pytest.Config) -> None:
    """Laws draw more examples in a deep run (see ``tests.laws.values.examples``)."""
    settings.load_profile("deep" if config.getoption("--deep") else "suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note which case of each test is its first one; deep runs take minutes."""
    known = set[tuple[Path, object]]()
    for item in items:
        test = (item.path, getattr(item, "obj", item.name))
        item.stash[IS_FIRST] = test not in known
        known.add(test)
    if config.getoption("--deep"):
        for item in items:
            item.add_marker(pytest.mark.timeout(HOUR))


@pytest.hookimpl(trylast=True)  # after pytest-cov began to count
def pytest_sessionstart(session: pytest.Session) -> None:
    """Count what importing the bot runs; then pause, since compiling the tests would take twice as long."""
    is_controller = getattr(session.config.option, "dist", "no") != "no" and not hasattr(session.config, "workerinput")
    if not is_controller:
        for name in COUNTED:
            _import_all(name)
    _pause(session.config)
    signal.signal(signal.SIGINT, _interrupt)


def pytest_collection_finish() -> None:
    """Spare the tests the time in which Python would look through all that stays, for what nobody needs."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    """Do what Python's own handler does; asyncio, for each test anew, would replace that, and describe every task."""
    raise KeyboardInterrupt


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: some tests wait for a second to pass, or for another process."""
    return (os.cpu_count() or 1) + 1


def _import_all(package: str) -> None:
    """Import a package's modules, but for the emulators, and for programs, which would run."""
    for found in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if found.name != "bot.sandbox" and not found.name.endswith("__main__"):
            import_module(found.name)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Count lines from the first test of one part on, and stop at the first one of the whole."""
    _count(item, is_counted(item) and not _has_world(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """A world comes and goes uncounted: the same lines each time, and counting takes two thirds more of the time."""
    _count(item, is_counted(item))
    try:
        return (yield)
    finally:
        if _has_world(item):
            _count(item, False)


def _count(item: pytest.Item, lines: bool) -> None:
    if not lines and not item.config.getoption("cov_context", None):  # who asks which test, asks all of them
        _pause(item.config)
        return
    paused = item.config.stash.setdefault(PAUSED, [])
    while paused:
        paused.pop().start()
    if item.config.getoption("cov_context", None) and (running := Coverage.current()):
        running.switch_context(f"{item.nodeid}|run")  # pytest-cov switched the one that was paused


def _has_world(item: pytest.Item) -> bool:
    return not WORLDS.isdisjoint(getattr(item, "fixturenames", ()))


def is_counted(item: pytest.Item) -> bool:
    """Whether the lines that it reaches count.

    Those of a law are reached by chance. The cases of one test in a world reach the same ones; the first one counts.
    """
    if _has_world(item) and not item.stash[IS_FIRST]:
        return False
    folders = item.path.relative_to(item.config.rootpath).parts[1:-1]
    return UNCOUNTED.isdisjoint(folders) and not is_hypothesis_test(getattr(item, "obj", None))


def _pause(config: pytest.Config) -> None:
    while running := Coverage.current():  # one may hide another: a worker of pytest-xdist has two
        running.stop()
        config.stash.setdefault(PAUSED, []).append(running)


@pytest.fixture
def deep(request: pytest.FixtureRequest) -> bool:
    """Whether this is a deep run."""
    return bool(request.config.getoption("--deep"))


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A directory of the test's own, in memory where that can be had, and gone when the test is over.

    A ledger waits for the disk at each move, so that no power cut takes back what it told; no test cuts the power.
    """
    from tests.disks import MEMORY

    with TemporaryDirectory(dir=MEMORY) as directory:
        yield Path(directory)


@pytest.fixture
async def slack(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator["World"]:
    """A world with a running bot, 12 segments and 400 customers; it is judged at the end."""
    from tests.harness import world

    async with world(tmp_path) as made:
        yield made
        await _judged(made, caplog)


@pytest.fixture
async def open_world(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[OpenWorld]:
    """Opens a world that differs from the usual one (see ``world``); it is judged at the end."""
    from tests.harness import world

    opened: list[World] = []
    async with AsyncExitStack() as stack:

        async def open_one(**options: Any) -> "World":
            opened.append(await stack.enter_async_context(world(tmp_path, **options)))
            return opened[-1]

        yield open_one
        for made in opened:
            await _judged(made, caplog)


async def _judged(made: "World", caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happened on the way, the world holds, and the bot logged no error that nobody foresaw."""
    from tests.stories.judge import judge

    await made.settled()
    await judge(made)
    records = [one for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    assert not [one.getMessage() for one in records if one.name.startswith("bot.")]
