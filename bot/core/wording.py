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


def listing(names: Sequence[str], most: int = MOST_NAMES) -> str:
    """``Ada, Ben and Cleo``; the first ``most`` of them, as far as there is room, and how many more there are."""
    ends = accumulate(len(name) for name in names[:most])
    count = max(1, sum(end <= NAMES_ROOM for end in ends))
    shown, more = list(names[:count]), len(names) - count
    if more > 0:
        shown.append(f"{more:,} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
