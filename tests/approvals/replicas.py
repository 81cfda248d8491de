"""Three bots on one ledger of PostgreSQL, each kept running by whoever starts it again, and killed at random."""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.core.approval.changes import OPEN, State
from bot.engine.process import LEASE, elapsed
from bot.ledger.ledger import Ledger
from bot.sandbox.store import application
from tests.approvals.bots import LONG
from tests.approvals.crowd import Crowd
from tests.approvals.wire import change_of
from tests.harness import ROOT, World, environment_for
from tests.records import entries_of, read_ledger, rows_of

THREE = 3
LATENCY, LOOK = 0.03, 0.05
HARMED = 2
"""At once: the third one takes what the others cannot."""
UNDER_WAY = tuple(OPEN - {State.WAITING})


@dataclass
class Write:
    """A write as the store got it: for which change, in which state that was then, and what was answered."""

    change: int
    state: str
    status: int | None = None


@dataclass
class Replicas:
    """``counted``: what happened; ``told``: what the bots logged."""

    world: World
    ledger: Ledger
    crowd: Crowd
    dice: random.Random
    scale: float
    store_url: str = ""
    running: list[Process | None] = field(default_factory=lambda: [None] * THREE)
    spawned: list[Process] = field(default_factory=list)
    harmed: set[int] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    most_at_once: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    _reading: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def lease(self) -> float:
        return LEASE.total_seconds() * self.scale

    @property
    def description(self) -> str:
        """What happened, in numbers."""
        entries = len(entries_of(self.ledger))
        return f"{dict(self.counted)}; {dict(self.statuses)}, {self.most_at_once} at once; {entries} entries"

    # The bots

    async def start(self, at: int) -> None:
        """Start one, and wait until it is ready; again, where it could not, since one that sleeps holds the ledger."""
        while not await self._is_ready(process := await self._spawned()):
            assert await process.wait() == 1
            self.counted["start refused"] += 1
        self.running[at] = process

    async def _spawned(self) -> Process:
        environment = {name: value for name, value in os.environ.items() if "COV" not in name}
        environment |= environment_for(self.world.url, self.world.database) | self.world.overrides
        environment |= {"BIGCOMMERCE_API_URL": self.store_url}
        command = (sys.executable, "-m", "tests.approvals.replica", str(self.scale))
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=PIPE)
        self.spawned.append(process)
        return process

    async def _is_ready(self, process: Process) -> bool:
        """Read what it says until it is ready, or ends; the rest is read while it runs."""
        assert process.stderr
        while line := (await process.stderr.readline()).decode():
            self.told.append(f"{process.pid} {line}")
            if "Ready" in line:
                reading = asyncio.create_task(self._read(process))
                self._reading.add(reading)
                reading.add_done_callback(self._reading.discard)
                return True
        return False

    async def _read(self, process: Process) -> None:
        assert process.stderr
        while line := (await process.stderr.readline()).decode():
            self.told.append(f"{process.pid} {line}")

    async def kill_all(self) -> None:
        for process in self.spawned:
            if process.returncode is None:
                process.kill()
                await process.wait()

    # Whoever harms them

    async def harm(self, times: int) -> None:
        """So often is one of them killed, stopped or paused, at most two at once."""
        limit = asyncio.Semaphore(HARMED)
        async with asyncio.TaskGroup() as group:
            for _ in range(times):
                await limit.acquire()
                await asyncio.sleep(self.dice.uniform(0, 0.4))
                at = self.dice.choice(sorted(set(range(THREE)) - self.harmed))
                self.harmed.add(at)
                group.create_task(self._harm(at)).add_done_callback(lambda _: limit.release())

    async def _harm(self, at: int) -> None:
        process = self.running[at]
        assert process
        try:
            how = self.dice.choice((self._kill, self._terminate, self._pause, self._pause))
            self.counted[how.__name__.strip("_")] += 1
            assert process.returncode is None, "".join(self.told)
            await how(at, process)
        finally:
            self.harmed.discard(at)

    async def _kill(self, at: int, process: Process) -> None:
        process.kill()
        await process.wait()
        await asyncio.sleep(self.dice.uniform(0, self.lease))
        await self.start(at)

    async def _terminate(self, at: int, process: Process) -> None:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), LONG) == 0, "".join(
            [str(process.returncode), *(line for line in self.told if line.startswith(str(process.pid)))]
        )
        await self.start(at)

    async def _pause(self, _at: int, process: Process) -> None:
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.05, 1.5) * self.lease)
        process.send_signal(signal.SIGCONT)

    # The store

    def hearing(self) -> Middleware:
        @web.middleware
        async def heard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.hears(request, handler)

        return heard

    async def hears(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note each request, and in which state the change of a write is."""
        write = None
        if request.method != "GET":
            number = int(change_of(request.headers["X-Correlation-Id"]).removeprefix("change-"))
            ((state,),) = rows_of(self.ledger, "SELECT state FROM changes WHERE number = :number", {"number": number})
            write = Write(number, state)
            self.writes.append(write)
        response = await handler(request)
        self.statuses[response.status] += 1
        if write:
            write.status = response.status
        return response

    async def _pass(self, seconds: float) -> None:
        """Answer after a while, as a store far away does."""
        self.most_at_once = max(self.most_at_once, self.world.store.in_flight)
        await asyncio.sleep(seconds)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve the store under an address of its own."""
        app = web.Application(middlewares=[self.hearing()])
        app.add_subapp("/stores", application(self.world.store))
        self.world.store.sleep = self._pass
        self.world.store.faults.add("*", "*", delay=LATENCY, times=None)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.store_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    # How it ends

    async def settle(self) -> None:
        """All three live, and wait until nothing is under way."""
        for at, process in enumerate(self.running):
            if process is None or process.returncode is not None:
                await self.start(at)
        deadline = elapsed() + LONG + 3 * self.lease
        while self.under_way() and elapsed() < deadline:  # noqa: ASYNC110 - what it waits for is in other processes
            await asyncio.sleep(LOOK)
        assert not self.under_way(), "".join([str(self.under_way()), *self.told])

    def under_way(self) -> list[str]:
        """What is not over yet, but for changes that wait for people."""
        asks = rows_of(self.ledger, "SELECT id FROM asks WHERE body IS NOT NULL")
        changes = rows_of(self.ledger, "SELECT number, state FROM changes")
        return [f"ask {one[0]}" for one in asks] + [f"change {one[0]}" for one in changes if one[1] in UNDER_WAY]


@asynccontextmanager
async def replicas(world: World, *, seed: int, scale: float) -> AsyncIterator[Replicas]:
    """Three of them that are ready; killed (-9) at the end."""
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(read_ledger(world.address))
        dice = random.Random(seed)
        made = Replicas(world, ledger, Crowd(world, ledger, dice), dice, scale)
        await stack.enter_async_context(made.serving())
        stack.push_async_callback(made.kill_all)
        await asyncio.gather(*(made.start(at) for at in range(THREE)))
        yield made


async def lived(made: Replicas, harms: int) -> None:
    """People act while the bots are harmed so often; then all comes to an end."""
    crowd = asyncio.create_task(made.crowd.live())
    try:
        await made.harm(harms)
    finally:
        made.crowd.is_over = True
        with suppress(asyncio.CancelledError):
            await crowd
    await made.settle()
