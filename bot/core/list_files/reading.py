"""Reads a list that somebody brought: from bytes to rows. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from typing import BinaryIO

from bot.core.errors import Misuse, Question, Reading
from bot.core.language.counted_items import counts_items, with_bare_counts
from bot.core.language.phrases import shortened
from bot.core.language.shopper_list import ShopperWords, read_shoppers
from bot.core.list_files.cells import CellKind
from bot.core.list_files.columns import Layout, Sample, is_a_list_across
from bot.core.list_files.encodings import Encoding, find_encoding
from bot.core.list_files.file_kinds import ADVICE, is_zip
from bot.core.list_files.records import DELIMITERS, LONGEST, Lines, TextTable, bounded, separator
from bot.core.list_files.rows import Row, read_rows, read_words
from bot.core.list_files.separated_numbers import refuse_separated_numbers
from bot.core.list_files.workbooks import WorkbookTable, refuse_other_archives

SAMPLE = 300
"""How many records tell how a list is laid out."""
_SHOWN, _WIDTH, _OFFERED = 3, 60, 8
"""Of how many first rows a question shows how much, and how many columns it offers."""
_SIGNS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "line": ""}
_ALL = "all"
"""What somebody says of the column who means the addresses of all."""
_CERTAIN = Encoding("utf-8")
Table = TextTable | WorkbookTable


@dataclass(frozen=True)
class Brought:
    """A file, what people call it, and the column that somebody says names the shoppers, by name or number."""

    file: BinaryIO
    name: str
    column: str = ""

    @cached_property
    def is_workbook(self) -> bool:
        """Whether it is a workbook. Raises Misuse about other archives."""
        if not is_zip(self.file, self.name):
            return False
        refuse_other_archives(self.file, self.name)
        return True


@dataclass(frozen=True)
class _Way:
    """A way in which a list may be meant: how its lines are split, and the column."""

    sample: Sample
    layout: Layout
    table: Table

    @property
    def reading(self) -> Reading:
        """What somebody says to mean this."""
        sign = next((word for word, sign in _SIGNS.items() if sign and sign == self.table.delimiter), "")
        called = self.layout.name or f"{self.layout.at + 1}"
        label = f"Column {shortened(called, _WIDTH // 2)}: {self.layout.kind.value}"
        return Reading({"column": f"{sign} {self.layout.at + 1}".strip()}, label)


@dataclass(frozen=True)
class _Words:
    """Lines that are no table, and the first of them."""

    sample: Sample
    lines: Lines


def read_list(brought: Brought) -> Iterator[Row]:
    """Yield the rows of a list, in order; blank ones and the header are none.

    Raises Misuse about what is no list or too long, at the row where that shows, and Question in doubt of the column.
    """
    meant, encoding = _meant(brought)
    if isinstance(meant, _Way):
        yield from read_rows(bounded(meant.table.records()), meant.layout, encoding)
    else:
        lines = _without_counts(_numbered(meant.lines)) if counts_items(_text(meant.sample)) else _numbered(meant.lines)
        yield from read_words(lines, encoding, numbers=_only_numbers(meant.sample))


def guessed_header(brought: Brought) -> str:
    """Return the first line of a list if ``read_list`` takes it for a header, though nobody and no known name says so.

    Raises Misuse and Question as that does.
    """
    meant, _ = _meant(brought)
    if not isinstance(meant, _Way) or not meant.layout.has_header:
        return ""
    is_said = brought.column.casefold() == meant.layout.name.casefold()
    return "" if is_said else shortened(meant.sample.guessed_header, _WIDTH)


def _meant(brought: Brought) -> tuple[_Way | _Words, Encoding]:
    """Return how a list is meant, and how it is decoded."""
    if brought.is_workbook:
        sheet = WorkbookTable(brought.file, brought.name)
        sample = Sample(tuple(islice(sheet.records(), SAMPLE)))
        return _one(_ways(sample, sheet, brought.column), (sheet, sample), brought), _CERTAIN
    encoding = find_encoding(brought.file, brought.name)
    lines = partial(encoding.lines, brought.file, LONGEST)
    sampled = _sampled(lines, brought)
    best, (table, plain) = _best(sampled, brought.column), sampled[-1]
    if not brought.column:
        refuse_separated_numbers((record.cell(0) for record in plain.records), brought.name)
    widest = max(sampled, key=lambda one: (one[1].width > 1, one[1].even))
    is_words = is_a_list_across(best[0].sample) if best else not _is_table(*widest)
    is_all = brought.column.casefold() == _ALL and not best
    if is_all or (not (brought.column or table.delimiter) and is_words and _are_words(plain)):
        return _Words(plain, lines), encoding
    return _one(best, widest, brought), encoding


def unread_sheets(brought: Brought) -> tuple[str, ...]:
    """Return the names of the sheets that ``read_list`` passes over in a workbook. Raises Misuse as that does."""
    return WorkbookTable(brought.file, brought.name).unread() if brought.is_workbook else ()


def _sampled(lines: Lines, brought: Brought) -> list[tuple[TextTable, Sample]]:
    """Return the text as each delimiter splits it. Raises Misuse where none can, and where there is none."""
    named = separator(lines)
    delimiters, skipped = ((named,), 1) if named else (DELIMITERS, 0)
    found, faults = list[tuple[TextTable, Sample]](), list[Misuse]()
    for delimiter in delimiters:
        table = TextTable(lines, delimiter, skipped)
        try:
            found.append((table, Sample(tuple(islice(table.records(), SAMPLE)))))
        except Misuse as fault:
            faults.append(fault)
    if faults and not any(sample.has_shoppers for _, sample in found):
        raise faults[0]
    if not found[-1][1].records:
        raise Misuse(f"{brought.name} is empty.", field="file", for_log="The file is empty.")
    return found


def _best(sampled: Sequence[tuple[TextTable, Sample]], column: str) -> list[_Way]:
    """Return how the list may be meant: as the delimiter says that splits most lines evenly. A tie leaves several."""
    sign, _, place = column.partition(" ")
    if sign in _SIGNS and place:
        sampled = [one for one in sampled if one[0].delimiter == _SIGNS[sign]]
        column = place
    split = [one for one in sampled if one[0].delimiter and one[1].width > 1 and (column or one[1].has_shoppers)]
    whole = [one for one in sampled if one not in split and (column or one[1].has_shoppers)]
    most = max((sample.even for _, sample in split), default=0)
    ranked = [one for one in split if one[1].even == most] or whole[-1:]
    ways = [way for table, sample in ranked for way in _ways(sample, table, column)]
    said = {tuple(record.cell(one.layout.at).casefold() for record in one.sample.records): one for one in ways[::-1]}
    return [one for one in ways if one in said.values()]


def _ways(sample: Sample, table: Table, column: str) -> list[_Way]:
    named = sample.named(column) if column else None
    return [_Way(sample, layout, table) for layout in ((named,) if named else () if column else sample.layouts())]


def _one(ways: Sequence[_Way], widest: tuple[Table, Sample], brought: Brought) -> _Way:
    """Return the one way. Raises Question about several, and Misuse if no column may name shoppers."""
    if len(ways) == 1:
        return ways[0]
    if brought.column:
        sentence = f"{brought.name} has no column “{shortened(brought.column, _WIDTH)}” of shoppers."
        raise Misuse(sentence, field="column", for_log="The list has no such column.")
    table, sample = (ways[0].table, ways[0].sample) if ways else widest
    asked = list(ways) or [_Way(sample, layout, table) for layout in sample.doubtful()]
    if not asked:
        sentence = f"No column of {brought.name} holds addresses or ids of shoppers. {ADVICE}"
        raise Misuse(sentence, field="file", for_log="No column names shoppers.")
    rows = "; ".join(f"“{shortened(one.text, _WIDTH)}”" for one in sample.records[:_SHOWN])
    raise Question(
        f"Which column of {brought.name} names the shoppers? It begins with {rows}. Nothing was done yet.",
        [*(one.reading for one in asked[:_OFFERED]), *_all_of(ways)],
        field="column",
        for_log="Several columns may name the shoppers.",
    )


def _all_of(ways: Sequence[_Way]) -> tuple[Reading, ...]:
    """Return what means all columns, if nothing but addresses says that they may be meant: lines of several each."""
    are_alike = all(one.layout.kind is CellKind.ADDRESS and not one.layout.has_header for one in ways)
    is_one_table = len({one.table.delimiter for one in ways}) == 1 and any(one.table.delimiter for one in ways)
    return (Reading({"column": _ALL}, "All Columns: addresses"),) if are_alike and is_one_table else ()


def _is_table(table: TextTable, sample: Sample) -> bool:
    """Return whether it is split into columns without an exception; one line with commas may be a list across."""
    is_even = sample.width > 1 and sample.even == len(sample.records)
    return is_even and (len(sample.records) > 1 or table.delimiter != ",") and not is_a_list_across(sample)


def _are_words(plain: Sample) -> bool:
    """Return whether lines that are no table name shoppers all the same."""
    return _as_words(plain).count > 0


def _as_words(plain: Sample) -> ShopperWords:
    return read_shoppers((_text(plain),))


def _text(plain: Sample) -> str:
    return "\n".join(record.cell(0) for record in plain.records)


def _only_numbers(plain: Sample) -> bool:
    named = _as_words(plain)
    return bool(named.customer_ids) and not (named.emails or named.others or named.numbers)


def _without_counts(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield lines without the sign of the numbers that count them: each would be a customer's id by itself."""
    return ((number, with_bare_counts(line)) for number, line in lines)


def _numbered(lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers, as many as a list may have."""
    for record in bounded(TextTable(lines, "").records()):
        yield record.line, record.cell(0)
