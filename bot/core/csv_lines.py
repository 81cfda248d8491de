"""Rows rendered as CSV that is safe to open in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Characters that start a formula in a spreadsheet: owasp.org/www-community/attacks/CSV_Injection."""


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Render rows as CSV, line by line, with formulas escaped."""
    yield _line(columns)
    yield from map(_line, rows)


def _line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(map(_escaped, cells))
    return line.getvalue()


def _escaped(cell: object) -> object:
    """Return ``cell``, with an apostrophe before anything that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
