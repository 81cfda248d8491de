"""What a Command shows: an Answer made of a few kinds of parts, which knows nothing of Slack."""

import re
import secrets
from dataclasses import dataclass
from typing import Literal, Self

from bot.core.approval.shown_change import Shown
from bot.core.uploads import Upload
from bot.core.written_text import WrittenText


@dataclass(frozen=True)
class Delta:
    """A difference in a table, shown with its sign and sorted as a number."""

    by: int


Cell = str | int | Delta | None


@dataclass(frozen=True)
class Sentence:
    """Plain text; backticks mark what can be typed. ``url`` makes the text a link; ``quiet`` makes it small print."""

    text: str
    quiet: bool = False
    url: str = ""


@dataclass(frozen=True)
class Fields:
    """Labels with values."""

    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, *pairs: tuple[str, str]) -> Self:
        """Build Fields from the pairs that have a value."""
        return cls(tuple((label, value) for label, value in pairs if value))


@dataclass(frozen=True)
class Table:
    """Rows under column names, with a caption. Numbers are ints, so that they sort as numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A bar or line chart: each series has a name and one value per label; ``description`` is its text alternative.

    The view truncates long labels, keeps them distinct, and draws only the first two charts of an Answer.
    """

    kind: Literal["bar", "line"]
    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    description: str


MOST_WORDS = 1900
"""The most characters of a command that a button types: Slack takes 2,000, with what the button was drawn for."""


@dataclass(frozen=True)
class Offer:
    """A button for a likely next step; ``words`` is the command that it types, without the slash.

    ``about``: the change that it acts on, as it is shown. ``danger``: something is lost by it. ``needs_nobody``: what
    it asks for waits for no approval this time, whatever the command's help says.
    """

    label: str
    words: str
    about: Shown | None = None
    danger: bool = False
    needs_nobody: bool = False


@dataclass(frozen=True)
class Offers:
    """A row of buttons, the most used first; ``more``, at most five, are in a menu at its end."""

    offers: tuple[Offer, ...]
    more: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class Review:
    """A button that opens the form in which this waiting change is decided, for those who may."""

    number: int


@dataclass(frozen=True)
class UploadOffers:
    """A button for each of these files, which people brought: it opens the form that takes one, with the file in it."""

    files: tuple[Upload, ...]


@dataclass(frozen=True)
class File:
    """A file sent only to the person who asked, in its own message. ``content`` is sent as UTF-8, byte for byte.

    What may be long is a WrittenText, and goes from disk to Slack piece by piece.

    ``name`` includes the extension ("VIPs.csv") and may contain any characters: those that file systems reject are
    replaced later. Slack rejects empty files: the person who asked then reads that the file may not have arrived.
    """

    name: str
    content: str | WrittenText


Part = Sentence | Fields | Table | Chart | Offers | Review | UploadOffers | File


@dataclass(frozen=True)
class Answer:
    """What is shown privately to the person who asked. ``title`` is the most important sentence.

    ``refuses``: it says why what was asked for is not done.
    """

    title: str
    parts: tuple[Part, ...] = ()
    refuses: bool = False


_MARK = f"\ue000{secrets.token_hex(4)}:"
MENTION = re.compile(rf"{_MARK}(\w+)\ue000")
"""A user id within a sentence, between marks that only this process knows, so that no other text can look like one."""


def mention(user_id: str) -> str:
    """Mark a person within a sentence; the view shows their name."""
    return f"{_MARK}{user_id}\ue000"


def bare(text: str) -> str:
    """Return ``text`` with bare user ids for people."""
    return MENTION.sub(r"\1", text) if _MARK in text else text
