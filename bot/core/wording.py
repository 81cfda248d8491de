"""Counts and lists in words."""

from collections.abc import Sequence
from itertools import accumulate

MOST_NAMES = 10
NAMES_ROOM = 250
"""Characters of names in one list: the sentence around it has to be read to its end, too."""


def counted(count: int, noun: str) -> str:
    """``1 shopper``, ``2,000 shoppers``; nouns that take an s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


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
