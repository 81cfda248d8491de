"""The deliveries of Slack that this process has in hand: each is acknowledged before the process stops."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

ACK_SECONDS = 3.0
"""How long Slack waits for an acknowledgement."""


class Deliveries:
    """How many deliveries are in hand."""

    def __init__(self) -> None:
        self._in_hand = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """Take a delivery, until it is acknowledged."""
        self._in_hand += 1
        self._none.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._none.set()

    async def acknowledged(self) -> None:
        """Wait until none is in hand; not longer than Slack waits."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._none.wait(), ACK_SECONDS)


class CountingApp(AsyncApp):
    """Bolt's app, which counts what it has in hand."""

    def __init__(self, deliveries: Deliveries, **options: Any) -> None:
        super().__init__(**options)
        self._deliveries = deliveries

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Have a delivery answered."""
        with self._deliveries.in_hand():
            return await super().async_dispatch(req)
