"""People, Slack as they see it, and processes that may be killed at any moment, on one ledger and one store."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count
from time import monotonic
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from bot.bigcommerce import connect
from bot.core.answers import Answer
from bot.core.approval.changes import Card, Change
from bot.core.approval.policy import Policy
from bot.core.invocation import ClickedButton, FromShell, Invocation
from bot.core.people import Actor, Place, Standing
from bot.core.segment_rules.schedule import Daily
from bot.engine.ack_priority import AckPriority
from bot.engine.daily_summary import Schedule
from bot.engine.engine import Engine, build_engine
from bot.engine.home_tab.model import Home
from bot.engine.ports import Undeliverable
from bot.engine.process import USUAL_LEASE
from bot.engine.process import Process as EngineProcess
from bot.ledger.ledger import Ledger
from bot.sandbox.store import Store
from commands import GROUPS
from tests.approvals.mortal import Mortal, Mortality, Site
from tests.approvals.pauses import Pauses
from tests.approvals.wire import Sent, Sight, Wire, travel
from tests.harness import Clock, no_wait
from tests.no_uploads import NoUploads
from tests.records import with_lists
from tests.seeded import seed

ANA, BEN, CLEO, DAN, EVE, BEA = "UANA", "UBEN", "UCLEO", "UDAN", "UEVE", "UBEA"
HERE = Place(channel="CSEGMENTS")
APPROVERS, MANAGERS = "S0APPROVERS", "S0MANAGERS"
CUSTOMERS = 120
UTC = ZoneInfo("UTC")
SLOW = 10
"""How often it takes as long as usual, where it takes long."""
AWAY = Undeliverable("Slack does not answer")
LOST = Undeliverable("Slack's answer got lost", maybe_done=True)


@dataclass
class Slack:
    """Shows cards, and knows who is in which group. ``down``: it answers nothing, and tells of nobody.

    ``loses``: each second of its answers gets lost on the way, after it did what it was asked.
    ``shown`` is, by change, what stood on its card, oldest first: whoever clicks saw one of those. ``told`` counts by
    nonce what was posted of a change, and ``lost`` how often the answer to that got lost.
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
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def standing_for(self, user_id: str) -> frozenset[str]:
        """In whose name this person may speak in truth, whether Slack tells it or not; nobody's, for a guest."""
        groups = {group for group, users in self.groups.items() if user_id in users}
        return frozenset() if user_id in self.guests else frozenset(groups | {user_id})

    async def _answers(self) -> None:
        await self._travel()
        if self.down:
            raise AWAY

    async def _travel(self) -> None:
        """Take some turns of the loop; now and then it is slow."""
        for _ in range(SLOW if self.dice.random() < 0.1 else 1):
            await travel(self.dice)

    async def _returns(self, change: Change) -> None:
        await self._travel()
        if self.loses and self.dice.random() < 0.5:
            self.lost[change.nonce] += 1
            raise LOST

    # as the Announcer

    async def point_to_card(self, change: Change, lost: Card) -> None:
        await self._answers()

    async def post(self, change: Change, *, may_exist: bool = False) -> Card:
        await self._answers()
        self.shown[change.number].append(with_lists(change))
        self.told[change.nonce, "card"] += 1
        await self._returns(change)
        return Card(channel="CAPPROVALS", ts=f"{next(self._numbers)}.0")

    async def redraw(self, change: Change, card: Card) -> None:
        await self._answers()
        self.shown[change.number].append(with_lists(change))
        await self._returns(change)

    async def clear(self, button: ClickedButton, change: Change | None) -> None:
        raise AssertionError("every button is on its card")

    async def report_outcome(self, change: Change) -> None:
        await self._answers()
        self.heard.append((change.number, change.state))
        self.told[change.nonce, "outcome"] += 1
        await self._returns(change)

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        await self._answers()
        self.notified.append((change.number, kind, user_id))
        self.told[change.nonce, f"{kind} {user_id}"] += 1
        await self._returns(change)

    async def announce(self, answer: Answer) -> None:
        await self._answers()
        self.announced.append(answer)
        await travel(self.dice)

    async def ask_to_confirm(self, request: FromShell, *, until: datetime) -> None:
        await self._answers()

    async def close_question(self, question: Card, answer: Answer) -> None:
        await self._answers()

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

    async def people_called(self, name: str) -> Mapping[str, str]:
        return {}

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        await travel(self.dice)
        groups = [] if self.down else [users for group, users in self.groups.items() if group in ids]
        return frozenset().union((one for one in ids if one not in self.groups), *groups)


