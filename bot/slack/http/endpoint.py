"""The address of Slack's requests: each is refused before it is parsed, or delivered."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.slack.decoding import Body
from bot.slack.deliveries import Deliveries, Reply
from bot.slack.http.connections import Connections
from bot.slack.http.refusals import Refusals
from bot.slack.http.replays import Replays
from bot.slack.http.signature import Refused, Signature

MOST_BYTES = 1024 * 1024
"""The longest body. Slack's own are far shorter: a form has 250 kB at most."""
TOO_LARGE = f"larger than {MOST_BYTES:,} bytes"
BROKEN_OFF = "broken off"
UNREADABLE = "signed, but not in Slack's shape"


@dataclass(frozen=True)
class Endpoint:
    """Takes Slack's requests for the bot: what is unsigned, late or too large is refused unread and unparsed."""

    deliveries: Deliveries
    secret: str
    connections: Connections
    refusals: Refusals
    replays: Replays
    now: Callable[[], float]

    def __post_init__(self) -> None:
        if not self.secret:
            raise ValueError("without a signing secret, everything would be signed")

    async def events(self, request: web.Request) -> web.Response:
        """Answer a request of Slack's."""
        try:
            signature, body = await self._signed(request)
            with self.connections.busy(request.transport):
                reply = await self.replays.reply(signature.text, lambda: self._deliver(body))
        except Refused as refused:
            self.refusals.note(str(refused))
            return web.json_response({"error": "invalid request"}, status=refused.status)
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)

    async def _signed(self, request: web.Request) -> tuple[Signature, bytes]:
        """Return signature and body of a request that Slack signed just now. Raises Refused."""
        signature = Signature.of(request.headers)
        signature.refuse_late(self.now())
        body = await _read(request)
        signature.refuse_forged(self.secret, body)
        signature.refuse_late(self.now())
        return signature, body

    async def _deliver(self, body: bytes) -> Reply:
        try:
            parsed = _parsed(body.decode())
        except (ValueError, RecursionError) as error:
            raise Refused(UNREADABLE, 400) from error
        return await self.deliveries.deliver(parsed)


def _parsed(text: str) -> Body:
    """Parse a body: JSON, a form whose payload is JSON, or a form. Raises ValueError."""
    if text.startswith("{"):
        found = json.loads(text)
    else:
        fields = dict(parse_qsl(text, keep_blank_values=True))
        found = json.loads(fields["payload"]) if "payload" in fields else fields
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


async def _read(request: web.Request) -> bytes:
    """Read the body. Raises Refused."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(TOO_LARGE, 413)
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise Refused(TOO_LARGE, 413) from None
    except (web.RequestPayloadError, ConnectionError):
        raise Refused(BROKEN_OFF, 400) from None


def closing(connections: Connections) -> Middleware:
    """Build the middleware that closes a connection after the response to anyone but Slack."""

    @web.middleware
    async def closed(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as refusal:
            refusal.force_close()
            raise
        if not connections.is_kept(request.transport):
            response.force_close()
        return response

    return closed
