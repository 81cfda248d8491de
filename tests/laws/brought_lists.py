"""Lists as people bring them, drawn from a seed: their bytes, and whom whoever wrote each row meant.

It knows how a file was written, and nothing of how the bot reads one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.core.list_files.files import workbook

Cells = tuple[str, ...]
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac-roman", "latin-1")
SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SIZES = (1, 2, 3, 8, 20, 60, 120, 300)
FEW, LARGE = 3, 700
NAMES = ("Ada", "Zoë", "Byron, Ada", "O'Neil", 'Ada "A" B', "x; y", "two\nlines", "Å|Ø", "", "=1+1", "@ada")
UNREADABLE = ("bob-at-example.com", "n/a", "-", "ada@", "@example.com", "see notes", "")
TWO = "ab@example.com cd@example.com"
"""Which of them a cell means is not said; a line by itself means both."""
DRESSES = ("{}", "{}", "{}", "{}", " {} ", "<{}>", "mailto:{}", "{}.", "{},", "'{}'", "Ada Byron <{}>")
UNBROKEN = "\u00a0{}"
"""Behind a blank that does not break, which Macs of old wrote as a letter of others."""
TITLES = {
    "address": ("Email", "E-Mail", "email address", "Mail", "Kontakt"),
    "customer": ("Customer ID", "customer_id"),
    "profile": ("profile_id", "Shopper Profile ID"),
}
EXPORT = ("customer_id", "email", "profile_id")
NOBODYS_ID = 10_000_000
NOBODYS_PROFILE = "3f0e1b9c-0000-4000-8000-{:012}"


class Known(NamedTuple):
    """A customer of the store. No profile: an empty text."""

    id: int
    email: str
    profile: str


class Meant(NamedTuple):
    """A row of a list: its cells, and the customer whom it names; None for nobody whom the store has."""

    cells: Cells
    who: int | None

    @property
    def is_blank(self) -> bool:
        return not any(map(str.strip, self.cells))


@dataclass(frozen=True)
class BroughtList:
    """A list in a file. ``column``: what somebody answers who is asked which column names the shoppers.

    ``is_bare``: nothing above its cells says what they are, and they are few, or ids.
    """

    content: bytes
    name: str
    rows: tuple[Meant, ...]
    column: str
    how: str
    is_bare: bool

    @property
    def named(self) -> set[int]:
        """The customers whom it names."""
        return {one.who for one in self.rows if one.who}

    @property
    def is_doubtful(self) -> bool:
        """Whether people have to be asked for the column, or may be."""
        return self.is_bare or self.names_few

    @property
    def names_few(self) -> bool:
        """Whether hardly a row of it can be told from other cells."""
        return self.lost * 2 >= len(self.rows)

    @property
    def lost(self) -> int:
        """How many rows name nobody."""
        return sum(one.who is None for one in self.rows)


class Writer:
    """Writes the list of a seed. ``kind``: what its rows name shoppers by; ``is_lone``: in its only column."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        self.kind = rng.choice(("address", "address", "address", "customer", "profile", "both"))
        self.is_lone = self.kind != "both" and rng.random() < 0.25
        self.encoding, self.delimiter = rng.choice(ENCODINGS), rng.choice([*SIGNS])
        self.end, self.quotes_all = rng.choice(("\n", "\r\n", "\r")), rng.random() < 0.5
        self.size = LARGE if seed % 50 == 49 else rng.choice(SIZES)
        # One line of several cells, with nothing above it, names as many shoppers.
        self.has_header = rng.random() < (0.5 if self.is_lone else 0.7) or (self.size == 1 and not self.is_lone)
        # Of numbers alone, one that is none says that they may be anything.
        may_be_dirty = self.has_header or self.kind != "customer"
        self.dirt = rng.choice((0.0, 0.0, 0.04, 0.1, 0.3)) if may_be_dirty else 0.0
        self.at = 0 if self.is_lone else rng.randrange(3)

    def write(self, known: Sequence[Known]) -> BroughtList:
        people = [one for one in known if one.profile or self.kind != "profile"]
        people = self.rng.sample(people, self.rng.randint(1, len(people)))
        rows = [self._row(people, number) for number in range(self.size)]
        written = [*([self._header()] if self.has_header else []), *(one.cells for one in rows)]
        seen = tuple(one for one in rows if not one.is_blank)
        how = " ".join(f"{name}={said!r}" for name, said in vars(self).items() if name != "rng")
        is_bare = not self.has_header and (self.size <= FEW or self.kind in ("customer", "profile"))
        if self.rng.random() < 0.15:
            book = workbook([list(map(_value, cells)) for cells in written])
            return BroughtList(book, "list.xlsx", seen, f"{self.at + 1}", f"workbook {how}", is_bare)
        column = f"{self.at + 1}" if self.is_lone else f"{SIGNS[self.delimiter]} {self.at + 1}"
        content = self._text(written).encode(self.encoding, "replace")
        return BroughtList(content, self.rng.choice(("list.csv", "list.txt")), seen, column, how, is_bare)

    def _row(self, people: Sequence[Known], number: int) -> Meant:
        # What stands above, and is of another kind, is a header.
        is_dirt = self.rng.random() < self.dirt and (number > 0 or self.has_header)
        who = None if is_dirt else self.rng.choice(people)
        cells = self._names(who) if who else self._dirt(number)
        return Meant(
            self._beside(cells, self.rng.choice(NAMES), f"{self.rng.randrange(10_000, 99_999)}"), who and who.id
        )

    def _beside(self, cells: Cells, *others: str) -> Cells:
        """These cells among others, unless they are alone."""
        return cells if self.is_lone else (*others[: self.at], *cells, *others[self.at :])

    def _names(self, who: Known) -> Cells:
        spelled = self.rng.choice((who.email, who.email.upper(), who.email.title()))
        dresses = DRESSES if self.encoding == "mac-roman" else (*DRESSES, UNBROKEN)
        cells = {
            "address": (self.rng.choice(dresses).format(spelled),),
            "customer": (self.rng.choice(("{}", "{}", "{}", "#{}", "{}.0")).format(who.id),),
            "profile": (self.rng.choice((who.profile, who.profile.upper())),),
            "both": (str(who.id), spelled, who.profile),
        }
        return cells[self.kind]

    def _dirt(self, number: int) -> Cells:
        """Cells that name nobody, or nobody whom the store has; no two such rows say the same."""
        gone, nobody, profile = (
            f"gone{number}@nowhere.example",
            f"{NOBODYS_ID + number}",
            NOBODYS_PROFILE.format(number),
        )
        unreadable = UNREADABLE if self.is_lone else (*UNREADABLE, TWO)
        cells = {
            "address": (self.rng.choice((*unreadable, gone, gone, gone)),),
            "customer": (self.rng.choice((nobody, "n/a", "")),),
            "profile": (self.rng.choice((profile, "n/a", "")),),
            "both": (nobody, gone, profile),
        }
        return cells[self.kind]

    def _header(self) -> Cells:
        return self._beside(EXPORT if self.kind == "both" else (self.rng.choice(TITLES[self.kind]),), "Name", "Zip")

    def _text(self, written: Sequence[Cells]) -> str:
        said = f"sep={self.delimiter}{self.end}" if not self.is_lone and self.rng.random() < 0.15 else ""
        return said + "".join(map(self._line, written))

    def _line(self, cells: Cells) -> str:
        """A line, and sometimes a blank one below it."""
        return self.delimiter.join(map(self._cell, cells)) + self.end * self.rng.choice((1,) * 40 + (2,))

    def _cell(self, cell: str) -> str:
        """A cell as RFC 4180 has it; where it is the whole line, many leave out the quotes."""
        must = not self.is_lone and any(sign in cell for sign in (self.delimiter, '"', "\n", "\r"))
        doubled = cell.replace('"', '""')
        return f'"{doubled}"' if must or self.quotes_all else cell


def _value(cell: str) -> object:
    return float(cell) if cell.isdecimal() else cell
