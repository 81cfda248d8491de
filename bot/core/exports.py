"""What is given away as a file, line by line: CSV, and entries of the log. Pure."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from bot.core.entries import Sealed

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula: owasp.org/www-community/attacks/CSV_Injection."""
COLUMNS = (
    "number", "at", "kind", "actor", "workspace", "channel", "command", "change", "outcome", "ms", "subjects",
    "detail", "seal",
)  # fmt: skip


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV file that does no harm in a spreadsheet, line by line."""
    yield _line(columns)
    yield from map(_line, rows)


def entry_csv(entries: Iterable[Sealed]) -> Iterator[str]:
    """Entries as a CSV file, line by line; what is nested in them is JSON."""
    return csv_lines(COLUMNS, map(_row, entries))


def entry_json(entries: Iterable[Sealed]) -> Iterator[str]:
    """Entries as lines of JSON."""
    return (f"{json.dumps(vars(entry), ensure_ascii=False)}\n" for entry in entries)


def _row(entry: Sealed) -> tuple[object, ...]:
    told = vars(entry) | {"subjects": " ".join(entry.subjects), "detail": json.dumps(entry.detail)}
    return tuple(told[column] for column in COLUMNS)


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(map(_harmless, cells))
    return written.getvalue()


def _harmless(cell: object) -> object:
    """``cell``, with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
