"""Rows as a CSV file that does no harm in a spreadsheet. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With these a spreadsheet begins a formula: owasp.org/www-community/attacks/CSV_Injection."""


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Render a CSV file that does no harm in a spreadsheet, line by line."""
    yield _line(columns)
    yield from map(_line, rows)


def _line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(map(_escaped, cells))
    return line.getvalue()


def _escaped(cell: object) -> object:
    """Return ``cell``, with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
