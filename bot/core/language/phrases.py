"""Numbers, lists and times as parts of sentences. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

MOST_NAMES = 10
NAMED = 3
"""The most shoppers whom a channel reads by name."""
NAMES_ROOM = 250
"""The most characters of names in one list, so that people still read the sentence around it."""


def counted(count: int, noun: str, nouns: str = "") -> str:
    """Write ``1 shopper``, ``2,000 shoppers``; ``nouns`` is an irregular plural."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def people(count: int) -> str:
    """Write ``1 shopper``, ``2,000 shoppers``."""
    return counted(count, "shopper")


def size(count: int) -> str:
    """Write ``empty``, ``1 shopper``, ``2,000 shoppers``."""
    return people(count) if count else "empty"


def and_list(names: Sequence[str]) -> str:
    """Write ``Ada, Ben and Cleo``, with every name."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def wait_for_approval(labels: Sequence[str]) -> str:
    """Write ``Delete and Clear wait for an approval``."""
    return f"{and_list(labels)} {'wait' if len(labels) > 1 else 'waits'} for an approval"


def tallied(what: str, names: Sequence[str]) -> str:
    """Write ``Not in VIPs: 17 and 42.``; with a count where there are many, since a long line may be cut."""
    number = f" ({len(names):,})" if len(names) > MOST_NAMES else ""
    return f"{what}{number}: {and_list(names)}."


def remark(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return ``tallied`` names as a tuple of one line; an empty one without names."""
    return (tallied(what, names),) if names else ()


def remark_on(what: str, people: Sequence[str]) -> tuple[str, ...]:
    """Return the first few of these people as a tuple of one line, ``In VIPs already (5): Ada, Ben, Cleo and 2 more.``.

    An empty one without people.
    """
    number = f" ({len(people):,})" if len(people) > NAMED else ""
    return (f"{what}{number}: {listing(people, NAMED)}.",) if people else ()


def listing(names: Sequence[str], most: int = MOST_NAMES, *, total: int = 0) -> str:
    """Write ``Ada, Ben and 3 more``: up to ``most`` names, as room allows, and the number left.

    ``total``: how many there are, where not all have names.
    """
    ends = accumulate(len(name) for name in names[:most])
    count = max(1, sum(end <= NAMES_ROOM for end in ends))
    shown, more = list(names[:count]), max(total, len(names)) - count
    if more > 0:
        shown.append(f"{more:,} more")
    return and_list(shown)


def shortened(text: str, most: int) -> str:
    """Shorten ``text`` to one line of at most ``most`` characters, with an ellipsis where something is missing."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def rounded(count: int) -> str:
    """Write ``1,241``, ``21K``, ``1.3M``: nobody reads every digit of a large number."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:.0f}K" if count < 999_500 else f"{count / 1_000_000:.1f}M"


def signed(count: int) -> str:
    """Write ``+37``, ``-12``, ``0``."""
    return f"{count:+,}" if count else "0"


def up_or_down(by: int) -> str:
    """Write ``up 3``, ``down 12``, ``unchanged``; the caller adds since when."""
    return f"{'up' if by > 0 else 'down'} {abs(by):,}" if by else "unchanged"


def format_day(day: date) -> str:
    """Write ``20 November``."""
    return f"{day.day} {day:%B}"


def since(day: date, today: date) -> str:
    """Write ``since yesterday``, ``since 20 November``."""
    return "since yesterday" if today - day == timedelta(days=1) else f"since {format_day(day)}"


def over(day: date, today: date) -> str:
    """Write ``over 7 days``, or ``since 17 November`` where it is not exactly a week."""
    return "over 7 days" if today - day == timedelta(days=7) else since(day, today)


def sentence(text: str) -> str:
    """End ``text`` with a full stop, unless it ends in a mark of its own: ``Why not?`` stays."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def capital(words: str) -> str:
    """Capitalize the first letter of ``words`` and keep the rest."""
    return words[:1].upper() + words[1:]


def duration(time: timedelta) -> str:
    """Write ``56 seconds``, ``3 minutes``, ``2 hours``, rounded; at least a second."""
    seconds = max(1, round(time.total_seconds()))
    if seconds < 100:
        return counted(seconds, "second")
    return counted(round(seconds / 60), "minute") if seconds < 100 * 60 else counted(round(seconds / 3600), "hour")


def ago(time: timedelta) -> str:
    """Write ``3 days ago``, ``1 hour ago``, ``5 minutes ago``, ``just now``."""
    minutes = max(0, int(time.total_seconds() // 60))
    if not minutes:
        return "just now"
    if minutes < 60:
        return f"{counted(minutes, 'minute')} ago"
    age = counted(minutes // 60, "hour") if minutes < 48 * 60 else counted(minutes // (24 * 60), "day")
    return f"{age} ago"
