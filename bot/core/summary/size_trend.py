"""The trend of one segment's size, in words and as a line chart. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.core.answers import Chart, Sentence
from bot.core.language.phrases import capital, format_day, over, people, up_or_down
from bot.core.summary.history import is_a_week

MONTH = timedelta(days=30)
POINTS = 20
"""The most points on a chart, as in Slack."""

Point = tuple[date, int]


def size_trend(known: Sequence[Point], today: date, shoppers: int) -> tuple[Sentence | Chart, ...]:
    """Show the known sizes of earlier days (oldest first) up to now; nothing if none is known."""
    before = [point for point in known if point[0] < today]
    if not before:
        return ()
    return (*_week(before, today, shoppers), _line(sample((*before, (today, shoppers)))))


def _week(before: Sequence[Point], today: date, shoppers: int) -> tuple[Sentence, ...]:
    found = [(day, size) for day, size in before if is_a_week(day, today)]
    if not found:
        return ()
    day, size = found[-1]
    by = f"{up_or_down(shoppers - size)} {over(day, today)}"
    sentence = f"{by}, from {size:,} to {shoppers:,}." if size != shoppers else f"{by}."
    return (Sentence(capital(sentence)),)


def _line(points: Sequence[Point]) -> Chart:
    labels = tuple(f"{day.day} {day:%b}" for day, _ in points)
    (first, was), (_, now) = points[0], points[-1]
    description = f"Size over 30 days: {people(was)} on {format_day(first)}, {now:,} now."
    return Chart("line", "Size over 30 days", labels, (("Shoppers", tuple(size for _, size in points)),), description)


def sample(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return at most POINTS of them, evenly spread, including the first and the last."""
    last = len(points) - 1
    count = min(len(points), POINTS)
    return tuple(points[round(place * last / (count - 1))] for place in range(count))
