"""Days, weeks, months, quarters and years, as people call them on the days on which they begin and end."""

from datetime import date

import pytest

from bot.core.language.days import days_in

JANUARY, DECEMBER = date(2026, 1, 1), date(2026, 12, 31)


@pytest.mark.parametrize(
    ("words", "today", "first", "last"),
    [
        ("last month", JANUARY, date(2025, 12, 1), date(2025, 12, 31)),
        ("this month", DECEMBER, date(2026, 12, 1), date(2026, 12, 31)),
        ("last quarter", JANUARY, date(2025, 10, 1), date(2025, 12, 31)),
        ("this quarter", JANUARY, date(2026, 1, 1), date(2026, 3, 31)),
        ("this quarter", DECEMBER, date(2026, 10, 1), date(2026, 12, 31)),
        ("last quarter", date(2026, 4, 1), date(2026, 1, 1), date(2026, 3, 31)),
        ("last year", JANUARY, date(2025, 1, 1), date(2025, 12, 31)),
        ("this year", DECEMBER, date(2026, 1, 1), date(2026, 12, 31)),
        ("last week", JANUARY, date(2025, 12, 22), date(2025, 12, 28)),
        ("this week", JANUARY, date(2025, 12, 29), date(2026, 1, 4)),
        ("yesterday", JANUARY, date(2025, 12, 31), date(2025, 12, 31)),
        ("thursday", JANUARY, JANUARY, JANUARY),
        ("last thursday", JANUARY, date(2025, 12, 25), date(2025, 12, 25)),
        ("december", JANUARY, date(2025, 12, 1), date(2025, 12, 31)),
        ("january", JANUARY, date(2026, 1, 1), date(2026, 1, 31)),
        ("q4", JANUARY, date(2025, 10, 1), date(2025, 12, 31)),
        ("29 feb", date(1904, 2, 28), date(1896, 2, 29), date(1896, 2, 29)),
    ],
)
def test_what_is_called_without_a_year_is_the_latest_that_has_begun(
    words: str, today: date, first: date, last: date
) -> None:
    assert list(days_in(words, today, month_first=False)) == [(first, last)]
