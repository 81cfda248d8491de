"""The thin layer of I/O: one pool of connections to one store, paced, bounded and retried.

The only module that uses httpx.
"""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import cache

import httpx

from bot.bigcommerce.errors import TimedOut, Unreachable
from bot.bigcommerce.rate_limits import Attempts, Quota, pause
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import BASE_ROOM, Request

TIMEOUT = 10.0
"""Seconds to connect, and seconds without a byte while sending or receiving."""
AT_ONCE = 10
"""Requests in flight: the vendor's limit for writes to segments, kept for all."""
RESERVED = 2
"""How many of these are kept free of requests that may wait, however many of those there are."""

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


@dataclass(frozen=True)
class NoResponse:
    """An attempt without a response. `sent`: the request may have arrived, and so may have been carried out."""

    error: Unreachable
    sent: bool


Outcome = Response | NoResponse


class Connection:
    """Sends requests to one store; safe to share within one event loop."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
    ) -> None:
        self._http = http
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._patient_slots = asyncio.Semaphore(AT_ONCE - RESERVED)
        self._turnstile = asyncio.Lock()
        self._quota: Quota | None = None
        self._in_flight = 0
        self._last_sent = float("-inf")

    async def send(self, request: Request, correlation_id: str | None = None, *, is_patient: bool = False) -> Response:
        """Return the store's last response, whatever its status, after all retries.

        Wait for a free slot, for the quota, and between attempts. Raises Unreachable or TimedOut. A request that may
        have been carried out is retried only if it is repeatable. ``is_patient``: it leaves RESERVED slots to others.
        """
        attempts, repeated = Attempts(), False
        while True:
            async with self._patient_slots if is_patient else nullcontext():
                outcome, took = await self._attempt(request, correlation_id)
            attempts, wait = self._next(attempts, request, outcome, took)
            if wait is None:
                return _conclude(outcome, request, repeated)
            repeated = repeated or _may_be_done(request, outcome)
            await self._sleep(wait)

    def _next(
        self, attempts: Attempts, request: Request, outcome: Outcome, took: float
    ) -> tuple[Attempts, float | None]:
        """Count an attempt, and return the seconds to wait before the next one; None if it was the last."""
        if isinstance(outcome, Response) and outcome.status == 429:
            attempts = attempts.refused()
            return attempts, attempts.after_refusal(outcome.headers, self._jitter())
        if isinstance(outcome, Response) and outcome.status < 500:
            return attempts, None
        attempts = attempts.failed(took)
        return attempts, attempts.after_failure(self._jitter()) if _may_repeat(request, outcome) else None

    async def _attempt(self, request: Request, correlation_id: str | None) -> tuple[Outcome, float]:
        async with self._slots:
            began = await self._wait_turn()
            try:
                outcome = await self._exchange(request, correlation_id)
            finally:
                self._in_flight -= 1
        if isinstance(outcome, Response):
            # A gateway's error page has no such headers; the quota known before holds until its window ends.
            self._quota = Quota.from_headers(outcome.headers, self._clock()) or self._quota
        return outcome, self._clock() - began

    async def _wait_turn(self) -> float:
        # One at a time, so that each pause is computed from the latest responses.
        async with self._turnstile:
            wait = pause(self._quota, self._in_flight, self._last_sent, self._clock())
            if wait > 0:
                await self._sleep(wait)
            self._last_sent = self._clock()
            self._in_flight += 1
            return self._last_sent

    async def _exchange(self, request: Request, correlation_id: str | None) -> Outcome:
        headers = {"X-Correlation-Id": correlation_id} if correlation_id else {}
        body = None
        if request.body is not None:
            body = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        try:
            response = await self._http.request(
                request.method, f"{self._http.base_url}{request.target}", content=body, headers=headers
            )
        except httpx.RequestError as error:
            # Neither raised nor chained here: httpx's error holds the request, and thus the token.
            cause = f"{type(error).__name__}: {error}"
            kind = TimedOut if isinstance(error, httpx.TimeoutException) else Unreachable
            return NoResponse(kind(about=request.about, cause=cause), sent=not isinstance(error, _NOTHING_SENT))
        names = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, names, response.content)


@asynccontextmanager
async def open_connection(
    url: str,
    store_hash: str,
    token: str,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
    jitter: Callable[[], float],
    transport: httpx.AsyncBaseTransport | None,
) -> AsyncIterator[Connection]:
    """Open a pool of connections to one store, closed at the end.

    Raises ValueError for an invalid URL, store hash or token, without quoting the token.
    """
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ValueError("The access token is empty or holds characters that no token has.")
    async with httpx.AsyncClient(
        base_url=build_base_url(url, store_hash),
        headers={"X-Auth-Token": token, "Accept": "application/json"},
        timeout=TIMEOUT,
        limits=httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        transport=transport,
        verify=_trusted_certificates(),
    ) as http:
        yield Connection(http, clock, sleep, jitter)


@cache
def _trusted_certificates() -> ssl.SSLContext:
    """Load the trusted certificates once per process: it takes 20 ms."""
    return httpx.create_ssl_context()


def build_base_url(url: str, store_hash: str) -> str:
    """Build the base URL of all endpoints. Raises ValueError if it is invalid."""
    if not _is_api_url(url):
        raise ValueError(f"{url!r} is not the URL of an API.")
    if not re.fullmatch(r"[A-Za-z0-9_-]+", store_hash):
        raise ValueError(f"{store_hash!r} is not a store hash.")
    built = f"{url.rstrip('/')}/stores/{store_hash}/v3/"
    if len(built) > BASE_ROOM:
        raise ValueError("The API's URL is too long.")
    return built


def _is_api_url(url: str) -> bool:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host) and not (parts.query or parts.fragment)


def _may_be_done(request: Request, outcome: Outcome) -> bool:
    sent = outcome.sent if isinstance(outcome, NoResponse) else outcome.status >= 500
    return request.writes and sent


def _may_repeat(request: Request, outcome: Outcome) -> bool:
    return request.repeatable or not _may_be_done(request, outcome)


def _conclude(outcome: Outcome, request: Request, repeated: bool) -> Response:
    if isinstance(outcome, Response):
        return replace(outcome, repeated=repeated)
    outcome.error.maybe_done = repeated or _may_be_done(request, outcome)
    raise outcome.error
