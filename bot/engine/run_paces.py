"""How fast the runs of this process go, for their cards."""

from collections import deque
from dataclasses import dataclass, field

WINDOW = 30.0
"""Seconds over which a run's pace is measured: as long as the window of the store's rate limit."""


@dataclass(frozen=True)
class RunPaces:
    """The latest counts of each run in this process: seconds by the ``elapsed`` clock, and shoppers done by then."""

    _counts: dict[int, deque[tuple[float, int]]] = field(default_factory=dict)

    def note(self, number: int, done: int, now: float) -> None:
        """Note how many shoppers of this change are done by now. Counts from before the window are dropped."""
        counts = self._counts.setdefault(number, deque())
        counts.append((now, done))
        while len(counts) > 1 and counts[1][0] <= now - WINDOW:
            counts.popleft()

    def per_second(self, number: int, now: float) -> float:
        """Return how many shoppers a second were done lately; 0 if that is not known here."""
        counts = self._counts.get(number)
        if not counts or now <= counts[0][0]:
            return 0.0
        return (counts[-1][1] - counts[0][1]) / (now - counts[0][0])

    def forget(self, number: int) -> None:
        """Drop the counts of a run that is over here."""
        self._counts.pop(number, None)
