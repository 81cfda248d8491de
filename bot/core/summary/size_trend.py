"""How the size of one segment went, in words and as a line. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.core.answers import Chart, Sentence
from bot.core.language.phrases import capital, day_told, over, people, up_or_down
from bot.core.summary.history import is_a_week

MONTH = timedelta(days=30)
POINTS = 20
"""As many as a chart takes."""

Point = tuple[date, int]


def course(known: Sequence[Point], today: date, shoppers: int) -> tuple[Sentence | Chart, ...]:
    """What is known of the days before (the oldest first) beside what is so now; nothing, where nothing is known."""
    before = [point for point in known if point[0] < today]
    if not before:
        return ()
    return (*_week(before, today, shoppers), _line(sampled((*before, (today, shoppers)))))


def _week(before: Sequence[Point], today: date, shoppers: int) -> tuple[Sentence, ...]:
    found = [(day, size) for day, size in before if is_a_week(day, today)]
    if not found:
        return ()
    day, size = found[-1]
    said = f"{up_or_down(shoppers - size)} {over(day, today)}"
    told = f"{said}, from {size:,} to {shoppers:,}." if size != shoppers else f"{said}."
    return (Sentence(capital(told)),)


def _line(points: Sequence[Point]) -> Chart:
    labels = tuple(f"{day.day} {day:%b}" for day, _ in points)
    (first, was), (_, now) = points[0], points[-1]
    told = f"Size over 30 days: {people(was)} on {day_told(first)}, {now:,} now."
    return Chart("line", "Size over 30 days", labels, (("Shoppers", tuple(size for _, size in points)),), told)


def sampled(points: Sequence[Point]) -> tuple[Point, ...]:
    """At most POINTS of them, evenly spread, the first and the last among them."""
    last = len(points) - 1
    count = min(len(points), POINTS)
    return tuple(points[round(place * last / (count - 1))] for place in range(count))
