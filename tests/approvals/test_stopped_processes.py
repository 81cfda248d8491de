"""Two bots in processes of their own, one of which is stopped (SIGSTOP) at any moment, for any time, while it writes.

The emulated store takes 40 ms for a request. It is judged by what the store got, and by whom the ledger says held the
change then; a write that was on its way is excused if its sender did not look at its clock after it woke up.
"""

import asyncio
import logging
import os
import random
import re
import signal
import sys
from array import array
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.core.approval.changes import State
from bot.core.timestamps import timestamp
from bot.engine.process import LEASE, elapsed
from bot.ledger.ledger import Ledger
from bot.sandbox.store import application
from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.slack.action_ids import APPROVE
from bot.slack.transports import PATH
from bot.wiring import utc_now
from tests.approvals.bots import LONG
from tests.approvals.wire import change_of
from tests.conftest import OpenWorld
from tests.engines import ENGINES, Engine
from tests.harness import ROOT, World, environment_for
from tests.records import read_ledger, rows_of, verified

log = logging.getLogger(__name__)
LATENCY, LOOK = 0.04, 0.02
MEMBERS = 390
OPEN = frozenset({State.PLANNED, State.WAITING, State.APPROVED, State.RUNNING})
RUNS = {0.1: 30, 1.0: 2}
"""At each scale of time, with each seed."""
Shop = dict[str, frozenset[str]]
"""Who is in each segment, by name: what is made anew has another id."""


@dataclass
class Stoppable:
    """One of the two, with its own way to the store."""

    process: asyncio.subprocess.Process
    requests: SignedRequests
    owner: str
    notes: Path
    pauses: list[tuple[float, float]] = field(default_factory=list)

    def could_know(self, at: float) -> bool:
        """Whether it looked at its clock between its last pause and this moment."""
        woke = max((ended for began, ended in self.pauses if began < at), default=float("-inf"))
        return any(woke < look < at for look in array("d", self.notes.read_bytes()))


@dataclass(frozen=True)
class Write:
    """A write as the store got it: when, from whom, for which change, and whether that one had it then."""

    at: float
    owner: str
    change: int
    was_held: bool


@dataclass
class Arena:
    """Two bots around one store, one workspace and one ledger."""

    world: World
    dice: random.Random
    scale: float
    ledger: Ledger
    bots: list[Stoppable] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def hears(self, request: web.Request, owner: str) -> None:
        (number,) = re.findall(r"change-(\d+)", change_of(request.headers["X-Correlation-Id"]))
        held = "SELECT 1 FROM changes JOIN processes USING (owner) WHERE number = ? AND owner = ? AND lease_until > ?"
        found = rows_of(self.ledger, held, (int(number), owner, timestamp(utc_now())))
        self.writes.append(Write(elapsed(), owner, int(number), bool(found)))

    def shop(self) -> Shop:
        return {name: frozenset(self.world.members(name)) for name in self.world.sizes()}

    def states(self) -> dict[int, str]:
        return dict(map(tuple, rows_of(self.ledger, "SELECT number, state FROM changes")))

    async def until(self, holds: Callable[[], object], seconds: float = LONG) -> bool:
        """Wait until this holds, for so long at most; return whether it does."""
        deadline = elapsed() + seconds
        while not holds() and elapsed() < deadline:  # noqa: ASYNC110 - what it waits for is in another process
            await asyncio.sleep(LOOK)
        return bool(holds())

    async def ask(self, line: str, through: Stoppable, seconds: float = LONG) -> int | None:
        """Ana types a line that this bot gets; return the number of the change that it led to, in so many seconds."""
        known = len(self.states())
        self.world.workspace.http = through.requests
        assert (await self.world.client.type("ana", "#segments", line))["ok"]
        return max(self.states()) if await self.until(lambda: len(self.states()) > known, seconds) else None

    async def approve(self, number: int, through: Stoppable, seconds: float = LONG) -> None:
        """Ben approves it, once its card can be approved, unless that takes longer."""
        if await self.until(lambda: APPROVE in str([card["blocks"] for card in self.world.cards(number)]), seconds):
            self.world.workspace.http = through.requests
            await self.world.client.press("ben", "#approvals", APPROVE, ts=self.world.cards(number)[-1]["ts"])

    async def ended(self, through: Stoppable) -> bool:
        """Return whether all changes come to an end; who was told that the ledger was locked presses again."""
        for _ in range(10):
            if await self.until(lambda: OPEN.isdisjoint(self.states().values()), LONG / 10):
                return True
            for number, state in self.states().items():
                if state == State.WAITING:
                    await self.approve(number, through, seconds=1)
        return False

    async def sent(self, writes: int, number: int) -> None:
        """Wait until so many writes of a change are with the store; a change may need fewer."""
        await self.until(
            lambda: Counter(one.change for one in self.writes)[number] >= writes or self.states()[number] not in OPEN
        )

    async def stopped(self, one: Stoppable, seconds: float, number: int, other: Stoppable) -> None:
        """One is stopped for so long; meanwhile the other one goes on, and often all of it is undone.

        One that was stopped while it wrote to the ledger keeps that locked: then nothing goes on.
        """
        began = elapsed()
        until = began + seconds
        one.process.send_signal(signal.SIGSTOP)
        self.counted[f"stopped while {self.states()[number]}"] += 1
        try:
            if await self.until(lambda: self.states()[number] == State.DONE, seconds) and self.dice.random() < 0.6:
                undo = await self.ask(f"/change undo {number}", other, until - elapsed())
                if undo:
                    await self.approve(undo, other, until - elapsed())
            await asyncio.sleep(until - elapsed())
        finally:
            one.pauses.append((began, elapsed()))
            one.process.send_signal(signal.SIGCONT)

    def breaches(self) -> list[Write]:
        """Writes by one who had lost the change, and who could have known."""
        by_owner = {bot.owner: bot for bot in self.bots}
        late = [write for write in self.writes if not write.was_held]
        self.counted["late"] += len(late)
        return [write for write in late if by_owner[write.owner].could_know(write.at)]


