"""How fast a run goes, as its card says."""

from bot.engine.run_paces import WINDOW, RunPaces


def test_a_pace_is_known_from_the_second_count_on() -> None:
    paces = RunPaces()
    assert paces.per_second(1, 5.0) == 0
    paces.note(1, 500, 5.0)
    assert paces.per_second(1, 5.0) == 0
    paces.note(1, 1500, 9.0)
    assert paces.per_second(1, 10.0) == 200


def test_what_was_done_before_a_pause_does_not_count() -> None:
    """A run that goes on after a crash begins with all that was done before."""
    paces = RunPaces()
    paces.note(1, 9000, 0.0)
    paces.note(1, 9100, 10.0)
    assert paces.per_second(1, 10.0) == 10


def test_a_run_is_as_fast_as_it_was_lately() -> None:
    paces = RunPaces()
    for second in range(0, 101, 10):
        paces.note(1, second * (1 if second <= 50 else 2), float(second))
    assert paces.per_second(1, 100.0) == (200 - 140) / WINDOW


def test_a_store_that_stalls_makes_it_slower_and_a_run_that_is_over_is_forgotten() -> None:
    paces = RunPaces()
    paces.note(1, 0, 0.0)
    paces.note(1, 100, 1.0)
    assert paces.per_second(1, 10.0) == 10
    paces.forget(1)
    paces.forget(1)
    assert paces.per_second(1, 10.0) == 0


def test_a_count_as_old_as_the_window_is_where_it_begins() -> None:
    paces = RunPaces()
    for at, done in ((0.0, 0), (5.0, 10), (5 + WINDOW, 40)):
        paces.note(1, done, at)
    assert paces.per_second(1, 5 + WINDOW) == 30 / WINDOW
