"""Numbers with separators in a list of numbers: ``1,024`` may be one customer's id, or those of two. Pure."""

import re
from collections.abc import Iterable

from bot.core.errors import Misuse

_NUMBERS = re.compile(r"[\d\s#$€£¥.,;|'’]*")
_BETWEEN = re.compile(r"[\s;|]+|,(?!\d)")
_SEPARATED = re.compile(r"[#$€£¥]?\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,2})?")
_WITH_BLANKS = re.compile(
    r"\s*(?P<number>[#$€£¥]?\d{1,3}(?:\s\d{3})*\s0\d{2}(?:\s\d{3})*(?:[.,]\d{1,2})?)(?![.,]?\d).*"
)
"""A line of groups of digits one of which is no id, since it begins with a zero."""


def refuse_separated_numbers(lines: Iterable[str], name: str) -> None:
    """Raise Misuse if one of these lines, which have nothing but numbers, has one with separators."""
    read = list(lines)
    if not all(map(_NUMBERS.fullmatch, read)):
        return
    words = (word for line in read for word in _words(line))
    unclear = next(filter(_SEPARATED.fullmatch, words), "") or next(map(_blanks_in, filter(_blanks_in, read)), "")
    if unclear:
        raise Misuse(
            f"“{unclear}” in {name} is no address and no id: it may be one number or several. Write each customer id "
            "by itself, without separators, or say which column names the shoppers.",
            field="text",
            for_log="A number in the list has separators.",
        )


def _words(line: str) -> list[str]:
    return _BETWEEN.split(line)


def _blanks_in(line: str) -> str:
    found = _WITH_BLANKS.fullmatch(line)
    return found["number"] if found else ""
