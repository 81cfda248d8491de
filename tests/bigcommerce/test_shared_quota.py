"""Several processes pace by the headers of one store: it never refuses them, and a long run uses what is its."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from bot.bigcommerce.rate_limits import RESERVE, Pace, Quota
from bot.bigcommerce.shares import AT_ONCE

WINDOW, STEP, LATENCY = 30.0, 0.01, 0.2
LONG_RUN, AWAITED = Pace(left=0.2), Pace()


@dataclass
class StoreQuota:
    """A store that counts everybody's requests in windows."""

    requests: int
    used: dict[int, int] = field(default_factory=dict)

    def spend(self, now: float) -> Quota:
        """Count a request; what is left is told with its answer."""
        window = int(now // WINDOW)
        self.used[window] = self.used.get(window, 0) + 1
        return Quota(self.requests, self.requests - self.used[window], (window + 1) * WINDOW)


@dataclass
class Process:
    """A process with so many places, which sends by its pace between these seconds."""

    places: int
    pace: Pace
    between: tuple[float, float] = (0.0, 1e9)
    quota: Quota | None = None
    last_sent: float = float("-inf")
    under_way: list[tuple[float, Quota]] = field(default_factory=list)

    def moment(self, store: StoreQuota, now: float) -> None:
        for answered_at, quota in list(self.under_way):
            if answered_at <= now:
                self.under_way.remove((answered_at, quota))
                self.quota = quota
        start, end = self.between
        while start <= now < end and len(self.under_way) < self.places:
            others = AT_ONCE - self.places
            if self.pace.pause(self.quota, len(self.under_way), self.last_sent, now, others=others) > 0:
                return
            self.last_sent = now
            self.under_way.append((now + LATENCY, store.spend(now)))


def windows(requests: int, *processes: Process) -> Iterator[int]:
    """Let three windows go by; yield how many requests each had."""
    store = StoreQuota(requests)
    for moment in range(round(3 * WINDOW / STEP)):
        for one in processes:
            one.moment(store, moment * STEP)
    yield from (store.used.get(window, 0) for window in range(3))


@pytest.mark.parametrize("requests", [150, 450, 600])
def test_a_long_run_beside_idle_processes_uses_what_is_its(requests: int) -> None:
    mine = round(requests * (1 - LONG_RUN.left))
    assert all(0.95 * mine <= used <= mine + 1 for used in windows(requests, Process(6, LONG_RUN)))


@pytest.mark.parametrize("requests", [40, 150, 450])
@pytest.mark.parametrize("lull", [0.0, 5.0, 20.0])
def test_processes_whose_sight_is_old_are_not_refused(requests: int, lull: float) -> None:
    """One that has seen much left sleeps, and wakes up when another has used it."""
    for between in ((lull, lull + 1), (29.0, 31.0)):
        late = Process(4, AWAITED, between, Quota(requests, requests, WINDOW))
        assert max(windows(requests, Process(3, AWAITED), Process(3, LONG_RUN), late)) <= requests


def test_three_long_runs_use_what_is_theirs_and_what_is_under_way_at_most() -> None:
    mine = 450 * (1 - LONG_RUN.left)
    assert all(
        0.95 * mine <= used <= mine + AT_ONCE for used in windows(450, *(Process(3, LONG_RUN) for _ in range(3)))
    )


def test_what_others_may_have_under_way_is_left_where_that_is_more_than_the_reserve() -> None:
    quota = Quota(100, 8, resets_at=10)
    assert RESERVE * quota.requests < 7
    assert [AWAITED.pause(quota, 1, 0.0, 5.0, others=others) == 5.0 for others in (6, 7)] == [False, True]
