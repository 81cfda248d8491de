"""Lists are read from bytes: whatever their encoding, delimiter, line ends and header."""

import io
import re
import sys
import zipfile
from collections import deque
from itertools import repeat

import pytest

from bot.core.errors import Misuse, Question
from bot.core.list_files import workbooks
from bot.core.list_files.reading import Brought, guessed_header, read_list, unread_sheets
from bot.core.list_files.records import MOST_RECORDS, Record, bounded
from bot.core.list_files.rows import Row
from tests.core.list_files.files import PROFILE, Elapsed, Hidden, Placed, workbook

UNSAID = Misuse("").for_log
ADA, BEN = "ada@example.com", "ben@example.com"
LEFT_OUT = "“{}” may leave out whom it names"
SHORTENED = "A spreadsheet shortened this number, so no one knows which customer id it was"


def read(content: str | bytes, column: str = "") -> list[Row]:
    """The rows of a file with this content."""
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    return list(read_list(Brought(file, "list.csv", column)))


def named(content: str | bytes, column: str = "") -> list[tuple[int, object]]:
    """The line of each row, and whom it names, or why nobody."""
    return [(row.line, row.fault or row.email or row.customer_id or row.profile_id) for row in read(content, column)]


def test_a_long_note_beside_an_address_is_no_fault() -> None:
    assert named(f"Note,E-Mail\n{'x' * 200_000},{ADA}\n") == [(2, ADA)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac-roman"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_line_end_and_delimiter_reads_the_same(encoding: str, end: str, delimiter: str) -> None:
    lines = [("Name", "E-Mail"), ("Zoë", ADA), (f'"a{delimiter}{end}b"', BEN)]
    content = end.join(delimiter.join(cells) for cells in lines).encode(encoding)
    assert named(content) == [(2, ADA), (3, BEN)]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (f"{ADA}\n{BEN}\n", [(1, ADA), (2, BEN)]),
        (f"Email\n{ADA}\n\n bad\n", [(2, ADA), (4, "Not an email address")]),
        (f"sep=;\r\nname;email\r\nAda;{ADA}\r\n", [(3, ADA)]),
        (f"{ADA}, {BEN}, bob-at-x", [(1, ADA), (1, BEN), (1, "Not a shopper")]),
        (f"Ada Byron <{ADA}>; Ben <{BEN}>", [(1, ADA), (1, BEN)]),
        (f"Ada Byron {ADA}\nBen {BEN}", [(1, ADA), (2, BEN)]),
        (f"see {ADA}\nhello\n17", [(1, ADA), (2, "No shopper in it"), (3, "A number is a customer only as #17")]),
        (f"{ADA}, 17, #42", [(1, ADA), (1, 42), (1, "A number is a customer only as #17")]),
        (f"#1 {ADA}\n#2 Ben <{BEN}>\n#2 c@x.org\n",
         [(1, ADA), (1, 1), (2, BEN), (2, 2), (3, "c@x.org"), (3, 2)]),
        (f"#1 {ADA}\n#2 Ben <{BEN}>\n#17\n#3 c@x.org\n", [(1, ADA), (2, BEN), (3, 17), (4, "c@x.org")]),
        (f"{ADA}, {PROFILE}", [(1, ADA), (1, PROFILE)]),
        (f"email,note\n{ADA},\n{BEN}", [(2, ADA), (3, BEN)]),
        (f"email,note\n{ADA},x\n,y\n", [(2, ADA), (3, "No email address")]),
        (f"email,note\n{ADA},x\n{ADA} {BEN},y\n{BEN},z\n{BEN},z\n{BEN},z\n",
         [(2, ADA), (3, f"Several addresses: {ADA} and {BEN}"), (4, BEN), (5, BEN), (6, BEN)]),
        (f"email,name\nfoo,x\n{ADA},y\nbar,z\n", [(2, "Not an email address"), (3, ADA), (4, "Not an email address")]),
        (f"email,e2\n{ADA},{ADA}\n{BEN},{BEN}\n", [(2, ADA), (3, BEN)]),
        ("17\n42\n18.0\n1E+05\n'7\n1,5E+01", [(1, 17), (2, 42), (3, 18), (4, SHORTENED), (5, 7), (6, SHORTENED)]),
        ("customer id\n1E+05\n2E+05", [(2, SHORTENED), (3, SHORTENED)]),
        ("customer id\n1.000\n17", [(2, "Not a customer id"), (3, 17)]),
        ("17, 42", [(1, 17), (1, 42)]),
        ("customer_id,zip\n17,90210\nx,10115\n", [(2, 17), (3, "Not a customer id")]),
        (f"id,zip\n{PROFILE},1\n{PROFILE},2\n,3", [(2, PROFILE), (3, PROFILE), (4, "No profile id")]),
        (f"id,profile_id\n{PROFILE},{PROFILE[:-1]}2\n", [(2, f"{PROFILE[:-1]}2")]),
        # whom a word before them may leave out
        (f"Email\n{ADA}\nnot {BEN}\n", [(2, ADA), (3, LEFT_OUT.format("not"))]),
        (f"x,email\n1,{ADA}\n2,{BEN}\n3,{BEN}\n4,all but {BEN} and {ADA}\n5,{ADA} (not confirmed)\n",
         [(2, ADA), (3, BEN), (4, BEN), (5, LEFT_OUT.format("but")), (6, ADA)]),
        (f"Ada {ADA}\nplease keep Ben {BEN}\n!{BEN} not {ADA}\nBut Ben\n{PROFILE} not yet",
         [(1, ADA), (2, LEFT_OUT.format("keep")), (3, LEFT_OUT.format("!")), (4, "No shopper in it"), (5, PROFILE)]),
        (f'{ADA},"open', [(1, ADA)]),
        (f'"{ADA}"\n""\n"{BEN}"\n', [(1, ADA), (3, BEN)]),
        ('"Customer ID"\n"#17"\n"n/a"\n"18.0"\n"-"\n"19"\n"x"',
         [(2, 17), (3, "Not a customer id"), (4, 18), (5, "Not a customer id"), (6, 19), (7, "Not a customer id")]),
        (f"Profile ID\nn/a\n{PROFILE}\nx", [(2, "Not a profile id"), (3, PROFILE), (4, "Not a profile id")]),
        (f"customer_id,profile_id\n,{PROFILE}\n", [(2, PROFILE)]),
        (f"name,email\nx,{ADA}\ny,{ADA}\nz,{BEN}\n{BEN},z",
         [(2, ADA), (3, ADA), (4, BEN), (5, "Not an email address")]),
    ],
)  # fmt: skip
def test_the_column_of_shoppers_is_found_by_content(content: str, rows: list[tuple[int, object]]) -> None:
    assert named(content) == rows


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("ada-at-example.com", f"{BEN}\nc@x.org"),
        ("ada at example dot com", f"{BEN}\nc@x.org"),
        ("bob.Example.com,Bob", f"{BEN},Ben\nc@x.org,C"),
        (PROFILE, f"{BEN}\nc@x.org"),
        ("customer:17", f"{BEN}\nc@x.org"),
        ("1E+05", f"{PROFILE}\n{PROFILE[:-1]}2"),
    ],
)
def test_a_first_line_that_may_name_a_shopper_is_a_row(first: str, rest: str) -> None:
    row, *others = read(f"{first}\n{rest}")
    assert (row.line, row.text.partition(" | ")[0]) == (1, first.partition(",")[0])
    assert row.fault
    assert len(others) == 2


