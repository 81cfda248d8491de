"""The engine on a bench: a real ledger, the emulated store, and people written by hand."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from bot.bigcommerce import Store as StoreClient
from bot.bigcommerce import connect
from bot.core.answers import Answer
from bot.core.approval.changes import Card, Change, Event
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.need import Approval, Need
from bot.core.approval.policy import Policy
from bot.core.command import Group
from bot.core.invocation import ClickedButton, Edited, FromShell, Typed
from bot.core.people import Actor, Place, Standing
from bot.core.planning.plan import Plan
from bot.core.segment_rules.schedule import Daily
from bot.core.uploads import Uploads
from bot.engine.ack_priority import AckPriority
from bot.engine.change_runner import ChangeRunner
from bot.engine.daily_summary import Schedule
from bot.engine.engine import Engine, build_engine
from bot.engine.home_tab.model import Home
from bot.engine.patience import Patience
from bot.engine.process import LEASE, USUAL_LEASE, Process
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.ledger import open_sqlite
from bot.sandbox.store import Store
from commands import GROUPS
from tests.carried import Carried
from tests.core.samples import change as drafted
from tests.core.samples import invocation
from tests.direct import URL_OF_STORES, Direct
from tests.disks import MEMORY
from tests.harness import Clock, no_wait
from tests.no_uploads import NoUploads
from tests.records import create_ledger, entries_of
from tests.seeded import seed

NONCES = map("{:016x}".format, count(1)).__next__
HERE = Place(channel="CSEGMENTS")
APPROVALS = "CAPPROVALS"
PATIENT = Patience(home=30, rule=30, question=30)
"""On a busy machine, what is read at once takes its time, too."""


@dataclass
class Board:
    """Where messages go; ``broken`` says, by verb, what happens instead; ``sought`` are cards that may be there."""

    posted: list[Change] = field(default_factory=list)
    sought: list[int] = field(default_factory=list)
    drawn: list[Change] = field(default_factory=list)
    pointed: list[tuple[Card, Change]] = field(default_factory=list)
    cleared: list[tuple[ClickedButton, Change | None]] = field(default_factory=list)
    heard: list[Change] = field(default_factory=list)
    notified: list[tuple[int, str, str]] = field(default_factory=list)
    whispered: list[tuple[str, str]] = field(default_factory=list)
    announced: list[Answer] = field(default_factory=list)
    warned: list[Answer] = field(default_factory=list)
    asked: list[tuple[FromShell, datetime]] = field(default_factory=list)
    closed: list[tuple[Card, str]] = field(default_factory=list)
    homes: list[tuple[str, Home]] = field(default_factory=list)
    broken: dict[str, BaseException] = field(default_factory=dict)
    poisoned: int | None = None
    published: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = "https://slack.example/card"
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def post(self, change: Change, *, may_exist: bool = False) -> Card:
        self._say("post")
        self.posted.append(change)
        self.sought += [change.number] if may_exist else []
        return Card(channel=APPROVALS, ts=f"{next(self._numbers)}.0")

    async def point_to_card(self, change: Change, lost: Card) -> None:
        self.pointed.append((lost, change))

    async def redraw(self, change: Change, card: Card) -> None:
        self._say("redraw")
        if change.number == self.poisoned:
            raise ValueError("a change that cannot be drawn")
        self.drawn.append(change)

    async def clear(self, button: ClickedButton, change: Change | None) -> None:
        self._say("clear")
        self.cleared.append((button, change))

    async def report_outcome(self, change: Change) -> None:
        self._say("inform")
        self.heard.append(change)

    async def show_privately(self, user_id: str, place: Place, answer: Answer) -> None:
        self._say("whisper")
        self._say(f"whisper {user_id}")
        self.whispered.append((user_id, answer.title))

    async def announce(self, answer: Answer) -> None:
        self._say("announce")
        self.announced.append(answer)

    async def show_home(self, user_id: str, home: Home) -> None:
        self._say("home")
        self._say(f"home {user_id}")
        self.homes.append((user_id, home))
        self.published.set()

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        self._say("notify")
        self.notified.append((change.number, kind, user_id))

    async def ask_to_confirm(self, request: FromShell, *, until: datetime) -> None:
        self._say("ask")
        self._say(f"ask {request.actor}")
        self.asked.append((request, until))

    async def close_question(self, question: Card, answer: Answer) -> None:
        self._say("close")
        self.closed.append((question, answer.title))

    async def warn(self, answer: Answer) -> None:
        self._say("warn")
        self.warned.append(answer)

    async def permalink(self, card: Card) -> str:
        return self.address

    def _say(self, verb: str) -> None:
        if verb in self.broken:
            raise self.broken[verb]


@dataclass
class People:
    """Everybody is a full member, and Ben and Cleo may approve, unless said otherwise.

    ``silent``: Slack does not tell who is among the approvers; ``unreadable``: of which groups it never will, and why.
    """

    standings: dict[str, Standing] = field(default_factory=dict)
    approvers: frozenset[str] = frozenset({"UBEN", "UCLEO"})
    silent: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    takes_time: Callable[[], Awaitable[None]] | None = None

    async def actor(self, user_id: str) -> Actor:
        if self.takes_time:
            await self.takes_time()
        unread = frozenset({"UBEN", "UCLEO", *self.groups} if self.silent else ())
        groups = frozenset(one for one, users in self.groups.items() if user_id in users and not self.silent)
        standing = self.standings.get(user_id, Standing.MEMBER)
        return Actor(id=user_id, standing=standing, groups=groups, unread=unread, unreadable=self.unreadable)

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        groups = (self.groups[one] for one in ids & self.groups.keys() if not self.silent)
        return (ids & self.approvers).union(*groups)

    def forget(self, ids: frozenset[str]) -> None:
        """Nothing is cached."""

    async def read_group(self, group: str) -> frozenset[str] | None:
        if self.takes_time:
            await self.takes_time()
        return None if self.silent else self.groups[group]

    async def locale(self, user_id: str) -> str:
        return ""

    async def group_names(self) -> Mapping[str, str]:
        return {}

    async def people_called(self, name: str) -> Mapping[str, str]:
        return {}


@dataclass
class Bench:
    """One process with its engine; ``another`` is a second one on the same ledger and the same store."""

    engine: Engine
    ledger: Ledger
    board: Board
    people: People
    store: Store
    client: StoreClient
    clock: Clock
    tasks: Tasks
    _asked: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def runner(self) -> ChangeRunner:
        return self.engine.housekeeper.runner

    def ask(self, command: str, by: str = "UANA", place: Place = HERE, **values: Any) -> Typed:
        id_ = f"{self.engine.process.owner}-{next(self._asked)}"
        return Typed(id=id_, actor=by, place=place, command=command, said=f"/{command}", values=values)

    def edit(self, command: str, by: str = "UANA", number: int = 1, **values: Any) -> Edited:
        asked = self.ask(command, by, **values).model_dump(exclude={"kind", "line"})
        return Edited(**asked, edits=number)

    async def button(self, number: int = 1, version: int | None = None) -> ClickedButton:
        """A button of a change as it is drawn now, or was drawn for this version."""
        now = (await self.ledger.changes.load(number)).shown
        return ClickedButton(shown=now if version is None else now.model_copy(update={"version": version}))

    async def asks(self, command: str, by: str = "UANA", place: Place = HERE, **values: Any) -> None:
        await self.engine.intake.take(self.ask(command, by, place, **values))
        await self.tasks.settled()

    async def delete(self, *names: str, by: str = "UANA") -> Change:
        """Ask for segments to be deleted; the change that waits."""
        await self.asks("segment delete", by, segments=list(names or ("VIPs",)))
        return await self.latest()

    async def edits(self, command: str, by: str = "UANA", number: int = 1, **values: Any) -> None:
        """Say that this shall be done instead."""
        edited = self.edit(command, by, number, **values)
        await self.engine.intake.take(edited.model_copy(update={"button": await self.button(number)}))
        await self.tasks.settled()

    async def decides(
        self, by: str, number: int = 1, verdict: Verdict = Verdict.APPROVE, version: int | None = None, **said: Any
    ) -> None:
        """``said``: the reason, or the items that are to be taken out."""
        decision = Decision(number=number, verdict=verdict, version=version, **said)
        id_ = f"{self.engine.process.owner}-{next(self._asked)}"
        button = await self.button(number, version)
        await self.engine.intake.take(invocation(id_, by, verdict.value, decision=decision, button=button))
        await self.tasks.settled()

    async def sweeps(self) -> None:
        await self.engine.housekeeper.run_due()
        await self.tasks.settled()

    async def latest(self) -> Change:
        (found,) = await self.ledger.changes.latest("all", "", 1)
        return await self.ledger.changes.load(found.number)

    async def looks(self, user_id: str = "UANA") -> Home:
        """Open a Home tab; what it shows then."""
        await self.engine.home_tabs.opened(user_id)
        await self.tasks.settled()
        return self.home(user_id)

    def home(self, user_id: str = "UANA") -> Home:
        """What this person's Home tab shows."""
        return [home for user, home in self.board.homes if user == user_id][-1]

    async def approved(self, plan: Plan, **fields: Any) -> Change:
        """A change that is approved and not started yet, by nobody's hands."""
        ask, now = self.ask("segment delete"), self.clock()
        await self.ledger.invocations.record(ask, owner="", at=now, detail={})
        need = Need(approvals=0, why="needs no approval")
        draft = drafted(plan=plan, need=need, created_at=now, expires_at=now + timedelta(hours=24), **fields)
        change = await self.ledger.changes.create(ask, draft, owner="", detail={})
        await self.ledger.leases.release(change.number, owner="")
        return await self.ledger.changes.move(change, Event.CLEAR, at=now)

    async def approves(self, change: Change, *people: str) -> Change:
        """These people approve, the last one for good, by nobody's clicks."""
        for actor in people:
            event = Event.APPROVE if actor == people[-1] else Event.SIGN
            update = {"approvals": (*change.approvals, Approval(actor=actor, at=self.clock()))}
            change = await self.ledger.changes.move(change, event, at=self.clock(), actor=actor, update=update)
        return change

    async def runs(self, change: Change) -> None:
        """Run a change that was compared with the store when it moved last."""
        age = self.clock() - change.updated_at
        await self.runner.run(change.number, planned_at=self.clock.elapsed() - age.total_seconds())

    async def carry_out(self, plan: Plan) -> Change:
        """Run a plan from its approval to its end."""
        change = await self.approved(plan)
        await self.runs(change)
        return await self.ledger.changes.load(change.number)

    def segments(self) -> dict[str, str]:
        """Ids by name, in the store."""
        return {one["name"]: one["id"] for one in self.store.overview()["segments"]}

    def forget(self, name: str) -> None:
        """Delete a segment behind the bot's back."""
        with self.store.shop.db as db:
            db.execute("DELETE FROM segments WHERE name = ?", (name,))

    def members(self, name: str) -> set[str]:
        """Profile ids in a segment."""
        rows = self.store.shop.rows(
            "SELECT profiles.id FROM members JOIN segments ON segments.position = segment "
            "JOIN profiles ON profiles.position = profile WHERE segments.name = ?",
            name,
        )
        return {row["id"] for row in rows}

    def writes(self) -> list[str]:
        """Methods of what the store was asked to change, oldest first."""
        return [one["method"] for one in self.store.requests() if one["method"] != "GET"]

    def kinds(self) -> list[str]:
        return [entry.kind for entry in entries_of(self.ledger)]

    async def dies(self) -> None:
        """What it was doing stops in the middle, and its leases end when nobody renews them."""
        await self.tasks.stop()
        self.clock.forward(seconds=LEASE.total_seconds() + 1)

    @asynccontextmanager
    async def another(self, path: Path, **settings: Any) -> AsyncIterator["Bench"]:
        """Another process."""
        async with process(path, self.store, self.client, self.clock, self.board, self.people, **settings) as made:
            yield made


