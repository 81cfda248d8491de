"""Tasks that are held, so that none is lost, and none fails unnoticed."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from contextvars import Context
from typing import Any, TypeVar

from bot.core.errors import NotRecorded

T = TypeVar("T")
FINISH_SECONDS = 3.0
"""How long work may still take when the process stops: by then Slack opens no form any more."""
log = logging.getLogger(__name__)


class Tasks:
    """The running work of this process."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self.are_ending = False

    def start(self, work: Coroutine[Any, Any, T], *, context: Context | None = None) -> asyncio.Task[T]:
        """Start ``work`` and hold it until it ends; log an uncaught failure.

        ``context``: one of its own for what is done for several, so that it is not taken for the work of whoever
        happens to start it (``core/work.py``).
        """
        task = asyncio.create_task(work, context=context)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        # What cannot be recorded now is due again in a second, and the ledger has logged it.
        if error and not isinstance(error, NotRecorded):
            log.error("Work under way broke", exc_info=error)

    async def settled(self) -> None:
        """Wait until no work is running, including what it started."""
        while self._running:
            await asyncio.wait(self._running)

    async def finish(self) -> None:
        """Let what is under way end, for three seconds: what is cut off on its way may come twice, or in doubt.

        Runs begin no further write then (``are_ending``).
        """
        self.are_ending = True
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                await self.settled()

    async def stop(self) -> None:
        """Cancel all running work; the ledger allows it to be resumed."""
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)