@pytest.mark.parametrize(
    ("content", "column", "header"),
    [
        (f"Ada Byron\n{ADA}\n{BEN}", "", "Ada Byron"),
        (f"Kontakt,Name\n{ADA},Ada\n{BEN},Ben", "", "Kontakt | Name"),
        (f"Kontakt,Name\n{ADA},Ada\n{BEN},Ben", "kontakt", ""),
        (f"Kontakt,Name\n{ADA},Ada\n{BEN},Ben", "1", "Kontakt | Name"),
        (f"E-Mail,Name\n{ADA},Ada\n{BEN},Ben", "", ""),
        (f"{ADA}\n{BEN}", "", ""),
        (f"Ada {ADA}\nBen {BEN}", "", ""),
        (workbook([["Ada Byron"], [ADA], [BEN]]), "", "Ada Byron"),
    ],
)
def test_a_first_line_that_is_taken_for_a_header_is_told(content: str | bytes, column: str, header: str) -> None:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    assert guessed_header(Brought(file, "list.csv", column)) == header


def test_an_export_names_each_shopper_in_three_ways() -> None:
    header = "customer_id,email,first_name,last_name,profile_id"
    assert read(f"{header}\n17,{ADA},A,B,{PROFILE}\n5,,,,{PROFILE}\n1E+05,{BEN},,,\n") == [
        Row(2, f"17 | {ADA} | A | B | {PROFILE}", ADA, 17, PROFILE),
        Row(3, f"5 | {PROFILE}", "", 5, PROFILE),
        Row(4, f"1E+05 | {BEN}", BEN, None, ""),
    ]


