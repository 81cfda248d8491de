"""Runs several requests at once, up to a bound."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from bot.bigcommerce.errors import StoreError
from bot.bigcommerce.wire_format import batches

T = TypeVar("T")

WIDTH = 10
"""The most that the store accepts at once; the connection holds the whole bot to it."""


async def gather_bounded(jobs: Iterable[Callable[[], Awaitable[T]]], *, changing: bool = False) -> AsyncIterator[T]:
    """Run jobs, up to WIDTH at once, and yield their results in the jobs' order.

    No job runs while a result is yielded, so a caller may stop iterating at any time. After a failure, running jobs are
    finished, no other is started, and a failure is raised. If the jobs are `changing` the store, the error's
    `maybe_done` says whether any of them changed it, or may have.
    """
    done = False
    for group in batches(jobs, WIDTH):
        results = await asyncio.gather(*(job() for job in group), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        if failures:
            raise _first(failures, partly=changing and (done or len(failures) < len(results)))
        done = True
        for result in results:
            yield result  # type: ignore[misc]  # no failure is left among them


def _first(failures: Sequence[BaseException], *, partly: bool) -> BaseException:
    first = min(failures, key=lambda each: isinstance(each, StoreError))  # a bug takes precedence over a store's error
    if isinstance(first, StoreError):
        doubtful = any(isinstance(each, StoreError) and each.maybe_done for each in failures)
        first.maybe_done = partly or doubtful
    return first
