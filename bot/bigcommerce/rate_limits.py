"""Rate limiting and backoff: how long to wait before a request or a retry, in seconds. Pure.

The vendor counts the requests of all apps of a store in windows of 30 s. The X-Rate-Limit-* headers of each response
say how many are left; clients are asked to spread theirs over the window. Vendor:
https://developer.bigcommerce.com/docs/start/best-practices#api-rate-limits
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

PLENTY = 0.5
"""The share of the quota above which nothing is slowed down."""
RESERVE = 0.02
"""The share of the quota that is left to other apps."""
LONGEST_WINDOW = 600.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 8.0
SHORT_BACKOFF, LONGEST_SHORT_BACKOFF = 0.1, 2.0
"""Seconds after a 429 with quota left: too many requests were under way at once."""
REFUSALS = 6
"""The most 429s for one request before giving up."""
CROWDED = 12
"""The most of them with quota left."""
STEADY = 50
"""After so many responses without another refusal, one more request may be under way."""
FAILURES = 5
"""The most failures of one request, of the network or the store, before giving up."""
PATIENCE = 20.0
"""No new attempt after so many seconds of failures: with a time-out of 10 s, it ends within 30."""


@dataclass(frozen=True)
class Quota:
    """The store's rate limit: `left` of `requests` until `resets_at`, in seconds of our own clock."""

    requests: int
    left: int
    resets_at: float

    @classmethod
    def from_headers(cls, headers: Mapping[str, str], now: float) -> Self | None:
        """Parse the headers; None if one is missing or they are inconsistent."""
        names = ("requests-quota", "requests-left", "time-window-ms", "time-reset-ms")
        numbers = [_number(headers, name) for name in names]
        match numbers:
            case [int(requests), int(left), int(window), int(reset)] if (
                0 < requests >= left and reset <= window <= LONGEST_WINDOW * 1000
            ):
                return cls(requests, left, now + (reset + 1) / 1000)  # the store may have rounded down
        return None


@dataclass(frozen=True)
class Pace:
    """How requests of one kind use the quota: slower below the share `plenty`, not at all below the share `left`."""

    plenty: float = PLENTY
    left: float = RESERVE

    def pause(self, quota: Quota | None, in_flight: int, last_sent: float, now: float, *, others: int = 0) -> float:
        """Return the seconds to wait before the next request; 0 while the quota is plentiful or unknown.

        Below `plenty`, the gap between two requests grows smoothly to an even share of the rest of the window; at
        `left`, they wait for the next window. Requests in flight may not be counted in the quota's yet, nor those of
        other processes, of which there are so many at most (`others`); what these leave, the quota's shows.
        """
        if quota is None or now >= quota.resets_at:
            return 0.0
        until_reset = quota.resets_at - now
        left = quota.left - in_flight
        spare = left - max(quota.requests * self.left, others)
        if spare <= 0:
            return until_reset
        scarcity = max(0.0, 1 - left / (quota.requests * self.plenty))
        gap = min(scarcity * until_reset / spare, until_reset)
        return max(0.0, last_sent + gap - now)


@dataclass(frozen=True)
class Width:
    """How many requests may be under way at once: fewer after a refusal, slowly more again. `most`: never above."""

    most: int
    now: int
    steady: int = 0

    def after(self, in_flight: int, *, refused: bool) -> Self:
        """Return the width after a response, with so many under way including its own.

        So many were too many, if it was refused: one fewer may be fine. Of ten at once, of which a store takes three,
        seven are refused, the last of them with four under way.
        """
        if refused:
            return replace(self, now=max(1, min(self.now, in_flight - 1)), steady=0)
        if self.steady + 1 < STEADY or self.now == self.most:
            return replace(self, steady=self.steady + 1)
        return replace(self, now=self.now + 1, steady=0)


@dataclass(frozen=True)
class Attempts:
    """The attempts at one request so far. `spent` is the seconds that failures took.

    `crowded` counts refusals while quota was left: too many requests were under way.
    """

    refusals: int = 0
    crowded: int = 0
    failures: int = 0
    spent: float = 0.0

    def refused(self, headers: Mapping[str, str]) -> Self:
        """Count a 429 or 423."""
        if _has_quota_left(headers):
            return replace(self, crowded=self.crowded + 1)
        return replace(self, refusals=self.refusals + 1)

    def failed(self, took: float) -> Self:
        """Count a failure."""
        return replace(self, failures=self.failures + 1, spent=self.spent + took)

    def after_refusal(self, headers: Mapping[str, str], jitter: float) -> float | None:
        """Return the wait after a refusal: the header's, or else an increasing one; None to give up.

        `jitter`: 0 to 1.
        """
        if self.refusals >= REFUSALS or self.crowded >= CROWDED:
            return None
        told = retry_after(headers)
        if told is not None:
            return told
        if _has_quota_left(headers):
            return backoff(self.crowded, jitter, SHORT_BACKOFF, LONGEST_SHORT_BACKOFF)
        reset = _number(headers, "time-reset-ms")
        if reset is None or reset > LONGEST_WINDOW * 1000:  # the platform is overloaded, or the value is nonsense
            return backoff(self.refusals, jitter)
        return reset / 1000

    def after_failure(self, headers: Mapping[str, str], jitter: float) -> float | None:
        """Return the wait after a failure, as after a refusal; None to give up."""
        told = retry_after(headers)
        wait = backoff(self.failures, jitter) if told is None else told
        too_late = self.spent + wait > PATIENCE
        return None if self.failures >= FAILURES or too_late else wait


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait that `X-Retry-After` or `Retry-After` names; None if neither makes sense.

    A date is left alone: whether this machine's clock is right is not known.
    """
    for name in ("x-retry-after", "retry-after"):
        text = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text, re.ASCII) and float(text) <= LONGEST_WINDOW:
            return float(text)
    return None


def _has_quota_left(headers: Mapping[str, str]) -> bool:
    quota = Quota.from_headers(headers, 0.0)
    return quota is not None and quota.left > 0


def backoff(times: int, jitter: float, first: float = FIRST_BACKOFF, longest: float = LONGEST_BACKOFF) -> float:
    """Double the wait from `first` to `longest` seconds; `times` starts at 1, jitter subtracts up to half."""
    full = min(first * 2.0 ** (times - 1), longest)
    return full * (1 + jitter) / 2


def _number(headers: Mapping[str, str], name: str) -> int | None:
    try:
        number = int(headers.get(f"x-rate-limit-{name}", ""))
    except ValueError:
        return None
    return number if number >= 0 else None
