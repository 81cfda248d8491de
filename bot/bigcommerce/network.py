"""The way to the store: what httpx sends goes over aiohttp's pool of connections.

The only module that opens a connection. httpx's own transport takes five times the processor's time for a request.
"""

import urllib.request
from collections.abc import Awaitable, Callable

import aiohttp
import httpx
from aiohttp.connector import Connection as Line
from yarl import URL

TIMEOUT = 10.0
"""Seconds to connect, and seconds without a byte while receiving."""
KEPT = 5.0
"""Seconds that a connection is kept open for the next request."""
LET_OUT = "let_out"
"""The extension of a request that is asked last before its first byte, once its connection stands."""
_NOTHING_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add."""

LetOut = Callable[[], Awaitable[None]]
"""Asks whether a request may be sent: if it raises, nothing is."""


async def _let_out() -> None:
    """Let out what nobody asks about."""


class Connections(httpx.AsyncBaseTransport):
    """A pool of connections to the host of this URL, through the proxy that the environment names for it.

    Each request is sent once, and never again by itself.
    """

    def __init__(self, url: str, most: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=most, keepalive_timeout=KEPT),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=TIMEOUT, sock_read=TIMEOUT),
            proxy=proxy_for(url),
            request_class=_LetOutRequest,
            skip_auto_headers=_ADDED,
            auto_decompress=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it once the extension LET_OUT lets it out, and read what is answered. Raises httpx.TransportError."""
        try:
            async with self._session.request(
                request.method,
                URL(str(request.url), encoded=True),
                data=await request.aread() or None,
                headers=request.headers,
                allow_redirects=False,
                middlewares=(_Once(request.extensions.get(LET_OUT, _let_out)),),
            ) as response:
                headers = list(response.raw_headers)
                return httpx.Response(response.status, headers=headers, content=await response.read())
        except _NotLetOut as held:
            raise held.reason from None
        except (aiohttp.ClientError, TimeoutError) as error:
            lost = _lost(error)
        raise lost

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()


def _lost(error: Exception) -> httpx.TransportError:
    """Return what httpx says of a request that got no answer.

    aiohttp's error may hold the request, and thus the token, or a URL, and thus shoppers' addresses.
    """
    is_late, is_unsent = isinstance(error, TimeoutError), isinstance(error, _NOTHING_SENT)
    late, broken = (httpx.ConnectTimeout, httpx.ConnectError) if is_unsent else (httpx.ReadTimeout, httpx.ReadError)
    cause = ": ".join(filter(None, (type(error).__name__, getattr(error, "strerror", None))))
    return (late if is_late else broken)(cause)


class _NotLetOut(Exception):
    """A request was not let out, for this reason. aiohttp would take some reasons for errors of its own."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


class _LetOutRequest(aiohttp.ClientRequest):
    """A request that asks whether it may be sent, once its connection stands."""

    let_out: LetOut

    async def send(self, conn: Line) -> aiohttp.ClientResponse:
        """Send it, if it may be."""
        try:
            await self.let_out()
        except Exception as reason:  # noqa: BLE001 - whatever it is, it is raised again on the other side of aiohttp
            raise _NotLetOut(reason) from None
        return await super().send(conn)


class _Once:
    """Gives a request what it has to ask; keeps aiohttp from sending it again by itself, where an answer was lost."""

    def __init__(self, let_out: LetOut) -> None:
        self._let_out = let_out
        self._is_used = False

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Carry it out the first time."""
        if self._is_used or not isinstance(request, _LetOutRequest):
            raise aiohttp.ServerDisconnectedError
        self._is_used = True
        request.let_out = self._let_out
        return await handler(request)


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for this URL."""
    host, named = URL(url).host or "", urllib.request.getproxies()
    return None if urllib.request.proxy_bypass(host) else named.get(URL(url).scheme) or named.get("all")
