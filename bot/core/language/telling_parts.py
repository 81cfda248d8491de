"""What of a list of shoppers says more than whom it names: all of a typed one, a little of a pasted one. Pure.

Whatever stands in notes and in other columns says nothing: “not subscribed”, “ask for Ada or Ben”.
"""

import re
from collections.abc import Iterator

from bot.core.language.left_out_words import before_exception
from bot.core.language.pasted_table import parse_table
from bot.core.language.time_expressions import end_in

_QUOTED = re.compile(r'"[^"@]*"')
_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_TO_THE_LAST_SHOPPER = re.compile(rf".*(?:@\S+|(?<!\S)\(*(?:#|customer:#?)\d+|{_ID})", re.DOTALL)
_BEHIND = 3
"""How many parts of a line stand behind its shoppers at most that were typed: ``but not Ada, please``."""
_LEADING = frozenset({"", "and", "please"})
_ROWS = re.compile(r"[\n\t|]")
_SEPARATOR = re.compile(r"[,;|\t]")


def telling_part(text: str, *, is_short: bool) -> str:
    """Return what of a plain text says more than names; ``is_short``: it has few other words, so that it was typed.

    Of a table, these are its cells with addresses, and lines of one cell. Of a long line they are the parts that name
    shoppers, and a few behind them; of long texts what stands before shoppers.
    """
    if (rows := parse_table(text)) is not None:
        cells = ((row.text,) if row.is_alone else filter(before_shopper, row.emails) for row in rows)
        return "\n".join("\n".join(each) for each in cells)
    shown = _QUOTED.sub(" ", text).strip()
    if is_short:
        return shown
    return "\n".join(filter(None, _of_lines(shown.split("\n")) if _ROWS.search(shown) else _of_line(shown)))


def before_shopper(text: str) -> str:
    """Return a text up to the last shopper in it; an empty text if it names none."""
    found = _TO_THE_LAST_SHOPPER.match(text)
    return found[0] if found else ""


def _of_line(line: str) -> Iterator[str]:
    """Yield the parts of a line that name shoppers or begin with an exception, and a few behind them."""
    parts = _SEPARATOR.split(line)
    end = max((at for at, part in enumerate(parts, 1) if before_shopper(part)), default=0)
    yield from (part for part in parts[:end] if before_shopper(part) or _begins_with_exception(part))
    yield from parts[end:] if len(parts) - end <= _BEHIND else ()


def _begins_with_exception(text: str) -> bool:
    found = before_exception(text)
    return found is not None and found[0].strip().casefold() in _LEADING and not _ROWS.search(text)


def _of_lines(lines: list[str]) -> Iterator[str]:
    """Yield what stands before shoppers in lines, those that begin with an exception, and an end in the last line."""
    for line in lines:
        before = map(before_shopper, _SEPARATOR.split(line))
        yield line if _begins_with_exception(line) else ", ".join(filter(None, before))
    rest = lines[-1].removeprefix(before_shopper(lines[-1])).strip(" ,;")
    yield rest if end_in(rest) is not None else ""
