"""Runs several jobs at once, up to a bound."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Sequence
from itertools import islice
from typing import TypeVar

from bot.bigcommerce.errors import StoreError

T = TypeVar("T")

WIDTH = 10
"""The most that the store accepts at once; the connection holds the whole bot to it."""


async def gather_bounded(
    jobs: Iterable[Callable[[], Awaitable[T]]], *, changing: bool = False, width: int = WIDTH
) -> AsyncGenerator[T, None]:
    """Run jobs, up to `width` at once, and yield their results in the jobs' order.

    As soon as one ends, the next one starts; none starts while a result is yielded. A caller who stops iterating closes
    the generator, which cancels what still runs. After a failure, running jobs are finished, no other is started, and a
    failure is raised. If the jobs are `changing` the store, the error's `maybe_done` says whether any of them changed
    it, or may have.
    """
    rest, window, is_any_done = iter(jobs), deque[asyncio.Task[T]](), False
    try:
        while True:
            running = [task for task in window if not task.done()]
            failures = [error for task in window if task.done() and (error := task.exception())]
            if failures and not running:
                raise _first(failures, partly=changing and (is_any_done or len(failures) < len(window)))
            if not failures:
                while window and window[0].done():
                    is_any_done = True
                    yield window.popleft().result()
                started = [_started(job) for job in islice(rest, width - len(running))]
                window.extend(started)
                running += started
            if not running:
                return
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(window)


def _started(job: Callable[[], Awaitable[T]]) -> asyncio.Task[T]:
    async def run() -> T:
        return await job()

    return asyncio.create_task(run())


async def _end(tasks: Collection[asyncio.Task[T]]) -> None:
    """Cancel those that still run, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _first(failures: Sequence[BaseException], *, partly: bool) -> BaseException:
    first = min(failures, key=lambda each: isinstance(each, StoreError))  # a bug takes precedence over a store's error
    if isinstance(first, StoreError):
        doubtful = any(isinstance(each, StoreError) and each.maybe_done for each in failures)
        first.maybe_done = partly or doubtful
    return first
