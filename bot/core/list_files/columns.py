"""Which column of a list names shoppers: told by what its cells hold, or by its name. Pure.

A number is a customer's id only where the column says so, where the list is nothing but numbers, or where a person says
so: zip codes and counts of orders are numbers, too.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from bot.core.language.addresses import with_addresses
from bot.core.language.pasted_table import Columns
from bot.core.list_files.cells import CellKind, addresses_in, kind_of, profile_in
from bot.core.list_files.records import Record

LEAST = 0.8
"""The share of a column's cells that have to be of one kind for it to hold that kind."""
_RIVAL = 0.5
"""A column with half as many addresses as the one with most may be meant as well."""
_MARKED = re.compile(r"(?:#|customer:)\d+")
_ONLY = 0.5
"""The share of addresses in the only column that has any."""
_PLACE = re.compile(r"\d{1,4}")


@dataclass(frozen=True)
class Layout:
    """The column that names shoppers, by what; and where ids stand beside addresses. ``name``: what its header says.

    ``width``: how many cells a row has; in one with more, commas within cells may have moved those behind them.
    """

    at: int
    kind: CellKind
    has_header: bool = False
    name: str = ""
    customers: int | None = None
    profiles: int | None = None
    width: int = field(default=1, compare=False)


@dataclass(frozen=True)
class Sample:
    """The first records of a list, as one delimiter splits them."""

    records: tuple[Record, ...]

    @cached_property
    def width(self) -> int:
        """The number of cells that most records have."""
        return self._widths.most_common(1)[0][0] if self.records else 0

    @property
    def even(self) -> int:
        """How many records have that number of cells."""
        return self._widths[self.width]

    @property
    def has_shoppers(self) -> bool:
        """Whether most records are even, and a column holds what may name shoppers, or says so."""
        held = any(self._share(at, kind) >= LEAST for at in range(self.width) for kind in CellKind)
        return self.even > len(self.records) / 2 and (held or bool(self.layouts()))

    def layouts(self) -> tuple[Layout, ...]:
        """Return the columns that may be meant: the one, or those that a person is asked about."""
        if self._is_export:
            return (self._layout(self._named.emails[0], CellKind.ADDRESS),)
        for columns, kind in (
            (self._addresses(), CellKind.ADDRESS),
            (self._customers(), CellKind.NUMBER),
            (self._profiles(), CellKind.PROFILE),
        ):
            if columns:
                return self._distinct([self._layout(at, kind) for at in columns])
        if self.width == 1 and self._begins(0, CellKind.NUMBER) and self._share(0, CellKind.NUMBER) >= LEAST:
            return (self._layout(0, CellKind.NUMBER),)
        return ()

    def doubtful(self) -> tuple[Layout, ...]:
        """Return the columns that may be meant, if a person says so."""
        kinds = ((at, self._kinds[at].most_common(1)) for at in range(self.width))
        return tuple(self._layout(at, kind[0][0]) for at, kind in kinds if kind)

    def named(self, column: str) -> Layout | None:
        """Return the column with this name or number, as a person says; None if there is none, or it names nobody."""
        names = [cell.casefold() for cell in self.records[0].cells] if self.records else []
        is_place = _PLACE.fullmatch(column) and column not in names
        at = int(column) - 1 if is_place else next((at for at, one in enumerate(names) if one == column.casefold()), -1)
        kinds = self._kinds[at].most_common(1) if 0 <= at < self.width else ()
        return replace(self._layout(at, kinds[0][0]), customers=None, profiles=None) if kinds else None

    def _addresses(self) -> list[int]:
        held = [at for at in range(self.width) if self._share(at, CellKind.ADDRESS) >= LEAST]
        most = max((self._kinds[at][CellKind.ADDRESS] for at in held), default=0)
        rivals = [at for at in held if self._kinds[at][CellKind.ADDRESS] >= most * _RIVAL]
        named = [at for at in self._named.emails if self._kinds[at][CellKind.ADDRESS]]
        some = [at for at in range(self.width) if self._kinds[at][CellKind.ADDRESS]]
        only = [at for at in some if len(some) == 1 and self._share(at, CellKind.ADDRESS) >= _ONLY]
        return rivals or named or only

    def _customers(self) -> list[int]:
        return [at for at in self._named.customers if self._kinds[at][CellKind.NUMBER]]

    def _profiles(self) -> list[int]:
        held = [at for at in range(self.width) if self._share(at, CellKind.PROFILE) >= LEAST]
        named = [at for at in self._named.profiles if self._kinds[at][CellKind.PROFILE]]
        return [at for at in held if at in named] or held or named

    def _distinct(self, layouts: list[Layout]) -> tuple[Layout, ...]:
        """Drop columns that say the same as one before them."""
        found = {tuple(record.cell(one.at).casefold() for record in self.records[1:]): one for one in layouts[::-1]}
        return tuple(one for one in layouts if one in found.values())

    def _layout(self, at: int, kind: CellKind) -> Layout:
        above = self.records[0].cell(at) if self.records else ""
        is_name = any(map(str.isalpha, above)) and "@" not in above
        has_header = is_name and not self._may_name_shopper(at, above) and not self._begins_with_values
        beside = (_one(self._named.customers), _one(self._named.profiles)) if has_header else (None, None)
        width = len(self.records[0].cells) if has_header else self.width
        return Layout(at, kind, has_header, above if has_header else "", *beside, width)

    def _may_name_shopper(self, at: int, above: str) -> bool:
        """Return whether what stands above a column may be a shopper, be it by another id, or a misspelt address."""
        if kind_of(above) or _MARKED.fullmatch(above) or with_addresses(above) != above:
            return True
        domains = {one.rpartition("@")[2].casefold() for row in self.records for one in addresses_in(row.cell(at))}
        return " " not in above and above.casefold().endswith(tuple(domains))

    @property
    def guessed_header(self) -> str:
        """The first record in one line, unless it names a column of shoppers by a name that is known."""
        return "" if self._named.any else self.records[0].text

    @cached_property
    def _begins_with_values(self) -> bool:
        """Whether the first record holds what the others hold in a column of one kind, so that it is no header."""
        others = range(self.width) if len(self.records) > 1 else ()
        held = ((at, kind) for at in others for kind in CellKind if self._share(at, kind) >= LEAST)
        return any(self._begins(at, kind) for at, kind in held)

    @property
    def _is_export(self) -> bool:
        """Whether it names a column each of addresses, customer ids and profile ids, as what the bot exports does."""
        named = self._named
        return len(named.emails) == len(named.customers) == len(named.profiles) == 1

    def _begins(self, at: int, kind: CellKind) -> bool:
        return kind_of(self.records[0].cell(at)) is kind

    def _share(self, at: int, kind: CellKind) -> float:
        """Return how many of a column's cells are of this kind; what stands above them may be a header."""
        filled = sum(bool(record.cell(at)) for record in self.records)
        above = bool(self.records[0].cell(at)) and not self._begins(at, kind)
        return self._kinds[at][kind] / max(1, filled - above)

    @cached_property
    def _widths(self) -> Counter[int]:
        return Counter(len(record.cells) for record in self.records)

    @cached_property
    def _kinds(self) -> list[Counter[CellKind]]:
        kinds = ((kind_of(one.cell(at)) for one in self.records) for at in range(self.width))
        return [Counter(filter(None, column)) for column in kinds]

    @cached_property
    def _named(self) -> Columns:
        found = Columns.under(self.records[0].cells if self.records else ())
        emails, customers, profiles = (
            tuple(at for at in places if at < self.width) for places in (found.emails, found.customers, found.profiles)
        )
        return Columns(emails, customers, profiles)


def _one(places: Sequence[int]) -> int | None:
    return places[0] if places else None


def is_a_list_across(sample: Sample) -> bool:
    """Return whether the whole list is one line that names several shoppers."""
    named = (addresses_in(cell) or profile_in(cell) or _MARKED.fullmatch(cell) for cell in sample.records[0].cells)
    return len(sample.records) == 1 and sum(map(bool, named)) > 1
