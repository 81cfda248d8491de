"""The way to the store: HTTP over one pool of connections.

The only module that opens a connection. aiohttp takes a sixth of the time that httpx takes for a request.
"""

import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp
from aiohttp.connector import Connection as Line
from yarl import URL

from bot.bigcommerce.responses import Response

TIMEOUT = 10.0
"""Seconds to connect, and seconds without a byte while receiving."""
KEPT = 5.0
"""Seconds that a connection is kept open for the next request."""
_NOTHING_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)

LetOut = Callable[[], Awaitable[None]]
"""Asks whether a request may be sent."""


@dataclass(frozen=True)
class HttpRequest:
    """A request as it goes out. The `url` is whole, and quoted."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)  # they hold the token
    body: bytes | None = field(default=None, repr=False)


class NoAnswer(Exception):
    """A request without an answer. `is_sent`: it may have arrived; `is_late`: it was waited for in vain."""

    def __init__(self, cause: str, *, is_sent: bool, is_late: bool) -> None:
        super().__init__(cause)
        self.is_sent = is_sent
        self.is_late = is_late


class Network(Protocol):
    """Carries requests to a store."""

    async def send(self, request: HttpRequest, let_out: LetOut) -> Response:
        """Send it once, and return what is answered, whatever its status.

        `let_out` is asked last before the first byte; if it raises, nothing is sent. Raises NoAnswer.
        """

    async def aclose(self) -> None:
        """Close all connections."""


class Connections:
    """A pool of connections to the host of this URL, through the proxy that the environment names for it."""

    def __init__(self, url: str, most: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=most, keepalive_timeout=KEPT),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(connect=TIMEOUT, sock_read=TIMEOUT),
            proxy=proxy_for(url),
            request_class=_LetOutRequest,
        )

    async def send(self, request: HttpRequest, let_out: LetOut) -> Response:
        """See `Network`."""
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body,
                headers=request.headers,
                allow_redirects=False,
                middlewares=(_Once(let_out),),
            ) as response:
                names = {name.lower(): value for name, value in response.headers.items()}
                return Response(response.status, names, await response.read())
        except _NotLetOut as held:
            raise held.reason from None
        except (aiohttp.ClientError, TimeoutError) as error:
            # The error itself may hold the request, and thus the token, or a URL, and thus shoppers' addresses.
            cause = ": ".join(filter(None, (type(error).__name__, getattr(error, "strerror", None))))
            is_sent, is_late = not isinstance(error, _NOTHING_SENT), isinstance(error, TimeoutError)
        raise NoAnswer(cause, is_sent=is_sent, is_late=is_late)

    async def aclose(self) -> None:
        """See `Network`."""
        await self._session.close()


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
