"""Interleavings under worse conditions: stopped bots, restored backups, clocks that are set, answers that get lost.

Whatever happens: no write without the approvals that were asked for on what was shown, or by a bot that has lost the
change; store and log agree; each change ends, once; and everyone is told.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from bot.core.approval.changes import Change, Decision, Verdict
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton, Invocation
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import ledger_on
from bot.ledger.sqlite.restoring import restore
from tests.approvals.team import Process, Team
from tests.approvals.test_interleavings import (
    SETTLED,
    Click,
    Interleavings,
    policies,
    process,
    turns,
)
from tests.approvals.wire import Wire, change_of
from tests.core.samples import invocation
from tests.laws.values import LAW
from tests.records import database_of

DEEP, QUICK = 2000, 25
"""Interleavings, of 40 events each."""
PATIENCE = 60
"""Turns that the others' work is waited for while a bot is stopped."""


class StoppableWire(Wire):
    """The way to the store of a bot that can be stopped: what the store answers meanwhile is heard afterwards."""

    owner = ""

    def __init__(self, team: Team, sends: Callable[[str, httpx.Request], None]) -> None:
        super().__init__(team.store, team.dice, team.heard)
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._sends = sends

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer it, once its sender goes on."""
        if request.method != "GET":
            self._sends(self.owner, request)
        try:
            return await super().handle_async_request(request)
        finally:
            await self.goes_on.wait()


class StoppableBot(Process):
    """A bot's process that can be stopped and go on, as by SIGSTOP and SIGCONT."""

    wire: StoppableWire

    @property
    def stopped(self) -> bool:
        """Whether it does nothing just now."""
        return not self.wire.goes_on.is_set()

    async def ask(self, invocation: Invocation) -> None:
        """Deliver this, unless it is stopped: Slack says so to whoever asked."""
        if not self.stopped:
            await super().ask(invocation)

    async def sweep(self) -> None:
        """Do what is due, unless it is stopped."""
        if not self.stopped:
            await super().sweep()

    async def settled(self) -> None:
        """Wait until nothing of it is under way; if it is stopped, only for a while."""
        if not self.stopped:
            await super().settled()
        for _ in range(PATIENCE if self.stopped else 0):
            await asyncio.sleep(0)

    async def kill(self) -> None:
        """Kill it, also while it is stopped."""
        if self.alive:
            self.die()
        self.wire.goes_on.set()
        await super().kill()


class Adversity(Interleavings):
    """Two bots that may be stopped, on a ledger that may be restored, by clocks that are set."""

    backup: Path | None = None
    backed_up: tuple[int, int] = (0, 0)
    again = False

    async def started(self, policy: Policy) -> Process:
        """Start a bot that can be stopped."""
        wire = StoppableWire(self.team, self.sends)
        bot = await StoppableBot.start(self.path, self.team, policy, wire)
        assert isinstance(bot, StoppableBot)
        bot.wire, wire.owner = wire, bot.engine.process.owner
        return bot

    @property
    def bots(self) -> list[StoppableBot]:
        """Both of them."""
        return [one for one in self.processes if isinstance(one, StoppableBot)]

    async def _live(self) -> None:
        for one in self.bots:
            if one.alive and not one.stopped:
                await one.engine.process.live()

    def sends(self, owner: str, request: httpx.Request) -> None:
        """A write goes out: its sender still has the change."""
        number = change_of(request.headers["X-Correlation-Id"]).removeprefix("change-")
        row = self.watch.execute("SELECT owner FROM changes WHERE number = ?", (number,)).fetchone()
        if not row or row[0] != owner:
            self.violations.append(f"{request.method} {request.url} by a bot that has lost change {number}")

    # Bots that are stopped

    @rule(process=process, seconds=st.sampled_from((5, 20, 100)), turns=turns)
    def a_bot_is_stopped(self, process: int, seconds: int, turns: int) -> None:
        self.bots[process].wire.goes_on.clear()
        self.clock.forward(seconds=seconds)
        self._run(self._live(), 0)
        self._run(self.processes[1 - process].sweep(), turns)

    @rule(process=process, turns=turns)
    def it_goes_on(self, process: int, turns: int) -> None:
        self.bots[process].wire.goes_on.set()
        self._run(asyncio.sleep(0), turns)

    # Clocks that are set, and answers that get lost

    @rule(hours=st.sampled_from((-30, -2, -0.01, 0.01, 2, 30)), turns=turns)
    def clocks_are_set(self, hours: float, turns: int) -> None:
        self.clock.set_by(hours=hours)
        self._run(self._live(), turns)

    @rule(loses=st.booleans(), again=st.booleans())
    def slack_loses_answers_and_delivers_twice(self, loses: bool, again: bool) -> None:
        self.slack.loses, self.again = loses, again

    def _click(self, process: int, by: str, card: Change, verdict: Verdict, turns: int) -> None:
        super()._click(process, by, card, verdict, 0 if self.again else turns)
        if self.again:
            click, other = self.clicks[-1], self.processes[1 - process]
            click.policies.append(other.policy)
            decision = Decision(number=card.number, verdict=verdict, version=card.version)
            button = ClickedButton(shown=card.shown)
            twice = invocation(click.id, by, verdict.value, decision=decision, button=button)
            self._run(other.ask(twice), turns)

    # Backups

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = self.folder / "backup.sqlite"
        self.backup.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.backup)) as copy:
            self.watch.backup(copy)
        self.backed_up = (len(self.clicks), len(self.policies))

    @rule(policy=policies, turns=turns)
    def the_backup_is_restored(self, policy: Policy, turns: int) -> None:
        """What people saw since stays on their screens."""
        if not self.backup:
            return
        for one in self.processes:
            self._run(one.kill())
        self.watch.close()
        database_of(self.ledger).close()
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{ending}").unlink(missing_ok=True)
        self._run(restore(self.backup, self.path, at=self.clock()))
        self.watch = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
        self.ledger = ledger_on(Database.read(self.path))
        self._forget_what_came_after()
        self.processes = [self._run(self.started(policy)) for _ in range(2)]
        self.policies.append(policy)
        self._run(self.processes[0].sweep(), turns)

    def _forget_what_came_after(self) -> None:
        """The record begins again where the backup was made; what was done since is on no record."""
        self.clicks = [*self.clicks[: self.backed_up[0]], *map(_void, self.clicks[self.backed_up[0] :])]
        self.judged = 0
        for known in (self.replayed, self.undone_by, self.revisions, self.final, self.created, self.carried_out):
            known.clear()

    def everything_comes_to_an_end(self) -> None:
        """Bots go on, clocks stay as they are, and Slack's answers arrive."""
        self.slack.loses = self.again = False
        for one in self.bots:
            one.wire.goes_on.set()
        self._run(asyncio.sleep(0), SETTLED)
        self.clock.forward(hours=60)
        super().everything_comes_to_an_end()


def _void(click: Click) -> Click:
    """A click on a change that is on no record any more: it permits nothing."""
    return Click(click.id, click.actor, 0, click.verdict, click.version, click.fingerprint, set(), [])


def test_under_adversity_only_what_was_approved_is_written_and_everything_ends(deep: bool) -> None:
    run_state_machine_as_test(
        Adversity, settings=settings(LAW, max_examples=DEEP if deep else QUICK, stateful_step_count=40)
    )