@asynccontextmanager
async def stoppable(arena: Arena, folder: Path, name: str) -> AsyncIterator[Stoppable]:
    """A bot that is ready, with its own way to the store; killed (-9) at the end."""
    world, notes = arena.world, folder / name
    owner = ""

    @web.middleware
    async def heard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "GET":
            arena.hears(request, owner)
        return await handler(request)

    app = web.Application(middlewares=[heard])
    app.add_subapp("/stores", application(world.store))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    store = f"http://127.0.0.1:{runner.addresses[0][1]}"
    environment = dict(os.environ) | environment_for(world.url, world.database) | world.overrides
    environment["BIGCOMMERCE_API_URL"] = store
    command = (sys.executable, "-m", "tests.approvals.leased_bot", str(arena.scale), str(notes))
    with (folder / f"{name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=PIPE, stderr=log)
    assert process.stdout
    try:
        _ready, port, owner = (await process.stdout.readline()).decode().split()
        requests = SignedRequests(f"http://127.0.0.1:{port}{PATH}", people.SIGNING_SECRET)
        yield Stoppable(process, requests, owner, notes)
        await requests.close()
    finally:
        process.kill()
        await process.wait()
        await runner.cleanup()


@asynccontextmanager
async def arena_of(world: World, folder: Path, seed: int, scale: float) -> AsyncIterator[Arena]:
    world.prepare()
    world.permitted |= world.behind(frozenset({people.APPROVERS_GROUP}))
    async with AsyncExitStack() as stack:
        ledger = stack.enter_context(read_ledger(world.address))
        arena = Arena(world, random.Random(seed), scale, ledger)
        for name in ("one", "two"):
            arena.bots.append(await stack.enter_async_context(stoppable(arena, folder, name)))
        yield arena


def deleted(before: Shop, names: list[str]) -> tuple[str, Shop]:
    return f"/segment delete {', '.join(names)}", {name: who for name, who in before.items() if name not in names}


def cleared(before: Shop, names: list[str]) -> tuple[str, Shop]:
    return f"/segment clear {names[0]}", before | {names[0]: frozenset()}


async def one_run(arena: Arena, number: int) -> None:
    """A change is asked for, approved and run; the one that runs it is stopped; then store and log are compared."""
    dice, world = arena.dice, arena.world
    names = [f"S{number}{letter}" for letter in "abc"]
    world.put(*names)
    for name in names:
        world.enrol(name, MEMBERS)
    before = arena.shop()
    line, after = dice.choice((deleted, cleared))(before, names)
    world.store.faults.clear()
    if dice.random() < 0.3:
        world.store.faults.add("DELETE", "*", delay=LATENCY, status=429)
    world.store.faults.add("*", "*", delay=LATENCY, times=None)
    runs, other = dice.sample(arena.bots, 2)
    change = await arena.ask(line, runs)
    assert change, line
    await arena.approve(change, runs)
    await arena.sent(dice.randrange(4), change)
    await asyncio.sleep(dice.uniform(0, 2 * LATENCY))
    await arena.stopped(runs, dice.uniform(0.8, 2.5) * arena.scale * LEASE.total_seconds(), change, other)
    assert await arena.ended(other), arena.states()
    await arena.until(lambda: not rows_of(arena.ledger, "SELECT 1 FROM changes WHERE owner <> ''"))
    assert arena.breaches() == []
    await _compare(arena, change, before, after)


async def _compare(arena: Arena, number: int, before: Shop, after: Shop) -> None:
    """What the log says became of the change stands in the store, or it says where not."""
    now = arena.shop()
    change = await arena.world.change(number)
    entries = [entry for entry in arena.world.entries() if entry.change in (number, change.undone_by)]
    told = {entry.kind for entry in entries} & {"late write", "step unsure", "step failed"}
    undone = change.undone_by and (await arena.world.change(change.undone_by)).state
    arena.counted.update([f"{change.state}, undo: {undone}", *told])
    arena.counted["taken over"] += len({write.owner for write in arena.writes if write.change == number}) > 1
    if not told:
        assert now == (before if undone == State.DONE else after)
    with read_ledger(arena.world.address) as ledger:
        assert verified(ledger).holds


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("scale", "seed"), [*((0.1, seed) for seed in range(10)), *((1.0, seed) for seed in range(10))]
)
async def test_two_processes_that_are_stopped_at_any_moment_write_nothing_without_a_lease(
    scale: float, seed: int, engine: Engine, open_world: OpenWorld, tmp_path: Path, deep: bool
) -> None:
    if not deep:
        pytest.skip("with --deep")
    world = await open_world(running=False, engine=engine)
    async with arena_of(world, tmp_path, seed, scale) as arena:
        for number in range(RUNS[scale]):
            await one_run(arena, number)
        log.info("%s, seed %s: %s writes; %s", scale, seed, len(arena.writes), dict(arena.counted))
