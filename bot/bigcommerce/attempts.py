"""What became of an attempt at a request, and what that means for the next one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.bigcommerce.errors import RateLimited, StoreError
from bot.bigcommerce.rate_limits import Attempts
from bot.bigcommerce.responses import Response
from bot.bigcommerce.wire_format import Request

LOCKED, TOO_MANY, OVER_PLAN = 423, 429, 507


@dataclass(frozen=True)
class NoResponse:
    """An attempt without a response. `sent`: the request may have arrived, and so may have been carried out."""

    error: StoreError
    sent: bool


Outcome = Response | NoResponse
OutcomeWord = Literal["ok", "refused", "limited", "failed", "unanswered"]
"""What became of an attempt: done, rejected for what it asks, too early, an error of the store, or no response."""


def next_wait(
    attempts: Attempts, request: Request, outcome: Outcome, took: float, jitter: float
) -> tuple[Attempts, float | None]:
    """Count an attempt, and return the seconds to wait before the next one; None if it was the last."""
    headers: Mapping[str, str] = outcome.headers if isinstance(outcome, Response) else {}
    if is_refusal(outcome):
        attempts = attempts.refused(headers)
        return attempts, attempts.after_refusal(headers, jitter)
    if is_answer(outcome):
        return attempts, None
    attempts = attempts.failed(took)
    return attempts, attempts.after_failure(headers, jitter) if _may_repeat(request, outcome) else None


def is_refusal(outcome: Outcome) -> bool:
    """Return whether it was surely not carried out, and may be later: too many requests, or something is locked."""
    if isinstance(outcome, Response):
        return outcome.status in (LOCKED, TOO_MANY)
    return isinstance(outcome.error, RateLimited)


def is_answer(outcome: Outcome) -> bool:
    """Return whether the store said what it did, or why not. A 507 is what its plan says, not a failure."""
    if isinstance(outcome, NoResponse) or is_refusal(outcome):
        return False
    return outcome.status < 500 or outcome.status == OVER_PLAN


def word_for(outcome: Outcome) -> OutcomeWord:
    """Return what became of an attempt, in a word."""
    if is_refusal(outcome):
        return "limited"
    if isinstance(outcome, NoResponse):
        return "unanswered"
    if not is_answer(outcome):
        return "failed"
    return "ok" if outcome.status < 400 else "refused"


def request_id(outcome: Outcome) -> str:
    """Return the id by which the vendor's support finds the request; empty without a response."""
    return outcome.headers.get("x-request-id", "") if isinstance(outcome, Response) else ""


def may_be_done(request: Request, outcome: Outcome) -> bool:
    """Return whether a write may have been carried out, although nothing says so."""
    sent = outcome.sent if isinstance(outcome, NoResponse) else not is_answer(outcome) and not is_refusal(outcome)
    return request.writes and sent


def conclude(outcome: Outcome, request: Request, *, repeated: bool) -> Response:
    """Return the response to the last attempt, or raise the error that it ended with."""
    if isinstance(outcome, Response):
        return replace(outcome, repeated=repeated)
    outcome.error.maybe_done = repeated or may_be_done(request, outcome)
    raise outcome.error


def _may_repeat(request: Request, outcome: Outcome) -> bool:
    return request.repeatable or not may_be_done(request, outcome)
