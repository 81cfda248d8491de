"""When something that failed is due again: after waits that grow."""

import random
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST, LONGEST = timedelta(seconds=1), timedelta(minutes=5)
DOUBLINGS = 9
"""After so many failures the wait has reached LONGEST."""


@dataclass(frozen=True)
class _Failures:
    """How often something failed in a row, and when it is due again."""

    times: int
    until: datetime


class GrowingWaits:
    """The waits of this process: each failure in a row doubles the wait, up to LONGEST; jitter takes off up to half.

    They are kept in memory only: after a restart, everything is due.
    """

    def __init__(self, clock: Callable[[], datetime], jitter: Callable[[], float] = random.random) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures: dict[Hashable, _Failures] = {}

    def is_due(self, what: Hashable) -> bool:
        """Return whether this may be tried now. No wait is longer than LONGEST: if one seems so, a clock went back."""
        found = self._failures.get(what)
        return found is None or not self._clock() < found.until <= self._clock() + LONGEST

    def failed(self, what: Hashable) -> None:
        """Count a failure."""
        found = self._failures.get(what)
        times = min(found.times + 1 if found else 1, DOUBLINGS + 1)
        wait = min(FIRST * 2 ** (times - 1), LONGEST) * (1 + self._jitter()) / 2
        self._failures[what] = _Failures(times, self._clock() + wait)

    def clear(self, what: Hashable) -> None:
        """Make this due at once: it succeeded, or there is news to tell."""
        self._failures.pop(what, None)
