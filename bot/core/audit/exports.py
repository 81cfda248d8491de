"""Exports of entries as files, line by line: CSV and JSON. Pure."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.core.audit.entries import RecordedEntry
from bot.core.csv_lines import csv_lines
from bot.core.errors import Impossible
from bot.core.language.visible import escape_hidden
from bot.core.written_text import WrittenText

MOST_ENTRIES, MOST_BYTES = 100_000, 50_000_000
"""The limits of one file in Slack: people do not open more than that in a spreadsheet."""

COLUMNS = (
    "number", "at", "kind", "actor", "workspace", "channel", "command", "change", "outcome", "ms", "subjects",
    "detail", "seal",
)  # fmt: skip


def entry_csv(entries: Iterable[RecordedEntry]) -> Iterator[str]:
    """Render entries as CSV, line by line; nested values are JSON."""
    return csv_lines(COLUMNS, map(_row, entries))


def entry_json(entries: Iterable[RecordedEntry]) -> Iterator[str]:
    """Render entries as lines of JSON, in which what nobody could see is escaped."""
    return (f"{escape_hidden(json.dumps(vars(entry), ensure_ascii=False))}\n" for entry in entries)


@dataclass(frozen=True)
class ExportedFile:
    """The content of a file, and the number of entries in it."""

    content: WrittenText
    entries: int


def export_file(
    entries: Iterator[RecordedEntry],
    render: Callable[[Iterable[RecordedEntry]], Iterator[str]],
    *,
    max_entries: int = MOST_ENTRIES,
    max_bytes: int = MOST_BYTES,
) -> ExportedFile:
    """Render these entries with ``render``.

    Raises Impossible above ``max_entries`` or ``max_bytes``.
    """
    read = _CountedEntries(entries, max_entries)
    content = WrittenText()
    for line in render(read):
        content.add((line,))
        if content.size > max_bytes:
            raise _too_large(f"{read.count:,} entries already fill the file")
    return ExportedFile(content, read.count)


class _CountedEntries(Iterator[RecordedEntry]):
    """An iterator that counts entries. Raises Impossible above ``max_entries``."""

    def __init__(self, entries: Iterator[RecordedEntry], max_entries: int) -> None:
        self._entries = entries
        self._max = max_entries
        self.count = 0

    def __next__(self) -> RecordedEntry:
        entry = next(self._entries)
        if self.count == self._max:
            raise _too_large(f"there are more than {self._max:,} entries")
        self.count += 1
        return entry


def _too_large(why: str) -> Impossible:
    return Impossible(
        f"That is too much for one file: {why}. Narrow it (since:, until:, by:, kind: …), or let whoever runs the bot "
        "use `python -m bot audit export` in the shell."
    )


def _row(entry: RecordedEntry) -> tuple[object, ...]:
    cells = vars(entry) | {"subjects": " ".join(entry.subjects), "detail": json.dumps(entry.detail)}
    return tuple(cells[column] for column in COLUMNS)
