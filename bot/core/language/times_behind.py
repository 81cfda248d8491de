"""Times to come that are typed behind other words, without the key of their field: ``Gold at friday 16:00``. Pure."""

import re
from typing import NamedTuple

from bot.core.language.due_times import may_be_due
from bot.core.language.time_expressions import WEEKDAY, before_another_time, end_in

_LONGEST = 6
"""The most words of such a time."""
_LEADS = ("at", "on", "from")
_CLOCK = re.compile(r"\d{1,2}:\d\d|\d\s?[ap]\.?m\b|\b(?:noon|midnight|today|tomorrow)\b|^in \d", re.IGNORECASE)
"""What says without a word that leads to it that a time is meant: no name ends so."""
_COPIED = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d:\d\d:\d\d")
"""How tables write times, which are copied with whatever else a row has."""
_DAY = re.compile(rf"(?:(?:this|next|coming) )?{WEEKDAY}\b", re.IGNORECASE)


class TimeBehind(NamedTuple):
    """A time to come, the text ``before`` it, and the key of the field that it belongs to."""

    before: str
    words: str
    key: str
    time: str


def time_behind(text: str, *, is_name: bool = False) -> TimeBehind | None:
    """Return the time to come that a text ends with; None without one, or if nothing stands before it.

    ``is_name``: it may be a name as a whole, which may end with a day, as in “Black Friday”.
    """
    first, *words = text.rsplit(None, _LONGEST) or [""]
    is_typed = not _COPIED.search(" ".join(words))
    for at in range(len(words)):
        behind = " ".join(words[at:])
        end = end_in(behind, is_sure=is_name or not is_typed)
        lead, rest = words[at].casefold(), " ".join(words[at + 1 :])
        is_told = _CLOCK.search(behind) or (not is_name and _DAY.match(behind))
        is_said = lead in _LEADS or (is_typed and is_told)
        time = end if end is not None else rest if lead in _LEADS else behind
        if (end or is_said) and may_be_due(time):
            return TimeBehind(" ".join((first, *words[:at])), behind, "at" if end is None else "until", time)
    return None


def time_within(text: str) -> TimeBehind | None:
    """Return the time to come in the middle of a text, as if what stands behind it stood before: ``until noon Ada``."""
    before, rest = before_another_time(text) or ("", "")
    for count in range(min(_LONGEST, len(rest.split()) - 1), 0, -1):
        *words, behind = rest.split(None, count)
        when, others = " ".join(words).rstrip(",;"), ", ".join(filter(None, (before, behind)))
        timed = time_behind(f"{others} {when}")
        if timed and timed.words == when:
            return timed
    return None
