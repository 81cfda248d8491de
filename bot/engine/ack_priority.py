"""Lets acknowledgements go before answers: Slack wants them within three seconds, while an answer may wait a little."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

AT_ONCE = 8
QUIET = 0.05
PATIENCE = 0.25


class _Lane:
    """How many answers are under way, and the one that starts next."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(AT_ONCE)
        self.gate = asyncio.Lock()


class AckPriority:
    """Lets at most ``AT_ONCE`` answers through at a time, in order; decisions have a lane of their own.

    An answer starts once no delivery has arrived for ``quiet`` seconds, or after ``PATIENCE`` seconds at the latest. So
    a flood of commands is acknowledged as fast as it arrives.
    """

    def __init__(self, *, now: Callable[[], float], quiet: float = QUIET) -> None:
        self._now = now
        self._quiet = quiet
        self._last = -quiet
        self._answers, self._decisions = _Lane(), _Lane()
        self.unanswered = 0
        """How many wait for their turn, or are being answered."""

    def delivered(self) -> None:
        """Record that a delivery arrived, which must be acknowledged first."""
        self._last = self._now()

    @asynccontextmanager
    async def turn(self, *, decides: bool = False) -> AsyncIterator[None]:
        """Wait for this answer's turn; the work is done within this context.

        ``decides``: it decides about a change, and waits for no answer that only shows something.
        """
        lane = self._decisions if decides else self._answers
        self.unanswered += 1
        try:
            async with lane.places:
                async with lane.gate:
                    until = self._now() + PATIENCE
                    # Only time can be waited for here, and each delivery extends the wait.
                    while (wait := min(self._last + self._quiet, until) - self._now()) > 0:  # noqa: ASYNC110
                        await asyncio.sleep(wait)
                yield
        finally:
            self.unanswered -= 1
