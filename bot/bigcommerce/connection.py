"""The thin layer above the network: requests to one store, paced, bounded and retried."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar

import httpx

from bot.bigcommerce.attempts import (
    TOO_MANY,
    Outcome,
    OutcomeWord,
    conclude,
    is_answer,
    may_be_done,
    next_wait,
    request_id,
    word_for,
)
from bot.bigcommerce.errors import StoreError
from bot.bigcommerce.exchanges import Attempt, Exchanges, TurnLost
from bot.bigcommerce.fence import Caller
from bot.bigcommerce.network import Connections
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


@dataclass(frozen=True)
class Sent:
    """A request, and the store's response to it."""

    request: Request
    response: Response


class _NoCookies(CookieJar):
    """Keeps no cookies: the store's API sets none, and looking for them took a quarter of httpx's own time."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Keep none."""


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
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._turns = turns
        self._heard = heard
        self._url_room = URL_ROOM
        self.recent = RecentWrites(clock, sleep, lambda: turns.is_alone)
        self._exchanges = Exchanges(http, clock, turns, self._learn, longest_write, longest_read)

    async def close(self) -> None:
        """Wait for no answer any more."""
        await self._exchanges.close()

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
        outcome = await self._exchanges.attempt(Attempt(request, Caller(), self._clock()))
        return conclude(outcome, request, repeated=False)

    async def _attempt(self, request: Request, caller: Caller, drafted_at: float) -> tuple[Outcome, float]:
        while True:
            with suppress(TurnLost):
                return await self._attempt_in_turn(Attempt(request, caller, drafted_at))

    async def _attempt_in_turn(self, attempt: Attempt) -> tuple[Outcome, float]:
        caller = attempt.caller
        began = await self._turns.take(caller.lane)
        outcome = await self._exchanges.attempt_in_turn(attempt)
        self._heard(word_for(outcome), request_id(outcome))
        caller.fence.ended(wrote=attempt.request.writes, answered=is_answer(outcome))
        return outcome, self._clock() - began

    def _learn(self, request: Request, response: Response) -> None:
        """Take in what a response says about the store's limits."""
        quota = Quota.from_headers(response.headers, self._clock())
        self._turns.learn(quota, was_refused=response.status == TOO_MANY)
        if response.status == URI_TOO_LONG:
            refused = len(request.url(str(self._http.base_url)))
            self._url_room = max(SHORTEST_URL_ROOM, min(self._url_room, refused // 2))


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
        made = Connection(
            http, clock, sleep, jitter, longest_write, turns=turns, longest_read=longest_read, heard=heard
        )
        try:
            yield made
        finally:
            await made.close()


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
