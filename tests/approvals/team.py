"""People, Slack as they see it, and processes that may be killed at any moment, on one ledger file and one store."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.bigcommerce import connect
from bot.core.answers import Answer
from bot.core.approval.changes import Card, Change
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton, Invocation
from bot.core.people import Actor, Place, Standing
from bot.engine.ack_priority import AckPriority
from bot.engine.daily_summary import Schedule
from bot.engine.engine import Engine, build_engine
from bot.engine.home_tab.model import Home
from bot.engine.ports import Undeliverable
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.database import Connection, Database
from bot.ledger.sqlite.ledger import ledger_on
from bot.sandbox.store import Store
from commands import GROUPS
from tests.approvals.wire import Sent, Wire, travel
from tests.harness import Clock, no_wait
from tests.records import create_ledger
from tests.seeded import seed

ANA, BEN, CLEO, DAN, EVE, BEA = "UANA", "UBEN", "UCLEO", "UDAN", "UEVE", "UBEA"
HERE = Place(channel="CSEGMENTS")
APPROVERS, MANAGERS = "S0APPROVERS", "S0MANAGERS"
CUSTOMERS = 120
AWAY = Undeliverable("Slack does not answer")
LOST = Undeliverable("Slack's answer got lost", maybe_done=True)


@dataclass
class Slack:
    """Shows cards, and knows who is in which group. ``down``: it answers nothing, and tells of nobody.

    ``loses``: each second of its answers gets lost on the way, after it did what it was asked.
    ``shown`` is, by change, what stood on its card, oldest first: whoever clicks saw one of those.
    """

    dice: random.Random
    down: bool = False
    loses: bool = False
    guests: set[str] = field(default_factory=lambda: {DAN})
    groups: dict[str, set[str]] = field(default_factory=lambda: {APPROVERS: {BEN, CLEO}, MANAGERS: {CLEO, EVE}})
    shown: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))
    heard: list[tuple[int, str]] = field(default_factory=list)
    notified: list[tuple[int, str, str]] = field(default_factory=list)
    announced: list[Answer] = field(default_factory=list)
    warned: list[Answer] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def standing_for(self, user_id: str) -> frozenset[str]:
        """In whose name this person may speak in truth, whether Slack tells it or not; nobody's, for a guest."""
        groups = {group for group, users in self.groups.items() if user_id in users}
        return frozenset() if user_id in self.guests else frozenset(groups | {user_id})

    async def _answers(self) -> None:
        await travel(self.dice)
        if self.down:
            raise AWAY

    async def _returns(self) -> None:
        await travel(self.dice)
        if self.loses and self.dice.random() < 0.5:
            raise LOST

    # as the Announcer

    async def point_to_card(self, change: Change, lost: Card) -> None:
        await self._answers()

    async def post(self, change: Change, *, may_exist: bool = False) -> Card:
        await self._answers()
        self.shown[change.number].append(change)
        await self._returns()
        return Card(channel="CAPPROVALS", ts=f"{next(self._numbers)}.0")

    async def redraw(self, change: Change, card: Card) -> None:
        await self._answers()
        self.shown[change.number].append(change)
        await self._returns()

    async def clear(self, button: ClickedButton, change: Change | None) -> None:
        raise AssertionError("every button is on its card")

    async def report_outcome(self, change: Change) -> None:
        await self._answers()
        self.heard.append((change.number, change.state))
        await self._returns()

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        await self._answers()
        self.notified.append((change.number, kind, user_id))
        await self._returns()

    async def announce(self, answer: Answer) -> None:
        await self._answers()
        self.announced.append(answer)
        await travel(self.dice)

    async def warn(self, answer: Answer) -> None:
        await self._answers()
        self.warned.append(answer)

    async def show_privately(self, user_id: str, place: Place, answer: Answer) -> None:
        await self._answers()

    async def show_home(self, user_id: str, home: Home) -> None:
        raise AssertionError("no one opened a Home tab")

    async def permalink(self, card: Card) -> str:
        await travel(self.dice)
        return "" if self.down else f"https://slack.example/{card.ts}"

    # as the Directory

    async def actor(self, user_id: str) -> Actor:
        await travel(self.dice)
        if self.down:
            return Actor(id=user_id, standing=Standing.UNKNOWN, unread=frozenset(self.groups))
        groups = frozenset(group for group, users in self.groups.items() if user_id in users)
        standing = Standing.GUEST if user_id in self.guests else Standing.MEMBER
        return Actor(id=user_id, standing=standing, groups=groups)

    def forget(self, ids: frozenset[str]) -> None:
        """Nothing is cached."""

    async def read_group(self, group: str) -> frozenset[str] | None:
        await travel(self.dice)
        return None if self.down else frozenset(self.groups[group])

    async def locale(self, user_id: str) -> str:
        return ""

    async def group_names(self) -> Mapping[str, str]:
        return {}

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        await travel(self.dice)
        groups = [] if self.down else [users for group, users in self.groups.items() if group in ids]
        return frozenset().union((one for one in ids if one not in self.groups), *groups)


