"""Type-ahead: the segments and promotions that somebody may mean, quickly."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from bot.bigcommerce import Promotion, Reader, Segment, StoreError
from bot.slack import forms
from bot.slack.blocks import Block
from bot.slack.ids import NEW_SEGMENT, PROMOTIONS

KEEP = timedelta(seconds=10)
"""One person's typing asks for the same list many times a second."""
PATIENCE = 2.5
"""Slack shows nothing that comes after three seconds."""
T = TypeVar("T")
log = logging.getLogger(__name__)


class _Kept(Generic[T]):
    """A list that is read once for a while of typing."""

    def __init__(self, read: Callable[[], Awaitable[tuple[T, ...]]], clock: Callable[[], datetime]) -> None:
        self._read = read
        self._clock = clock
        self._until: datetime | None = None
        self._items: tuple[T, ...] = ()

    async def items(self) -> tuple[T, ...]:
        """The list, at most ``KEEP`` old. Raises StoreError."""
        now = self._clock()
        if self._until is None or self._until <= now:
            self._items = await self._read()
            self._until = now + KEEP
        return self._items


class Suggestions:
    """What the type-ahead of a form offers."""

    def __init__(self, reader: Reader, *, clock: Callable[[], datetime]) -> None:
        self._reader = reader
        self._segments = _Kept(self._read_segments, clock)
        self._promotions = _Kept(self._read_promotions, clock)

    async def options(self, action_id: str, query: str) -> list[Block]:
        """At most 100 options; none where the store does not answer in time, and the field still takes a name."""
        try:
            async with asyncio.timeout(PATIENCE):
                if action_id == PROMOTIONS:
                    return forms.promotion_options(await self._promotions.items(), query)
                return forms.segment_options(await self._segments.items(), query, new=action_id == NEW_SEGMENT)
        except (StoreError, TimeoutError) as error:
            log.warning("No suggestions: %r", error)
            return []

    async def _read_segments(self) -> tuple[Segment, ...]:
        return tuple([one async for one in self._reader.segments()])

    async def _read_promotions(self) -> tuple[Promotion, ...]:
        return tuple([one async for one in self._reader.promotions()])
