"""Socket Mode from Slack's side: tickets, websockets, envelopes and their acknowledgements.

Facts: docs.slack.dev/apis/events-api/using-socket-mode: at most ten connections, each payload goes to one. Slack warns
about ten seconds before it closes one, or closes it at once (`refresh_requested`).

Not documented is what becomes of a command or a click that was sent over a connection which its app was closing:
`sends_again` says whether it goes to another one, or the person is shown an error.
"""

import asyncio
import json
import secrets
import uuid
from collections.abc import Callable
from contextlib import suppress

from aiohttp import WSMsgType, web

from bot.sandbox.workspace.delivery.transport import DISPATCH_FAILED, Parcel, Undelivered
from bot.sandbox.workspace.people import APP_ID
from bot.sandbox.workspace.refusals import Json

MOST_CONNECTIONS = 10
CLOSE_SECONDS = 0.2  # how long a closing server waits for a client's close frame
PING_SECONDS = 30.0  # how often an app is asked for a pong
NOTICE_SECONDS = 10.0  # how long before a connection is closed its app is warned


class Unsent(Undelivered):
    """The connection was over before anything was sent."""


class Connection:
    """One websocket, and the envelopes that it has not acknowledged yet."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    async def ask(self, parcel: Parcel) -> Json:
        """Send an envelope and wait for its acknowledgement.

        Raises Undelivered if the connection breaks; Unsent if it was over before.
        """
        envelope_id = str(uuid.uuid4())
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await self.socket.send_json(_envelope(envelope_id, parcel))
            return await answer
        except ConnectionError:
            raise Unsent(DISPATCH_FAILED) from None
        finally:
            del self._waiting[envelope_id]

    def answer(self, text: str) -> None:
        """Take an acknowledgement; a late or unknown one changes nothing, as in Slack."""
        message = json.loads(text)
        waiting = self._waiting.get(message.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            waiting.set_result(message.get("payload") or {})

    def lose(self) -> None:
        """Fail all pending envelopes."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Undelivered(DISPATCH_FAILED))


def _envelope(envelope_id: str, parcel: Parcel) -> Json:
    is_event = parcel.kind == "events_api"
    retry = {"retry_attempt": parcel.attempt, "retry_reason": "timeout" if parcel.attempt else ""}
    return {
        "envelope_id": envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": not is_event,
        **(retry if is_event else {}),
    }


class Sockets:
    """All connections of the app. Each parcel goes to one of them, in turn."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._on_change = on_change
        self.sends_again = True
        self.most = 0  # connections at the same time, so far

    def __len__(self) -> int:
        return len(self._connections)

    def ticket(self) -> str:
        """Create the ticket that admits one websocket."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def carry(self, parcel: Parcel) -> Json:
        """Send a parcel over the next connection; `dispatch_failed` if there is none.

        If it breaks after that, the parcel goes to another one, unless Slack does not send again.
        """
        while self._connections:
            connection = self._connections.pop(0)
            self._connections.append(connection)
            try:
                return await connection.ask(parcel)
            except Unsent:
                self._forget(connection)
            except Undelivered:
                self._forget(connection)
                if not self.sends_again:
                    raise
        raise Undelivered(DISPATCH_FAILED)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Respond to GET /socket: one connection from hello to goodbye."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(timeout=CLOSE_SECONDS, heartbeat=PING_SECONDS)
        await socket.prepare(request)
        if len(self) >= MOST_CONNECTIONS:
            await _say_goodbye(socket, "too_many_websockets")
            return socket
        await self._attend(Connection(socket))
        return socket

    async def _attend(self, connection: Connection) -> None:
        self._connections.append(connection)
        self.most = max(self.most, len(self))
        try:
            await connection.socket.send_json(_hello(len(self)))
            self._on_change()
            async for message in connection.socket:
                if message.type is WSMsgType.TEXT:
                    connection.answer(message.data)
        finally:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        self._forget(connection)
        connection.lose()
        self._on_change()

    def _forget(self, connection: Connection) -> None:
        with suppress(ValueError):  # it is forgotten already
            self._connections.remove(connection)

    async def warn(self) -> None:
        """Warn every connection that it will be closed, which happens unless its app closes it first."""
        leaving = tuple(self._connections)
        for connection in leaving:
            await _announce(connection.socket, "warning")
        await asyncio.sleep(NOTICE_SECONDS)
        for connection in leaving:
            await connection.socket.close()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Close every connection at once, as Slack does now and then."""
        leaving, self._connections = self._connections, []
        for connection in leaving:
            with suppress(ConnectionError):
                await _say_goodbye(connection.socket, reason)

    async def close(self) -> None:
        """Close every connection because the server stops."""
        leaving, self._connections = self._connections, []
        await asyncio.gather(*(one.socket.close(code=1001) for one in leaving))


def _hello(count: int) -> Json:
    return {
        "type": "hello",
        "num_connections": count,
        "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
        "connection_info": {"app_id": APP_ID},
    }


async def _say_goodbye(socket: web.WebSocketResponse, reason: str) -> None:
    await _announce(socket, reason)
    await socket.close()


async def _announce(socket: web.WebSocketResponse, reason: str) -> None:
    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
