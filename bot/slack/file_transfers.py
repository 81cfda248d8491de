"""Contents of files on their way to Slack and from it: what Slack puts off, or breaks off, is tried again.

That changes nothing, since an upload URL takes one content. The SDK does as much for the methods of the Web API.
"""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from bot.slack.slack_errors import RefusedResponse

LONGEST_WAIT = 30.0
"""The most seconds that Slack may ask to wait: whoever waits for a file longer asks again."""
_BROKEN = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError)


class PutOff(RefusedResponse):
    """Slack has no time for this now. ``wait``: the seconds that it asks for, in a header that its limits have."""

    def __init__(self, status: int, wait: str | None) -> None:
        super().__init__(status, "")
        is_limit = status == 429
        self.wait = float(wait) if wait and wait.isdecimal() else 1.0 if is_limit else 0.0
        self.retries = 2 if is_limit else 1


def refuse_busy(response: aiohttp.ClientResponse) -> None:
    """Raise PutOff if Slack limits the rate of requests, or has trouble of its own."""
    if response.status == 429 or response.status >= 500:
        raise PutOff(response.status, response.headers.get("Retry-After"))


async def transfer(
    attempt: Callable[[], Awaitable[None]], *, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Try it, and again after what passes: twice at a limit, else once. Raises NOT_ANSWERED."""
    retried = 0
    while True:
        try:
            return await attempt()
        except PutOff as error:
            if retried >= error.retries or error.wait > LONGEST_WAIT:
                raise
            await pause(error.wait)
        except _BROKEN:
            if retried:
                raise
        retried += 1
