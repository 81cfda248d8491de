"""Type-ahead: the segments that somebody may mean, quickly."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.bigcommerce import Reader, Segment, StoreError
from bot.slack import forms
from bot.slack.blocks import Block

KEEP = timedelta(seconds=10)
"""One person's typing asks for the same list many times a second."""
PATIENCE = 2.5
"""Slack shows nothing that comes after three seconds."""
log = logging.getLogger(__name__)


class Suggestions:
    """Reads the segments once for a while of typing."""

    def __init__(self, reader: Reader, *, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._clock = clock
        self._kept: tuple[datetime, tuple[Segment, ...]] | None = None

    async def segments(self, query: str) -> list[Block]:
        """At most 100 options; none where the store does not answer in time, and the field still takes a name."""
        try:
            async with asyncio.timeout(PATIENCE):
                return forms.options(await self._segments(), query)
        except (StoreError, TimeoutError) as error:
            log.warning("No suggestions: %r", error)
            return []

    async def _segments(self) -> tuple[Segment, ...]:
        now = self._clock()
        if self._kept is None or self._kept[0] <= now:
            self._kept = (now + KEEP, tuple([one async for one in self._reader.segments()]))
        return self._kept[1]
