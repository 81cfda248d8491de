"""CSV that a spreadsheet opens as what it is: texts."""

import csv

import pytest

from bot.core.csv_lines import FORMULA, csv_lines

FULL_WIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
BEFORE = ("", " ", "\t", "\r", "\n", "\r\n ", "\u00a0", "\u3000", "\u200b", "\ufeff", "\u202e", "\x00", "\u2028")


def cell_of(value: object) -> str:
    (_, row) = csv.reader(csv_lines(("x",), [(value,)]))
    return row[0] if row else ""


@pytest.mark.parametrize("sign", [*FORMULA, *FULL_WIDTH])
@pytest.mark.parametrize("before", BEFORE)
def test_no_cell_is_a_formula(before: str, sign: str) -> None:
    for behind in ("1+1", "\u0338"):  # a sign that Unicode composes with the one before it
        assert cell_of(f"{before}{sign}{behind}").startswith("'")


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_no_cell_begins_with_a_tab_or_a_line_break(text: str) -> None:
    assert cell_of(text) == f"'{'⇥' if text[0] == chr(9) else '↵'}x"


@pytest.mark.parametrize(
    "text", ["a=1", "ada@example.com", 'with "quotes", and commas', "", "a b", " a", "it's", "a;b"]
)
def test_any_other_text_is_itself(text: str) -> None:
    assert cell_of(text) == text


def test_numbers_are_no_formulas() -> None:
    assert [cell_of(-1), cell_of(2.5), cell_of(None)] == ["-1", "2.5", ""]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_separator_of_any_spreadsheet_begins_a_cell(separator: str) -> None:
    """Where cells are separated by semicolons, a;=1+1 would be a text and a formula."""
    (_, line) = csv_lines(("x",), [(f"a{separator}=1+1",)])
    assert line in (f'"a{separator}=1+1"\r\n', "a⇥=1+1\r\n")


def test_no_cell_holds_a_line_break() -> None:
    lines = tuple(csv_lines(("x", "y"), [("a\nb", "c\r\nd"), ("e\u2028f", "g")]))
    assert [len(line.splitlines()) for line in lines] == [1, 1, 1]
