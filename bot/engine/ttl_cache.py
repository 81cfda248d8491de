"""TtlCache: a value that is read once per period, for everyone who asks."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Start(Protocol[T]):
    """How a reading is started as a task, in a context of its own: it is not the work of whoever asks first."""

    def __call__(self, reading: Coroutine[Any, Any, T], /, *, context: Context) -> asyncio.Task[T]:
        """Start it, and hold the task until it ends."""


class TtlCache(Generic[T]):
    """Reads a value at most once per ``ttl``; a failed reading is not cached.

    The period starts at the end of a reading; otherwise a reading that takes longer would be repeated for ever.
    """

    def __init__(
        self,
        read: Callable[[], Coroutine[Any, Any, T]],
        *,
        ttl: timedelta,
        clock: Callable[[], datetime],
        start: Start[T] = asyncio.create_task,
    ) -> None:
        self._read = read
        self._ttl = ttl
        self._clock = clock
        self._start = start
        self._until = clock()
        self._reading: asyncio.Task[T] | None = None
        self._is_outdated = False

    async def get(self) -> T:
        """Return the value; concurrent callers share one reading. Raises what the reading raises.

        One that began before the value expired is waited for, and is followed by another. Cancelling one caller stops
        neither the reading nor the others.
        """
        if self._is_outdated and self._reading:
            await asyncio.wait({self._reading})
        return await asyncio.shield(self.reading())

    def reading(self) -> asyncio.Task[T]:
        """Return the reading that is running, or ended less than ``ttl`` ago; else start one."""
        if self._reading is None or (self._reading.done() and self._until <= self._clock()):
            self._is_outdated = False
            self._reading = self._start(self._read(), context=Context())
            self._reading.add_done_callback(self._ended)
        return self._reading

    def expire(self) -> None:
        """Drop the value; what a running reading returns is dropped, too, once that has ended."""
        self._until = self._clock()
        self._is_outdated = True

    def _ended(self, reading: asyncio.Task[T]) -> None:
        is_kept = not (reading.cancelled() or reading.exception() or self._is_outdated)
        self._until = self._clock() + (self._ttl if is_kept else timedelta())
