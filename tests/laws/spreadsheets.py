"""A CSV file as spreadsheets save it anew: their bytes, and what they do to cells.

support.microsoft.com "Save a workbook to text format"; help.libreoffice.org "Export text files"; support.apple.com
"Export to CSV in Numbers". Excel rounds numbers of more than 11 digits as it shows them, and takes words for dates.
"""

import csv
import io
import re
from collections.abc import Callable

from tests.core.list_files.files import workbook

Records = list[list[str]]
_NUMBER = re.compile(r"\d{1,15}")
_DATES = {"MAR1": "01. Mrz", "1/2": "02. Jan", "SEPT2": "2-Sep"}


def records_of(text: str) -> Records:
    """The cells of a CSV file, as each of them opens it."""
    return list(csv.reader(io.StringIO(text, newline="")))


def _written(records: Records, delimiter: str, end: str = "\r\n", *, quotes: Callable[[str], bool] = bool) -> str:
    """Quote the cells that have to be quoted, and those that ``quotes`` asks for."""

    def cell(text: str) -> str:
        must = any(sign in text for sign in (delimiter, '"', "\n", "\r")) or quotes(text)
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if must else text

    return "".join(delimiter.join(map(cell, record)) + end for record in records)


def _no(_text: str) -> bool:
    return False


def _is_text(text: str) -> bool:
    return not _NUMBER.fullmatch(text)


def _as_excel_shows(cell: str) -> str:
    """A long number, rounded, and a date."""
    if _NUMBER.fullmatch(cell) and len(cell) > 11:
        return f"{float(cell):.5E}".replace("E+", "E+").replace(".", ",")
    return _DATES.get(cell, cell)


def _as_shortened(cell: str) -> str:
    """A number of which a narrow column shows two digits."""
    return f"{float(cell):.0E}" if _NUMBER.fullmatch(cell) and len(cell) > 3 else cell


def _each(records: Records, change: Callable[[str], str]) -> Records:
    return [records[0], *([change(cell) for cell in record] for record in records[1:])]


def _without_apostrophes(cell: str) -> str:
    """Google Sheets and Numbers take an apostrophe before a text for the mark of one."""
    return cell.removeprefix("'")


def _values(records: Records) -> list[list[object]]:
    return [[float(cell) if _NUMBER.fullmatch(cell) else cell for cell in record] for record in records]


def saved_anew(text: str) -> dict[str, bytes]:
    """The file as each program saves it anew."""
    records = records_of(text)
    german = _each(records, _as_excel_shows)
    wide = [[*record, "", ""] for record in [*records, [""] * len(records[0])]]
    return {
        "as it is": text.encode(),
        "Excel, CSV UTF-8": _written(records, ",", quotes=_no).encode("utf-8-sig"),
        "Excel, CSV UTF-8, German": _written(german, ";", quotes=_no).encode("utf-8-sig"),
        "Excel, CSV, German": _written(german, ";", quotes=_no).encode("cp1252", "replace"),
        "Excel, narrow columns": _written(_each(records, _as_shortened), ",", quotes=_no).encode("cp1252", "replace"),
        "Excel, empty cells beside and below": _written(wide, ";", quotes=_no).encode("cp1252", "replace"),
        "Excel, Unicode text": _written(records, "\t", quotes=_no).encode("utf-16"),
        "Excel, CSV of the Mac": _written(records, ",", "\r", quotes=_no).encode("mac-roman", "replace"),
        "Excel, CSV of MS-DOS": _written(records, ";", quotes=_no).encode("cp850", "replace"),
        "Excel, sep=": f"sep=;\r\n{_written(records, ';', quotes=_no)}".encode(),
        "Excel, workbook": workbook(_values(records)),
        "LibreOffice": _written(records, ",", "\n", quotes=_no).encode(),
        "LibreOffice, all texts quoted": _written(records, ",", "\n", quotes=_is_text).encode(),
        "LibreOffice, all cells quoted": _written(records, ";", "\n", quotes=lambda _: True).encode("utf-16"),
        "Numbers": _written(_each(records, _without_apostrophes), ",", quotes=_no).encode(),
        "Numbers, German": _written(_each(records, _without_apostrophes), ";", quotes=_no).encode(),
        "Google Sheets": _written(_each(records, _without_apostrophes), ",", "\r\n", quotes=_no).encode(),
    }
