"""The requests of the last minutes: one that comes again gets the same response, and changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from aiohttp import web
from slack_bolt.response import BoltResponse

from bot.slack.http.signature import VALID_SECONDS

MOST = 20_000
"""The most requests that are remembered: over 30 a second. The ledger, too, takes each delivery only once."""
KEPT_SECONDS = 2 * VALID_SECONDS
"""A request may be signed by a clock that is ahead, and is valid for as long again."""
SERVER_ERROR = 500
MOST_KEPT = 4_000
"""The longest response that is remembered, in characters: forms and suggestions are longer, and not needed twice."""


@dataclass(frozen=True)
class Reply:
    """The response to a signed request."""

    status: int
    body: str = ""
    content_type: str = "text/plain"

    @classmethod
    def of(cls, response: BoltResponse) -> "Reply":
        """Take what Bolt responds."""
        types = response.headers.get("content-type", ["text/plain"])
        return cls(response.status, response.body, types[0].partition(";")[0])

    def response(self) -> web.Response:
        """Build the response."""
        return web.Response(status=self.status, text=self.body, content_type=self.content_type)


class Replays:
    """Responses by signature, which stands for a request's time and body."""

    def __init__(self, *, now: Callable[[], float], most: int = MOST) -> None:
        self._now = now
        self._most = most
        self._replies: dict[str, tuple[float, asyncio.Future[Reply]]] = {}

    async def reply(self, signature: str, dispatch: Callable[[], Awaitable[Reply]]) -> Reply:
        """Return the response of ``dispatch``; to the same request again, what was responded to the first."""
        if signature in self._replies:
            return await asyncio.shield(self._replies[signature][1])
        self._forget()
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._replies[signature] = (self._now(), future)
        try:
            reply = await dispatch()
        except BaseException:
            # What broke may be tried again. Whoever waits for the same response gets none, either.
            self._replies.pop(signature, None)
            future.cancel()
            raise
        if reply.status >= SERVER_ERROR:
            self._replies.pop(signature, None)
        future.set_result(reply if len(reply.body) <= MOST_KEPT else replace(reply, body=""))
        return reply

    def _forget(self) -> None:
        """Forget requests that are too old to be taken again, and the oldest ones if there are too many."""
        while self._replies:
            oldest = next(iter(self._replies))
            if len(self._replies) < self._most and self._replies[oldest][0] > self._now() - KEPT_SECONDS:
                break
            del self._replies[oldest]
