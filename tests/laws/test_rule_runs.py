"""A law over random days of a rule that runs each hour: once for each time, within its guard, by whoever lives."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Change, State
from bot.core.approval.decisions import Verdict
from tests.engine.bench import Bench, bench
from tests.engine.ruled import follows_it, join, leave, ruled
from tests.records import create_ledger, verified

STEPS = 60
DAY = timedelta(days=1)


@dataclass
class Days:
    """Two processes on one ledger, and what may happen to them."""

    machine: Bench
    path: Path
    dice: random.Random
    processes: list[tuple[Bench, AsyncExitStack]] = field(default_factory=list)

    async def starts(self) -> None:
        """A process begins."""
        stack = AsyncExitStack()
        self.processes.append((await stack.enter_async_context(self.machine.another(self.path)), stack))

    async def looks_around(self) -> None:
        """One of them does what is due."""
        one, _ = self.dice.choice(self.processes)
        await one.sweeps()

    async def both_look_around(self) -> None:
        """Both do, at once."""
        await asyncio.gather(*(one.sweeps() for one, _ in self.processes))

    async def is_killed(self) -> None:
        """One of them is killed somewhere in what it does, and another one begins."""
        one, stack = self.processes.pop(self.dice.randrange(len(self.processes)))
        await one.engine.housekeeper.run_due()
        for _ in range(self.dice.randrange(60)):
            await asyncio.sleep(0.0005)
        await stack.aclose()
        await self.starts()

    async def time_passes(self) -> None:
        self.machine.clock.forward(minutes=self.dice.choice((1, 5, 20, 60, 60, 150)))

    async def clock_is_set(self) -> None:
        """Somebody sets the clock, ahead or back; a bot renews its lease before it goes by it."""
        self.machine.clock.set_by(minutes=self.dice.choice((-150, -61, -5, 5, 61, 150)))

    async def shoppers_move(self) -> None:
        self.dice.choice((join, leave))(self.machine, self.dice.choice((1, 1, 1, 2, 6)))

    async def hours_pass(self) -> None:
        """One shopper joins, or leaves, in each of some hours: each alone is within the guard."""
        move = self.dice.choice((join, leave))
        for _ in range(4):
            move(self.machine)
            self.machine.clock.forward(minutes=60)
            await self.both_look_around()

    async def somebody_decides(self) -> None:
        """What waits is approved, or skipped."""
        for brief in await self.machine.ledger.changes.latest("pending", "", 9):
            if brief.state is State.WAITING:
                verdict = self.dice.choice((Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT))
                await self.processes[0][0].decides("UBEN", brief.number, verdict)

    async def store_fails(self) -> None:
        self.machine.store.faults.add("GET", "*/segments*", status=503, times=self.dice.randrange(1, 9))

    def acts(self) -> list[Callable[[], Awaitable[None]]]:
        often = (self.looks_around, self.time_passes, self.shoppers_move, self.is_killed)
        return [
            *often,
            *often,
            self.both_look_around,
            self.hours_pass,
            self.somebody_decides,
            self.clock_is_set,
            self.store_fails,
        ]

    async def runs(self) -> list[Change]:
        """All changes that the rule's first one covers, by their times."""
        changes = self.machine.ledger.changes
        found = [await changes.load(one.number) for one in await changes.latest("all", "", 999)]
        return sorted((one for one in found if one.covered_by), key=slot_of)


def slot_of(change: Change) -> datetime:
    assert change.covered_by
    return change.covered_by.slot


def moved(change: Change, direction: int) -> int:
    return sum(step.moves[direction] for step in change.plan.steps)


def refuse_beyond(runs: list[Change]) -> None:
    """Fail if runs without a click moved more than a tenth of the segment within a day."""
    free = [one for one in runs if one.started_at and not one.approvals]
    for one in free:
        assert one.covered_by
        until = one.covered_by.slot
        day = [other for other in free if other.covered_by and until - DAY < other.covered_by.slot <= until]
        for direction in (0, 1):
            before = sum(moved(other, direction) for other in day if other.number <= one.number)
            assert before <= (one.plan.size or 0) // 10 or not moved(one, direction), (one.number, direction)


async def ends(days: Days) -> None:
    """All that waits is approved, and the next time comes: then the segment is as the rule says."""
    for _ in range(3):
        days.machine.clock.forward(hours=1)
        for _ in range(3):
            await days.both_look_around()
            days.machine.clock.forward(minutes=2)
        for brief in await days.machine.ledger.changes.latest("pending", "", 9):
            await days.processes[0][0].decides("UBEN", brief.number)
    await days.both_look_around()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The pieces of a deep run can be run one by one."""
    metafunc.parametrize("piece", range(120 if metafunc.config.getoption("--deep") else 4))


async def test_each_time_is_taken_once_and_nothing_goes_beyond_the_guard(piece: int, tmp_path: Path) -> None:
    path, dice = tmp_path / "ledger.sqlite", random.Random(piece)
    create_ledger(path)
    async with bench(path) as machine, AsyncExitStack() as stack:
        await ruled(machine)
        days = Days(machine, path, dice)
        stack.push_async_callback(lambda: asyncio.gather(*(each.aclose() for _, each in days.processes)))
        for _ in range(2):
            await days.starts()
        for _ in range(STEPS):
            await dice.choice(days.acts())()
        machine.store.faults.clear()
        runs = await days.runs()
        started = Counter(slot_of(one) for one in runs if one.started_at)
        assert all(count == 1 for count in started.values()), started
        assert all(one.approvals for one in runs if one.started_at and one.need.approvals)
        refuse_beyond(runs)
        await ends(days)
        assert follows_it(machine), [(one.number, one.state) for one in await days.runs()]
        assert verified(machine.ledger).holds
