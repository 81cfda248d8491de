"""What a Command shows: an Answer of a few kinds of parts, free of any Slack. A view is a function of it."""

import re
import secrets
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True)
class Delta:
    """A change in a table: it is shown with its sign, and sorts as a number."""

    by: int


Cell = str | int | Delta | None


@dataclass(frozen=True)
class Sentence:
    """Plain words; back-ticks mark what one can type. With ``url``, the words are a link."""

    text: str
    quiet: bool = False
    url: str = ""


@dataclass(frozen=True)
class Fields:
    """Labels with values."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Those of these pairs that have a value."""
        return cls(tuple((label, value) for label, value in pairs if value))


@dataclass(frozen=True)
class Table:
    """Rows under column names; ``caption`` says what it is. Numbers are ints, so that they sort as numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Chart:
    """Values drawn over their labels: each series has a name and one value a label. ``told``: what it shows, in words.

    The view cuts what is too long, and keeps labels and names apart when it does; it draws the first two charts.
    """

    kind: Literal["bar", "line"]
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    told: str


@dataclass(frozen=True)
class Offer:
    """A button for what one would do next: ``words`` is the command that it types, without the slash."""

    label: str
    words: str


@dataclass(frozen=True)
class Offers:
    """Buttons in a row."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True)
class File:
    """A file that only the asker gets, apart from the words. ``content`` is sent as UTF-8, byte for byte.

    ``name`` has its ending ("VIPs.csv") and may hold anything: what no file system takes is replaced on the way.
    An empty ``content`` cannot be sent: the asker is told that the file may not have come, instead of the Answer.
    """

    name: str
    content: str


Part = Sentence | Fields | Table | Chart | Offers | File


@dataclass(frozen=True)
class Answer:
    """Show this, privately, to the one who asked. ``title`` is the takeaway."""

    title: str
    parts: tuple[Part, ...] = ()


_MARK = f"\ue000{secrets.token_hex(4)}:"
MENTION = re.compile(rf"{_MARK}(\w+)\ue000")
"""A user id within a sentence, between marks that nobody outside this process knows: no name can look like one."""


def mention(user_id: str) -> str:
    """A person within a sentence; the view shows their name."""
    return f"{_MARK}{user_id}\ue000"
