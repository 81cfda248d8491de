"""Times to come as people type them: ``friday 16:00``, ``2026-12-01 09:00``, ``in 3 hours``. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import Misuse, Question, Reading
from bot.core.language.args import DASHES
from bot.core.language.days import days_in
from bot.core.language.time_expressions import CLOCK, parse_age, time_of

FURTHEST = timedelta(days=366)
"""How far ahead a time may be."""
HOW = 'Type a day and a time (friday 16:00, 24 Dec 9am, "2026-12-01 09:00"), or how long from now (in 3 hours, 2d).'
_WEEK, _YEAR = timedelta(days=6), timedelta(days=364)
"""How far ahead the next weekday is at most, and the next day without a year: ``days_in`` finds the latest before."""
_MORNING = time(9)
NO_TIME = "No such time."
_SOME_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS = {"today": 0, "tomorrow": 1}
_PAST = ("last ", "yesterday")


def parse_due(text: str, *, now: datetime, zone: ZoneInfo, field: str, month_first: bool = False) -> datetime:
    """Parse the moment to come, in UTC, that ``text`` means at ``now`` in ``zone``.

    Raises Misuse about this ``field`` for a moment that is past, too far ahead, or skipped by the clocks; Question
    where it may be one of several, or is a day without a time. Of a time that clocks show twice, it is the first.
    """
    words = re.sub(r"^(?:on|this) ", "", " ".join(text.translate(DASHES).lower().split()))
    age = parse_age(words.removeprefix("in ")) if "ago" not in words else None
    try:
        found = [now.replace(second=0, microsecond=0) + age] if age else _moments(words, now, zone, month_first)
    except (ValueError, OverflowError):
        found = []
    if not found:
        raise Misuse(f"I couldn't read “{text.strip()}” as a time to come. {HOW}", field=field, for_log=NO_TIME)
    if len(found) > 1 and (ahead := [one for one in found if one > now]):
        raise _which(text, ahead, zone, field)
    return _checked(found[0], now, zone, field)


def may_be_due(text: str) -> bool:
    """Return whether these words may say a time to come, on whatever day they are typed."""
    try:
        parse_due(text, now=_SOME_DAY, zone=ZoneInfo("UTC"), field="")
    except Misuse as misuse:
        return misuse.for_log != NO_TIME
    return True


def format_due(at: datetime, zone: ZoneInfo) -> str:
    """Write ``2026-12-01 09:00`` as clocks in ``zone`` show it: what is read again as the same moment."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def describe_due(at: datetime) -> str:
    """Write ``2026-12-01 08:00 UTC``."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def remark_on_clocks(at: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Tell which one is meant of a time that clocks show twice."""
    local = at.astimezone(zone)
    if local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():
        return ()
    which = "second" if local.fold else "first"
    return (f"Clocks in {zone.key} show {local:%H:%M} twice on {local:%Y-%m-%d}: this is the {which} time.",)


def _moments(words: str, now: datetime, zone: ZoneInfo, month_first: bool) -> list[datetime]:
    """Return the moments, as clocks show them, that the words may mean; of a day alone, where it may begin."""
    local, clock = now.astimezone(zone), CLOCK.fullmatch(words)
    day = ((clock["before"] if clock else words) or "").strip(" ,")
    times = [time_of(clock).replace(second=0)] if clock else [time(), _MORNING]
    if not day:
        return [_next(datetime.combine(local.date(), times[0], zone), now, timedelta(days=1))] if clock else []
    days = dict.fromkeys(_days(day, local.date(), month_first=month_first))
    moments = [datetime.combine(one, at, zone) for one in days for at in times]
    is_weekday = day.isalpha() and day not in _DAYS
    return [_next(one, now, timedelta(weeks=1)) for one in moments] if is_weekday else moments


def _next(at: datetime, now: datetime, period: timedelta) -> datetime:
    """Return this time of the day, or of the week, the next time that it comes."""
    return at if at > now else at + period


def _days(words: str, today: date, *, month_first: bool) -> Iterator[date]:
    """Yield the days that the words may mean: without a year or a week, the next such day."""
    which, _, name = words.rpartition(" ")
    if words in _DAYS:
        yield today + timedelta(days=_DAYS[words])
    elif which == "next":
        yield from (day + timedelta(weeks=later) for day in _days(name, today, month_first=False) for later in (0, 1))
    elif not words.startswith(_PAST):
        horizon = _YEAR if which or not name.isalpha() else _WEEK
        days = days_in(words, today + horizon, month_first=month_first)
        yield from (first for first, last in days if first == last)


def _which(text: str, found: list[datetime], zone: ZoneInfo, field: str) -> Question:
    """Ask which of these moments is meant."""
    typed = [f"{one:%Y-%m-%d %H:%M}" for one in found]
    days = {one.date() for one in found}
    sentence = f"At what time on {found[0]:%A, %Y-%m-%d}?" if len(days) == 1 else f"When is “{text.strip()}”?"
    readings = [Reading({field: one}) for one in typed]
    sentence = f"{sentence} Nothing was done yet. Times are those of {zone.key}."
    return Question(sentence, readings, field=field, for_log="The time can be read in several ways.")


def _checked(at: datetime, now: datetime, zone: ZoneInfo, field: str) -> datetime:
    """Return the moment in UTC. Raises Misuse if nothing can be done then."""
    moment = at.astimezone(UTC)
    shown = format_due(moment, zone)
    if at.tzinfo is zone and f"{at:%Y-%m-%d %H:%M}" != shown:
        skipped = f"Clocks in {zone.key} skip {at:%H:%M} on {at:%Y-%m-%d}: say {shown[-5:]}, or another time."
        raise Misuse(skipped, field=field, for_log="There is no such time.")
    if moment <= now:
        raise Misuse(f"{shown} ({zone.key}) is past. Say a time to come.", field=field, for_log="The time is past.")
    if moment - now > FURTHEST:
        raise Misuse(f"{shown} is more than a year ahead.", field=field, for_log="The time is too far ahead.")
    return moment
