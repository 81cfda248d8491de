"""What the person who imports a list sees of it: every row, by what becomes of it, and each class as a file."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bot.bigcommerce import Segment
from bot.core.answers import Answer, File, Sentence, Table
from bot.core.csv_lines import csv_rows
from bot.core.language.phrases import counted, listing
from bot.core.list_files.row_classes import RowClass
from bot.core.store_view.judged_rows import JudgedRow
from bot.core.written_text import WrittenText

Mode = Literal["add", "remove", "equal"]
MOST_LOST = 10
"""Make it equal takes a list of which at most one row in so many names nobody: it may be the wrong list."""
COLUMNS = ("Rows", "Count", "What happens")
CELLS = ("line", "row", "shopper", "reason")
_AT_ONCE = 500
"""Rows of one class that go to its file together."""


@dataclass(frozen=True)
class ReadList:
    """A list for this segment: how many rows are of each class, a file of each, and the places of its shoppers.

    ``source`` is what people call it; ``unread`` are the sheets beside it that were not read; ``header`` is its first
    line, if that may have been a row.
    """

    segment: Segment
    mode: Mode
    source: str
    unread: tuple[str, ...] = ()
    header: str = ""
    counts: Counter[RowClass] = field(default_factory=Counter)
    files: dict[RowClass, WrittenText] = field(default_factory=dict)
    places: "array[int]" = field(default_factory=lambda: array("L"))

    def take(self, rows: Iterable[JudgedRow]) -> None:
        """Take in all rows, which may be many: what is told of them goes to the files."""
        waiting: dict[RowClass, list[tuple[object, ...]]] = {}
        for one in rows:
            kind = self.class_of(one)
            self.counts[kind] += 1
            if one.shopper:
                self.places.append(one.shopper.at)
            told = waiting.setdefault(kind, [])
            label, reason = one.shopper.label if one.shopper else "", one.why or self.describe(kind)[0]
            told.append((one.row.line, one.row.text, label, reason))
            if len(told) == _AT_ONCE:
                self._write(kind, told)
        for kind, told in waiting.items():
            self._write(kind, told)

    def _write(self, kind: RowClass, told: list[tuple[object, ...]]) -> None:
        if kind not in self.files:
            self.files[kind] = WrittenText(csv_rows((CELLS,)))
        self.files[kind].add(csv_rows(told))
        told.clear()

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return self.counts.total()

    @property
    def lost(self) -> int:
        """How many rows name no shopper."""
        return sum(self.counts[kind] for kind in (RowClass.UNKNOWN, RowClass.UNREADABLE, RowClass.REFUSED))

    @property
    def refusal(self) -> str:
        """Return why nothing is to be done by this list; an empty text if something may be."""
        name = self.segment.name
        if not self.places:
            empties = f" Making {name} equal to it would empty {name}." if self.mode == "equal" else ""
            return f"No row of {self.source} names a shopper of the store, so nothing was requested.{empties}"
        return too_many_lost(self.segment, self.source, self.lost, self.rows) if self.mode == "equal" else ""

    def class_of(self, one: JudgedRow) -> RowClass:
        """Return what becomes of a row."""
        if one.shopper is None:
            return one.kind or RowClass.UNREADABLE
        if one.shopper.is_in == (self.mode != "remove"):
            return RowClass.ALREADY
        return RowClass.REMOVE if self.mode == "remove" else RowClass.ADD

    def describe(self, kind: RowClass) -> tuple[str, str]:
        """Return what a class is called, and what happens to its rows."""
        name = self.segment.name
        already = (f"Not in {name}", "Nothing") if self.mode == "remove" else (f"Already in {name}", "Stay")
        return {
            RowClass.ADD: ("To add", f"Added to {name}"),
            RowClass.REMOVE: ("To remove", f"Removed from {name}"),
            RowClass.ALREADY: already,
            RowClass.DUPLICATE: ("Duplicates", "Counted once"),
            RowClass.UNKNOWN: ("Not in the store", "Left out"),
            RowClass.UNREADABLE: ("Unreadable", "Left out"),
            RowClass.REFUSED: ("Refused", "Left out: several accounts, or they contradict each other"),
        }[kind]


def too_many_lost(segment: Segment, source: str, lost: int, rows: int) -> str:
    """Return why no segment is made equal to a list of which so many rows name nobody; an empty text if it may be."""
    if lost * MOST_LOST <= rows:
        return ""
    named = f"{lost:,} of {counted(rows, 'row')} of {source} name no shopper"
    return (
        f"{named}, more than a tenth, so {segment.name} is not made equal to it, and nothing was requested. "
        "Mend the list, or add its shoppers instead."
    )


def preview(read: ReadList, title: str, told: Iterable[str] = ()) -> Answer:
    """Build what the person who brought a list sees: how many rows are what, what comes of it, a file of each class."""
    kinds = [kind for kind in RowClass if read.counts[kind]]
    rows = tuple((read.describe(kind)[0], read.counts[kind], read.describe(kind)[1]) for kind in kinds)
    caption = f"{counted(read.rows, 'row')} read from {read.source}"
    sheets = (Sentence(f"Only the first sheet was read, not {listing(read.unread)}."),) if read.unread else ()
    header = f"The first line, “{read.header}”, was taken for the header: if it names a shopper, put a header above it."
    headers = (Sentence(header),) if read.header else ()
    note = Sentence("Only you see this, and the files of each kind of row.", quiet=True)
    # What tells the files apart comes first: clients cut long names.
    files = (File(f"Rows {kind.value}, {read.segment.name}.csv", read.files[kind]) for kind in kinds)
    return Answer(title, (Table(caption, COLUMNS, rows), *sheets, *headers, *map(Sentence, told), note, *files))
