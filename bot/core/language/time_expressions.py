"""Times as people type them (a day, a minute, an age) and read them. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.errors import Misuse, Question, Reading
from bot.core.language.args import DASHES
from bot.core.language.days import Days, days_in
from bot.core.language.phrases import counted

_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_COUNTS |= {"six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_AGE = re.compile(
    rf"(?:(?:the\s+)?(?:last|past)\s+(?=\S+\s))?(\d{{1,5}}|{'|'.join(_COUNTS)})"
    r"(?:(?<=\d)\s*|\s+)(w|weeks?|d|days?|h|hours?|hrs?|m|min|minutes?)(?:\s+ago)?"
)
_UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}
CLOCK = re.compile(
    r"(?:(?P<before>.*?)(?:[\s,]|(?<=\d)t))??(?:at\s+)?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?"
    r"|(?P<hour_only>\d{1,2})\s*(?P<half_only>[ap]\.?m\.?)|(?P<word>noon|midnight))"
)
WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_LENGTH = (
    rf"(?:(?:the|this|next|the next|only|just) )?(?:(?:\d{{1,4}}|{'|'.join(_COUNTS)}|a few|some) ?)?"
    r"(?:hours?|days?|weeks?|weekends?|months?|years?|now|a while|the time being)"
)
_END = rf"(?:until|till|'?til|(?:through|thru)(?= {WEEKDAY})|for(?= {_LENGTH}(?![\w@.'-])))"
_EXPIRY = r"(?:expir(?:es?|ing)|end(?:s|ing)?|before|up to|no longer than)"
"""What says an end only before a time: people are called End, too, and before may stand before anything."""
_LATER = re.compile(
    rf"(?<![\w@.'-])(?:tomorrow|tonight|{_END}|temporarily|later(?=[\s.!]*$)|next (?:week|month|year|time)"
    rf"|(?:at|on|from|since|by) {WEEKDAY}|at (?:\d{{1,2}}(?::\d\d|\s?[ap]\.?m)|noon|midnight)"
    r"|if|when|whenever|as soon as|in case)(?![\w@.'-])",
    re.IGNORECASE,
)
"""Times other than now, and conditions: what is asked for is done at once, and stays done."""
HOW = 'Type a day (2026-11-24, 24 Nov, monday), a time (16:00, "2026-11-24 09:30"), last week, or an age (3d, 12h, 1w).'

Span = tuple[datetime, datetime]
"""A start (inclusive) and an end (exclusive), both in UTC; equal for a single moment."""


def parse_span(text: str, *, now: datetime, zone: ZoneInfo, field: str, month_first: bool = False) -> Span:
    """Parse the time that ``text`` means at ``now`` in ``zone``: days, from midnight to midnight, or one moment.

    Where clocks show an hour twice, a span starts in the first one and ends in the second. Raises Misuse about this
    ``field``; Question where day and month may be swapped, or a time of day may be that of two days, the likelier
    first: ``month_first`` says how people here write days.
    """
    words = " ".join(text.translate(DASHES).lower().split())
    try:
        age = _age(words, now)
        found = [("", age)] if age else list(_spans(words, now, zone, month_first=month_first))
    except (ValueError, OverflowError):
        found = []
    if len(found) > 1:
        readings = [Reading({field: said}, said) for said, _ in found]
        sentence = f"Does “{text.strip()}” mean {' or '.join(said for said, _ in found)}? Nothing was done yet."
        raise Question(sentence, readings, field=field, for_log="The day can be read in several ways.")
    if not found:
        raise Misuse(
            f"I couldn't read “{text.strip()}” as a date. {HOW}", field=field, for_log="There is no such time."
        )
    return found[0][1]


def _spans(words: str, now: datetime, zone: ZoneInfo, *, month_first: bool) -> Iterator[tuple[str, Span]]:
    """Yield each time that the words may mean, and how it is typed so that it is the only one."""
    today = now.astimezone(zone).date()
    if words in ("now", "just now"):
        yield words, (now, now)
    for first, last in days_in(words, today, month_first=month_first):
        yield f"{first}", (_utc(first, time(), zone), _utc(last + timedelta(days=1), time(), zone))
    clock = CLOCK.fullmatch(words)
    if clock and not (clock["before"] or "").strip(" ,"):
        days: Iterator[Days] = _days_of_a_time(time_of(clock), now.astimezone(zone))
    elif clock:
        days = (one for one in days_in(clock["before"].strip(" ,"), today, month_first=month_first) if one[0] == one[1])
    else:
        return
    for day, _ in days:
        at = time_of(clock)
        first_, again = (_utc(day, at.replace(fold=fold), zone) for fold in (0, 1))
        yield f"{day} {at:%H:%M:%S}".removesuffix(":00"), (first_, max(first_, again))


def _days_of_a_time(at: time, now: datetime) -> Iterator[Days]:
    """Yield today, and yesterday before, if today's time is still to come."""
    if at > now.time():
        yield (now.date() - timedelta(days=1),) * 2
    yield (now.date(),) * 2


def time_of(clock: re.Match[str]) -> time:
    """Return the time of day. Raises ValueError if no clock shows it."""
    if clock["word"]:
        return time(12 if clock["word"] == "noon" else 0)
    hour, half = int(clock["hour"] or clock["hour_only"]), (clock["half"] or clock["half_only"] or "")[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, int(clock["minute"] or 0), int(clock["second"] or 0))


def parse_age(words: str) -> timedelta | None:
    """Parse ``3d``, ``12h``, ``30m``, ``1w`` or ``2 weeks ago``; None if it is something else."""
    found = _AGE.fullmatch(words)
    return (_COUNTS.get(found[1]) or int(found[1])) * _UNITS[found[2][0]] if found else None


def before_another_time(text: str) -> tuple[str, str] | None:
    """Return what stands in a text before a time other than now, and that time; None without one."""
    found = _LATER.search(text)
    return (text[: found.start()].strip(" ,;"), text[found.start() :].strip(" ,;")) if found else None


def end_in(text: str, *, is_sure: bool = False) -> str | None:
    """Return until when something is to last by a text, as ``Friday`` of ``until Friday``; None if it says no end.

    Where it does not say when, as in ``temporarily``, the text is empty. ``is_sure``: only by words that mean
    nothing else, which “before” may.
    """
    words = f"{_END}|temporarily" if is_sure else f"{_END}|temporarily|{_EXPIRY}"
    found = re.match(rf"(?:{words})\b\s*[:=]?(.*)", text, re.IGNORECASE | re.DOTALL)
    return found[1].strip() if found else None


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


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    # For a time that the clocks skip, fold 0 gives one that is as long after the skip: a day without a midnight starts
    # at the skip.
    return datetime.combine(day, at, zone).astimezone(UTC)


def format_time(at: datetime, zone: ZoneInfo) -> str:
    """Write ``2026-11-24 09:30:05``, as clocks in ``zone`` show it."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