def test_an_export_names_them_by_id_where_no_address_can_be_read() -> None:
    header = "customer_id,email,first_name,last_name,profile_id"
    lost = f"{header}\n17,no-address,A,B,{PROFILE}\n18,zoë@example.com,A,B,{PROFILE}\n19,no-address,A,B,\n"
    assert [row[2:] for row in read(lost.encode("cp1252"))] == [
        ("", 17, PROFILE, ""),
        ("", 18, PROFILE, ""),
        ("", None, "", "Not an email address"),
    ]


def test_an_export_of_names_that_are_addresses_is_no_question() -> None:
    header = "customer_id,email,first_name,last_name,profile_id"
    (row,) = read(f"{header}\n17,{ADA},{BEN},{BEN},{PROFILE}\n")
    assert (row.email, row.customer_id) == (ADA, 17)


def test_the_quotes_around_a_line_are_no_part_of_its_row() -> None:
    (row, other) = read(f'"{ADA}"\n"no ""one"""\n')
    assert (row, other.text) == (Row(1, ADA, ADA), 'no "one"')


def test_a_quote_begins_a_cell_behind_blanks_too() -> None:
    rows = read(f'email, name\n{ADA}, "Byron, Ada"\n{BEN}, "B, Ben"\n')
    assert rows == [Row(2, f"{ADA} | Byron, Ada", ADA), Row(3, f"{BEN} | B, Ben", BEN)]


def test_the_ids_of_another_shop_are_no_customers() -> None:
    (row,) = read(f"Customer ID,Email,Accepts Email Marketing\n17,{ADA},yes\n")
    assert (row.email, row.customer_id) == (ADA, None)


def test_an_at_of_a_foreign_letter_makes_no_address() -> None:
    rows = read("name,email\nファン,ada@example.com\nァ,ben@example.com\n".encode("shift-jis"))
    assert [row.email for row in rows] == [ADA, BEN]
    assert [row.email for row in read("ファ ada@example.com\nァ@ ben@example.com\n".encode("shift-jis"))] == [ADA, BEN]


def test_an_address_in_an_unknown_encoding_is_unreadable() -> None:
    why = "The address has letters of an unknown encoding"
    content = f"email,x\n{ADA},1\nzoëb@example.com,2\n{BEN},2\n{BEN},3\n{BEN},3\n".encode("cp1252")
    assert named(content)[:2] == [(2, ADA), (3, why)]
    assert named("zoëb@example.com, ada@example.com".encode("cp1252")) == [(1, ADA), (1, why)]


