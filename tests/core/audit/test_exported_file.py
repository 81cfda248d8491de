"""Entries as files: what fits, what is refused, and what a spreadsheet cannot run."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator

import pytest

from bot.core.audit.entries import RecordedEntry
from bot.core.audit.exports import COLUMNS, entry_csv, entry_json, export_file
from bot.core.csv_lines import FORMULA
from bot.core.errors import Impossible

Lines = Callable[[Iterable[RecordedEntry]], Iterator[str]]


def entries(count: int, **fields: str) -> Iterator[RecordedEntry]:
    return (RecordedEntry(kind="asked", number=number, **fields) for number in range(1, count + 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(("lines", "head"), [(entry_csv, 1), (entry_json, 0)])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_file_has_a_line_for_each_entry(lines: Lines, head: int, count: int) -> None:
    made = export_file(entries(count), lines, max_entries=3)
    assert made.entries == count
    assert len(str(made.content).splitlines()) == count + head


@pytest.mark.parametrize("lines", [entry_csv, entry_json])
def test_more_entries_than_a_file_holds_are_refused_with_advice(lines: Lines) -> None:
    with pytest.raises(Impossible, match="there are more than 3 entries") as caught:
        export_file(entries(4), lines, max_entries=3)
    assert "Narrow it" in str(caught.value)
    assert "`python -m bot audit export`" in str(caught.value)


def test_more_bytes_than_a_file_holds_are_refused() -> None:
    (line,) = entry_json(entries(1, outcome="ü"))
    assert export_file(entries(1, outcome="ü"), entry_json, max_bytes=len(line.encode())).entries == 1
    with pytest.raises(Impossible, match="3 entries already fill the file"):
        export_file(entries(9, outcome="ü"), entry_json, max_bytes=2 * len(line.encode()) + 1)


def test_an_export_that_is_too_long_is_refused_early() -> None:
    rest = entries(10)
    with pytest.raises(Impossible):
        export_file(rest, entry_json, max_entries=3)
    assert next(rest).number == 5


@pytest.mark.parametrize("begins", FORMULA)
def test_no_cell_is_a_formula(begins: str) -> None:
    made = export_file(entries(1, outcome=f"{begins}1+1", command=f"{begins}cmd"), entry_csv)
    (row,) = csv.DictReader(io.StringIO(str(made.content), newline=""))
    assert (row["outcome"], row["command"]) == (f"'{begins}1+1", f"'{begins}cmd")


def test_both_kinds_of_file_tell_the_same() -> None:
    one = RecordedEntry(
        "step done", "UANA", "C1", "segment delete", 42, {"said": "“a, b”\n"}, "done", ("segment:1",), 7, "T1"
    )
    (row,) = csv.DictReader(io.StringIO("".join(entry_csv([one])), newline=""))
    (line,) = entry_json([one])
    told = json.loads(line)
    assert tuple(row) == COLUMNS
    assert json.loads(row["detail"]) == told["detail"] == {"said": "“a, b”\n"}
    assert row["subjects"].split() == told["subjects"] == ["segment:1"]
    assert {name: row[name] for name in ("number", "change", "ms")} == {"number": "0", "change": "42", "ms": "7"}
