"""When the rule of a segment runs: only by hand, every hour, or every day at a time of the team's zone. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from bot.core.daily_times import due, moment
from bot.core.frozen_value import Value

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _whole_minute(at: time) -> time:
    if at.second or at.microsecond or at.tzinfo:
        raise ValueError("a time of day is a whole minute, as clocks of the team's zone show it")
    return at.replace(fold=0)


class ByHand(Value):
    """Only when somebody asks for it."""

    kind: Literal["by_hand"] = "by_hand"


class Hourly(Value):
    """At each full hour in UTC."""

    kind: Literal["hourly"] = "hourly"


class Daily(Value):
    """Once a day, at this time of the team's zone."""

    kind: Literal["daily"] = "daily"
    at: Annotated[time, AfterValidator(_whole_minute)]


Schedule = Annotated[ByHand | Hourly | Daily, Field(discriminator="kind")]


def an_hour_before(summary: time) -> Daily:
    """Return the schedule of rules for which nobody said another: the summary tells what they did."""
    return Daily(at=summary.replace(hour=(summary.hour - 1) % 24))


def describe_schedule(schedule: Schedule) -> str:
    """Write ``every day at 06:00``, ``every hour`` or ``only when you ask``: what is parsed to just that schedule."""
    match schedule:
        case Daily(at=at):
            return f"every day at {at:%H:%M}"
        case Hourly():
            return "every hour"
    return "only when you ask"


def latest_slot(schedule: Schedule, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the latest time, in UTC, for which a run was due by ``now``; None by hand.

    Slots that passed before the rule was followed, or before a later slot, are nobody's. A daily time that clocks skip
    comes as much later, and one that they show twice comes the first time.
    """
    match schedule:
        case Daily(at=at):
            return due(now, at, zone)[1]
        case Hourly():
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return None


def next_slot(schedule: Schedule, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the first time after ``now``, in UTC, for which a run is due; None by hand."""
    match schedule:
        case Daily(at=at):
            return moment(due(now, at, zone)[0] + DAY, at, zone)
        case Hourly():
            return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + HOUR
    return None
