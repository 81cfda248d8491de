"""Whoever somebody waits for goes first, and long runs leave the store room for others."""

import asyncio

import pytest

from bot.bigcommerce.rate_limits import Quota
from bot.bigcommerce.shares import AT_ONCE, RESERVED
from bot.bigcommerce.turns import Lane, Turns
from tests.bigcommerce.conftest import Clock


class Queue:
    """Requests of any lane that wait for their turn; ``came`` are the lanes whose turn came, in order."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.came: list[Lane] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, *lanes: Lane) -> None:
        self._tasks += [asyncio.create_task(self._take(lane)) for lane in lanes]
        await self.settled()

    async def give_back(self, *lanes: Lane) -> None:
        for lane in lanes:
            self.turns.give_back(lane)
            await self.settled()

    async def settled(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, lane: Lane) -> None:
        await self.turns.take(lane)
        self.came.append(lane)


@pytest.fixture
def queue(clock: Clock) -> Queue:
    return Queue(Turns(clock, clock.sleep))


async def test_a_long_run_uses_every_connection_while_nobody_waits(queue: Queue) -> None:
    await queue.ask(*[Lane.LONG_RUN] * 30)

    assert queue.came == [Lane.LONG_RUN] * AT_ONCE
    await queue.end()


@pytest.mark.parametrize("lane", [Lane.LONG_RUN, Lane.PATIENT])
async def test_the_next_turn_is_of_the_one_that_somebody_waits_for(queue: Queue, lane: Lane) -> None:
    await queue.ask(*[lane] * 30, *[Lane.LONG_RUN] * RESERVED)
    taken = len(queue.came)
    await queue.ask(Lane.AWAITED)
    await queue.give_back(lane)

    assert queue.came[taken:] == [Lane.AWAITED]
    await queue.give_back(lane)
    assert len(queue.came) == taken + 2
    await queue.end()


async def test_a_long_run_and_long_lists_take_turns(queue: Queue) -> None:
    await queue.ask(*[Lane.LONG_RUN] * 20, *[Lane.PATIENT] * 20)
    await queue.give_back(*[Lane.LONG_RUN] * 6)

    later = queue.came[AT_ONCE:]
    assert (later.count(Lane.LONG_RUN), later.count(Lane.PATIENT)) == (3, 3)
    await queue.end()


async def test_a_long_run_that_waits_for_the_next_window_holds_nobody_up(clock: Clock) -> None:
    asleep, release = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        asleep.set()
        await release.wait()
        await clock.sleep(seconds)

    queue = Queue(Turns(clock, sleep))
    queue.turns.learn(Quota(450, 80, resets_at=clock() + 20), was_refused=False)
    await queue.ask(Lane.LONG_RUN)
    await asleep.wait()
    await queue.ask(Lane.AWAITED)
    assert queue.came == [Lane.AWAITED]

    release.set()
    await queue.settled()
    assert (queue.came, clock.naps) == ([Lane.AWAITED, Lane.LONG_RUN], [20])
    await queue.end()


async def test_what_long_runs_leave_is_used_without_a_pause(queue: Queue, clock: Clock) -> None:
    queue.turns.learn(Quota(450, 100, resets_at=clock() + 20), was_refused=False)
    for _ in range(3):
        await queue.ask(Lane.AWAITED)
        await queue.give_back(Lane.AWAITED)

    assert (queue.came, clock.naps) == ([Lane.AWAITED] * 3, [])


@pytest.mark.parametrize("left", [0.0, 0.9])
async def test_any_share_may_be_left_and_some_always_is(clock: Clock, left: float) -> None:
    queue = Queue(Turns(clock, clock.sleep, left))
    queue.turns.learn(Quota(100, 2, resets_at=clock() + 7), was_refused=False)
    await queue.ask(Lane.AWAITED, Lane.LONG_RUN)

    assert clock.naps[0] == 7
    await queue.end()


async def test_who_took_the_turn_while_another_slept_is_waited_for(clock: Clock) -> None:
    awake = asyncio.Event()

    async def sleep(_: float) -> None:
        await awake.wait()

    queue = Queue(Turns(clock, sleep))
    queue.turns.learn(Quota(450, 80, resets_at=clock() + 20), was_refused=False)
    await queue.ask(Lane.LONG_RUN)
    await queue.ask(*[Lane.AWAITED] * AT_ONCE)
    clock.now += 21
    awake.set()
    await queue.settled()
    assert queue.came == [Lane.AWAITED] * AT_ONCE
    await queue.give_back(Lane.AWAITED)
    assert queue.came[-1] is Lane.LONG_RUN
    await queue.end()
