"""Records of a list: the cells of each line of a text, or of each row of a workbook's sheet. Pure."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from bot.core.errors import Misuse

MOST_RECORDS = 250_000
"""The most rows of one list."""
LONGEST = 1_000_000
"""The most characters of a line, and of a cell: a list's are shorter, and memory is not without end."""
DELIMITERS = (",", ";", "\t", "|", "")
"""What separates cells; nothing where each line is one cell."""
csv.field_size_limit(LONGEST)
_QUOTED = re.compile(r"\s*\"(?P<inside>(?:[^\"]|\"\")*)\"\s*")
"""A line that is one cell, in quotes."""
_SEPARATOR = re.compile(r"\s*\"?sep=(?P<sign>[^\"\r\n])\"?\s*")
Lines = Callable[[], Iterator[str]]
"""Opens the text from its beginning."""


class Record(NamedTuple):
    """The cells of a row, without blanks around them, and the number of its first line; ``is_hidden``: unseen."""

    line: int
    cells: tuple[str, ...]
    is_hidden: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing is in it."""
        return not any(self.cells)

    def cell(self, at: int) -> str:
        """Return a cell; an empty text where the row ends before it."""
        return self.cells[at] if at < len(self.cells) else ""

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " | ".join(filter(None, self.cells))


@dataclass(frozen=True)
class TextTable:
    """A text read as records, with this delimiter. ``skipped``: lines before its first one."""

    lines: Lines
    delimiter: str
    skipped: int = 0

    def records(self) -> Iterator[Record]:
        """Yield the records, but for blank ones. Raises Misuse about what is no list."""
        kept = _Counted(islice(self.lines(), self.skipped, None), self.skipped)
        try:
            for cells in self._cells(kept):
                record = Record(kept.first, tuple([cell.strip() for cell in cells]))
                if not record.is_blank:
                    yield record
                kept.forget()
        except csv.Error as error:
            raise (_open_quote if kept.is_open else _too_long)(kept.first) from error

    def _cells(self, lines: "_Counted") -> Iterator[list[str]]:
        """Split lines into cells. Where each is one, a quote that has no end in its line belongs to the text."""
        if self.delimiter:
            return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True)
        whole = csv.reader(lines, delimiter="\x1f", quoting=csv.QUOTE_NONE)
        return (list(map(_unquoted, cells)) for cells in whole)


def _unquoted(cell: str) -> str:
    quoted = _QUOTED.fullmatch(cell)
    return quoted["inside"].replace('""', '"') if quoted else cell


class _Counted:
    """Lines on their way to the CSV reader, counted: an open quote takes all that are left."""

    def __init__(self, lines: Iterator[str], skipped: int) -> None:
        self._lines = lines
        self._number = skipped
        self._held = 0
        self.first = skipped + 1

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            if len(line) >= LONGEST:
                raise _too_long(self._number + 1)
            self._number += 1
            self._held += 1
            yield line
        if self.is_open:
            raise _open_quote(self.first)

    @property
    def is_open(self) -> bool:
        """Whether the present record goes on over several lines: the reader asks for more of it."""
        return self._held > 1

    def forget(self) -> None:
        """Begin the next record."""
        self.first, self._held = self._number + 1, 0


def _too_long(line: int) -> Misuse:
    sentence = f"Line {line:,} is longer than any list's, so this is not read."
    return Misuse(sentence, field="file", for_log="A line is too long.")


def _open_quote(line: int) -> Misuse:
    sentence = f"The quote that begins in line {line:,} has no end, so the rows after it cannot be told apart."
    return Misuse(sentence, field="file", for_log="A quote has no end.")


def bounded(records: Iterator[Record]) -> Iterator[Record]:
    """Yield the records. Raises Misuse if there are more than MOST_RECORDS."""
    for count, record in enumerate(records):
        if count > MOST_RECORDS:  # with its header
            raise Misuse(
                f"The list has more than {MOST_RECORDS:,} rows. Split it, and import its parts.",
                field="file",
                for_log="The list is too long.",
            )
        yield record


def separator(lines: Lines) -> str:
    """Return the delimiter that Excel's line ``sep=;`` names; an empty text if the first line is none."""
    found = _SEPARATOR.fullmatch(next(lines(), "").lstrip("\ufeff"))
    return found["sign"] if found else ""
