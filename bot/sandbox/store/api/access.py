"""Authorization and rate limits of the emulated store: token, scopes, plan, quota. No HTTP here."""

from collections.abc import Callable, Collection
from hmac import compare_digest

from bot.sandbox.store.api.endpoint import Endpoint
from bot.sandbox.store.refusals import Forbidden, NotFound, TooMany, Unauthorized

PLENTY = 1_000_000  # in an unlimited store's headers
PLANS_WITH_SEGMENTATION = ("Enterprise",)


class Quota:
    """A quota of requests in windows of 30 s; a window starts with its first request. None is unlimited.

    `window` returns the seconds of a window.
    """

    def __init__(self, quota: int | None, clock: Callable[[], float], window: Callable[[], int] = lambda: 30) -> None:
        self.quota = quota
        self._clock = clock
        self._window = window
        self._began = float("-inf")
        self._used = 0

    def spend(self) -> dict[str, str]:
        """Count a request; return the response headers. Raises TooMany, with headers, when used up."""
        now = self._clock()
        if not 0 <= now - self._began < self._window():
            self._began, self._used = now, 0
        quota = PLENTY if self.quota is None else self.quota
        self._used += 1
        headers = self._headers(quota, now)
        if self._used > quota:
            refusal = TooMany("Too many requests: the quota of this window is used up.")
            refusal.headers = headers
            raise refusal
        return headers

    def _headers(self, quota: int, now: float) -> dict[str, str]:
        left_ms = max(1, round((self._began + self._window() - now) * 1000))
        return {
            "X-Rate-Limit-Time-Window-Ms": str(self._window() * 1000),
            "X-Rate-Limit-Time-Reset-Ms": str(left_ms),
            "X-Rate-Limit-Requests-Quota": str(quota),
            "X-Rate-Limit-Requests-Left": str(max(0, quota - self._used)),
        }


def check_caller(store_hash: str, token: str, *, asked: str | None, shown: str | None) -> None:
    """Raise NotFound for another store's hash, Unauthorized for a missing or wrong token."""
    if asked is not None and asked != store_hash:
        raise NotFound("The requested store was not found.")
    if shown is None or not compare_digest(shown.encode("utf-8", "replace"), token.encode()):
        raise Unauthorized("X-Auth-Token is missing or not valid for this store.")


def check_permission(endpoint: Endpoint, scopes: Collection[str], plan: str) -> None:
    """Raise Forbidden if the token lacks the scope or the plan lacks segmentation."""
    accepted = {endpoint.scope} if endpoint.modifies else {endpoint.scope, f"{endpoint.scope}_read_only"}
    if not accepted & set(scopes):
        raise Forbidden("You don't have a required scope to access the endpoint")
    if endpoint.segmentation and plan not in PLANS_WITH_SEGMENTATION:
        raise Forbidden("Customer segmentation is not available on this store's plan.")