class Killed(BaseException):
    """A process was killed: nothing after this happens any more."""


class Mortal(Database):
    """The database of a process that dies right after some transaction to come: none of its code runs in between."""

    made = 0
    left: int | None = None
    dies: Callable[[], None]

    def hurry(self) -> None:
        """Do without waiting for the disk: it is a process that dies here, and not the machine."""
        self.execute("PRAGMA synchronous=OFF")

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        async with super().writing() as db:
            yield db
        self.made += 1
        if self.left is not None:
            self.left -= 1
            if self.left <= 0:
                self.dies()
                raise Killed


@dataclass
class Process:
    """A bot's process with its engine, its connection to the store, and its own hold on the ledger's file."""

    engine: Engine
    database: Mortal
    policy: Policy
    died: asyncio.Future[None]
    _stack: AsyncExitStack

    @property
    def ledger(self) -> Ledger:
        """What stands on record."""
        return self.engine.process.ledger

    @property
    def alive(self) -> bool:
        """Whether nothing killed it yet."""
        return not self.died.done()

    @classmethod
    async def start(cls, path: Path, team: "Team", policy: Policy, wire: Wire | None = None) -> "Process":
        stack = AsyncExitStack()
        wire = wire or Wire(team.store, team.dice, team.heard)
        create_ledger(path)
        store = await stack.enter_async_context(
            connect("http://store.example", "sandbox", "token", sleep=no_wait, transport=wire)
        )
        database = Mortal.open(path)
        database.hurry()
        made = build_engine(
            groups=GROUPS,
            policy=policy,
            ledger=ledger_on(database),
            store=store,
            announcer=team.slack,
            directory=team.slack,
            gate=AckPriority(now=time.monotonic, quiet=0),
            clock=team.clock,
            elapsed=team.clock.elapsed,
            approval_time=timedelta(hours=24),
            schedule=team.schedule,
            new_nonce=lambda: f"{team.dice.getrandbits(64):016x}",
        )
        process = cls(made, database, policy, asyncio.get_running_loop().create_future(), stack)
        database.dies = process.die
        await made.process.live()
        return process

    def die(self) -> None:
        """Nothing of it reaches the ledger from now on, not even what is done on leaving."""
        self.died.set_result(None)
        self.database.close()

    async def kill(self) -> None:
        """Kill it, if it lives, and clear away what is left of it."""
        if self.alive:
            self.die()
        await self.engine.process.tasks.stop()
        await self._stack.aclose()

    async def ask(self, invocation: Invocation) -> None:
        """Deliver this, and wait until it is acknowledged, or the process is dead."""
        if self.alive:
            asked = self.engine.process.tasks.start(self.engine.intake.take(invocation))
            ends: set[asyncio.Future[Any]] = {asked, self.died}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)

    async def sweep(self) -> None:
        """Do what is due."""
        if self.alive:
            await asyncio.wait({self.engine.process.tasks.start(self.engine.housekeeper.run_due())})

    async def settled(self) -> None:
        """Wait until nothing of it is under way."""
        if self.alive:
            await self.engine.process.tasks.settled()
        if not self.alive:
            await self.kill()


@dataclass
class Team:
    """What all processes share: the clock, the people's Slack, and the store, whose writes ``heard`` is told of."""

    clock: Clock
    slack: Slack
    store: Store
    dice: random.Random
    heard: Callable[[Sent], None]
    schedule: Schedule | None = None

    @classmethod
    def around(cls, clock: Clock, dice: random.Random, heard: Callable[[Sent], None]) -> "Team":
        """With a store of its own, which is the same each time, down to the ids that it gives. Close it when done."""
        store = Store(":memory:", clock=clock.timestamp, sleep=no_wait)
        seed(store, customers=CUSTOMERS)
        numbers = count(1)
        store.shop.new_id = lambda: str(UUID(int=next(numbers), version=4))
        return cls(clock, Slack(dice), store, dice, heard)
