from itertools import pairwise

import pytest

from bot.core.answers import Chart, Sentence
from bot.core.summary.size_trend import POINTS, Point, sample, size_trend
from tests.core.summary.days import TODAY, days_ago


def of(*days: tuple[int, int], now: int = 40) -> tuple[Sentence | Chart, ...]:
    """Of sizes so many days ago."""
    return size_trend([(days_ago(day), size) for day, size in days], TODAY, now)


def test_without_a_day_before_there_is_nothing_to_tell() -> None:
    assert of() == ()
    assert of((0, 39)) == ()


def test_a_line_goes_from_the_first_day_to_now() -> None:
    assert of((3, 30), (1, 37), (0, 39)) == (
        Chart(
            "line",
            "Size over 30 days",
            ("22 Nov", "24 Nov", "25 Nov"),
            (("Shoppers", (30, 37, 40)),),
            "Size over 30 days: 30 shoppers on 22 November, 40 now.",
        ),
    )


@pytest.mark.parametrize(
    ("days", "now", "told"),
    [
        ((7, 37), 40, "Up 3 over 7 days, from 37 to 40."),
        ((7, 1241), 1204, "Down 37 over 7 days, from 1,241 to 1,204."),
        ((7, 40), 40, "Unchanged over 7 days."),
        ((9, 37), 40, "Up 3 since 16 November, from 37 to 40."),
    ],
)
def test_what_changed_over_a_week_is_said_first(days: tuple[int, int], now: int, told: str) -> None:
    first, chart = of((20, 1), (10, 5), days, (6, 2), now=now)
    assert first == Sentence(told)
    assert isinstance(chart, Chart)


@pytest.mark.parametrize("day", [6, 11])
def test_what_is_no_week_is_not_called_one(day: int) -> None:
    (chart,) = of((day, 37))
    assert isinstance(chart, Chart)


@pytest.mark.parametrize("count", [2, 19, 20, 21, 31, 365])
def test_a_long_trend_is_sampled_with_its_first_and_last_day(count: int) -> None:
    points: list[Point] = [(days_ago(count - place), place) for place in range(count)]
    drawn = sample(points)
    assert len(drawn) == min(count, POINTS)
    assert (drawn[0], drawn[-1]) == (points[0], points[-1])
    assert list(drawn) == sorted(set(drawn))
    gaps = [later - earlier for (_, earlier), (_, later) in pairwise(drawn)]
    assert max(gaps) - min(gaps) <= 1
