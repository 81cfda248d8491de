"""A deploy: the version before this one runs, the new one starts beside it, and the earlier one stops."""

import re
import shutil
import subprocess
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.ledger.sql.schema_version import OLDEST_WRITER
from tests.approvals.bots import bot, until
from tests.approvals.test_two_processes import each, outcomes
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine, sqlite
from tests.harness import ROOT, World, buttons
from tests.records import read_ledger, verified

EACH = 4
"""Changes that are asked for before the new version starts, while both run, and once the earlier one is gone."""
SCHEMA = re.compile(r"^SCHEMA = (\d+)$", re.MULTILINE)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """The code of the commit before the last one."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("the version before is read from git, and this is no clone")
    archive = subprocess.run(
        [git, "-C", str(ROOT), "archive", "HEAD^", "bot", "commands", "manifest.yml"], capture_output=True, check=False
    )
    if archive.returncode:
        pytest.skip("the version before is read from git, and this clone has only one commit")
    folder = tmp_path / "earlier"
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def may_write_beside(earlier: Path) -> bool:
    """Whether bots of this earlier version may write to a ledger that this version wrote to."""
    (path,) = (earlier / "bot" / "ledger").glob("*/schema_version.py")
    (schema,) = SCHEMA.findall(path.read_text(encoding="utf-8"))
    return int(schema) >= OLDEST_WRITER


def waiting(slack: World) -> list[str]:
    """Where the cards stand that can be approved, oldest first."""
    cards = slack.messages(by="ben", channel="#approvals")
    return sorted(card["ts"] for card in cards if "Delete Segment" in buttons(card))


async def ask(slack: World, names: list[str]) -> None:
    """Ask to delete these segments; each waits for a click."""
    slack.put(*names)
    before = len(waiting(slack))
    for name in names:
        assert (await slack.client.type("ana", "#segments", f'/segment delete "{name}"'))["ok"]
    await until(slack, lambda: len(waiting(slack)) == before + len(names))


async def approve(slack: World, count: int) -> None:
    """Approve so many of those that wait, and see them done on their cards, too."""
    done, cards = outcomes(slack), waiting(slack)
    for ts in cards[:count]:
        assert (await slack.client.press("ben", "#approvals", "Delete Segment", ts=ts))["ok"]
    await until(slack, lambda: outcomes(slack) == done + count and waiting(slack) == cards[count:])


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_deploy_loses_and_doubles_nothing(engine: Engine, open_world: OpenWorld, earlier: Path) -> None:
    if engine is not sqlite and not may_write_beside(earlier):
        pytest.skip("there the ledger is migrated before, so that the version before does not start")
    slack = await open_world(running=False, engine=engine)
    names = [f"Segment {number}" for number in range(3 * EACH)]
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(bot(slack, earlier))
        await ask(slack, names[:EACH])
        await approve(slack, 1)
        await stack.enter_async_context(bot(slack))
        if not may_write_beside(earlier):
            assert await old.wait() == 1
        await ask(slack, names[EACH : 2 * EACH])
        await approve(slack, EACH)
        if may_write_beside(earlier):
            old.terminate()
            assert await old.wait() == 0
        await ask(slack, names[2 * EACH :])
        await approve(slack, len(waiting(slack)))
    once = Counter(range(1, len(names) + 1))
    for kind in ("approve", "start", "step started", "step done", "finish"):
        assert each(slack, kind) == once, kind
    assert not set(names) & set(slack.sizes())
    with read_ledger(slack.address) as ledger:
        assert verified(ledger).holds
