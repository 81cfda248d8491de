"""Socket Mode from Slack's side: tickets, websockets, envelopes and their acknowledgements.

Facts: docs.slack.dev/apis/events-api/using-socket-mode: at most ten connections, each payload goes to one.
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


class Connection:
    """One websocket, and the envelopes that it has not acknowledged yet."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    async def ask(self, parcel: Parcel) -> Json:
        """Send an envelope and wait for its acknowledgement. Raises Undelivered if the connection breaks."""
        envelope_id = str(uuid.uuid4())
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            await self.socket.send_json(_envelope(envelope_id, parcel))
            return await answer
        except ConnectionError:
            raise Undelivered(DISPATCH_FAILED) from None
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

    def __len__(self) -> int:
        return len(self._connections)

    def ticket(self) -> str:
        """Create the ticket that admits one websocket."""
        ticket = secrets.token_hex(8)
        self._tickets.add(ticket)
        return ticket

    async def carry(self, parcel: Parcel) -> Json:
        """Send a parcel over the next connection; `dispatch_failed` if there is none."""
        if not self._connections:
            raise Undelivered(DISPATCH_FAILED)
        connection = self._connections.pop(0)
        self._connections.append(connection)
        return await connection.ask(parcel)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Respond to GET /socket: one connection from hello to goodbye."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(timeout=CLOSE_SECONDS)
        await socket.prepare(request)
        if len(self) >= MOST_CONNECTIONS:
            await _say_goodbye(socket, "too_many_websockets")
            return socket
        await self._attend(Connection(socket))
        return socket

    async def _attend(self, connection: Connection) -> None:
        self._connections.append(connection)
        try:
            await connection.socket.send_json(_hello(len(self)))
            self._on_change()
            async for message in connection.socket:
                if message.type is WSMsgType.TEXT:
                    connection.answer(message.data)
        finally:
            self._drop(connection)

    def _drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        connection.lose()
        self._on_change()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to reconnect, as Slack does every few hours."""
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
    await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}})
    await socket.close()
