"""What is given away as a file, line by line: CSV, and entries of the log. Pure."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.core.audit.entries import RecordedEntry
from bot.core.errors import Impossible

MOST_ENTRIES, MOST_BYTES = 100_000, 50_000_000
"""What one file in Slack holds: more is nothing that people open in a spreadsheet."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula: owasp.org/www-community/attacks/CSV_Injection."""
COLUMNS = (
    "number", "at", "kind", "actor", "workspace", "channel", "command", "change", "outcome", "ms", "subjects",
    "detail", "seal",
)  # fmt: skip


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A CSV file that does no harm in a spreadsheet, line by line."""
    yield _line(columns)
    yield from map(_line, rows)


def entry_csv(entries: Iterable[RecordedEntry]) -> Iterator[str]:
    """Entries as a CSV file, line by line; what is nested in them is JSON."""
    return csv_lines(COLUMNS, map(_row, entries))


def entry_json(entries: Iterable[RecordedEntry]) -> Iterator[str]:
    """Entries as lines of JSON."""
    return (f"{json.dumps(vars(entry), ensure_ascii=False)}\n" for entry in entries)


@dataclass(frozen=True)
class Written:
    """Entries as the content of a file, and how many they are."""

    content: str
    entries: int


def written(
    entries: Iterator[RecordedEntry],
    lines: Callable[[Iterable[RecordedEntry]], Iterator[str]],
    *,
    most: int = MOST_ENTRIES,
    room: int = MOST_BYTES,
) -> Written:
    """The file that ``lines`` makes of these entries. Raises Impossible above ``most`` entries or ``room`` bytes."""
    read = _Counted(entries, most)
    kept: list[str] = []
    for line in lines(read):
        room -= len(line.encode())
        if room < 0:
            raise _too_much(f"{read.count:,} entries of them fill the file already")
        kept.append(line)
    return Written("".join(kept), read.count)


class _Counted(Iterator[RecordedEntry]):
    """Entries, counted as they go by. Raises Impossible above ``most``."""

    def __init__(self, entries: Iterator[RecordedEntry], most: int) -> None:
        self._entries = entries
        self._most = most
        self.count = 0

    def __next__(self) -> RecordedEntry:
        entry = next(self._entries)
        if self.count == self._most:
            raise _too_much(f"there are more than {self._most:,} entries")
        self.count += 1
        return entry


def _too_much(why: str) -> Impossible:
    return Impossible(
        f"That is too much for one file: {why}. Narrow it (since:, until:, by:, kind: …), or let whoever runs the bot "
        "use `python -m bot audit export` in the shell."
    )


def _row(entry: RecordedEntry) -> tuple[object, ...]:
    told = vars(entry) | {"subjects": " ".join(entry.subjects), "detail": json.dumps(entry.detail)}
    return tuple(told[column] for column in COLUMNS)


def _line(cells: Sequence[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(map(_harmless, cells))
    return written.getvalue()


def _harmless(cell: object) -> object:
    """``cell``, with an apostrophe before what a spreadsheet would run."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
