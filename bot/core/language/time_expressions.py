"""Times as people type them (a day, a minute, an age) and read them. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import Misuse
from bot.core.language.args import DASHES
from bot.core.language.phrases import counted

_AGE = re.compile(r"(\d{1,5})\s*([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MINUTE = re.compile(rf"{_DAY.pattern}[\sT]+(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?", re.IGNORECASE)
_DAYS = {"today": timedelta(), "yesterday": timedelta(days=1)}
HOW = 'Type a day (2026-11-24), a time ("2026-11-24 09:30"), today, yesterday, or an age (3d, 12h, 30m).'

Span = tuple[datetime, datetime]
"""A start (inclusive) and an end (exclusive), both in UTC; equal for a single moment."""


def parse_span(text: str, *, now: datetime, zone: ZoneInfo, field: str) -> Span:
    """Parse the time that ``text`` means at ``now`` in ``zone``: a day, from midnight to midnight, or one moment.

    Where clocks show an hour twice, a span starts in the first one and ends in the second. Raises Misuse about this
    ``field``.
    """
    words = text.strip().translate(DASHES).lower()
    try:
        found = _age(words, now) or _day(words, now.astimezone(zone).date(), zone) or _minute(words, zone)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise Misuse(
            f"I couldn't read “{text.strip()}” as a date. {HOW}", field=field, for_log="There is no such time."
        )
    return found


def parse_age(words: str) -> timedelta | None:
    """Parse ``3d``, ``12h`` or ``30m``; None if it is something else."""
    found = _AGE.fullmatch(words)
    return int(found[1]) * _UNITS[found[2]] if found else None


def describe_age(age: timedelta) -> str:
    """Write ``24 hours``, ``7 days``, ``30 minutes``."""
    minutes = age // timedelta(minutes=1)
    if minutes % 60:
        return counted(minutes, "minute")
    return counted(minutes // 60, "hour") if minutes % 1440 or minutes == 1440 else counted(minutes // 1440, "day")


def _age(words: str, now: datetime) -> Span | None:
    age = parse_age(words)
    moment = now - age if age is not None else None
    return (moment, moment) if moment else None


def _day(words: str, today: date, zone: ZoneInfo) -> Span | None:
    """Parse a day. Raises ValueError if it is not in the calendar, OverflowError if it is too far away."""
    found = _DAY.fullmatch(words)
    if not found and words not in _DAYS:
        return None
    day = date(*map(int, found.groups())) if found else today - _DAYS[words]
    return _utc(day, time(), zone), _utc(day + timedelta(days=1), time(), zone)


def _minute(words: str, zone: ZoneInfo) -> Span | None:
    """Parse a minute, or a second. Raises ValueError if no clock shows it."""
    found = _MINUTE.fullmatch(words)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(one or 0) for one in found.groups())
    at = time(hour, minute, second)
    first, again = (_utc(date(year, month, day), at.replace(fold=fold), zone) for fold in (0, 1))
    return first, max(first, again)


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    # For a time that the clocks skip, fold 0 gives one that is as long after the skip: a day without a midnight starts
    # at the skip.
    return datetime.combine(day, at, zone).astimezone(UTC)


def format_time(at: datetime, zone: ZoneInfo) -> str:
    """Write ``2026-11-24 09:30:05``, as clocks in ``zone`` show it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
