"""A bot whose ledger is taken away stops with a sentence, and does nothing that it could not put on record."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.errors import LedgerLost
from bot.ledger.sql.schema_version import SCHEMA
from bot.serving import stopped
from bot.wiring import assemble
from commands import GROUPS
from tests.harness import ROOT, World, environment_for, settings_for, world
from tests.records import create_ledger

GONE = "This could not be put on record (the ledger's file was deleted or replaced), so nothing was done."
TOO_OLD = "This could not be put on record (this version of the bot is too old for the ledger), so nothing was done."


def deleted(path: Path) -> None:
    path.unlink()


def migrated(path: Path) -> None:
    """The next version of the bot started on it, which no older one may run beside."""
    with closing(sqlite3.connect(path)) as later, later:
        later.execute("UPDATE ledger_schema SET version = ?, oldest_writer = ?", (SCHEMA + 1, SCHEMA + 1))


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bot, started by the test, is expected to log what it could not record."""
    async with world(tmp_path, customers=40, running=False) as made:
        create_ledger(made.database)
        yield made


@pytest.mark.parametrize(("taken_away", "sentence"), [(deleted, GONE), (migrated, TOO_OLD)])
async def test_a_click_does_nothing_without_the_ledger(
    slack: World, taken_away: Callable[[Path], None], sentence: str
) -> None:
    await slack.start()
    await slack.type("/segment delete VIPs")
    taken_away(slack.database)
    with pytest.raises(LedgerLost):
        await slack.sweep()
    await slack.press("Delete Segment", by="ben")
    assert sentence in slack.whisper(by="ben", channel="#approvals")
    assert (slack.writes(), "VIPs" in slack.sizes()) == ([], True)


async def test_the_bot_stops_within_seconds(slack: World) -> None:
    async with assemble(settings_for(slack.url, slack.database), GROUPS, run_due_every=0.01) as bot:
        deleted(slack.database)
        with pytest.raises(LedgerLost, match="deleted or replaced"):
            await stopped(bot.lost)


async def test_a_signal_stops_a_bot_that_has_its_ledger(slack: World) -> None:
    async with assemble(settings_for(slack.url, slack.database), GROUPS, run_due_every=None) as bot:
        ends = asyncio.create_task(stopped(bot.lost))
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await ends


async def ended(slack: World) -> tuple[int | None, str]:
    """A bot of its own, whose ledger is deleted as soon as it is ready: its exit status, and its last line."""
    environment = {**os.environ, **environment_for(slack.url, slack.database)}
    command = (sys.executable, "-m", "bot", "socket")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=PIPE)
    assert process.stderr
    while b"Ready" not in (line := await process.stderr.readline()):
        assert line
    deleted(slack.database)
    _, said = await process.communicate()
    return process.returncode, said.decode().splitlines()[-1]


async def test_its_process_ends_with_a_failure_and_says_what_to_do(slack: World) -> None:
    status, said = await ended(slack)
    assert status == 1
    assert said.startswith(f"The ledger's file {slack.database} was deleted or replaced while the bot ran, so the bot")
