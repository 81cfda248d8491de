"""What becomes of each row of a list is told, and each class is a file that spreadsheets may open."""

import csv
import io

from bot.bigcommerce import Segment
from bot.core.answers import Answer, File, Table
from bot.core.list_files.row_classes import RowClass
from bot.core.list_files.rows import Row
from bot.core.store_view.judged_rows import JudgedRow
from bot.core.store_view.listed_shoppers import Listed
from commands.segment.import_preview import Mode, ReadList, preview
from tests.core.samples import uuid

VIPS = Segment(id=uuid(1), name="VIPs")
ROWS = [
    JudgedRow(Row(2, "ada@example.com"), Listed(1, uuid(2), False, "Ada")),
    JudgedRow(Row(3, "ben@example.com"), Listed(2, uuid(3), True, "Ben")),
    JudgedRow(Row(4, '=HYPERLINK("x")'), kind=RowClass.UNREADABLE, why="Not an email address"),
]


def read(mode: Mode, rows: list[JudgedRow]) -> ReadList:
    found = ReadList(VIPS, mode, "list.csv")
    found.take(rows)
    return found


def shown(mode: Mode) -> Answer:
    return preview(read(mode, ROWS), "Title", ["VIPs grows."])


def test_each_class_is_counted_and_their_sum_is_the_rows_read() -> None:
    (table,) = (part for part in shown("add").parts if isinstance(part, Table))
    assert table.caption == "3 rows read from list.csv"
    assert table.rows == (
        ("To add", 1, "Added to VIPs"),
        ("Already in VIPs", 1, "Stay"),
        ("Unreadable", 1, "Left out"),
    )
    (table,) = (part for part in shown("remove").parts if isinstance(part, Table))
    assert table.rows[:2] == (("To remove", 1, "Removed from VIPs"), ("Not in VIPs", 1, "Nothing"))


def test_each_class_is_a_file_without_formulas() -> None:
    files = {part.name: str(part.content) for part in shown("add").parts if isinstance(part, File)}
    assert list(files) == ["Rows to add, VIPs.csv", "Rows already so, VIPs.csv", "Rows unreadable, VIPs.csv"]
    (row,) = csv.reader(io.StringIO(files["Rows unreadable, VIPs.csv"].partition("\n")[2]))
    assert row == ["4", '\'=HYPERLINK("x")', "", "Not an email address"]


def test_equal_is_refused_from_more_than_a_tenth_on() -> None:
    named = [JudgedRow(Row(at, ""), Listed(at, None, True, "")) for at in range(9)]
    assert not read("equal", [*named, ROWS[2]]).refusal
    assert "2 of 11 rows of list.csv name no shopper" in read("equal", [*named, *ROWS[2:] * 2]).refusal
    assert not read("add", [*named, *ROWS[2:] * 9]).refusal


def test_the_files_hold_each_row_however_many_they_are() -> None:
    rows = [JudgedRow(Row(at, f"{at}@example.com"), Listed(at, None, at % 2 == 0, "", at)) for at in range(1, 1205)]
    found = read("add", rows)
    assert list(found.places) == list(range(1, 1205))
    for kind, first in ((RowClass.ADD, 1), (RowClass.ALREADY, 2)):
        lines = str(found.files[kind]).splitlines()[1:]
        assert [int(line.partition(",")[0]) for line in lines] == list(range(first, 1205, 2))
