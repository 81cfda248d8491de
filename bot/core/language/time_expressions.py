"""Times as people type them (a day, a minute, an age) and as they read them. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import Misuse
from bot.core.language.args import DASHES

_AGE = re.compile(r"(\d{1,5})\s*([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_MINUTE = re.compile(rf"{_DAY.pattern}[\sT]+(\d{{1,2}}):(\d{{2}})(?::(\d{{2}}))?", re.IGNORECASE)
_DAYS = {"today": timedelta(), "yesterday": timedelta(days=1)}
HOW = 'Type a day (2026-11-24), a time ("2026-11-24 09:30"), today, yesterday, or an age (3d, 12h, 30m).'

Span = tuple[datetime, datetime]
"""From the first time until just before the second, both in UTC; they are the same where it is one moment."""


def parse_span(text: str, *, now: datetime, zone: ZoneInfo, field: str) -> Span:
    """Parse the time that ``text`` means at ``now`` in ``zone``: a day there, from midnight to midnight, or one moment.

    Where clocks show an hour twice, a span begins in the first one and ends in the second one. Raises Misuse, about
    this ``field``.
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


def _age(words: str, now: datetime) -> Span | None:
    found = _AGE.fullmatch(words)
    moment = now - int(found[1]) * _UNITS[found[2]] if found else None
    return (moment, moment) if moment else None


def _day(words: str, today: date, zone: ZoneInfo) -> Span | None:
    """Parse a day. Raises ValueError where the calendar has no such day, OverflowError where it is too far away."""
    found = _DAY.fullmatch(words)
    if not found and words not in _DAYS:
        return None
    day = date(*map(int, found.groups())) if found else today - _DAYS[words]
    return _utc(day, time(), zone), _utc(day + timedelta(days=1), time(), zone)


def _minute(words: str, zone: ZoneInfo) -> Span | None:
    """Parse a minute, or a second. Raises ValueError where no clock shows it."""
    found = _MINUTE.fullmatch(words)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(one or 0) for one in found.groups())
    at = time(hour, minute, second)
    first, again = (_utc(date(year, month, day), at.replace(fold=fold), zone) for fold in (0, 1))
    return first, max(first, again)


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    # A time that the clocks skip is as long after the skip with fold 0: a day without a midnight begins at the skip.
    return datetime.combine(day, at, zone).astimezone(UTC)


def format_time(at: datetime, zone: ZoneInfo) -> str:
    """Write ``2026-11-24 09:30:05``, as the clocks of ``zone`` show it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
