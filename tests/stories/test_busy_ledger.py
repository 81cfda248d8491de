"""What cannot be recorded does not happen, and the person hears of it, wherever they look."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.harness import World, said, world
from tests.stories.judge import judge


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose bot is expected to log what broke."""
    async with world(tmp_path, customers=40) as made:
        yield made
        await judge(made)


@contextmanager
def held(ledger: Path) -> Iterator[None]:
    """Another program holds the ledger's file."""
    with closing(sqlite3.connect(ledger, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def test_a_command_is_answered_with_a_reference(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    with held(slack.database):
        await slack.type("/segment delete VIPs")
    assert "Nothing was done; please try again." in slack.messages()[-1]["text"]
    assert (slack.kinds(), "database is locked" in caplog.text) == ([], True)


async def test_a_click_is_answered_beside_the_button(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    await slack.type("/segment delete VIPs")
    with held(slack.database):
        await slack.press("Delete Segment", by="ben")
    assert "Nothing was done; please try again." in slack.whisper(by="ben", channel="#approvals")
    assert "VIPs" in slack.sizes()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_form_stays_open_and_says_so(slack: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    await slack.type("/segment create")
    with held(slack.database):
        outcome = await slack.submit({"Name": "Loyal"})
    assert "Nothing was done; please try again." in outcome["errors"]["name"]
    assert slack.form() is not None
    await slack.submit({"Name": "Loyal"})
    assert "Create the segment Loyal" in said(slack.card(1))