@pytest.mark.parametrize(
    ("content", "asked", "columns"),
    [
        (f"email,e2\n{ADA},{BEN}\nc@x.com,d@x.com\n", "Which column", ["comma 1", "comma 2"]),
        ("id,zip\n17,90210\n18,10115\n", "“id | zip”; “17 | 90210”; “18 | 10115”", ["comma 1", "comma 2"]),
        ("zip\n90210\n10115", "“zip”; “90210”; “10115”", ["comma 1"]),
        (f"{ADA};x,{BEN}\nc@x.com;y,d@x.com\n", "Which column", ["comma 2", "semicolon 1"]),
        (f"{ADA}, {BEN}\nc@x.com, d@x.com\n", "Which column", ["comma 1", "comma 2", "all"]),
    ],
)  # fmt: skip
def test_a_column_in_doubt_is_asked_for_with_the_first_rows(content: str, asked: str, columns: list[str]) -> None:
    with pytest.raises(Question) as question:
        read(content)
    assert asked in str(question.value)
    assert [one.values["column"] for one in question.value.readings] == columns
    for column in columns:
        assert read(content, column)


def test_all_columns_of_addresses_can_be_meant() -> None:
    content = f"{ADA}, {BEN}\nc@x.com, d@x.com\n"
    assert named(content, "All") == [(1, ADA), (1, BEN), (2, "c@x.com"), (2, "d@x.com")]
    assert named(f"all,x\n{ADA},y\n{BEN},z", "all") == [(2, ADA), (3, BEN)]


def test_what_stands_above_a_column_is_its_name_only_with_letters() -> None:
    for above, label in (("1.5", "Column 1: customer ids"), ("zip", "Column zip: customer ids")):
        with pytest.raises(Question) as question:
            read(f"{above}\n17\n18")
        assert [one.label for one in question.value.readings] == [label]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("1,000\n17", "1,000"),
        ("1,000, 17", "1,000"),
        ("17\n42\n1,024", "1,024"),
        ("17;1.000", "1.000"),
        ("1'000\n17", "1'000"),
        ("1 000\n17", "1 000"),
        ("#1\u00a0000\n17", "#1\u00a0000"),
        ("$1 000.00; 17", "$1 000.00"),
        ("$1,234.50", "$1,234.50"),
        ("#1,000\n#17", "#1,000"),
        ("101,102,103", "101,102,103"),
    ],
)
def test_a_number_with_separators_is_not_guessed(content: str, word: str) -> None:
    with pytest.raises(Misuse, match=f"“{re.escape(word)}” in list.csv is no address and no id") as misuse:
        read(content)
    assert misuse.value.field == "text"


def test_a_person_who_names_the_column_says_what_separators_are() -> None:
    assert named("17,421\n18,422", "1") == [(1, 17), (2, 18)]
    assert named("17,4,90210") == [(1, 17), (1, 4), (1, 90210)]
    assert named("17 18\n19") == [(1, 17), (1, 18), (2, 19)]


def test_a_row_with_more_cells_than_others_names_no_customer() -> None:
    fault = "More cells than columns: a number may have separators"
    wide = [(2, fault), (3, fault), (4, fault)]
    assert named("Spent,Customer ID\n1,50,17\n2,00,18\n3,10,19\n4,5") == [*wide, (5, 5)]
    assert named("customer_id,zip\n1,17,90210\n2,18,10115") == [(2, fault), (3, fault)]  # row names without a header
    beside = read(f"Email,Spent,Customer ID\n{ADA},1,50,17\n{BEN},1,18\n{BEN},2,50,18\n,3,50,19")
    assert [row[2:4] for row in beside] == [(ADA, None), (BEN, 18), (BEN, None), ("", None)]
    assert named("customer_id,note\n17,x\n42,y\n1,024,z\n18,") == [(2, 17), (3, 42), (4, fault), (5, 18)]


