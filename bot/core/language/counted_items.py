"""Numbers that may only count the items of a list, as in ``#1 ada@example.com, #2 ben@example.com``. Pure."""

import re
from itertools import pairwise

_COUNT = re.compile(r"(?<![^\s,;|(])#(?P<number>[1-9]\d{0,5})(?=[.):]*\s[^\n,;|#]*@)")
"""A number before an address; one behind it says more of whom it names: ``ada@example.com #17``."""


def counts_items(text: str) -> bool:
    """Return whether numbers before the addresses of a plain text follow one another, so that they may be no ids."""
    numbers = [int(one["number"]) for one in _COUNT.finditer(text)]
    return len(numbers) > 1 and all(one + 1 == other for one, other in pairwise(numbers))


def with_bare_counts(text: str) -> str:
    """Return a text without the sign of such numbers: they are numbers beside other words."""
    return _COUNT.sub(r"\g<number>", text)
