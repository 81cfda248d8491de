"""Files of lists, as spreadsheets write them."""

import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape

PROFILE = "3f0e1b9c-0000-4000-8000-000000000001"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_HIDDEN = ' hidden="1"'
_STYLES = f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="46"/></cellXfs></styleSheet>'


class Elapsed(int):
    """Days that are shown as ``[h]:mm:ss``."""


@dataclass(frozen=True)
class Placed:
    """A text in the cell of this name, wherever its row is written; none is a cell that is only formatted."""

    cell: str
    text: str = ""


def workbook(*sheets: list[list[object]], hidden: int = 0) -> bytes:
    """A workbook (.xlsx) with these sheets, each a list of rows, of which so many first ones are hidden."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        numbers = range(1, len(sheets) + 1)
        parts = "".join(
            f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.worksheet+xml"/>'
            for at in numbers
        )
        main = (
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
            'spreadsheetml.sheet.main+xml"/>'
        )
        book.writestr("[Content_Types].xml", _TYPES.format(main + parts))
        book.writestr("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
        states = ('state="hidden" ' if at <= hidden else "" for at in numbers)
        named = "".join(
            f'<sheet name="Sheet{at}" sheetId="{at}" {state}r:id="rId{at}"/>'
            for at, state in zip(numbers, states, strict=True)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            _relations(
                [("rId0", "styles", "styles.xml")]
                + [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in numbers]
            ),
        )
        book.writestr("xl/styles.xml", _STYLES)
        for at, rows in enumerate(sheets, 1):
            book.writestr(f"xl/worksheets/sheet{at}.xml", _sheet(rows))
    return made.getvalue()


def _relations(parts: list[tuple[str, str, str]]) -> str:
    inside = "".join(f'<Relationship Id="{id_}" Type="{_OFFICE}/{kind}" Target="{path}"/>' for id_, kind, path in parts)
    return f'<Relationships xmlns="{_PACKAGE}">{inside}</Relationships>'


class Hidden(list[object]):
    """A row that nobody sees."""


def _sheet(rows: list[list[object]]) -> str:
    written = "".join(_row(at, row) for at, row in enumerate(rows, 1))
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _row(at: int, row: list[object]) -> str:
    cells = "".join(_cell(at, column, value) for column, value in enumerate(row))
    return f'<row r="{at}"{_HIDDEN * isinstance(row, Hidden)}>{cells}</row>'


def _cell(row: int, column: int, value: object) -> str:
    place, text = (value.cell, value.text) if isinstance(value, Placed) else (f"{chr(65 + column)}{row}", value)
    if isinstance(text, int | float):
        return f'<c r="{place}" s="{int(isinstance(text, Elapsed))}"><v>{text}</v></c>'
    if not text:
        return f'<c r="{place}" s="0"/>' if isinstance(value, Placed) else ""
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(text))}</t></is></c>'
