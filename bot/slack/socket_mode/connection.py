"""One connection to Slack, from its opening to the end of its closing handshake."""

import asyncio
import logging
import struct
from collections.abc import Awaitable, Callable

from aiohttp import ClientWebSocketResponse, WSMessage, WSMsgType

from bot.slack.socket_mode.messages import Envelope, Goodbye, Hello, parse
from bot.slack.socket_mode.upkeep import Stage

ACK_SECONDS = 3.0
"""How long Slack waits for an acknowledgement."""
SILENT_SECONDS = 40.0
"""After so many seconds without a frame nobody is there: a proxy may keep a connection open, and answer for Slack."""
_OVER = frozenset({WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR})
_NORMAL = struct.pack("!H", 1000)
Answer = Callable[[Envelope], Awaitable[str | None]]
log = logging.getLogger(__name__)


class Connection:
    """A connection. ``answer`` takes a delivery, and returns its acknowledgement; ``moved`` hears of each new stage.

    What Slack sends before it has read that the connection is being closed is taken like anything else, and on record.
    Only, it cannot be acknowledged any more: after its close frame an end sends nothing (RFC 6455, 5.5.1).
    """

    def __init__(self, answer: Answer, moved: Callable[[], None], elapsed: Callable[[], float]) -> None:
        self.stage = Stage.OPENING
        self._answer, self._moved, self._elapsed = answer, moved, elapsed
        self._socket: ClientWebSocketResponse | None = None
        self._may_send = True
        self._last = 0.0
        self._in_hand: set[asyncio.Task[None]] = set()

    @property
    def is_heard(self) -> bool:
        """Whether Slack sends over it, and was heard within 40 s."""
        return self.stage in (Stage.OPEN, Stage.LEAVING) and self._elapsed() - self._last < SILENT_SECONDS

    async def attend(self, socket: ClientWebSocketResponse) -> None:
        """Take what comes, until the connection is over."""
        self._socket = socket
        while (message := await socket.receive()).type not in _OVER:
            self._last = self._elapsed()
            if message.type is WSMsgType.PING and self._may_send:
                await socket.pong(message.data)
            if message.type is WSMsgType.TEXT and not self._take(socket, message):
                break

    def _take(self, socket: ClientWebSocketResponse, message: WSMessage) -> bool:
        """Take what Slack said. Return False if it does not take this connection."""
        match parse(message.data):
            case Hello(connections):
                log.info("Connected to Slack, which counts %s connections of this app", connections)
                self._move(Stage.OPEN)
            case Goodbye(reason):
                log.info("Slack is going to close a connection (%s)", reason)
                if self.stage is Stage.OPENING:
                    return False
                self._move(Stage.LEAVING)
            case Envelope() as envelope:
                task = asyncio.create_task(self._acknowledge(socket, envelope))
                self._in_hand.add(task)
                task.add_done_callback(self._in_hand.discard)
        return True

    async def _acknowledge(self, socket: ClientWebSocketResponse, envelope: Envelope) -> None:
        acknowledgement = await self._answer(envelope)
        if acknowledgement is None:
            return
        try:
            if not self._may_send:
                raise ConnectionResetError
            await socket.send_str(acknowledgement)
        except ConnectionError:
            log.info("A delivery was taken whose connection had closed: Slack may send it again, or show an error")

    async def close(self) -> bool:
        """Begin to close it once nothing is in hand. Return False if it was not open yet: then nobody answers."""
        self.stage = Stage.CLOSING
        await self.answered()
        if self._socket is None:
            return False
        self._may_send = False
        await self._socket.send_frame(_NORMAL, WSMsgType.CLOSE)
        return True

    async def answered(self) -> None:
        """Wait until nothing is in hand; not longer than Slack waits."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ACK_SECONDS
        while self._in_hand and loop.time() < until:
            await asyncio.wait(self._in_hand, timeout=until - loop.time())

    def _move(self, stage: Stage) -> None:
        if self.stage is not Stage.CLOSING:
            self.stage = stage
            self._moved()
