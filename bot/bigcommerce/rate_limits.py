"""Rate limiting and backoff: how long to wait before a request or a retry, in seconds. Pure.

The vendor counts the requests of all apps of a store in windows of 30 s. The X-Rate-Limit-* headers of each response
say how many are left; clients are asked to spread theirs over the window. Vendor:
https://developer.bigcommerce.com/docs/start/best-practices#api-rate-limits
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

PLENTY = 0.5
"""The share of the quota above which nothing is slowed down."""
RESERVE = 0.02
"""The share of the quota that is left to other apps."""
LONGEST_WINDOW = 600.0
FIRST_BACKOFF, LONGEST_BACKOFF = 0.5, 8.0
REFUSALS = 6
"""The most 429s for one request before giving up."""
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


def pause(quota: Quota | None, in_flight: int, last_sent: float, now: float) -> float:
    """Return the seconds to wait before the next request; 0 while the quota is plentiful or unknown.

    Below PLENTY, the gap between two requests grows smoothly to an even share of the rest of the window; at RESERVE,
    everything waits for the next window. Requests in flight may not be counted in `left` yet.
    """
    if quota is None or now >= quota.resets_at:
        return 0.0
    until_reset = quota.resets_at - now
    left = quota.left - in_flight
    spare = left - quota.requests * RESERVE
    if spare <= 0:
        return until_reset
    scarcity = max(0.0, 1 - left / (quota.requests * PLENTY))
    gap = min(scarcity * until_reset / spare, until_reset)
    return max(0.0, last_sent + gap - now)


@dataclass(frozen=True)
class Attempts:
    """The attempts at one request so far. `spent` is the seconds that failures took."""

    refusals: int = 0
    failures: int = 0
    spent: float = 0.0

    def refused(self) -> Self:
        """Count a 429."""
        return replace(self, refusals=self.refusals + 1)

    def failed(self, took: float) -> Self:
        """Count a failure."""
        return replace(self, failures=self.failures + 1, spent=self.spent + took)

    def after_refusal(self, headers: Mapping[str, str], jitter: float) -> float | None:
        """Return the wait after a 429: the header's, or else an increasing one; None to give up. `jitter`: 0 to 1."""
        if self.refusals >= REFUSALS:
            return None
        reset = _number(headers, "time-reset-ms")
        if reset is None or reset > LONGEST_WINDOW * 1000:  # the platform is overloaded, or the value is nonsense
            return backoff(self.refusals, jitter)
        return reset / 1000

    def after_failure(self, jitter: float) -> float | None:
        """Return the wait after a failure, which increases; None to give up. `jitter`: 0 to 1."""
        wait = backoff(self.failures, jitter)
        too_late = self.spent + wait > PATIENCE
        return None if self.failures >= FAILURES or too_late else wait


def backoff(times: int, jitter: float) -> float:
    """Double the wait from FIRST_BACKOFF to LONGEST_BACKOFF; `times` starts at 1, jitter subtracts up to half."""
    full = min(FIRST_BACKOFF * 2.0 ** (times - 1), LONGEST_BACKOFF)
    return full * (1 + jitter) / 2


def _number(headers: Mapping[str, str], name: str) -> int | None:
    try:
        number = int(headers.get(f"x-rate-limit-{name}", ""))
    except ValueError:
        return None
    return number if number >= 0 else None