def test_a_person_names_the_column_by_name_or_number() -> None:
    content = f"id,zip,email\n17,90210,{ADA}\n"
    assert named(content, "ZIP") == [(2, 90210)]
    assert named(content, "1") == [(2, 17)]
    for column in ("phone", "9", "0"):
        with pytest.raises(Misuse, match=f"list.csv has no column “{column}” of shoppers"):
            read(content, column)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x89PNG\r\n\x1a\n", "list.csv is a picture, not a list. Save the list as CSV or .xlsx, and import that."),
        (b"BM\x00\x01", "is a picture"),
        (b"\xff\xd8\xff\xe0", "is a picture"),
        (b"Rar!", "is a compressed file"),
        (b"\x00\x00\x00\x18ftypheic", "is a picture or a film"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1", "is an old Excel file (.xls), or one with a password"),
        (b"PK\x03\x04rest", "is a damaged workbook or archive"),
        (b"<!DOCTYPE html><html>", "is a web page"),
        (b"", "list.csv is empty."),
        (b" \r\n\r\n", "list.csv is empty."),
        (b"sep=;\r\n", "list.csv is empty."),
        (b"a@x.com\0,b\n", "list.csv holds null bytes"),
        (b"hello\nworld", "No column of list.csv holds addresses or ids of shoppers."),
        (b"x" * 2_000_000, "Line 1 is longer than any list's"),
        (b"a,\"" + b"x" * 999_990 + b"\n" + b"y" * 100, "The quote that begins in line 1 has no end"),
        (b"email,x\na@x.com,\"open\nb@x.com,2\n", "The quote that begins in line 2 has no end"),
    ],
)  # fmt: skip
def test_what_is_no_list_gets_its_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Misuse) as refusal:
        read(content)
    assert sentence in str(refusal.value)
    assert refusal.value.field == "file"
    assert refusal.value.for_log not in (UNSAID, str(refusal.value))


def test_letters_that_begin_a_picture_may_begin_a_list() -> None:
    assert named(f"BMW drivers,email\nx,{ADA}\n") == [(2, ADA)]


def test_no_more_rows_are_read_than_a_list_may_have() -> None:
    rows = bounded(repeat(Record(1, (ADA,)), MOST_RECORDS + 2))
    with pytest.raises(Misuse, match="more than 250,000 rows"):
        deque(rows, maxlen=0)


# Workbooks


def test_a_workbook_is_read_from_its_first_sheet_with_rows() -> None:
    book = workbook([], [["id", "Email"], [1, ADA], [2.0, BEN], ["", ""], ["x", "bad"]])
    assert named(book) == [(2, ADA), (3, BEN), (5, "Not an email address")]
    assert named(workbook([["Customer ID"], [17.0], [100_000.0]])) == [(2, 17), (3, 100_000)]
    assert named(workbook([["Customer ID"], [1e15], [999_999_999_999_999.0]])) == [(2, SHORTENED), (3, 10**15 - 1)]


def test_other_sheets_with_rows_are_told_of() -> None:
    def unread(content: bytes) -> tuple[str, ...]:
        return unread_sheets(Brought(io.BytesIO(content), "list.xlsx"))

    assert unread(workbook([], [["Email"], [ADA]], [], [["Notes"]], [["Old"]])) == ("Sheet4", "Sheet5")
    assert unread(workbook([["Email"], [ADA]], [])) == unread(workbook([["Email"], [ADA]])) == ()
    assert unread(ADA.encode()) == ()
    with pytest.raises(Misuse, match="is an archive"):
        unread(archive(list_csv=b"a@x.com"))


def test_a_hidden_sheet_is_read_only_where_no_other_has_rows() -> None:
    book = workbook([["Email"], [ADA]], [["Email"], [BEN]], hidden=1)
    assert named(book) == [(2, BEN)]
    assert unread_sheets(Brought(io.BytesIO(book), "list.xlsx")) == ("Sheet1",)
    assert named(workbook([["Email"], [ADA]], [], hidden=1)) == [(2, ADA)]


@pytest.mark.parametrize("hidden", [(1,), (2, 3), (3,)])
def test_a_hidden_row_that_names_somebody_is_not_guessed(hidden: tuple[int, ...]) -> None:
    rows: list[list[object]] = [["Email"], [ADA], [BEN], ["c@x.org"]]
    for at in hidden:
        rows[at] = Hidden(rows[at])
    with pytest.raises(Misuse, match=f"Row {hidden[0] + 1} of the workbook is hidden, as by a filter") as refused:
        read(workbook(rows))
    assert (refused.value.field, refused.value.for_log) == ("file", "A row of the workbook is hidden.")


