"""The rows of a list are kept on disk, and read as often as somebody needs them."""

from bot.core.list_files.kept_rows import KeptRows
from bot.core.list_files.rows import Row

ROWS = [
    Row(2, "Ada\u2028 | ada@example.com\n", "ada@example.com", 17, "0" * 36),
    Row(3, "\ud800 |", fault="No email address"),
    Row(4, ""),
]


def test_rows_are_read_again_as_they_were() -> None:
    kept = KeptRows(iter(ROWS))
    assert list(kept) == list(kept) == ROWS


def test_a_reading_begins_anew() -> None:
    kept = KeptRows(ROWS)
    assert next(iter(kept)) == ROWS[0]
    assert list(kept) == ROWS
