"""Tables that are pasted from spreadsheets and exports: rows under a header that names their columns. Pure."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_EMAIL = ("email", "emailaddress", "customeremail", "emailid", "mail", "primaryemail", "contactemail", "mailaddress")
_CUSTOMER = ("customerid", "bigcommercecustomerid", "bigcommerceid", "customernumber")
_PROFILE = ("profileid", "shopperprofileid")
_OF_OTHER_SHOPS = frozenset(("acceptsemailmarketing", "acceptsmarketing", "defaultaddressaddress1", "taxexempt"))
"""Columns of Shopify's export, whose customer ids are those of another shop."""
_NOT_IN_NAMES = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Row:
    """What one row says of a person, and the whole of it in one line. ``is_alone``: it is a line of one cell."""

    emails: tuple[str, ...]
    customer_id: str
    profile_id: str
    text: str
    is_alone: bool = False


def parse_table(text: str) -> tuple[Row, ...] | None:
    """Parse plain text whose first line names a column of addresses or ids; None for any other text."""
    lines = text.strip("\n ").splitlines(keepends=True)
    header = lines[0] if len(lines) > 1 and "@" not in lines[0] else ""
    delimiter = max("\t;,|", key=header.count)
    names = next(csv.reader([header], delimiter=delimiter), [])
    columns = Columns.under(names)
    if not columns.any:
        return None
    rows, is_one = _split(lines[1:], delimiter), len(names) == 1 and bool(columns.emails)
    return tuple(columns.rows(([" ".join(cells)] for cells in rows) if is_one else rows, len(names)))


def _split(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    """Split lines into cells; where a quote has no end, each line by itself, so that it takes in no other."""
    try:
        return iter([*csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)])
    except csv.Error:
        each = (csv.reader([line], delimiter=delimiter, skipinitialspace=True) for line in lines)
        return (cells for reader in each for cells in reader)


@dataclass(frozen=True)
class Columns:
    """Where addresses and ids stand."""

    emails: tuple[int, ...]
    customers: tuple[int, ...]
    profiles: tuple[int, ...]

    @classmethod
    def under(cls, header: Iterable[str]) -> "Columns":
        """Find the columns that a header names."""
        names = [_NOT_IN_NAMES.sub("", name.casefold()) for name in header]
        emails, customers, profiles = (
            tuple(at for name in known for at, one in enumerate(names) if one == name)
            for known in (_EMAIL, _CUSTOMER, _PROFILE)
        )
        return cls(emails, () if _OF_OTHER_SHOPS.intersection(names) else customers, profiles)

    @property
    def any(self) -> bool:
        """Whether there is a column of shoppers."""
        return bool(self.emails or self.customers or self.profiles)

    def rows(self, lines: Iterator[list[str]], width: int) -> Iterator[Row]:
        """Read the rows, but for empty ones. In one with more cells than the header, commas may have moved numbers."""
        for cells in lines:
            if any(map(str.strip, cells)):
                text = " ".join(filter(None, map(str.strip, cells)))
                is_wide = any(map(str.strip, cells[width:]))
                firsts = ("" if is_wide else _first(cells, self.customers), _first(cells, self.profiles))
                yield Row(tuple(_at(cells, self.emails)), *firsts, text, len(cells) == 1)


def _at(cells: list[str], places: tuple[int, ...]) -> Iterator[str]:
    return (cells[at].strip() for at in places if at < len(cells) and cells[at].strip())


def _first(cells: list[str], places: tuple[int, ...]) -> str:
    return next(_at(cells, places), "")
