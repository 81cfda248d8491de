"""A request and what the store answers, once: without a retry, and in a turn that was taken for it."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from uuid import NAMESPACE_OID, uuid5

import httpx

from bot.bigcommerce.attempts import NoResponse, Outcome
from bot.bigcommerce.errors import RateLimited, TimedOut, Unreachable
from bot.bigcommerce.fence import Caller
from bot.bigcommerce.network import LET_OUT, LetOut
from bot.bigcommerce.responses import Response
from bot.bigcommerce.turns import Turns
from bot.bigcommerce.wire_format import Request

FRESH = 5.0
"""Seconds after which a document that was read is not put back any more, but read again."""
_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout)


class TurnLost(Exception):
    """The process slept so long after a request's turn had come that others may have its place by now."""


class _TooOld(Exception):
    """A document was read too long ago to be put back."""


@dataclass
class Attempt:
    """One attempt at a request, drafted at that time; `is_out`: its bytes may be on their way."""

    request: Request
    caller: Caller
    drafted_at: float
    is_out: bool = False


class Exchanges:
    """The exchanges with one store. `learn` is told what a response says about the store's limits.

    One that was sent goes on when nobody waits for it any more, and keeps its place until the store answers: until
    then the store has it in hand.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        clock: Callable[[], float],
        turns: Turns,
        learn: Callable[[Request, Response], None],
        longest_write: float,
        longest_read: float,
    ) -> None:
        self._http, self._clock, self._turns, self._learn = http, clock, turns, learn
        self._longest_write, self._longest_read = longest_write, longest_read
        self._under_way = set[asyncio.Task[Outcome]]()

    async def close(self) -> None:
        """Wait for no answer any more."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def attempt_in_turn(self, attempt: Attempt) -> Outcome:
        """Return what came of an attempt whose turn was taken; the turn is given back. Raises TurnLost and HeldBack."""
        task = asyncio.create_task(self.attempt(attempt))
        self._under_way.add(task)
        task.add_done_callback(partial(self._end, attempt))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not attempt.is_out:
                task.cancel()
            raise

    def _end(self, attempt: Attempt, task: asyncio.Task[Outcome]) -> None:
        self._under_way.discard(task)
        outcome = None if task.cancelled() or task.exception() else task.result()
        if isinstance(outcome, Response):
            self._learn(attempt.request, outcome)
        self._turns.give_back(attempt.caller.lane)

    async def attempt(self, attempt: Attempt) -> Outcome:
        """Return what came of an attempt. Raises TurnLost and HeldBack: then it was not sent."""
        request = attempt.request
        try:
            async with asyncio.timeout(None if request.writes else self._longest_read) as limit:
                response = await self._exchanged(attempt, partial(self._let_out, attempt, limit))
        except _TooOld:
            return NoResponse(RateLimited(), sent=False)
        except (httpx.RequestError, TimeoutError) as error:
            # Neither raised nor chained here: httpx's error holds the request, and thus the token.
            cause = f"{type(error).__name__}: {error}"
            kind = TimedOut if isinstance(error, httpx.TimeoutException | TimeoutError) else Unreachable
            return NoResponse(kind(cause=cause), sent=not isinstance(error, _NOTHING_SENT))
        names = {name.lower(): value for name, value in response.headers.items()}
        return Response(response.status_code, names, response.content)

    async def _exchanged(self, attempt: Attempt, let_out: LetOut) -> httpx.Response:
        request, about = attempt.request, attempt.caller.correlation_id
        headers = {"X-Correlation-Id": correlation_uuid(about)} if about else {}
        body = None
        if request.body is not None:
            body = json.dumps(request.body).encode()
            headers["Content-Type"] = "application/json"
        url = request.url(str(self._http.base_url))
        return await self._http.request(
            request.method, url, content=body, headers=headers, extensions={LET_OUT: let_out}
        )

    async def _let_out(self, attempt: Attempt, limit: asyncio.Timeout) -> None:
        """Ask whether the request may be sent; last before its bytes. Raises HeldBack, _TooOld and TurnLost."""
        request = attempt.request
        if request.writes:
            await attempt.caller.fence.permit()
        if not self._turns.may_send:
            raise TurnLost
        if request.whole and self._clock() - attempt.drafted_at > FRESH:
            raise _TooOld
        if request.writes:
            limit.reschedule(asyncio.get_running_loop().time() + self._longest_write)
        attempt.is_out = True


@lru_cache(maxsize=16)
def correlation_uuid(text: str) -> str:
    """Return the X-Correlation-Id for a caller's own id, the same each time: the vendor documents a UUID."""
    return str(uuid5(NAMESPACE_OID, text))
