"""Several jobs at once: as soon as one ends, the next one starts."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from bot.bigcommerce.concurrency import gather_bounded
from bot.bigcommerce.errors import RateLimited


@dataclass
class Jobs:
    """Jobs that end when they are told to; ``begun`` in order."""

    begun: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    _ends: dict[int, asyncio.Event] = field(default_factory=dict)

    def job(self, number: int) -> Callable[[], Awaitable[int]]:
        async def run() -> int:
            self.begun.append(number)
            try:
                await self._ends.setdefault(number, asyncio.Event()).wait()
            except asyncio.CancelledError:
                self.cancelled.append(number)
                raise
            if number < 0:
                raise RateLimited
            return number

        return run

    async def end(self, *numbers: int) -> None:
        for number in numbers:
            self._ends.setdefault(number, asyncio.Event()).set()
        for _ in range(10):
            await asyncio.sleep(0)


async def collected(jobs: Jobs, *numbers: int) -> list[int]:
    return [one async for one in gather_bounded(map(jobs.job, numbers), changing=True, width=2)]


async def test_the_next_one_starts_as_soon_as_one_ends_and_results_keep_their_order() -> None:
    jobs = Jobs()
    results = asyncio.create_task(collected(jobs, 1, 2, 3, 4))
    await jobs.end()
    assert jobs.begun == [1, 2]
    await jobs.end(2)
    assert jobs.begun == [1, 2, 3]
    await jobs.end(3, 4, 1)
    assert await results == [1, 2, 3, 4]


async def test_after_a_failure_what_runs_is_finished_and_no_other_starts() -> None:
    jobs = Jobs()
    results = asyncio.create_task(collected(jobs, -1, 2, 3))
    await jobs.end(-1)
    assert not results.done()
    await jobs.end(2)
    with pytest.raises(RateLimited) as caught:
        await results
    assert (caught.value.maybe_done, jobs.begun, jobs.cancelled) == (True, [-1, 2], [])


async def test_one_that_ended_long_before_the_failure_counts_as_done() -> None:
    jobs = Jobs()
    results = asyncio.create_task(collected(jobs, 1, -2))
    await jobs.end(1)
    await jobs.end(-2)
    with pytest.raises(RateLimited) as caught:
        await results
    assert caught.value.maybe_done


async def test_a_caller_who_stops_iterating_ends_what_runs() -> None:
    jobs = Jobs()
    await jobs.end(1)
    async with aclosing(gather_bounded(map(jobs.job, (1, 2, 3)), width=2)) as results:
        assert await anext(results) == 1
        assert jobs.begun == [1, 2]
    assert jobs.cancelled == [2]


async def test_a_caller_who_is_cancelled_ends_what_runs() -> None:
    jobs = Jobs()
    results = asyncio.create_task(collected(jobs, 1, 2, 3))
    await jobs.end()
    results.cancel()
    with pytest.raises(asyncio.CancelledError):
        await results
    assert jobs.cancelled == [1, 2]


async def test_nothing_to_do_is_done() -> None:
    assert await collected(Jobs()) == []