@dataclass
class Process:
    """A bot's process with its engine, its connection to the store, and its own hold on the ledger."""

    engine: Engine
    database: Mortal
    policy: Policy
    wire: Wire
    died: asyncio.Future[None]
    _stack: AsyncExitStack

    @property
    def ledger(self) -> Ledger:
        """What stands on record."""
        return self.engine.process.ledger

    @property
    def mortality(self) -> Mortality:
        """When it dies."""
        return self.database.mortality

    @property
    def pauses(self) -> Pauses:
        """Where it is stopped."""
        return self.mortality.pauses

    @property
    def alive(self) -> bool:
        """Whether nothing killed it yet."""
        return not self.died.done()

    @property
    def acts(self) -> bool:
        """Whether it lives and is not stopped."""
        return self.alive and not self.pauses.is_stopped

    @property
    def is_idle(self) -> bool:
        """Whether nothing of it is under way."""
        return not self.engine.process.tasks._running

    @classmethod
    async def start(cls, site: Site, team: "Team", policy: Policy) -> "Process":
        stack, mortality = AsyncExitStack(), Mortality(Pauses())
        wire = Wire(team.store, team.dice, team.heard, mortality.pauses, Sight(team.clock.elapsed))
        store = await stack.enter_async_context(
            connect(
                "http://store.example",
                "sandbox",
                "token",
                sleep=no_wait,
                clock=team.clock.elapsed,
                transport=wire,
            )
        )
        database = site.open(mortality, team.clock, team.dice)
        made = build_engine(
            EngineProcess.named_at_random(database.ledger, team.clock, team.clock.elapsed, USUAL_LEASE),
            groups=GROUPS,
            policy=policy,
            store=store,
            announcer=team.slack,
            directory=team.slack,
            uploads=NoUploads(),
            gate=AckPriority(now=monotonic, quiet=0),
            approval_time=timedelta(hours=24),
            zone=team.zone,
            usual_schedule=Daily(at=time(8)),
            schedule=team.schedule,
            new_nonce=lambda: f"{team.dice.getrandbits(64):016x}",
        )
        process = cls(made, database, policy, wire, asyncio.get_running_loop().create_future(), stack)
        mortality.dies = process.die
        wire.leaves, wire.answers = partial(team.leaves, process), team.answers
        await made.process.live()
        return process

    def die(self) -> None:
        """Nothing of it reaches the ledger from now on, not even what is done on leaving."""
        self.died.set_result(None)
        self.mortality.is_dead = True
        self.database.close()
        self.pauses.go_on()

    async def kill(self) -> None:
        """Kill it, if it lives, and clear away what is left of it."""
        if self.alive:
            self.die()
        await self.engine.process.tasks.stop()
        await self._stack.aclose()

    async def ask(self, invocation: Invocation) -> None:
        """Deliver this, and wait until it is acknowledged, or the process is dead, or stopped."""
        if self.acts:
            await self._does(self.engine.intake.take(invocation))

    async def live(self) -> None:
        """Renew its lease, if that is due."""
        if self.acts:
            await self._does(self.engine.process.live())

    async def sweep(self) -> None:
        """Do what is due."""
        if self.acts:
            await self._does(self.engine.housekeeper.run_due())

    async def settled(self) -> None:
        """Wait until nothing of it is under way. What is under way where it is stopped is not waited for."""
        if self.acts:
            settling = asyncio.ensure_future(self.engine.process.tasks.settled())
            await self._comes_to(settling)
            settling.cancel()
        if not self.alive:
            await self.kill()

    async def _does(self, work: Coroutine[Any, Any, Any]) -> None:
        await self._comes_to(self.engine.process.tasks.start(work))

    async def _comes_to(self, end: asyncio.Future[Any]) -> None:
        """Wait for this, as long as it lives and is not stopped."""
        stops = asyncio.ensure_future(self.pauses.stops.wait())
        await asyncio.wait({end, self.died, stops}, return_when=asyncio.FIRST_COMPLETED)
        stops.cancel()


@dataclass
class Team:
    """What all processes share: the clock, the people's Slack, and the store, whose writes ``heard`` is told of.

    ``leaves`` is told of each request as the process that sends it lets it out, ``answers`` as it is answered.
    """

    clock: Clock
    slack: Slack
    store: Store
    dice: random.Random
    heard: Callable[[Sent], None]
    schedule: Schedule | None = None
    zone: ZoneInfo = UTC
    leaves: Callable[[Process, httpx.Request], None] = lambda _process, _request: None
    answers: Callable[[httpx.Request], None] = lambda _request: None

    @classmethod
    def around(cls, clock: Clock, dice: random.Random, heard: Callable[[Sent], None]) -> "Team":
        """With a store of its own, which is the same each time, down to the ids that it gives. Close it when done."""
        store = Store(":memory:", clock=clock.timestamp, sleep=no_wait)
        seed(store, customers=CUSTOMERS)
        numbers = count(1)
        store.shop.new_id = lambda: str(UUID(int=next(numbers), version=4))
        return cls(clock, Slack(dice), store, dice, heard)
