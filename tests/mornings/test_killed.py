"""A bot that is killed (-9) at any boundary of a morning, and started again: one summary, or the log is unsure."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.answers import Answer
from bot.core.approval.policy import Policy
from bot.engine.daily_summary import Schedule
from bot.ledger.opening import open_ledger
from bot.sandbox.workspace import people
from tests.approvals.bots import LONG, bot, until
from tests.approvals.mortal import SITES, Killed, NewSite, Site
from tests.approvals.team import APPROVERS, Process, Slack, Team
from tests.approvals.test_killed import new
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import Clock, World, no_wait, said
from tests.records import entries_of, verified

POLICY = Policy(approvers=frozenset({APPROVERS}))
SCHEDULE = Schedule("CSEGMENTS", time(9), ZoneInfo("UTC"))
EVENING = datetime(2027, 5, 3, 20, tzinfo=UTC)
MORNING = datetime(2027, 5, 4, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Boundary:
    """Where the process is killed: ``before`` or ``after`` its message, or after its n-th ``transaction``."""

    kind: str
    at: int = 0


@dataclass
class Deadly(Slack):
    """Kills the process that posts, where it is told to."""

    boundary: Boundary | None = None
    process: Process | None = None
    sent: list[Answer] = field(default_factory=list)

    async def announce(self, answer: Answer) -> None:
        self._kill("before")
        self.sent.append(answer)
        self._kill("after")

    def _kill(self, kind: str) -> None:
        if self.process and self.boundary == Boundary(kind):
            self.process.die()
            raise Killed


@asynccontextmanager
async def evening(site: Site) -> AsyncIterator[tuple[Team, Deadly]]:
    """A ledger whose first day has begun."""
    dice, clock = random.Random(7), Clock()
    clock.now = EVENING
    slack, team = Deadly(dice), Team.around(clock, dice, lambda _sent: None)
    team.slack, team.schedule = slack, SCHEDULE
    try:
        process = await started(site, team)
        await process.kill()
        yield team, slack
    finally:
        team.store.close()


async def started(site: Site, team: Team) -> Process:
    process = await Process.start(site, team, POLICY)
    await process.sweep()
    await process.settled()
    return process


async def morning(on: NewSite, folder: Path, boundary: Boundary | None) -> tuple[int, list[str], int]:
    with on(new(folder)) as site:
        return await morning_on(site, boundary)


async def morning_on(site: Site, boundary: Boundary | None) -> tuple[int, list[str], int]:
    """How many summaries there were, what the log says of them, and how many transactions it took."""
    async with evening(site) as (team, slack):
        team.clock.now = MORNING
        process = await Process.start(site, team, POLICY)
        process.mortality.counts_all = True
        slack.process, slack.boundary, before = process, boundary, process.mortality.made
        if boundary and boundary.kind == "transaction":
            process.mortality.left = boundary.at
        await process.sweep()
        await process.settled()
        made = process.mortality.made - before
        if boundary:
            assert not process.alive
            slack.process = None
            team.clock.forward(seconds=16)
            process = await started(site, team)
        for hours in (0, 1, 5):
            team.clock.forward(hours=hours)
            await process.sweep()
            await process.settled()
        kinds = [one.kind for one in entries_of(process.ledger) if one.kind != "summary begun"]
        assert verified(process.ledger).holds
        await process.kill()
        return len(slack.sent), kinds, made


@pytest.mark.parametrize("on", SITES)
async def test_a_bot_killed_at_any_boundary_of_a_morning_posts_once_or_says_that_it_is_unsure(
    on: NewSite, tmp_path: Path
) -> None:
    calm = await morning(on, tmp_path / "calm", None)
    assert calm[:2] == (1, ["summary posted"])
    ends = [Boundary("transaction", at + 1) for at in range(calm[2])]
    *_, posting, _posted = ends  # after others: asks looked at, the day opened, the day claimed
    for boundary in ends:
        unsure = boundary == posting
        sent, kinds, _ = await morning(on, tmp_path / f"transaction {boundary.at}", boundary)
        assert (sent, kinds) == ((0, ["summary unsure"]) if unsure else (1, ["summary posted"])), boundary
    for sent, kind in enumerate(("before", "after")):
        assert (await morning(on, tmp_path / kind, Boundary(kind)))[:2] == (sent, ["summary unsure"])


# The same with processes of their own, and a real kill -9


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("method", "sent", "outcome"), [("GET", 0, "posted"), ("POST", 1, "unsure")])
async def test_a_real_process_killed_while_the_store_or_slack_has_its_request_leaves_one_summary(
    engine: Engine, open_world: OpenWorld, method: str, sent: int, outcome: str, deep: bool
) -> None:
    """What Slack had when the process died, it posts: then the next process must not post again."""
    if method == "GET" and not deep:
        pytest.skip("with --deep")
    slack = await open_world(running=False, engine=engine)
    due = datetime.now(UTC) - timedelta(minutes=1)
    at = {"SUMMARY_CHANNEL": people.SEGMENTS, "SUMMARY_TIME": f"{due:%H:%M}"}
    async with open_ledger(slack.address) as ledger:
        await ledger.summaries.open(due.date() - timedelta(days=2), at=due)
    reached = asyncio.Event()
    if method == "GET":
        reached = slack.stick("GET", "/segments").reached
    else:
        slack.workspace.faults.add("chat.postMessage", delay=0.5)
        slack.workspace.overheard = lambda door, _: reached.set() if door == "chat.postMessage" else None
    async with bot(slack, **at) as process:
        async with asyncio.timeout(LONG):
            await reached.wait()
        process.kill()
        await process.wait()
    await until(slack, lambda: len(_summaries(slack)) == sent)
    slack.store.sleep = no_wait
    slack.clock.forward(seconds=LONG)
    slack.overrides |= at
    await slack.start()
    await slack.sweep()
    assert len(_summaries(slack)) == 1
    assert [one for one in slack.kinds() if "summary" in one] == ["summary begun", f"summary {outcome}"]


def _summaries(slack: World) -> list[str]:
    told = [said(one) for one in slack.messages() if one["bot"]]
    return [one for one in told if "segments used" in one]
