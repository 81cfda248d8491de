import csv
import json
from collections.abc import Iterator

from bot.core.audit.entries import RecordedEntry
from bot.core.audit.exports import COLUMNS, entry_csv, entry_json

ENTRY = RecordedEntry(
    "refused",
    "UANA",
    command="segment show",
    detail={"said": "=HYPERLINK", "n": [1]},
    subjects=("segment:v", "customer:1"),
    number=1,
    at="2026-05-04T09:30:00.000+00:00",
    seal="f" * 64,
)


def test_entries_are_rows_under_their_columns() -> None:
    head, row = csv.reader(entry_csv([ENTRY]))
    assert tuple(head) == COLUMNS
    told = dict(zip(head, row, strict=True))
    assert (told["number"], told["change"], told["subjects"]) == ("1", "", "segment:v customer:1")
    assert json.loads(told["detail"]) == ENTRY.detail


def test_entries_are_lines_of_json() -> None:
    (line,) = entry_json([ENTRY])
    assert line.endswith("\n")
    told = json.loads(line)
    assert (told["kind"], told["subjects"], told["detail"]) == ("refused", ["segment:v", "customer:1"], ENTRY.detail)


def test_an_endless_log_is_given_line_by_line() -> None:
    def endless() -> Iterator[RecordedEntry]:
        while True:
            yield ENTRY

    assert next(entry_json(endless())).startswith("{")
    lines = entry_csv(endless())
    assert [next(lines)[:6], next(lines)[:2]] == ["number", "1,"]
