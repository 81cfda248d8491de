"""Rows rendered as CSV that is safe to open in a spreadsheet. Pure.

owasp.org/www-community/attacks/CSV_Injection
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from bot.core.language.visible import HIDDEN, visible

FORMULA = ("=", "+", "-", "@")
"""Characters that start a formula, also in full width, and behind blanks, tabs and line breaks."""
_UNQUOTED = re.compile(r"[^\s'\",;|]+(?: [^\s'\",;|]+)*|")
"""What stands without quotes: nothing that separates cells in any language's spreadsheets."""


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Render rows as CSV, line by line, with formulas escaped and hidden characters made visible."""
    yield from csv_rows((columns,))
    yield from csv_rows(rows)


def csv_rows(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Render rows alone, as ``csv_lines`` does, to follow others."""
    return map(_line, rows)


def _line(cells: Sequence[object]) -> str:
    return f"{','.join(map(_cell, cells))}\r\n"


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, str):
        text = f"'{visible(text)}" if _is_formula(text) else visible(text)
    doubled = text.replace('"', '""')
    return text if _UNQUOTED.fullmatch(text) else f'"{doubled}"'


def _is_formula(text: str) -> bool:
    """Return whether a spreadsheet may run this: it may drop what nobody sees, and widths of letters."""
    seen = HIDDEN.sub("", text)
    begins = unicodedata.normalize("NFKC", seen.lstrip()[:1])
    return begins.startswith(FORMULA) or text[:1] in ("\t", "\r", "\n")