@asynccontextmanager
async def process(
    path: Path,
    store: Store,
    client: StoreClient,
    clock: Clock,
    board: Board,
    people: People,
    *,
    groups: tuple[Group, ...] = GROUPS,
    patience: Patience = PATIENT,
    approval_hours: float = 24,
    schedule: Schedule | None = None,
    approvers: frozenset[str] = frozenset({"UBEN", "UCLEO"}),
    uploads: Uploads | None = None,
    **policy: Any,
) -> AsyncIterator[Bench]:
    """A process of its own on ``path``."""
    ledger = open_sqlite(path)
    made = build_engine(
        Process.named_at_random(ledger, clock, clock.elapsed, USUAL_LEASE),
        groups=groups,
        policy=Policy(approvers=approvers, **policy),
        store=client,
        announcer=board,
        directory=people,
        uploads=uploads or NoUploads(),
        gate=AckPriority(now=monotonic, quiet=0),
        approval_time=timedelta(hours=approval_hours),
        zone=ZoneInfo("UTC"),
        usual_schedule=Daily(at=time(8)),
        schedule=schedule,
        patience=patience,
        new_nonce=NONCES,
    )
    await made.process.live()
    try:
        yield Bench(made, ledger, board, people, store, client, clock, made.process.tasks)
    finally:
        await made.process.tasks.stop()
        await ledger.close()


@asynccontextmanager
async def bench(
    path: Path | None = None,
    *,
    customers: int = 40,
    seeded: bool = True,
    board: Board | None = None,
    time_passes: bool = False,
    **settings: Any,
) -> AsyncIterator[Bench]:
    """A process, and a store of its own with 12 segments (or nothing).

    ``time_passes``: while the store is waited for.
    """
    clock = Clock()

    async def wait(seconds: float) -> None:
        clock.forward(seconds=seconds if time_passes else 0)

    async with AsyncExitStack() as stack:
        store = Store(":memory:", clock=clock.timestamp, sleep=no_wait)
        stack.callback(store.close)
        if seeded:
            seed(store, customers=customers)
        client = await stack.enter_async_context(
            connect(URL_OF_STORES, "sandbox", "sandbox-token", sleep=wait, transport=Carried(Direct(store)))
        )
        if path is None:
            path = Path(stack.enter_context(TemporaryDirectory(dir=MEMORY))) / "ledger.sqlite"
            create_ledger(path)
        yield await stack.enter_async_context(
            process(path, store, client, clock, board or Board(), People(), **settings)
        )
