"""The address of Slack's requests: each is refused before it is parsed, or answered by Bolt."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.http.connections import Connections
from bot.slack.http.refusals import Refusals
from bot.slack.http.replays import Replays, Reply
from bot.slack.http.signature import Refused, Signature

MOST_BYTES = 1024 * 1024
"""The longest body. Slack's own are far shorter: a form has 250 kB at most."""
TOO_LARGE = f"larger than {MOST_BYTES:,} bytes"
BROKEN_OFF = "broken off"
UNREADABLE = "signed, but not in Slack's shape"


@dataclass(frozen=True)
class Endpoint:
    """Takes Slack's requests for ``app``: what is unsigned, late or too large is refused unread and unparsed."""

    app: AsyncApp
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
                reply = await self.replays.reply(signature.text, lambda: self._dispatch(request, body))
        except Refused as refused:
            self.refusals.note(str(refused))
            return web.json_response({"error": "invalid request"}, status=refused.status)
        return reply.response()

    async def _signed(self, request: web.Request) -> tuple[Signature, bytes]:
        """Return signature and body of a request that Slack signed just now. Raises Refused."""
        signature = Signature.of(request.headers)
        signature.refuse_late(self.now())
        body = await _read(request)
        signature.refuse_forged(self.secret, body)
        signature.refuse_late(self.now())
        return signature, body

    async def _dispatch(self, request: web.Request, body: bytes) -> Reply:
        try:
            # Of the headers, which nobody signed, Bolt gets only what it needs to parse the body.
            parsed = AsyncBoltRequest(body=body.decode(), headers={"content-type": request.content_type})
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            raise Refused(UNREADABLE, 400) from error
        return Reply.of(await self.app.async_dispatch(parsed))


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
