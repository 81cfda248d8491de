"""Lets acknowledgements go first: Slack gives them three seconds, and an answer may begin some milliseconds later."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

AT_ONCE = 8
QUIET = 0.05
PATIENCE = 0.25


class AnswerPacer:
    """Lets at most ``AT_ONCE`` answers through at a time, begun one after the other.

    Each begins when no delivery came for ``quiet`` seconds, or after ``PATIENCE`` seconds at the latest. So a flood of
    commands is acknowledged as fast as it comes in, and answered in its order.
    """

    def __init__(self, *, now: Callable[[], float], quiet: float = QUIET) -> None:
        self._now = now
        self._quiet = quiet
        self._last = -quiet
        self._places = asyncio.Semaphore(AT_ONCE)
        self._gate = asyncio.Lock()

    def delivered(self) -> None:
        """Note that something came in which has to be acknowledged."""
        self._last = self._now()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for the turn of a piece of work, which is done within this context."""
        async with self._places:
            async with self._gate:
                until = self._now() + PATIENCE
                # It is time that is waited for, and each delivery moves it.
                while (wait := min(self._last + self._quiet, until) - self._now()) > 0:  # noqa: ASYNC110
                    await asyncio.sleep(wait)
            yield
