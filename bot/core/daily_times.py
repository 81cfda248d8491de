"""The days and times at which what happens daily is due. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_AROUND = tuple(timedelta(days=days) for days in (-2, -1, 0, 1))
"""Where clocks change at midnight, a moment may fall on the neighbouring day."""


def due(now: datetime, at: time, zone: ZoneInfo) -> tuple[date, datetime]:
    """Return the latest day in this zone whose ``at`` has passed, and when that was (UTC); ``now`` is an aware time."""
    today = now.astimezone(zone).date()
    moments = {today + days: moment(today + days, at, zone) for days in _AROUND}
    day = max(day for day, came in moments.items() if came <= now)
    return day, moments[day]


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return when it is ``at`` on this day in this zone, as one moment in UTC.

    Where clocks show that time twice, it is the first one. Where they skip it, it is as long after midnight as on any
    other day: 2:30, when clocks go from 2:00 to 3:00, is the moment at which they show 3:30.
    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)
