"""The thin layer above the network: requests to one store, paced, bounded and retried."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from http.cookiejar import CookieJar
from uuid import NAMESPACE_OID, uuid5

import httpx

from bot.bigcommerce.attempts import (
    TOO_MANY,
    NoResponse,
    Outcome,
    OutcomeWord,
    conclude,
    is_answer,
    may_be_done,
    next_wait,
    request_id,
    word_for,
)
from bot.bigcommerce.errors import RateLimited, StoreError, TimedOut, Unreachable
from bot.bigcommerce.fence import Caller
from bot.bigcommerce.network import LET_OUT, Connections, LetOut
from bot.bigcommerce.rate_limits import Attempts, Quota
from bot.bigcommerce.recent_writes import RecentWrites
from bot.bigcommerce.responses import Response
from bot.bigcommerce.shares import AT_ONCE, Share
from bot.bigcommerce.turns import Turns
from bot.bigcommerce.wire_format import BASE_ROOM, SHORTEST_URL_ROOM, URL_ROOM, Request

LONGEST_WRITE = 10.0
"""The most seconds that a write is waited for once it is sent: after that it is given up."""
LONGEST_READ = 30.0
"""The most seconds for a read, however steadily its bytes come."""
URI_TOO_LONG = 414
USER_AGENT = "segment-bot (customer segments; https://developer.bigcommerce.com)"
"""The vendor asks each client to send one of its own."""
FRESH = 5.0
"""Seconds after which a document that was read is not put back any more, but read again."""
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


@dataclass(frozen=True)
class Sent:
    """A request, and the store's response to it."""

    request: Request
    response: Response


class _NoCookies(CookieJar):
    """Keeps no cookies: the store's API sets none, and looking for them took a quarter of httpx's own time."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Keep none."""


class _TooOld(Exception):
    """A document was read too long ago to be put back."""


class _TurnLost(Exception):
    """The process slept so long after a request's turn had come that others may have its place by now."""


Draft = Callable[[], Awaitable[Request | None]]
"""Builds the next attempt from what the store holds by then; None if nothing is left to be sent."""


Heard = Callable[[OutcomeWord, str], None]
"""Hears what became of each attempt at a request, and the id that the store gave it, if any."""


def unheard(_word: OutcomeWord, _request_id: str) -> None:
    """Take no notice."""