def test_hidden_rows_that_name_nobody_are_told_as_any_others() -> None:
    book = workbook([Hidden(["Email"]), [ADA], Hidden(["old ones:"]), Hidden([]), [BEN]])
    assert named(book) == [(2, ADA), (3, "Not an email address"), (5, BEN)]
    others: list[list[object]] = [Hidden(["Email"]), Hidden([BEN])]
    assert named(workbook([["Email"], [ADA]], others)) == [(2, ADA)]


def test_a_workbook_in_doubt_is_asked_about() -> None:
    with pytest.raises(Question) as question:
        read(workbook([["id", "zip"], [17, 90210]]))
    assert [one.values["column"] for one in question.value.readings] == ["1", "2"]
    assert named(workbook([["id", "zip"], [17, 90210]]), "id") == [(2, 17)]


def archive(**files: bytes) -> bytes:
    """A zip archive of these files."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


def test_cells_that_are_only_formatted_may_stand_far_away() -> None:
    book = workbook([["Email"], [ADA], [Placed("XFD1048576")]])
    assert named(book) == [(2, ADA)]


def test_a_cell_that_is_shown_as_a_time_and_is_none_is_told_with_its_row() -> None:
    book = workbook([["Email"], [ADA], [Elapsed(999_999_999)], [BEN]])
    assert named(book) == [(2, ADA), (3, "Not an email address"), (4, BEN)]
    book = workbook([["Email"], [ADA], [Elapsed(10**9)], [BEN]])
    with pytest.raises(
        Misuse, match=r"A cell in row 3 of list\.csv is shown as a date or time, and is none"
    ) as refused:
        read(book)
    assert (refused.value.field, refused.value.for_log) == ("file", "A cell is no time.")


def with_password(book: bytes) -> bytes:
    """The archive with the mark of a password on each of its files."""
    return book.replace(b"PK\x01\x02\x14\x03\x14\0\0", b"PK\x01\x02\x14\x03\x14\0\1")


def spoilt(book: bytes) -> bytes:
    """The archive with other bytes in the midst of its only file."""
    middle = 30 + len("xl/workbook.xml") + 20
    return book[:middle] + bytes(20) + book[middle + 20 :]


@pytest.mark.parametrize(
    ("book", "sentence"),
    [
        (workbook(), "No column of list.csv holds addresses or ids of shoppers."),
        (archive(list_csv=b"a@x.com"), "is an archive, not a list"),
        (archive(content_xml=b"<x/>"), "is an OpenDocument file"),
        (archive(xl__workbook_xml=b"<x/>"), "is a damaged workbook"),
        (archive(xl__workbook_xml=b"0" * (workbooks.MOST_UNPACKED + 1)), "unpacks to more than 200 MB"),
        (workbook([["Email"], [ADA], [Placed("XFD1048576", " ")]]), "reaches over 1,048,576 rows and 16,384 columns"),
        (with_password(workbook([["Email"], [ADA]])), "is a damaged workbook or archive"),
        (spoilt(archive(xl__workbook_xml=bytes(range(256)))), "is a damaged workbook or archive"),
    ],
)
def test_other_archives_get_their_sentence(book: bytes, sentence: str) -> None:
    with pytest.raises(Misuse) as refusal:
        read(book)
    assert sentence in str(refusal.value)
    assert refusal.value.field == "file"
    assert refusal.value.for_log not in (UNSAID, str(refusal.value))


def test_a_workbook_without_what_reads_it_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(Misuse, match=re.escape("pip install segment-bot[xlsx]")) as refused:
        list(read_list(Brought(io.BytesIO(workbook([["E-Mail"], [ADA]])), "list.xlsx")))
    assert (refused.value.field, refused.value.for_log) == ("file", "The extra for workbooks is not installed.")
