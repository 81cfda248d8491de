"""The emulated store under an address of its own, where it hears who asks, and counts as the vendor does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.bigcommerce.attempts import TOO_MANY
from bot.bigcommerce.shares import AT_ONCE
from bot.engine.process import elapsed
from bot.ledger.ledger import Ledger
from bot.sandbox.store import application
from tests.approvals.wire import change_of
from tests.harness import World
from tests.records import rows_of

LATENCY = 0.03
QUOTA, WINDOW_SECONDS = 150, 5
"""As many a window as the vendor's plan Standard allows, whose windows are six times as long."""

TICK, HELD_UP, DOUBTFUL = 0.05, 0.3, 1.5
"""Seconds: after so long without a turn, this machine has no time for a store; what comes of it, for so long."""


@dataclass
class Write:
    """A write as the store got it: for which change, in which state that was then, and what was answered."""

    change: int
    state: str
    status: int | None = None


@dataclass
class Window:
    """A window of the quota, and what became of its requests; ``for_runs``: how many came from changes that ran."""

    began: datetime
    for_runs: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def ends(self) -> datetime:
        """When the next one may begin."""
        return self.began + timedelta(seconds=WINDOW_SECONDS)

    def is_within(self, since: datetime, until: datetime) -> bool:
        """Whether all of it is between these times."""
        return since <= self.began and self.ends <= until

    @property
    def sent(self) -> int:
        """How many requests came in it."""
        return self.statuses.total()


@dataclass
class HeardStore:
    """The store of a world.

    ``most_at_once``: how many requests it had in hand at most; ``breaches``: what it must not get. What it got after it
    was held up itself is ``doubtful``: bots had given it up before, by their short leases.
    """

    world: World
    ledger: Ledger
    writes: list[Write] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)
    most_at_once: int = 0
    breaches: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    _ticked: float = field(default_factory=elapsed)
    _held_up_until: float = 0.0
    _in_hand: list[str] = field(default_factory=list)
    _runner: web.AppRunner | None = None

    @property
    def statuses(self) -> Counter[int]:
        """How often it answered what."""
        return sum((window.statuses for window in self.windows), Counter[int]())

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve it; each answer takes a while, as of a store far away."""
        store = self.world.store
        app = web.Application(middlewares=[self._hearing()])
        app.add_subapp("/stores", application(store))
        store.sleep, store.quota = asyncio.sleep, QUOTA
        store.set(window_seconds=WINDOW_SECONDS)
        store.faults.add("*", "*", delay=LATENCY, times=None)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        ticking = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            ticking.cancel()
            await self._runner.cleanup()

    async def _tick(self) -> None:
        """Notice when this process, and so the store, is held up."""
        while True:
            self._look()
            self._ticked = elapsed()
            await asyncio.sleep(TICK)

    def _look(self) -> None:
        if elapsed() - self._ticked > HELD_UP:
            self._held_up_until = elapsed() + DOUBTFUL

    def _note(self, what: str) -> None:
        self._look()
        (self.doubtful if elapsed() < self._held_up_until else self.breaches).append(f"{datetime.now(UTC)} {what}\n")

    async def door(self) -> int:
        """Return a port for one bot, by which the store knows it."""
        assert self._runner
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return int(self._runner.addresses[-1][1])

    def _hearing(self) -> Middleware:
        @web.middleware
        async def heard(request: web.Request, handler: Handler) -> web.StreamResponse:
            door = request.transport and request.transport.get_extra_info("sockname")[1]
            one = f"{door} {datetime.now(UTC)} {request.method} {request.path}"
            self._in_hand.append(one)
            self.most_at_once = max(self.most_at_once, len(self._in_hand))
            if len(self._in_hand) > AT_ONCE:
                self._note("\n  ".join(("More than ten:", *self._in_hand)))
            try:
                return await self._hears(request, handler)
            finally:
                self._in_hand.remove(one)

        return heard

    async def _hears(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note each request in its window, and in which state the change of a write is."""
        window, write = self._window(), None
        window.for_runs += change_of(request.headers.get("X-Correlation-Id", "")).startswith("change-")
        if request.method != "GET":
            write = self._write(request)
            self.writes.append(write)
        response = await handler(request)
        window.statuses[response.status] += 1
        if response.status == TOO_MANY:
            self._note(f"Refused: {request.path}")
        if write:
            write.status = response.status
        return response

    def _window(self) -> Window:
        """The window that a request of now is in: the store's clock is the bots'."""
        self.world.clock.now = now = datetime.now(UTC)
        if not self.windows or (now - self.windows[-1].began).total_seconds() >= WINDOW_SECONDS:
            self.windows.append(Window(now))
        return self.windows[-1]

    def _write(self, request: web.Request) -> Write:
        number = int(change_of(request.headers["X-Correlation-Id"]).removeprefix("change-"))
        ((state,),) = rows_of(self.ledger, "SELECT state FROM changes WHERE number = :number", {"number": number})
        return Write(number, state)
