import asyncio
from itertools import count

from bot.engine.ack_priority import AT_ONCE, PATIENCE, AckPriority


class Time:
    """Passes whenever somebody looks."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._looks = count(1)
        self.now = 0.0

    def __call__(self) -> float:
        self.now = next(self._looks) * self._step
        return self.now


async def test_work_begins_when_no_delivery_came_for_a_while() -> None:
    time = Time(step=0.001)
    turns = AckPriority(now=time, quiet=0.005)
    turns.delivered()
    delivered = time.now
    async with turns.turn():
        assert time.now >= delivered + 0.005


async def test_work_begins_at_last_although_deliveries_never_end() -> None:
    time = Time(step=0.24)
    turns = AckPriority(now=time, quiet=60)
    turns.delivered()
    delivered = time.now
    async with turns.turn():
        assert delivered + PATIENCE <= time.now < delivered + 60


async def test_only_so_much_is_done_at_once_and_in_the_order_it_came() -> None:
    turns, begun, release = AckPriority(now=Time(step=0.001), quiet=0), [], asyncio.Event()

    async def work(number: int) -> None:
        async with turns.turn():
            begun.append(number)
            await release.wait()

    tasks = [asyncio.create_task(work(number)) for number in range(AT_ONCE + 2)]
    for _ in range(AT_ONCE * 3):
        await asyncio.sleep(0)
    assert (begun, turns.unanswered) == ([*range(AT_ONCE)], AT_ONCE + 2)
    release.set()
    await asyncio.gather(*tasks)
    assert (begun, turns.unanswered) == ([*range(AT_ONCE + 2)], 0)


async def test_a_decision_starts_although_every_place_for_answers_is_taken() -> None:
    turns, release = AckPriority(now=Time(step=0.001), quiet=0), asyncio.Event()

    async def work() -> None:
        async with turns.turn():
            await release.wait()

    tasks = [asyncio.create_task(work()) for _ in range(40)]
    for _ in range(AT_ONCE * 3):
        await asyncio.sleep(0)
    async with turns.turn(decides=True):
        release.set()
    await asyncio.gather(*tasks)
