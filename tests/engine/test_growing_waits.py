from datetime import timedelta

from bot.engine.growing_waits import FIRST, LONGEST, GrowingWaits
from tests.harness import Clock


def waited(clock: Clock, waits: GrowingWaits) -> timedelta:
    """Let time pass until it is due; how long that took."""
    began = clock()
    while not waits.is_due("card"):
        clock.forward(seconds=0.25)
    return clock() - began


def test_each_failure_doubles_the_wait_up_to_a_bound() -> None:
    clock = Clock()
    waits = GrowingWaits(clock, jitter=lambda: 1.0)
    seen = []
    for _ in range(20):
        waits.failed("card")
        seen.append(waited(clock, waits))
    assert seen[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert seen[9:] == [LONGEST] * 11


def test_jitter_takes_off_up_to_half() -> None:
    clock = Clock()
    waits = GrowingWaits(clock, jitter=lambda: 0.0)
    for _ in range(12):
        waits.failed("card")
    assert waited(clock, waits) == LONGEST / 2


def test_success_makes_it_due_and_begins_anew() -> None:
    clock = Clock()
    waits = GrowingWaits(clock, jitter=lambda: 1.0)
    for _ in range(5):
        waits.failed("card")
    waits.clear("card")
    assert waits.is_due("card")
    waits.failed("card")
    assert waited(clock, waits) == FIRST


def test_one_failure_delays_nothing_else() -> None:
    waits = GrowingWaits(Clock())
    waits.failed("card")
    assert (waits.is_due("card"), waits.is_due("outcome")) == (False, True)


def test_a_clock_that_goes_back_delays_nothing() -> None:
    clock = Clock()
    waits = GrowingWaits(clock)
    clock.forward(days=365)
    waits.failed("card")
    clock.forward(days=-365)
    assert waits.is_due("card")
