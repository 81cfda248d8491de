import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce.rate_limits import FAILURES, PATIENCE, REFUSALS, Attempts, Pace, Quota, backoff
from tests.laws.values import PURE

LONG_AGO = float("-inf")
PACE = Pace()


def headers(quota: object = 150, left: object = 100, window: object = 30_000, reset: object = 15_000) -> dict[str, str]:
    return {
        "x-rate-limit-requests-quota": str(quota),
        "x-rate-limit-requests-left": str(left),
        "x-rate-limit-time-window-ms": str(window),
        "x-rate-limit-time-reset-ms": str(reset),
    }


def simulated(quota: int, seconds: float, others: int = 0, pace: Pace = PACE) -> tuple[list[float], int]:
    """Ask as fast as allowed, 20 ms a request, while `others` ask too; give the times, and the 429s."""
    now, sent, refused, spent, known = 0.0, [], 0, 0, None
    last, window = LONG_AGO, 0
    while now < seconds:
        now += pace.pause(known, 0, last, now)
        if now // 30 > window:
            window, spent = int(now // 30), 0
        last, spent = now, spent + 1 + others
        refused += spent > quota
        sent.append(now)
        reset = 30_000 - now % 30 * 1000
        known = Quota.from_headers(headers(quota, max(0, quota - spent), 30_000, int(reset)), now)
        now += 0.02
    return sent, refused


def test_the_headers_are_read() -> None:
    assert Quota.from_headers(headers(), now=1_000) == Quota(requests=150, left=100, resets_at=1_015.001)


def test_a_window_of_ten_minutes_is_no_nonsense_yet() -> None:
    assert Quota.from_headers(headers(window=600_000, reset=600_000), now=0)
    assert not Quota.from_headers(headers(window=600_001, reset=600_000), now=0)


@pytest.mark.parametrize(
    "absurd",
    [
        {},
        headers(quota=0, left=0),
        headers(left=151),
        headers(left=-1),
        headers(left="many"),
        headers(window=0, reset=1),
        headers(reset=30_001),
        headers(window=10**9, reset=10**9),
        headers(quota="9" * 5_000),
    ],
)
def test_absent_or_absurd_headers_tell_nothing(absurd: dict[str, str]) -> None:
    assert Quota.from_headers(absurd, now=0) is None


def test_an_unknown_plentiful_or_old_quota_slows_nothing() -> None:
    assert PACE.pause(None, in_flight=9, last_sent=0, now=0) == 0
    assert PACE.pause(Quota(150, 80, resets_at=30), in_flight=5, last_sent=0, now=0) == 0
    assert PACE.pause(Quota(150, 0, resets_at=30), in_flight=0, last_sent=30, now=30) == 0


def test_after_a_rest_one_request_goes_at_once() -> None:
    assert PACE.pause(Quota(150, 20, resets_at=30), in_flight=0, last_sent=LONG_AGO, now=0) == 0


def test_the_gap_grows_as_the_quota_empties() -> None:
    gaps = [PACE.pause(Quota(150, left, resets_at=30), 0, last_sent=0, now=0) for left in range(75, 3, -1)]

    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1] > 10) == (0, True)


def test_an_empty_quota_waits_for_the_next_window() -> None:
    assert PACE.pause(Quota(150, 3, resets_at=30), 0, LONG_AGO, now=12) == 18
    assert PACE.pause(Quota(150, 4, resets_at=30), 0, LONG_AGO, now=12) == 0


def test_requests_under_way_count_as_spent() -> None:
    quota = Quota(150, 10, resets_at=30)

    assert PACE.pause(quota, in_flight=7, last_sent=LONG_AGO, now=0) == 30
    assert PACE.pause(quota, in_flight=5, last_sent=0, now=0) > PACE.pause(quota, in_flight=0, last_sent=0, now=0) > 0


@PURE
@given(
    st.integers(1, 10**9),
    st.integers(0, 10**9),
    st.integers(0, 10),
    st.floats(0, 600),
    st.floats(0, 600) | st.just(float("inf")),
)
def test_a_pause_never_outlasts_the_window(requests: int, left: int, flying: int, reset: float, ago: float) -> None:
    assert 0 <= PACE.pause(Quota(requests, min(left, requests), 600 + reset), flying, 600 - ago, 600) <= reset + 1e-6


@pytest.mark.parametrize("quota", [1, 5, 40, 150, 450])
def test_asking_without_end_never_runs_into_a_429(quota: int) -> None:
    sent, refused = simulated(quota, seconds=120)

    assert refused == 0
    assert len(sent) >= 4 * quota * 0.9 - 4


@pytest.mark.parametrize("share", [0.2, 0.5])
@pytest.mark.parametrize("quota", [150, 450])
def test_what_is_left_to_others_is_left_and_all_else_is_used(quota: int, share: float) -> None:
    sent, _ = simulated(quota, seconds=120, pace=Pace(left=share))

    per_window = [sum(start <= at < start + 30 for at in sent) for start in range(0, 120, 30)]
    assert all(quota * (1 - share) * 0.95 <= count <= quota * (1 - share) for count in per_window)


def test_requests_are_spread_over_the_window() -> None:
    sent, _ = simulated(150, seconds=30)

    per_third = [sum(third * 10 <= at < (third + 1) * 10 for at in sent) for third in range(3)]
    assert per_third[0] > per_third[1] > per_third[2] > 5


def test_other_apps_requests_slow_ours() -> None:
    alone, _ = simulated(150, seconds=30)
    shared, refused = simulated(150, seconds=30, others=1)

    assert refused == 0
    assert len(shared) < len(alone) * 0.55


def test_a_429_waits_as_told() -> None:
    assert Attempts().refused({}).after_refusal(headers(left=0, reset=12_345), jitter=0.5) == 12.345
    longest = headers(left=0, window=600_000, reset=600_000)
    assert Attempts().refused({}).after_refusal(longest, jitter=0.5) == 600


@pytest.mark.parametrize("absurd", [{}, headers(reset=-5), headers(reset=10**9), headers(reset="soon")])
def test_a_429_that_does_not_tell_backs_off_with_jitter(absurd: dict[str, str]) -> None:
    waits = [Attempts(refusals=n).after_refusal(absurd, jitter=1) for n in range(1, REFUSALS)]

    assert waits == [0.5, 1, 2, 4, 8]
    assert Attempts(refusals=1).after_refusal(absurd, jitter=0) == 0.25


def test_patience_with_429_ends() -> None:
    assert Attempts(refusals=REFUSALS).after_refusal(headers(), jitter=0) is None


def test_failures_wait_longer_each_time_until_we_give_up() -> None:
    attempts = Attempts()
    waits: list[float | None] = []
    for _ in range(FAILURES):
        attempts = attempts.failed(took=0.1)
        waits.append(attempts.after_failure({}, jitter=1))

    assert waits == [0.5, 1, 2, 4, None]


def test_slow_failures_exhaust_patience_sooner() -> None:
    assert Attempts().failed(took=10).failed(took=9).after_failure({}, jitter=1) == 1
    assert Attempts().failed(took=10).failed(took=PATIENCE - 10).after_failure({}, jitter=0) is None


@PURE
@given(st.integers(1, 50), st.floats(0, 1))
def test_backoff_is_bounded(times: int, jitter: float) -> None:
    assert 0.25 <= backoff(times, jitter) <= 8
