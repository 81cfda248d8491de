"""Sheets that reach too far are refused before their reader makes room for all their cells."""

import io
import zipfile

import pytest

from bot.core.errors import Misuse
from bot.core.list_files.sheet_areas import MOST_CELLS, refuse_far_cells
from tests.core.list_files.files import Placed, workbook

ADA = "ada@example.com"


def refusal(book: bytes) -> str:
    """Why a workbook is refused; an empty text if it is not."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        try:
            refuse_far_cells(archive, "list.xlsx")
        except Misuse as misuse:
            return f"{misuse.field}: {misuse}"
    return ""


def sheet(content: str) -> bytes:
    """An archive with this part."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", content)
    return made.getvalue()


@pytest.mark.parametrize("far", ["XFD1048576", "AG250001", "xfd1048576"])
def test_a_cell_far_from_the_list_is_refused(far: str) -> None:
    for sheets in ([["Email"], [ADA], [Placed(far, " ")]],), ([["Email"], [ADA]], [["x", Placed(far, "x")]]):
        assert "more than can be read. Delete what stands far from the list, or save" in refusal(workbook(*sheets))


def test_it_is_told_how_far_a_sheet_reaches() -> None:
    book = workbook([["", Placed("B3", ADA), Placed("XFD1048576", "x")]])
    assert refusal(book).startswith("file: A sheet of list.xlsx reaches over 1,048,574 rows and 16,383 columns, which")


@pytest.mark.parametrize(("last", "is_refused"), [("AF250000", False), ("AF250001", True), ("AG250000", True)])
def test_an_area_may_have_so_many_cells(last: str, is_refused: bool) -> None:
    assert MOST_CELLS == 8_000_000
    assert bool(refusal(workbook([["x", Placed(last, "x")]]))) is is_refused


def test_one_cell_far_away_reaches_no_further_than_itself() -> None:
    assert not refusal(workbook([[Placed("XFD1048576", "x")]]))
    assert not refusal(workbook([["x", Placed("XFD1", "x")]]))
    assert not refusal(workbook([["x", Placed("A1048576", "x")]]))


def test_cells_that_are_only_formatted_take_no_room() -> None:
    assert not refusal(workbook([["x", Placed("XFD1048576")]]))


@pytest.mark.parametrize(
    "written",
    [
        '<x:c r="A1"/><x:c\n s="1" r = "B1"><x:v>1</x:v></x:c><x:c r=\'ZZ999999\' t="s"><x:v>2</x:v></x:c>',
        '<c r="A1" t="str"><v>1</v></c>' + f"<c><v>{'x' * 3_000_000}</v></c>" + '<c r="ZZ999999"><v>2</v></c>',
        '<c r="ZZ999999"><v>2</v></c>' + "<v>x</v>" * 400_000 + '<c r="A1"><v>1</v></c>',
    ],
)
def test_a_cell_is_found_however_it_is_written(written: str) -> None:
    assert "reaches over 999,999 rows and" in refusal(sheet(f"<row>{written}</row>"))


@pytest.mark.parametrize("at", range((1 << 20) - 40, (1 << 20) + 1, 7))
def test_a_cell_is_found_wherever_it_stands(at: int) -> None:
    first = '<c r="A1"><v>1</v></c>'
    written = f'{first}<v>{"x" * (at - len(first) - 7)}</v><c r="ZZ999999"><v>2</v></c>'
    assert "reaches over 999,999 rows and 702 columns" in refusal(sheet(written))


@pytest.mark.parametrize(
    "content", ['<sst uniqueCount="99999999"/>', '<sst count="100000000"/>', '<row r="99999999"><c/></row>']
)
def test_a_count_that_no_workbook_has_is_damage(content: str) -> None:
    assert "list.xlsx is a damaged workbook, not a list" in refusal(sheet(content))
    assert not refusal(sheet(content.replace('99999999"', '9999999"').replace("100000000", "1000000")))
