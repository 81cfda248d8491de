"""Whether Slack is still heard over Socket Mode: a connection that died silently stays open for ever."""

import json
from collections.abc import Callable

from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

SILENT_SECONDS = 40.0
"""After so many seconds without a frame nobody is there: the bot asks for a pong every 10 s."""
_HEARD = frozenset({WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG})


class Hearing:
    """When Slack was last heard, over the latest connection that it said hello on.

    Only over that one do clicks come, and the SDK's own ``last_ping_pong_time`` begins with a ping that was *sent*.
    """

    def __init__(self, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._greeted: ClientWebSocketResponse | None = None
        self._last = 0.0

    def note(self, connection: ClientWebSocketResponse, message: WSMessage) -> None:
        """Note what arrived over a connection."""
        if connection is not self._greeted and _is_hello(message):
            self._greeted = connection
        if connection is self._greeted and message.type in _HEARD:
            self._last = self._elapsed()

    def is_fresh(self) -> bool:
        """Return whether Slack said hello, and was heard since within 40 s."""
        is_open = self._greeted is not None and not self._greeted.closed
        return is_open and self._elapsed() - self._last < SILENT_SECONDS

    def connection_class(self) -> type[ClientWebSocketResponse]:
        """Build the class of the connections that are listened to."""
        hearing = self

        class Heard(ClientWebSocketResponse):
            async def receive(self, *patience: float | None, **options: float | None) -> WSMessage:
                message = await super().receive(*patience, **options)
                hearing.note(self, message)
                return message

        return Heard


def _is_hello(message: WSMessage) -> bool:
    return message.type is WSMsgType.TEXT and json.loads(message.data).get("type") == "hello"
