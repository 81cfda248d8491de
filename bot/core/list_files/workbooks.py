"""Workbooks (.xlsx), read by python-calamine, which comes with the extra ``xlsx``. Pure."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from bot.core.errors import Misuse
from bot.core.list_files.file_kinds import ADVICE, no_list
from bot.core.list_files.hidden_rows import hidden_rows
from bot.core.list_files.records import Record
from bot.core.list_files.sheet_areas import refuse_far_cells

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MOST_UNPACKED = 200_000_000
"""The most bytes that a workbook unpacks to: a small archive can hold terabytes."""
EXACT = 10**15
"""Whole numbers from here on may have lost digits: a spreadsheet keeps fifteen."""
_BOOK = "xl/workbook.xml"
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What ``zipfile`` raises about what it cannot read: archives with a password, too."""


def refuse_other_archives(file: BinaryIO, name: str) -> None:
    """Raise Misuse unless this archive is a workbook of a size that memory has room for."""
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_other_parts({one.filename: one.file_size for one in archive.infolist()}, name)
            refuse_far_cells(archive, name)
    except _DAMAGED as error:
        raise no_list(name, "a damaged workbook or archive") from error


def _refuse_other_parts(sizes: dict[str, int], name: str) -> None:
    """Raise Misuse unless files of these names and unpacked sizes make a workbook."""
    if "content.xml" in sizes:
        raise no_list(name, "an OpenDocument file")
    if _BOOK not in sizes:
        raise no_list(name, "an archive")
    if sum(sizes.values()) > MOST_UNPACKED:
        sentence = f"{name} unpacks to more than {MOST_UNPACKED // 1_000_000} MB. Save the list as CSV instead."
        raise Misuse(sentence, field="file", for_log="The workbook is too large.")


@dataclass(frozen=True)
class WorkbookTable:
    """A workbook read as records: the rows of its first sheet that has any, of those that people see if one has."""

    file: BinaryIO
    name: str
    delimiter: str = ""

    def records(self) -> Iterator[Record]:
        """Yield the records, but for blank ones. Raises Misuse."""
        for sheet in islice(self._sheets(), 1):
            number, hidden = 0, hidden_rows(self.file, sheet.name)
            try:
                for number, cells in enumerate(sheet.iter_rows(), 1):
                    record = Record(number, tuple(map(_text, cells)), number in hidden)
                    if not record.is_blank:
                        yield record
            except OverflowError as error:
                raise _no_time(number + 1, self.name) from error

    def unread(self) -> tuple[str, ...]:
        """Return the names of other sheets that have rows. Raises Misuse."""
        return tuple(sheet.name for sheet in islice(self._sheets(of_several=True), 1, None))

    def _sheets(self, *, of_several: bool = False) -> "Iterator[CalamineSheet]":
        """Yield the sheets that have rows, hidden ones last; ``of_several``: none where there is no other."""
        try:
            from python_calamine import CalamineError, SheetVisibleEnum, load_workbook  # an extra
        except ImportError as error:  # pragma: no cover - the tests' environment has it
            lacks = (
                f"This bot cannot read .xlsx: whoever runs it can add that (`pip install segment-bot[xlsx]`). {ADVICE}"
            )
            raise Misuse(lacks, field="file", for_log="The extra for workbooks is not installed.") from error
        self.file.seek(0)
        try:
            book = load_workbook(self.file)
            sheets = book.sheets_metadata if len(book.sheet_names) > of_several else []
            seen_first = sorted(sheets, key=lambda one: one.visible is not SheetVisibleEnum.Visible)
            yield from filter(_has_rows, (book.get_sheet_by_name(one.name) for one in seen_first))
        except (CalamineError, OSError) as error:
            raise no_list(self.name, "a damaged workbook") from error


def _no_time(row: int, name: str) -> Misuse:
    """Build the error about a number that is shown as a time, and is beyond what any can be."""
    sentence = f"A cell in row {row:,} of {name} is shown as a date or time, and is none. Show it as a number or text."
    return Misuse(sentence, field="file", for_log="A cell is no time.")


def _has_rows(sheet: "CalamineSheet") -> bool:
    return sheet.height > 0


def _text(cell: object) -> str:
    """Return a cell as text: a whole number without its point, if the workbook has all its digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell)) if abs(cell) < EXACT else f"{cell:E}"
    return str(cell).strip()
