"""When a rule runs, as people type it: alone, or behind the words of the rule itself. Pure."""

import re
from typing import NamedTuple

from bot.core.errors import Misuse, Question, Reading
from bot.core.language.args import DASHES
from bot.core.language.time_expressions import CLOCK, time_of
from bot.core.segment_rules.schedule import ByHand, Daily, Hourly, Schedule, describe_schedule

HOW = "A rule runs every day at a time (daily at 06:00), every hour (hourly), or only when you ask (by hand)."
_TIME = r"(?:\d{1,2}:\d{2}\s*(?:[ap]\.?m\b\.?)?|\d{1,2}\s*[ap]\.?m\b\.?|\d{1,2}(?![\d:.,])|noon|midnight)"
_DAY = r"(?:daily|(?:once|1x) (?:a|per|each|every) day|(?:every|each) (?:single )?day)"
_PART = r"(?:(?:every|each) (?:morning|noon|afternoon|evening|night)|nightly)"
_HOUR = r"(?:hourly|(?:every|each) (?:single )?hour|once (?:a|an|per|each|every) hour)"
_HAND = (
    r"(?:by[ -]hand|manual(?:ly)?|on (?:demand|request)|(?:only )?(?:when|if) (?:asked|(?:i|you|we|someone) asks?)"
    r"(?: for it)?)"
)
_DAILY = (
    rf"(?:{_DAY}(?:,? (?:at )?(?P<after>{_TIME}))?|{_PART},? (?:at )?(?P<then>{_TIME})"
    rf"|(?:at )?(?P<before>{_TIME}),? {_DAY})"
)
_LEAD = r"(?:(?:and )?(?:run it|runs?|running|checked|updated)[:,]? )?"
_EVERY = rf"(?:(?P<hour>{_HOUR})|(?P<hand>(?:only )?{_HAND})|{_DAILY})"
_ALONE = re.compile(rf"{_LEAD}(?:{_EVERY}|(?:at )?(?P<bare>{_TIME}))[.!]?", re.IGNORECASE)
_BEHIND = re.compile(rf"(?P<rule>.*?)(?:^|[\s,;]+)(?P<runs>{_LEAD}{_EVERY})[.!]?", re.IGNORECASE)
_OFTEN = r"(?:every|each|(?:once|twice) (?:a|an|per|every|each)|on(?= (?:the )?\w+days\b))"
_OTHER = re.compile(
    rf"(?:|.*?[\s,;](?<!\bin )(?<!\bor )(?<!\bis )){_LEAD}"
    rf"(?P<runs>(?:{_OFTEN} [\w:. ]+|(?:bi-?|semi-?)?(?:week|fortnight|month|quarter|year)ly(?: (?:at|on) [\w:. ]+)?))",
    re.IGNORECASE,
)


class WithSchedule(NamedTuple):
    """Words of a rule, and those behind them that say when it runs."""

    rule: str
    runs: str


def split_schedule(text: str) -> WithSchedule | None:
    """Split a rule's words from those behind them that say when it runs; None if there are none."""
    found = _BEHIND.fullmatch(" ".join(text.translate(DASHES).split()))
    return WithSchedule(found["rule"].strip(" ,;"), found["runs"]) if found else None


def refuse_other_schedule(text: str, *, field: str) -> None:
    """Raise Misuse if words that are no rule end with times at which none can run: every Monday, twice a day."""
    if found := _OTHER.fullmatch(" ".join(text.translate(DASHES).split())):
        raise Misuse(f"No rule can run “{found['runs']}”. {HOW}", field=field, for_log="No schedule.")


def parse_schedule(text: str, usual: Daily, *, field: str) -> Schedule:
    """Parse the words; ``usual`` is what “daily” means without a time.

    Raises Misuse about this ``field``; Question where a time may be before noon or after it.
    """
    found = _ALONE.fullmatch(" ".join(text.translate(DASHES).lower().split()))
    if found is None:
        raise Misuse(f"I couldn't read “{text.strip()}” as when to run. {HOW}", field=field, for_log="No schedule.")
    if found["hour"]:
        return Hourly()
    if found["hand"]:
        return ByHand()
    at = next(filter(None, (found["after"], found["then"], found["before"], found["bare"])), "")
    return _daily(at, text, field) if at else usual


def _daily(at: str, text: str, field: str) -> Daily:
    """Return the daily schedule with this time of the day."""
    clock = CLOCK.fullmatch(f"{at}:00" if at.isdecimal() else at)
    try:
        schedule = Daily(at=time_of(clock)) if clock else None
    except ValueError:
        schedule = None
    if schedule is None:
        raise Misuse(f"“{at}” is no time of the day. {HOW}", field=field, for_log="No schedule.")
    if at.isdecimal() and 1 <= int(at) <= 12:
        half = schedule.at.hour % 12
        each = [Daily(at=schedule.at.replace(hour=half + more)) for more in (0, 12)]
        readings = [Reading({field: describe_schedule(one)}) for one in each]
        sentence = f"At which time is “{text.strip()}”? Nothing was done yet."
        raise Question(sentence, readings, field=field, for_log="The time can be read in several ways.")
    return schedule
