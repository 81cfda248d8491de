"""Which column names shoppers, at the edges of what is told from shares of its cells."""

import pytest

from bot.core.list_files.cells import CellKind
from bot.core.list_files.columns import Layout, Sample, is_a_list_across
from bot.core.list_files.records import Record
from tests.core.list_files.files import PROFILE

A, B, C, D = (f"{name}@example.com" for name in "abcd")
ADDRESS, NUMBER, PROFILE_ID = CellKind.ADDRESS, CellKind.NUMBER, CellKind.PROFILE


def sample(*rows: tuple[str, ...]) -> Sample:
    return Sample(tuple(Record(line, cells) for line, cells in enumerate(rows, 1)))


@pytest.mark.parametrize(
    ("rows", "width", "even", "has_shoppers"),
    [
        ([], 0, 0, False),
        ([(A, "1"), (B, "2"), ("x",), ("x", "y", "z")], 2, 2, False),
        ([(A, "1"), (B, "2"), (C, "3"), ("x",), ("x", "y", "z")], 2, 3, True),
        ([("x",), ("y",)], 1, 2, False),
        ([("m",), ("x",), (A,), ("y",), ("z",), (B,)], 1, 6, False),
        ([("m",), ("x",), (A,), ("y",), (B,)], 1, 5, True),
        ([("17", "a"), ("1", "b"), ("2", "c"), ("3", "d"), ("x", "e")], 2, 5, True),
        ([("17", "a"), ("1", "b"), ("2", "c"), ("x", "d"), ("y", "e")], 2, 5, False),
    ],
)
def test_a_sample_holds_shoppers_where_most_of_it_is_even(
    rows: list[tuple[str, ...]], width: int, even: int, has_shoppers: bool
) -> None:
    found = sample(*rows)
    assert (found.width, found.even, found.has_shoppers) == (width, even, has_shoppers)


@pytest.mark.parametrize(
    ("rows", "layouts"),
    [
        ([(A,), (B,), (C,), (D,), ("x",)], [Layout(0, ADDRESS)]),
        ([("m",), ("x",), (A,), ("y",), (B,)], [Layout(0, ADDRESS, has_header=True, name="m")]),
        ([("m",), ("x",), (A,), ("y",), ("z",), (B,)], []),
        (
            [("m", "n"), (A, C), (B, D), (C, ""), (D, "")],
            [Layout(0, ADDRESS, has_header=True, name="m"), Layout(1, ADDRESS, has_header=True, name="n")],
        ),
        ([("m", "n"), (A, C), (B, "x"), (C, ""), (D, "")], [Layout(0, ADDRESS, has_header=True, name="m")]),
        ([("m", "n"), (A, A.upper()), (B, B)], [Layout(0, ADDRESS, has_header=True, name="m")]),
        ([("email", "zip"), (A, "1"), (B, "2")], [Layout(0, ADDRESS, has_header=True, name="email")]),
        ([("17",), ("18",)], [Layout(0, NUMBER)]),
        ([("id",), ("17",), ("18",)], []),
        ([("17",), ("1",), ("2",), ("3",), ("x",)], [Layout(0, NUMBER)]),
        ([("17",), ("1",), ("2",), ("x",)], []),
        (
            [("customer id", "zip"), ("17", "1"), ("18", "3")],
            [Layout(0, NUMBER, has_header=True, name="customer id", customers=0)],
        ),
        ([("x", PROFILE), ("y", PROFILE)], [Layout(1, PROFILE_ID)]),
        ([], []),
    ],
)
def test_columns_that_may_be_meant_are_told_by_what_they_hold(
    rows: list[tuple[str, ...]], layouts: list[Layout]
) -> None:
    assert list(sample(*rows).layouts()) == layouts


def test_a_column_is_named_by_its_header_or_number_and_no_other() -> None:
    found = sample(("id", "email"), ("17", A), ("18", B))
    email = Layout(1, ADDRESS, has_header=True, name="email")
    assert [found.named(one) for one in ("2", "EMAIL", "1")] == [email, email, Layout(0, NUMBER, True, "id")]
    assert [found.named(one) for one in ("0", "3", "mail", "")] == [None] * 4
    beside = sample(("email", "customer id", "profile id"), (A, "17", PROFILE), (B, "18", PROFILE))
    assert beside.layouts() == (Layout(0, ADDRESS, has_header=True, name="email", customers=1, profiles=2),)
    assert beside.named("email") == Layout(0, ADDRESS, has_header=True, name="email")
    twice = sample(("email", "customer id", "customer id"), (A, "17", "3"), (B, "18", "4"))
    assert [one.customers for one in twice.layouts()] == [1]
    assert sample().named("1") is None
    assert sample(("x",), ("y",)).named("1") is None


def test_each_column_that_holds_any_may_be_meant_in_doubt() -> None:
    found = sample(("a", "b", "c"), ("17", A, "x"), ("18", "19", "y"), ("20", B, "z"))
    assert [(one.at, one.kind) for one in found.doubtful()] == [(0, NUMBER), (1, ADDRESS)]


@pytest.mark.parametrize(
    ("rows", "is_across"),
    [([(A, B)], True), ([(A, "x")], False), ([(A, "#17", "x")], True), ([(A, PROFILE)], True), ([(A, B)] * 2, False)],
)
def test_one_line_of_several_shoppers_is_a_list_across(rows: list[tuple[str, ...]], is_across: bool) -> None:
    assert is_a_list_across(sample(*rows)) is is_across