class Connection:
    """Sends requests to one store; safe to share within one event loop."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        jitter: Callable[[], float],
        longest_write: float = LONGEST_WRITE,
        *,
        turns: Turns,
        longest_read: float = LONGEST_READ,
        heard: Heard = unheard,
    ) -> None:
        self._http = http
        self._longest_write = longest_write
        self._longest_read = longest_read
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._turns = turns
        self._heard = heard
        self._url_room = URL_ROOM
        self.recent = RecentWrites(clock, sleep)

    @property
    def quota_left(self) -> int | None:
        """The requests that the store allows until its window ends; None if that is not known."""
        return self._turns.quota_left

    @property
    def target_room(self) -> int:
        """The most characters of path and query that the store takes, as far as is known."""
        return self._url_room - len(str(self._http.base_url))

    async def send(self, request: Request, caller: Caller) -> Response:
        """Return the store's last response, whatever its status, after all retries.

        Wait for a turn in the caller's lane, and between attempts.
        Raises Unreachable or TimedOut, and HeldBack by the caller's fence. A request that may have been carried out is
        retried only if it is repeatable. Raises ValueError for a whole document: nobody sends one again unread.
        """
        if request.whole:
            raise ValueError(
                f"{request.method} {request.target} sends a whole document, which is drafted anew each time."
            )

        async def same() -> Request:
            return request

        sent = await self.send_draft(same, caller)
        assert sent  # noqa: S101 - there is always a request
        return sent.response

    async def send_draft(self, draft: Draft, caller: Caller) -> Sent | None:
        """Return the store's last response to what was drafted, anew before each attempt, like `send`.

        None if there was nothing (more) to send: the store holds what it should.
        """
        attempts, repeated = Attempts(), False
        try:
            while True:
                drafted_at = self._clock()
                request = await draft()
                if request is None:
                    return None
                outcome, took = await self._attempt(request, caller, drafted_at)
                attempts, wait = next_wait(attempts, request, outcome, took, self._jitter())
                if wait is None:
                    return Sent(request, conclude(outcome, request, repeated=repeated))
                repeated = repeated or may_be_done(request, outcome)
                await self._sleep(wait)
        except StoreError as error:
            error.maybe_done = error.maybe_done or repeated
            raise

    async def try_once(self, request: Request) -> Response:
        """Return the store's response to a single attempt, out of turn. Raises Unreachable or TimedOut."""
        return conclude(await self._exchange(request, Caller(), self._clock()), request, repeated=False)

    async def _attempt(self, request: Request, caller: Caller, drafted_at: float) -> tuple[Outcome, float]:
        while True:
            with suppress(_TurnLost):
                return await self._attempt_in_turn(request, caller, drafted_at)

    async def _attempt_in_turn(self, request: Request, caller: Caller, drafted_at: float) -> tuple[Outcome, float]:
        began = await self._turns.take(caller.lane)
        try:
            outcome = await self._exchange(request, caller, drafted_at)
            if isinstance(outcome, Response):
                self._learn(request, outcome)
        finally:
            self._turns.give_back(caller.lane)
        self._heard(word_for(outcome), request_id(outcome))
        caller.fence.ended(wrote=request.writes, answered=is_answer(outcome))
        return outcome, self._clock() - began

    def _learn(self, request: Request, response: Response) -> None:
        """Take in what a response says about the store's limits."""
        quota = Quota.from_headers(response.headers, self._clock())
        self._turns.learn(quota, was_refused=response.status == TOO_MANY)
        if response.status == URI_TOO_LONG:
            refused = len(str(self._http.base_url)) + len(request.target)
            self._url_room = max(SHORTEST_URL_ROOM, min(self._url_room, refused // 2))

    async def _exchange(self, request: Request, caller: Caller, drafted_at: float) -> Outcome:
        try:
            async with asyncio.timeout(None if request.writes else self._longest_read) as limit:
                let_out = partial(self._let_out, request, caller, drafted_at, limit)
                response = await self._exchanged(request, caller.correlation_id, let_out)
        except _TooOld:
            return NoResponse(RateLimited(about=request.about), sent=False)
        except (httpx.RequestError, TimeoutError) as error:
            # Neither raised nor chained here: httpx's error holds the request, and thus the token.
            cause = f"{type(error).__name__}: {error}"
            kind = TimedOut if isinstance(error, httpx.TimeoutException | TimeoutError) else Unreachable
            return NoResponse(kind(about=request.about, cause=cause), sent=not isinstance(error, _NOTHING_SENT))
        names = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, names, response.content)

    async def _exchanged(self, request: Request, correlation_id: str | None, let_out: LetOut) -> httpx.Response:
        headers = {"X-Correlation-Id": correlation_uuid(correlation_id)} if correlation_id else {}
        body = None
        if request.body is not None:
            body = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        url = f"{self._http.base_url}{request.target}"
        return await self._http.request(
            request.method, url, content=body, headers=headers, extensions={LET_OUT: let_out}
        )

    async def _let_out(self, request: Request, caller: Caller, drafted_at: float, limit: asyncio.Timeout) -> None:
        """Ask whether the request may be sent; last before its bytes. Raises HeldBack, _TooOld and _TurnLost."""
        if request.writes:
            await caller.fence.permit()
        if not self._turns.may_send:
            raise _TurnLost
        if not request.writes:
            return
        if request.whole and self._clock() - drafted_at > FRESH:
            raise _TooOld
        limit.reschedule(asyncio.get_running_loop().time() + self._longest_write)


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
    longest_write: float,
    longest_read: float,
    left_by_long_runs: float,
    heard: Heard = unheard,
    share: Share | None = None,
) -> AsyncIterator[Connection]:
    """Open a pool of connections to one store, closed at the end.

    Raises ValueError for an invalid URL, store hash or token, without quoting the token.
    """
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ValueError("The access token is empty or holds characters that no token has.")
    base_url = build_base_url(url, store_hash)
    async with httpx.AsyncClient(
        base_url=base_url,
        headers={"X-Auth-Token": token, "Accept": "application/json", "User-Agent": USER_AGENT},
        timeout=None,  # noqa: S113 - those who carry requests have time-outs of their own
        transport=transport or Connections(base_url, AT_ONCE),
        trust_env=False,  # with a proxy there, httpx would go past the transport
        cookies=_NoCookies(),
    ) as http:
        turns = Turns(clock, sleep, left_by_long_runs, share)
        yield Connection(http, clock, sleep, jitter, longest_write, turns=turns, longest_read=longest_read, heard=heard)


@lru_cache(maxsize=16)
def correlation_uuid(text: str) -> str:
    """Return the X-Correlation-Id for a caller's own id, the same each time: the vendor documents a UUID."""
    return str(uuid5(NAMESPACE_OID, text))


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
