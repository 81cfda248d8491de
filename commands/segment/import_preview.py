"""What the person who imports a list sees of it: every row, by what becomes of it, and each class as a file."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.bigcommerce import Segment
from bot.core.answers import Answer, File, Sentence, Table
from bot.core.csv_lines import csv_lines
from bot.core.language.phrases import counted
from bot.core.list_files.row_classes import RowClass
from bot.core.store_view.listed_shoppers import JudgedRow, Listed
from bot.core.written_text import WrittenText

Mode = Literal["add", "remove", "equal"]
MOST_LOST = 10
"""Make it equal takes a list of which at most one row in so many names nobody: it may be the wrong list."""
COLUMNS = ("Rows", "Count", "What happens")


@dataclass(frozen=True)
class ReadList:
    """A list, each of its rows judged, for this segment. ``source`` is what people call it."""

    segment: Segment
    mode: Mode
    source: str
    rows: list[JudgedRow]

    @cached_property
    def shoppers(self) -> list[Listed]:
        """The shoppers of the list, each once."""
        return [one.shopper for one in self.rows if one.shopper]

    @cached_property
    def counts(self) -> Counter[RowClass]:
        """How many rows there are of each class: in all, the rows read."""
        return Counter(map(self.class_of, self.rows))

    @property
    def refusal(self) -> str:
        """Return why nothing is to be done by this list; an empty text if something may be."""
        lost = sum(self.counts[kind] for kind in (RowClass.UNKNOWN, RowClass.UNREADABLE, RowClass.REFUSED))
        name = self.segment.name
        if not self.shoppers:
            empties = f" Making {name} equal to it would empty {name}." if self.mode == "equal" else ""
            return f"No row of {self.source} names a shopper of the store, so nothing was requested.{empties}"
        if self.mode == "equal" and lost * MOST_LOST > len(self.rows):
            named = f"{lost:,} of {counted(len(self.rows), 'row')} of {self.source} name no shopper"
            return (
                f"{named}, more than a tenth, so {name} is not made equal to it, and nothing was requested. "
                "Mend the list, or add its shoppers instead."
            )
        return ""

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


def preview(read: ReadList, title: str) -> Answer:
    """Build what the person who brought a list sees: how many rows are what, and a file of each class."""
    counts = [(kind, read.counts[kind]) for kind in RowClass if read.counts[kind]]
    rows = tuple((read.describe(kind)[0], count, read.describe(kind)[1]) for kind, count in counts)
    caption = f"{counted(len(read.rows), 'row')} read from {read.source}"
    note = Sentence("Only you see this, and the files of each kind of row.", quiet=True)
    files = (File(f"{read.segment.name}, rows {kind.value}.csv", _csv(read, kind)) for kind, _ in counts)
    return Answer(title, (Table(caption, COLUMNS, rows), note, *files))


def _csv(read: ReadList, kind: RowClass) -> WrittenText:
    reason = read.describe(kind)[0]
    rows = (
        (one.row.line, one.row.text, one.shopper.label if one.shopper else "", one.why or reason)
        for one in read.rows
        if read.class_of(one) is kind
    )
    return WrittenText(csv_lines(("line", "row", "shopper", "reason"), rows))
