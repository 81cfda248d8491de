"""Files of lists as tools write them: every row is told of, and names just whom a plain reader of the file says.

The plain reader knows how the file was written, and nothing of the bot.
"""

import csv
import io
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misuse, Question
from bot.core.language.pasted_table import Columns
from bot.core.list_files.reading import Brought, guessed_header, read_list
from bot.core.list_files.rows import Row
from tests.laws.values import LAW

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "mac-roman", "latin-1")
NAMES = ("Ada", "Zoë", "Byron, Ada", "O'Neil", 'Ada "A" B', "x; y", "two\nlines", "Å|Ø", "")
DIRT = ("bob-at-example.com", "n/a", "-", "ada@", "@example.com", "see notes")
ADDRESS = re.compile(r"[a-z0-9.+]+@[a-z]+\.com")
HEADERS = {"email": ("Email", "E-Mail", "email address", "Kontakt"), "name": ("Name", "First name", "Vorname")}


def written(seed: int) -> tuple[bytes, list[tuple[str, ...]], int, str]:
    """A file, its records, the column of addresses, and how it was written."""
    rng = random.Random(seed)
    delimiter, encoding = rng.choice(",;\t|"), rng.choice(ENCODINGS)
    end, quotes_all = rng.choice(("\n", "\r\n", "\r")), rng.choice((False, True))
    quotes_all = quotes_all or end == "\r"  # Python's writer leaves other line breaks bare
    at, dirt = rng.randrange(3), rng.choice((0.0, 0.05, 0.15))
    rows = [_record(rng, at, dirt) for _ in range(rng.choice((1, 2, 3, 20, 120)))]
    header = rng.random() < 0.7
    if header:
        titles = ["Name", "Zip"]
        titles.insert(at, rng.choice(("Email", "E-Mail", "email address", "Mail")))
        rows.insert(0, tuple(titles))
    file = io.StringIO(newline="")
    if rng.random() < 0.2:
        file.write(f"sep={delimiter}{end}")
    writer = csv.writer(
        file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if quotes_all else csv.QUOTE_MINIMAL
    )
    for row in rows:
        writer.writerow(row)
        if rng.random() < 0.03:
            file.write(end)
    how = f"{encoding} {delimiter!r} {end!r} header={header} dirt={dirt} quoted={quotes_all}"
    return file.getvalue().encode(encoding, "replace"), rows[header:], at, how


def _record(rng: random.Random, at: int, dirt: float) -> tuple[str, ...]:
    number = rng.randrange(1, 60)
    address = rng.choice((f"user{number}@example.com", f"User.{number}@Example.com", f"u+{number}@example.com"))
    cells = [rng.choice(NAMES), f"{rng.randrange(10_000, 99_999)}"]
    cells.insert(at, rng.choice(DIRT) if rng.random() < dirt else address)
    return tuple(cells)


def plainly(records: list[tuple[str, ...]], at: int) -> list[str]:
    """Whom each record names, as somebody reads it who knows the column."""
    return [record[at] if ADDRESS.fullmatch(record[at].lower()) else "" for record in records]


def rows_of(content: bytes, name: str = "list.csv") -> list[Row]:
    return list(read_list(Brought(io.BytesIO(content), name)))


def check(seed: int) -> None:
    content, records, at, how = written(seed)
    try:
        rows = rows_of(content)
    except Question:  # of one row, another delimiter may split just as much
        assert len(records) == 1 or 2 * sum(map(bool, plainly(records, at))) < len(records), f"{seed}: {how}"
        return
    except Misuse:
        assert not any(plainly(records, at)), f"{seed}: {how}"
        return
    assert [row.email for row in rows] == plainly(records, at), f"{seed}: {how}"
    assert all(bool(row.fault) is not bool(row.email) for row in rows), f"{seed}: {how}"


@pytest.mark.timeout(1800)
def test_a_file_is_read_as_a_plain_reader_reads_it(deep: bool) -> None:
    for seed in range(10_000 if deep else 200):
        check(seed)


FIRST = st.text("abE17 .:#@'-/", min_size=1, max_size=20).map(str.strip).filter(bool) | st.sampled_from(
    (*DIRT, *(title for titles in HEADERS.values() for title in titles), "customer:17", "Ada Byron", "3e5")
)


@given(FIRST, st.sampled_from(("", ",Ada")), st.integers(2, 12))
@LAW
def test_the_first_line_is_a_row_or_told_as_the_header_or_names_a_column(first: str, beside: str, size: int) -> None:
    below = (f"user{at}@example.com{beside}" for at in range(size))
    content = "\n".join((f"{first}{beside}", *below)).encode()
    rows = rows_of(content)
    is_known = Columns.under((first,)).any
    is_told = guessed_header(Brought(io.BytesIO(content), "list.csv")).startswith(first)
    assert is_known or rows[0].line == 1 or is_told
    assert len(rows) == size + (rows[0].line == 1)
