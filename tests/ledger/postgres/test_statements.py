"""Statements and rows look as SQLite's do."""

import pytest

from bot.ledger.postgres.rows import Row
from bot.ledger.postgres.statements import translated


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("SELECT 1 WHERE a = ? AND b IN (?, ?)", "SELECT 1 WHERE a = %s AND b IN (%s, %s)"),
        ("SELECT :name, :entry", "SELECT %(name)s, %(entry)s"),
        ("SELECT 'what?' || 'it''s :this 5%'", "SELECT 'what?' || 'it''s :this 5%%'"),
        ("SELECT a::text, 7 % 2", "SELECT a::text, 7 %% 2"),
    ],
)
def test_a_statement_is_translated(ours: str, theirs: str) -> None:
    assert translated(ours) == theirs


def test_a_row_is_read_by_name_and_by_place() -> None:
    row = Row((1, "a"))
    row.positions = {"number": 0, "name": 1}
    assert (row["name"], row[0], row[-1], tuple(row), list(row.keys())) == ("a", 1, "a", (1, "a"), ["number", "name"])
    assert dict(row) == {"number": 1, "name": "a"}
