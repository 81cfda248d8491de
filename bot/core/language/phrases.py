"""Counts and lists in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate

MOST_NAMES = 10
NAMES_ROOM = 250
"""Characters of names in one list: the sentence around it has to be read to its end, too."""


def counted(count: int, noun: str, nouns: str = "") -> str:
    """``1 shopper``, ``2,000 shoppers``; ``nouns`` where the plural is not made with an s."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def people(count: int) -> str:
    """``count`` shoppers, in words."""
    return counted(count, "shopper")


def every(names: Sequence[str]) -> str:
    """``Ada, Ben and Cleo``, however many there are."""
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def tallied(what: str, names: Sequence[str]) -> str:
    """``Not in VIPs: 17 and 42.``; of many, their number stands first, since the end of a long line may be cut."""
    number = f" ({len(names):,})" if len(names) > MOST_NAMES else ""
    return f"{what}{number}: {every(names)}."


def remark(what: str, names: Sequence[str]) -> tuple[str, ...]:
    """``names`` tallied, to be told beside other things; nothing where there are none."""
    return (tallied(what, names),) if names else ()


def listing(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """``Ada, Ben and Cleo``; the first ``most`` of them, as far as there is room, and how many more there are."""
    ends = accumulate(len(name) for name in names[:most])
    count = max(1, sum(end <= NAMES_ROOM for end in ends))
    shown, more = list(names[:count]), len(names) - count
    if more > 0:
        shown.append(f"{more:,} more")
    return every(shown)


def shortened(text: str, most: int) -> str:
    """``text`` in one line of at most ``most`` characters, an ellipsis showing that something is missing."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def rounded(count: int) -> str:
    """``1,241``, ``21K``, ``1.3M``: nobody reads every figure of a large number."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1000:.0f}K" if count < 999_500 else f"{count / 1_000_000:.1f}M"


def signed(count: int) -> str:
    """``+37``, ``-12``, ``0``."""
    return f"{count:+,}" if count else "0"


def up_or_down(by: int) -> str:
    """``up 3``, ``down 12``, ``unchanged``; the caller says since when."""
    return f"{'up' if by > 0 else 'down'} {abs(by):,}" if by else "unchanged"


def day_told(day: date) -> str:
    """``20 November``."""
    return f"{day.day} {day:%B}"


def since(day: date, today: date) -> str:
    """``since yesterday``, ``since 20 November``."""
    return "since yesterday" if today - day == timedelta(days=1) else f"since {day_told(day)}"


def over(day: date, today: date) -> str:
    """``over 7 days``; ``since 17 November``, where it is not just a week."""
    return "over 7 days" if today - day == timedelta(days=7) else since(day, today)


def capital(words: str) -> str:
    """``words`` with a capital at their beginning; all else stays as it is."""
    return words[:1].upper() + words[1:]


def age(time: timedelta) -> str:
    """``3 days``, ``1 hour``, ``5 minutes``."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 60:
        return counted(minutes, "minute")
    return counted(minutes // 60, "hour") if minutes < 48 * 60 else counted(minutes // (24 * 60), "day")
