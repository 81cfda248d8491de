"""Three bots on one ledger of PostgreSQL, each kept running by whoever starts it again, and killed at random."""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.core.approval.changes import OPEN, State
from bot.core.audit.entries import RecordedEntry
from bot.engine.process import LEASE, elapsed
from bot.ledger.ledger import Ledger
from tests.approvals.bots import LONG, Log
from tests.approvals.bulk_runs import BulkRuns
from tests.approvals.crowd import Crowd
from tests.approvals.heard_store import HeardStore, Window
from tests.harness import ROOT, World, environment_for
from tests.records import entries_of, read_ledger, rows_of

THREE = 3
LOOK = 0.05
HARMED = 2
"""At once: the third one takes what the others cannot."""
CALM_AFTER, CALM_WINDOWS, REST = 25, 2, 2.0
"""After so many harms nothing happens but long runs, until they had so many windows of the quota; seconds in which
what people asked for before is answered."""
UNDER_WAY = tuple(OPEN - {State.WAITING})


@dataclass
class Replicas:
    """``counted``: what happened; ``told``: what the bots logged."""

    world: World
    ledger: Ledger
    crowd: Crowd
    store: HeardStore
    dice: random.Random
    scale: float
    running: list[Process | None] = field(default_factory=lambda: [None] * THREE)
    spawned: list[Process] = field(default_factory=list)
    harmed: set[int] = field(default_factory=set)
    counted: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    calm: list[Window] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bulk_runs = BulkRuns(self.crowd)

    @property
    def lease(self) -> float:
        return LEASE.total_seconds() * self.scale

    @property
    def description(self) -> str:
        """What happened, in numbers."""
        entries = len(self.entries())
        calm = [(one.sent, one.for_runs) for one in self.calm]
        windows = f"windows {[one.sent for one in self.store.windows]}, calm {calm}"
        at_once = f"{self.store.most_at_once} at once, {len(self.store.doubtful)} doubtful"
        done = f"{dict(self.store.statuses)}, {at_once}; {windows}; {entries} entries"
        return f"{dict(self.counted)}; {done}"

    @property
    def history(self) -> str:
        """What the bots logged, and what stands on record: for who looks into a failure."""
        entries = (f"{one.number} {one.at} {one.kind} {one.change} {one.actor} {one.detail}" for one in self.entries())
        return "".join((*self.told, *(f"{line}\n" for line in entries), *self.store.breaches, self.description))

    def entries(self) -> list[RecordedEntry]:
        """All that stands on record."""
        return entries_of(self.ledger)

    # The bots

    async def start(self, at: int) -> None:
        """Start one, and wait until it is ready; again, where it could not, since one that sleeps holds the ledger."""
        while not await Log(process := await self._spawned(), self.told).is_ready():
            assert await process.wait() == 1
            self.counted["start refused"] += 1
        self.running[at] = process

    async def _spawned(self) -> Process:
        environment = {name: value for name, value in os.environ.items() if "COV" not in name}
        environment |= environment_for(self.world.url, self.world.database) | self.world.overrides
        door = await self.store.door()
        environment |= {"BIGCOMMERCE_API_URL": f"http://127.0.0.1:{door}"}
        command = (sys.executable, "-m", "tests.approvals.replica", str(self.scale))
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stderr=PIPE)
        self.spawned.append(process)
        self.note(process, f"has the store's door {door}")
        return process

    def note(self, process: Process, what: str) -> None:
        """Write beside what it says what was done to it."""
        self.told.append(f"{process.pid} {datetime.now(UTC)} {what}\n")

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
            assert process.returncode is None, f"{process.pid} ended"
            await how(at, process)
        finally:
            self.harmed.discard(at)

    async def _kill(self, at: int, process: Process) -> None:
        process.kill()
        self.note(process, "is killed")
        await process.wait()
        await asyncio.sleep(self.dice.uniform(0, self.lease))
        await self.start(at)

    async def _terminate(self, at: int, process: Process) -> None:
        process.terminate()
        self.note(process, "is told to stop")
        assert await asyncio.wait_for(process.wait(), LONG) == 0, f"{process.pid} ended"
        await self.start(at)

    async def _pause(self, _at: int, process: Process) -> None:
        process.send_signal(signal.SIGSTOP)
        self.note(process, "sleeps")
        await asyncio.sleep(self.dice.uniform(0.05, 1.5) * self.lease)
        process.send_signal(signal.SIGCONT)
        self.note(process, "wakes")

    # How it ends

    async def settle(self) -> None:
        """All three live, and wait until nothing is under way."""
        for at, process in enumerate(self.running):
            if process is None or process.returncode is not None:
                await self.start(at)
        deadline = elapsed() + 2 * LONG
        while self.under_way() and elapsed() < deadline:  # noqa: ASYNC110 - what it waits for is in other processes
            await asyncio.sleep(LOOK)
        assert self.under_way() == []

    async def rest(self) -> None:
        """Nobody harms them, and people look on, until a long run could use some windows of the quota all alone.

        The dead ones' places are free after a lease.
        """
        self.crowd.rests = True
        await asyncio.sleep(self.lease + REST)
        began = datetime.now(UTC)
        async with asyncio.timeout(2 * LONG):
            while len(windows := self.calm_windows(began)) < CALM_WINDOWS:  # noqa: ASYNC110 - as below
                await asyncio.sleep(1.0)
        self.calm += windows
        self.crowd.rests = False

    def calm_windows(self, began: datetime) -> list[Window]:
        """Those since then in which a long run went on all the time."""
        now = datetime.now(UTC)
        whole = [one for one in self.store.windows if one.is_within(began, now)]
        return [one for one in whole if self.bulk_runs.cover(one.began, one.ends)]

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
        dice, store = random.Random(seed), HeardStore(world, ledger)
        made = Replicas(world, ledger, Crowd(world, ledger, dice), store, dice, scale)
        await stack.enter_async_context(store.serving())
        stack.push_async_callback(made.kill_all)
        await asyncio.gather(*(made.start(at) for at in range(THREE)))
        yield made


async def lived(made: Replicas, harms: int) -> None:
    """People act, and long runs go on, while the bots are harmed so often; then all comes to an end."""
    acting = [asyncio.create_task(one.live()) for one in (made.crowd, made.bulk_runs)]
    try:
        for lot in range(0, harms, CALM_AFTER):
            await made.harm(min(CALM_AFTER, harms - lot))
            if harms - lot >= CALM_AFTER:
                await made.rest()
    finally:
        made.crowd.is_over = True
        await asyncio.wait(acting)
    await asyncio.gather(*acting)
    await made.settle()
