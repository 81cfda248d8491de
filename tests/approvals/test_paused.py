"""Two bots on one ledger, one of them stopped (as by SIGSTOP) at any moment for longer than its lease.

It wakes up after the other one has gone on with its change, and often after that was undone.
"""

import asyncio
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.core.approval.changes import State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton
from bot.engine.process import LEASE
from tests.approvals.bots import LONG, bot, until
from tests.approvals.mortal import NewSite, Site, in_file, on_server
from tests.approvals.team import ANA, APPROVERS, BEN, Process, Team
from tests.approvals.test_killed import CHANGES, new, shop_of
from tests.conftest import OpenWorld
from tests.core.samples import invocation
from tests.engines import ENGINES, Engine
from tests.harness import Clock, Stuck, said
from tests.records import entries_of, rows_of, verified

POLICY = Policy(approvers=frozenset({APPROVERS}))
PAUSE = LEASE.total_seconds() * 2
PLACES = 40
"""At one of so many places on its way it is stopped."""
QUICK, DEEP = 3, 40
"""Runs of each change, each with pauses elsewhere."""


@dataclass
class Pair:
    """A bot that is stopped, and another one."""

    team: Team
    stopped: Process
    other: Process
    asked: int = 0
    breaches: list[str] = field(default_factory=list)

    def judge(self, process: Process, request: httpx.Request) -> None:
        """A write goes out: its sender must have the change, and a lease that outlasts the request."""
        if request.method == "GET":
            return
        now, until = self.team.clock.timestamp(), process.engine.process.heartbeat.until
        owners = {owner for (owner,) in rows_of(process.ledger, "SELECT owner FROM changes")}
        if until <= now + 10 or process.engine.process.owner not in owners:
            self.breaches.append(f"{request.method} {request.url} without a lease")

    async def ask(self, actor: str, command: str, process: Process, **fields: object) -> None:
        self.asked += 1
        await process.ask(invocation(f"ask-{self.asked}", actor, command, **fields))
        await process.settled()

    async def overtakes(self) -> None:
        """Time passes while one is stopped: the other one goes on with the change, and somebody undoes it."""
        self.team.clock.forward(seconds=PAUSE)
        await self.other.sweep()
        await self.other.settled()
        if (await self.other.ledger.changes.load(1)).state is State.DONE and self.team.dice.random() < 0.5:
            await self.ask(ANA, "change undo", self.other, values={"number": 1})
            await self.approve(2, self.other)

    async def approve(self, number: int, process: Process) -> None:
        change = await process.ledger.changes.load(number)
        if change.state is State.WAITING:
            decision = Decision(number=number, verdict=Verdict.APPROVE, version=change.version)
            button = ClickedButton(shown=change.shown)
            await self.ask(BEN, "approve", process, decision=decision, button=button)


async def paused(site: Site, name: str, seed: int) -> tuple[Pair, list[dict[str, object]]]:
    """Run a change, with a pause somewhere on the way; the shop before and after."""
    command, values = CHANGES[name]
    team = Team.around(Clock(), random.Random(seed), lambda _: None)
    stopped, other = [await Process.start(site, team, POLICY) for _ in range(2)]
    pair = Pair(team, stopped, other)
    team.leaves = pair.judge
    shops = [shop_of(team.store)]
    await pair.ask(ANA, command, pair.stopped, values=values)
    for method in ("POST", "PUT", "DELETE"):  # so that a request is sent again, in which nothing else is asked
        team.store.faults.add(method, "*", status=team.dice.choice((429, 503)))
    pair.stopped.wire.holds = True
    pair.stopped.pauses.stop(after=team.dice.randint(1, PLACES))
    await pair.approve(1, pair.stopped)
    if pair.stopped.pauses.is_stopped:
        await pair.overtakes()
    pair.stopped.pauses.go_on()
    await pair.stopped.settled()
    for _ in range(3):
        team.clock.forward(seconds=PAUSE)
        for process in (pair.stopped, pair.other):
            await process.sweep()
            await process.settled()
    shops.append(shop_of(team.store))
    return pair, shops


async def ended(pair: Pair) -> None:
    assert verified(pair.other.ledger).holds
    for process in (pair.stopped, pair.other):
        await process.kill()
    pair.team.store.close()


@pytest.mark.parametrize(("on", "quick"), [(in_file, QUICK), (on_server, 1)])
@pytest.mark.parametrize("name", CHANGES)
async def test_a_bot_that_is_stopped_at_any_moment_writes_nothing_once_its_lease_is_over(
    name: str, on: NewSite, quick: int, tmp_path: Path, deep: bool
) -> None:
    for seed in range(DEEP if deep else quick):
        with on(new(tmp_path / str(seed))) as site:
            await stopped_once(site, name, seed)


async def stopped_once(site: Site, name: str, seed: int) -> None:
    pair, (before, after) = await paused(site, name, seed)
    assert pair.breaches == [], seed
    change = await pair.other.ledger.changes.load(1)
    assert not change.is_open, seed
    kinds = [entry.kind for entry in entries_of(pair.other.ledger)]
    if "late write" in kinds:
        assert (1, "late", "") in pair.team.slack.notified, seed
    elif change.state is State.DONE:
        assert (after == before) is (change.undone_by is not None), seed
    await ended(pair)


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_real_process_that_was_stopped_beyond_its_lease_sends_nothing_when_it_wakes_up(
    engine: Engine, open_world: OpenWorld, deep: bool
) -> None:
    """It would send again what the store had refused for now (429), after the other one has done it all."""
    if not deep:
        pytest.skip("with --deep")
    slack = await open_world(running=False, engine=engine)
    async with bot(slack) as stopped:
        await slack.client.type("ana", "#segments", "/segment delete Lapsed, Wholesale, VIPs")
        await until(slack, lambda: "Delete Segment" in str(slack.messages(by="ben", channel="#approvals")))
        slack.store.sleep = stuck = Stuck()
        slack.store.faults.add("DELETE", "/segments", delay=1, status=429)
        await slack.client.press("ben", "#approvals", "Delete Segment")
        async with asyncio.timeout(LONG):
            await stuck.reached.wait()
        stopped.send_signal(signal.SIGSTOP)
        stuck.release.set()
        async with bot(slack):
            await until(slack, lambda: "Done" in said(slack.card(1)))
            before = slack.writes()
            stopped.send_signal(signal.SIGCONT)
            await until(slack, lambda: "late write" in slack.kinds())
            assert slack.writes() == before
    assert len(before) == 1 + 3
