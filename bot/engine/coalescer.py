"""Runs work again for whatever arrives while it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

from bot.engine.tasks import Tasks


class Coalescer:
    """Runs ``work`` one round at a time; everything that arrives during a round is left to one further round.

    It is nobody's: what is known of the work of whoever wakes it is not known of it.
    """

    def __init__(self, work: Callable[[], Awaitable[None]], tasks: Tasks) -> None:
        self._work = work
        self._tasks = tasks
        self._rounds: asyncio.Task[None] | None = None
        self._again = False

    def wake(self) -> None:
        """Schedule a round: something arrived."""
        self._again = True
        if self._rounds is None or self._rounds.done():
            self._rounds = self._tasks.start(self._work_until_done(), context=Context())

    async def _work_until_done(self) -> None:
        while self._again:
            self._again = False
            await self._work()
