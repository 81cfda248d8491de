"""Days as people write them: in numbers, with the month's name, by the day of the week, or as a week or month. Pure."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

_AMERICAN_ZONES = {f"America/{one}" for one in ("New_York", "Chicago", "Denver", "Los_Angeles", "Phoenix", "Detroit")}
Days = tuple[date, date]
"""The first day and the last one."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_WEEKDAY = r"(?:(?P<weekday>[a-z]{3,9})\.?,?\s+)?"
_NAMED = (
    re.compile(rf"{_WEEKDAY}{_DAY}(?:\s+of)?[\s-]*{_MONTH}(?:,?[\s-]*(?P<year>\d{{4}}))?"),
    re.compile(rf"{_WEEKDAY}{_MONTH}\s*{_DAY}(?:(?:,\s*|\s+)(?P<year>\d{{4}}))?"),
)
_NAMED_MONTH = re.compile(rf"{_MONTH}(?:,?\s+(?P<year>\d{{4}}))?|(?P<iso>\d{{4}}-\d{{2}})")
_QUARTER = re.compile(r"q(?P<quarter>[1-4])(?:\s+(?P<year>\d{4}))?")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})(?:\2(\d{4}|\d{2})|\.)?")


def is_month_first(locale: str, zone: str) -> bool:
    """Return whether people of this locale (en-US), or in this time zone if it is not known, write the month first."""
    return locale.endswith("-US") if locale else zone in _AMERICAN_ZONES or zone.startswith("US/")


def days_in(words: str, today: date, *, month_first: bool) -> Iterator[Days]:
    """Yield the days that the words, in lower case, may mean; more than one where day and month can be swapped.

    Days without a year are the latest such day up to today. Raises ValueError for one that is in no calendar.
    """
    if found := _YEAR_FIRST.fullmatch(words):
        yield (date(int(found[1]), int(found[3]), int(found[4])),) * 2
    elif found := _YEAR_LAST.fullmatch(words):
        yield from _swappable(int(found[1]), int(found[3]), found[4], today, month_first=month_first)
    elif found := _NAMED[0].fullmatch(words) or _NAMED[1].fullmatch(words):
        month = _MONTHS.index(found["month"][:3]) + 1
        day = _dated(int(found["day"]), month, found["year"], today)
        if not _WEEKDAYS[day.weekday()].startswith(found["weekday"] or ""):
            raise ValueError("another day of the week")
        yield day, day
    elif found := _NAMED_MONTH.fullmatch(words):
        year, _, number = (found["iso"] or "").partition("-")
        month = int(number) if number else _MONTHS.index(found["month"][:3]) + 1
        yield _months(month, 1, year or found["year"], today)
    elif found := _QUARTER.fullmatch(words):
        yield _months(3 * int(found["quarter"]) - 2, 3, found["year"], today)
    elif _YEAR.fullmatch(words):
        yield _months(1, 12, words, today)
    else:
        yield from _relative(words, today)


def _months(month: int, count: int, year: str | int | None, today: date) -> Days:
    """Return so many months from one on; without a year, the latest that have begun. Raises ValueError."""
    first = date(int(year), month, 1) if year else date(today.year - (month > today.month), month, 1)
    last = first.month + count - 2
    return first, date(first.year + (last == 11), (last + 1) % 12 + 1, 1) - timedelta(days=1)


def _swappable(one: int, other: int, year: str | None, today: date, *, month_first: bool) -> Iterator[Days]:
    """Yield the day of these two numbers as day and month, and as month and day, where both are in the calendar."""
    orders = ((other, one), (one, other)) if month_first else ((one, other), (other, one))
    found: dict[date, None] = {}
    for day, month in orders:
        with suppress(ValueError):
            found[_dated(day, month, year, today)] = None
    yield from ((day, day) for day in found)


def _dated(day: int, month: int, year: str | None, today: date) -> date:
    """Return the day. Raises ValueError if it is in no calendar."""
    if year:
        return date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    years = (today.year - back for back in range(9))  # 29 February comes after eight years at the latest
    for one in years:
        with suppress(ValueError):
            if (found := date(one, month, day)) <= today:
                return found
    raise ValueError("in no calendar")


def _relative(words: str, today: date) -> Iterator[Days]:
    which, _, unit = words.rpartition(" ")
    monday = today - timedelta(days=today.weekday())
    if words in ("today", "yesterday"):
        yield (today - timedelta(days=words == "yesterday"),) * 2
    elif unit == "week" and which in ("this", "last"):
        first = monday - timedelta(weeks=which == "last")
        yield first, first + timedelta(days=6)
    elif unit == "month" and which in ("this", "last"):
        first = today.replace(day=1)
        first = (first - timedelta(days=1)).replace(day=1) if which == "last" else first
        yield first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    elif unit in ("quarter", "year") and which in ("this", "last"):
        count = 3 if unit == "quarter" else 12
        number = (12 * today.year + today.month - 1) // count - (which == "last")
        yield _months(number * count % 12 + 1, count, number * count // 12, today)
    elif which in ("", "last", "on") and len(unit) >= 3:
        named = [at for at, name in enumerate(_WEEKDAYS) if name.startswith(unit)]
        for at in named:
            back = (today.weekday() - at) % 7
            yield (today - timedelta(days=back or 7 * (which == "last")),) * 2
