"""Rows of a list, each with whom it names, or why it names nobody. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bot.core.errors import Misuse
from bot.core.language.left_out_words import before_exception
from bot.core.language.phrases import listing, shortened
from bot.core.language.shopper_list import read_shoppers
from bot.core.language.telling_parts import before_shopper
from bot.core.list_files.cells import CellKind, addresses_in, is_shortened, number_in, profile_in
from bot.core.list_files.columns import Layout
from bot.core.list_files.encodings import Encoding
from bot.core.list_files.records import Record

_SHOWN = 200
"""The most characters of a row that are kept, to be shown to who brought it."""
_FOREIGN = "The address has letters of an unknown encoding"
_LEFT_OUT = "“{}” may leave out whom it names"
_SEPARATORS = frozenset(",;|\t")


class Row(NamedTuple):
    """Whom a row names: by address, and by ids beside it; ``fault`` says why nobody. ``line``: where it begins."""

    line: int
    text: str
    email: str = ""
    customer_id: int | None = None
    profile_id: str = ""
    fault: str = ""


def read_rows(records: Iterable[Record], layout: Layout, encoding: Encoding) -> Iterator[Row]:
    """Read each record but the header. Raises Misuse if one that nobody sees names a shopper."""
    for at, record in enumerate(records):
        if at or not layout.has_header:
            row = _row(record, layout, encoding)
            if record.is_hidden and not row.fault:
                raise _unseen(record.line)
            yield row


def _unseen(line: int) -> Misuse:
    """Build the error about a hidden row, which a filter left out, or which somebody only folded away."""
    sentence = (
        f"Row {line:,} of the workbook is hidden, as by a filter, and names a shopper: no one can tell whether it is "
        "meant. Show all rows, or copy those that you see into a new file, and import that."
    )
    return Misuse(sentence, field="file", for_log="A row of the workbook is hidden.")


def _row(record: Record, layout: Layout, encoding: Encoding) -> Row:
    line, text, cell = record.line, shortened(record.text, _SHOWN), record.cell(layout.at)
    is_wide = any(record.cells[layout.width :])
    beside = (None if is_wide else _id(record, layout.customers)), _profile(record, layout.profiles)
    if layout.kind is CellKind.NUMBER:
        if is_wide:
            return Row(line, text, fault="More cells than columns: a number may have separators")
        number = number_in(cell)
        return Row(line, text, customer_id=number, profile_id=beside[1], fault=_lacks(number, cell, "customer id"))
    if layout.kind is CellKind.PROFILE:
        profile = profile_in(cell)
        return Row(line, text, profile_id=profile, fault=_lacks(profile, cell, "profile id"))
    found = addresses_in(cell)
    if beside[1] and (not found or not encoding.may_be(cell)):  # as it left the bot, before a program saved it anew
        return Row(line, text, "", *beside)
    if found and (doubt := _doubt(found, cell, encoding)):
        return Row(line, text, fault=doubt)
    if found or (any(beside) and not cell):
        return Row(line, text, found[0] if found else "", *beside)
    return Row(line, text, fault=_lacks(None, cell, "email address"))


def _doubt(found: Sequence[str], cell: str, encoding: Encoding) -> str:
    """Return why the addresses in a cell name nobody all the same; an empty text if they may."""
    if word := _exception(cell):
        return _LEFT_OUT.format(word)
    if len(found) > 1:
        return f"Several addresses: {listing(found)}"
    return "" if encoding.may_be(found[0]) else _FOREIGN


def _exception(text: str) -> str:
    """Return the word before a shopper in a text that leaves them out; an empty text if there is none."""
    found = before_exception(before_shopper(text)) if " " in text or "!" in text else None
    return found[1] if found else ""


def _lacks(value: object, cell: str, what: str) -> str:
    if value:
        return ""
    if is_shortened(cell):
        return f"A spreadsheet shortened this number, so no one knows which {what} it was"
    return f"Not {'an' if what[0] == 'e' else 'a'} {what}" if cell else f"No {what}"


def _id(record: Record, at: int | None) -> int | None:
    """Return the customer id beside an address."""
    return number_in(record.cell(at)) if at is not None else None


def _profile(record: Record, at: int | None) -> str:
    return profile_in(record.cell(at)) if at is not None else ""


def read_words(lines: Iterable[tuple[int, str]], encoding: Encoding, *, numbers: bool) -> Iterator[Row]:
    """Read lines of a text that is no table: each shopper in a line is a row. ``numbers``: a bare one is a customer."""
    for number, line in lines:
        yield from _words(number, line, encoding, numbers=numbers)


def _words(number: int, line: str, encoding: Encoding, *, numbers: bool) -> Iterator[Row]:
    named, text = read_shoppers((line,)), shortened(line, _SHOWN)
    if named.count and (word := _exception(line)):
        yield Row(number, text, fault=_LEFT_OUT.format(word))
        return
    marked = [one for one in named.customer_ids if numbers or f"#{one}" in line or f"customer:{one}" in line]
    bare = [str(one) for one in (*named.numbers, *named.customer_ids) if one not in marked]
    foreign = [one for one in named.emails if not encoding.may_be(one)]
    rows = [Row(number, one, email=one) for one in named.emails if one not in foreign]
    rows += [Row(number, str(one), customer_id=one) for one in marked]
    rows += [Row(number, one, profile_id=one) for one in named.profile_ids]
    rows += [Row(number, one, fault=_FOREIGN) for one in foreign]
    if not rows and len(bare) < 2:
        fault = f"A number is a customer only as #{bare[0]}" if bare else "No shopper in it"
        yield Row(number, text, fault=fault)
        return
    yield from rows
    if _SEPARATORS & {*line} or not rows:
        yield from (Row(number, one, fault=f"A number is a customer only as #{one}") for one in bare)
        yield from (Row(number, shortened(one, _SHOWN), fault="Not a shopper") for one in named.others)
