"""Answers that could not be shown just now: kept in memory, and shown when Slack takes them."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.answers import Answer, File
from bot.core.invocation import Delivery
from bot.engine.coalescer import Coalescer
from bot.engine.growing_waits import GrowingWaits
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process

KEPT = timedelta(minutes=20)
"""How long an answer is kept: by then its response URL is nearly over, and few expect it any more."""


@dataclass(frozen=True, eq=False)
class _Late:
    """An answer, and since when it is late."""

    to: Delivery
    answer: Answer
    since: datetime


class LateReplies:
    """The late answers of this process; ``give_up`` is called with the reason when one is not shown in time."""

    def __init__(
        self, process: Process, announcer: Announcer, give_up: Callable[[Delivery, str], Awaitable[None]]
    ) -> None:
        self._clock = process.clock
        self._tasks = process.tasks
        self._announcer = announcer
        self._give_up = give_up
        self._waits = GrowingWaits(process.clock)
        self._late: list[_Late] = []
        self._coalescer = Coalescer(self._show_due, process.tasks)

    async def failed(self, to: Delivery, answer: Answer, error: Undeliverable) -> None:
        """Keep an answer that could not be shown, if that may help.

        Of one with files, the person has read already that these may be missing, and to ask again.
        """
        if error.final or any(isinstance(part, File) for part in answer.parts):
            await self._give_up(to, str(error))
        else:
            late = _Late(to, answer, self._clock())
            self._late.append(late)
            self._waits.failed(late)

    @property
    def waiting(self) -> int:
        """How many answers are kept."""
        return len(self._late)

    def wake(self) -> None:
        """Start showing what is due."""
        if self._late:
            self._coalescer.wake()

    async def _show_due(self) -> None:
        for late in [one for one in self._late if self._waits.is_due(one)]:
            # Each for itself: one that breaks is logged, and takes no other with it.
            await asyncio.wait({self._tasks.start(self._show(late))})

    async def _show(self, late: _Late) -> None:
        is_kept = False
        try:
            await self._announcer.show_privately(late.to.actor, late.to.place, late.answer)
        except Undeliverable as error:
            is_kept = not error.final and self._clock() < late.since + KEPT
            if is_kept:
                self._waits.failed(late)
            else:
                await self._give_up(late.to, str(error))
        finally:
            if not is_kept:
                self._late.remove(late)
                self._waits.clear(late)
