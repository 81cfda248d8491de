"""The deliveries of Slack that this process has in hand: each is acknowledged before the process stops, and counted."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.core.meters import NO_METERS, Meters
from bot.engine.process import elapsed

ACK_SECONDS = 3.0
"""How long Slack waits for an acknowledgement."""
_KINDS = {
    "block_actions": "click",
    "block_suggestion": "suggestion",
    "event_callback": "event",
    "message_action": "shortcut",
    "view_submission": "form",
}


def kind_of(body: Mapping[str, Any]) -> str:
    """Return what people did for this to be delivered, in a word of a closed set."""
    return "command" if "command" in body else _KINDS.get(str(body.get("type")), "other")


class Deliveries:
    """How many deliveries are in hand; how long each took is told to the ``meters``."""

    def __init__(self, meters: Meters = NO_METERS, elapsed: Callable[[], float] = elapsed) -> None:
        self._meters = meters
        self._elapsed = elapsed
        self._in_hand = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def in_hand(self, kind: str) -> Iterator[None]:
        """Take a delivery, until it is acknowledged."""
        began = self._elapsed()
        self._in_hand += 1
        self._none.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._none.set()
            self._meters.acknowledged(kind, self._elapsed() - began)

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
        with self._deliveries.in_hand(kind_of(req.body)):
            return await super().async_dispatch(req)
