"""Rows that nobody sees are found in the sheet of a name, however its archive is written."""

import io
import zipfile

import pytest

from bot.core.list_files.hidden_rows import hidden_rows
from tests.core.list_files.files import Hidden, workbook

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
ROWS = '<sheetData><row r="1"/><row r="2" hidden="{}"><c/></row></sheetData>'


def archive(**parts: str) -> io.BytesIO:
    """A workbook whose only sheet is called A&B, with these parts in place of its own."""
    own = {
        "book": '<workbook><sheets><sheet name="A&amp;B" sheetId="1" r:id="rId7"/></sheets></workbook>',
        "relations": '<Relationships><Relationship Id="rId7" Target="worksheets/sheet1.xml"/></Relationships>',
        "sheet": ROWS.format(1),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        for name, part in (("book", BOOK), ("relations", RELATIONS), ("sheet", SHEET)):
            written.writestr(part, parts.get(name, own[name]))
    return made


def test_each_sheet_has_its_own() -> None:
    book = io.BytesIO(workbook([["x"], Hidden(["y"]), Hidden(["z"])], [Hidden(["x"])], [["x"]]))
    assert [hidden_rows(book, f"Sheet{at}") for at in (1, 2, 3, 4)] == [{2, 3}, {1}, set(), set()]


@pytest.mark.parametrize(
    ("written", "hidden"), [("1", {2}), ("true", {2}), ("0", set()), ("false", set()), ("", set())]
)
def test_a_row_is_hidden_where_it_says_so(written: str, hidden: set[int]) -> None:
    assert hidden_rows(archive(sheet=ROWS.format(written)), "A&B") == hidden


@pytest.mark.parametrize(
    "parts",
    [
        {"relations": '<R><Relationship Target="/xl/worksheets/sheet1.xml" Id="rId7"/></R>'},
        {"relations": "<x:R><x:Relationship\n Target = './worksheets/../worksheets/sheet1.xml' Id='rId7'/></x:R>"},
        {"book": '<x:workbook><x:sheet state="visible" o:id="rId7" name="A&amp;B"></x:sheet></x:workbook>'},
        {"sheet": '<x:row spans="1:4"\n hidden=\'true\' r = "2" ht="15"><x:c r="A2"/></x:row>'},
        {"sheet": '<row r="2" x:r="9" hidden="1">' + "<c/>" * 500_000},
    ],
)
def test_an_archive_is_read_however_it_is_written(parts: dict[str, str]) -> None:
    assert hidden_rows(archive(**parts), "A&B") == {2}


@pytest.mark.parametrize(
    "parts",
    [
        {"book": "<workbook/>"},
        {"relations": "<Relationships/>"},
        {"relations": '<R><Relationship Id="rId7" Target="elsewhere.xml"/></R>'},
        {"relations": '<R><Relationship Id="rId7"/></R>'},
        {"book": '<workbook><sheet r:id="rId7"/></workbook>'},
    ],
)
def test_a_sheet_that_cannot_be_found_hides_nothing(parts: dict[str, str]) -> None:
    assert hidden_rows(archive(**parts), "A&B") == frozenset()


def test_an_archive_without_relations_hides_nothing() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as written:
        written.writestr(BOOK, '<workbook><sheet name="A" r:id="rId7"/></workbook>')
    assert hidden_rows(made, "A") == frozenset()
