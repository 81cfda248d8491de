"""A Command's arguments: one typed model, filled from words or from a form.

A field is described by its annotation::

    class Create(Args):
        name: Annotated[str, Text(label="Name", max_length=255)]
        description: Annotated[str, Text(label="Description", multiline=True)] = ""

``readings`` says how words fill the fields.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from bot.bigcommerce import is_uuid
from bot.core.language.confirmed_words import UNCONFIRMED, Confirmed

_NUMBER = re.compile(r"#?\d+")


@dataclass(frozen=True, kw_only=True)
class Input:
    """How a field is shown to people: its label, a hint and an example. ``private``: its value may name a shopper.

    ``option``: it can only be typed as ``key:value``. ``word``: what a usage line calls it, if the label is a phrase.
    ``leads``: words that may be typed before its value: ``copy VIPs to Gold``. ``called``: what people call it before
    a sign, besides its key and its label: ``Segment: VIPs`` for a name. ``bare``: a pattern of words before which
    an option's key may be typed without its colon: ``since monday``.
    """

    label: str
    hint: str = ""
    placeholder: str = ""
    private: bool = False
    option: bool = False
    word: str = ""
    leads: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    bare: str = ""

    def may_be(self, word: str) -> bool:
        """Return whether ``word`` may be typed for it where a command is expected."""
        return False

    def logged(self, words: tuple[str, ...], known: Confirmed) -> tuple[str, ...]:
        """Return the words of a value as the audit log may store them."""
        return words if known.planned and not self.private else tuple(one and UNCONFIRMED for one in words)


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    """A line of text, or several; ``max_length`` in characters. ``as_typed``: quotes around the whole text are kept."""

    max_length: int = 255
    multiline: bool = False
    as_typed: bool = False


@dataclass(frozen=True, kw_only=True)
class RuleInput(Text):
    """A segment's rule, in words; a form builds it of conditions to choose."""


@dataclass(frozen=True, kw_only=True)
class TimeInput(Text):
    """A time to come, in words."""


@dataclass(frozen=True, kw_only=True)
class DueInput(TimeInput):
    """When it is to run; empty for at once."""


@dataclass(frozen=True, kw_only=True)
class EndInput(TimeInput):
    """Until when those whom it adds stay; empty for good."""


@dataclass(frozen=True, kw_only=True)
class SegmentInput(Input):
    """One segment by name or id, or several where the field is a tuple. ``new``: it need not exist yet.

    ``any_of``: several mean any of them, so that “or” may stand between them.
    """

    new: bool = False
    any_of: bool = False

    def may_be(self, word: str) -> bool:
        """Return that it may: only the store knows."""
        return True

    def logged(self, words: tuple[str, ...], known: Confirmed) -> tuple[str, ...]:
        """Return the names of the segments that the words name, and what else may be stored."""
        others = super().logged(words, known)
        named = (known.segment(word) for word in words)
        return tuple(other if name == UNCONFIRMED else name for name, other in zip(named, others, strict=True))


@dataclass(frozen=True, kw_only=True)
class ShopperInput(Input):
    """Shoppers, typed or pasted: any mix of e-mail addresses, customer ids and profile ids.

    ``of_change``: the field with the number of a change whose items a form offers to tick besides.
    """

    private: bool = True
    of_change: str = ""

    def may_be(self, word: str) -> bool:
        """Return whether it is an address or an id."""
        return "@" in word or bool(_NUMBER.fullmatch(word)) or is_uuid(word)

    def logged(self, words: tuple[str, ...], known: Confirmed) -> tuple[str, ...]:
        """Return the confirmed ids of the shoppers; whatever else there is leaves one sign."""
        customers, profiles, is_all = known.shoppers(words)
        return (*map(str, customers), *profiles, *(() if is_all else (UNCONFIRMED,)))


@dataclass(frozen=True, kw_only=True)
class PromotionInput(Input):
    """One promotion, by name or id."""

    def may_be(self, word: str) -> bool:
        """Return that it may: only the store knows."""
        return True


@dataclass(frozen=True, kw_only=True)
class NumberInput(Input):
    """A number on record; ``listed`` is the command that lists all of what it numbers."""

    listed: str = ""

    def may_be(self, word: str) -> bool:
        """Return whether it is a number."""
        return bool(_NUMBER.fullmatch(word))


@dataclass(frozen=True, kw_only=True)
class ChangeInput(NumberInput):
    """A change's number. ``is_open``: whether only an open change can be meant, or only one that is over; None: any."""

    is_open: bool | None = None

    def logged(self, words: tuple[str, ...], known: Confirmed) -> tuple[str, ...]:
        """Return the numbers of changes on record, and what else may be stored."""
        others = super().logged(words, known)
        numbers = set(map(str, known.changes))
        return tuple(one if one in numbers else other for one, other in zip(words, others, strict=True))


@dataclass(frozen=True, kw_only=True)
class EntryInput(NumberInput):
    """The number of an entry of the audit log."""


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    """One of a fixed set of words: what is typed, and what people read in its place in a form.

    ``also``: other words that people type for them.
    """

    labels: Mapping[str, str]
    also: Mapping[str, str] = field(default_factory=dict)

    def chosen(self, words: str) -> str:
        """Return the choice as it is declared, however it was typed: ``Is–Not``, ``is not``, ``not``."""
        word = "-".join(words.translate(DASHES).replace("’", "'").lower().split())
        return self.also.get(word, word)

    def logged(self, words: tuple[str, ...], known: Confirmed) -> tuple[str, ...]:
        """Return the words of the set as they are."""
        others = super().logged(words, known)
        return tuple(one if one in self.choices else other for one, other in zip(words, others, strict=True))

    @property
    def said(self) -> tuple[str, ...]:
        """All words that may be typed for a choice."""
        return (*self.labels, *self.also)

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that are typed."""
        return tuple(self.labels)

    @property
    def expected(self) -> str:
        """The words as the middle of a sentence: ``“both”, “either” or “first only”``."""
        *others, last = (f"“{word.replace('-', ' ')}”" for word in self.labels)
        return " or ".join(filter(None, (", ".join(others), last)))


@dataclass(frozen=True, kw_only=True)
class Kept(Input):
    """What a Command keeps of a request, to plan it again by: nobody types it, and no form asks for it.

    It stays when the request is edited, unless the fields that it was made ``of`` have new values. ``hint`` is what a
    form says of it.
    """

    private: bool = True
    of: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UploadInput(Input):
    """A file, for a field of type ``Upload | None``: a form takes it, and no word can be typed for it."""

    private: bool = True


DASHES = str.maketrans("‐‑‒–—−", "------")
"""Phones and Macs replace short dashes with long ones."""


class Args(BaseModel):
    """The arguments of a Command. Invalid values raise Misuse (see ``checked_args``).

    ``one_of``: fields of which at least one has to be given, though each may be left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)
    one_of: ClassVar[tuple[str, ...]] = ()


def input_of(field: FieldInfo) -> Input:
    """Return how a field is shown to people. Raises LookupError for a field without an Input, which a test forbids."""
    for one in field.metadata:
        if isinstance(one, Input):
            return one
    raise LookupError(f"{field!r} does not say what it is to a person")


@cache  # each line that is typed asks for it several times
def inputs_of(args: type[Args]) -> Mapping[str, Input]:
    """Return how each field is shown to people, by its name."""
    return {name: input_of(field) for name, field in args.model_fields.items()}


def takes_many(field: FieldInfo) -> bool:
    """Return whether the field holds several values."""
    return getattr(field.annotation, "__origin__", None) is tuple


@cache
def asked_fields(args: type[Args]) -> Mapping[str, FieldInfo]:
    """Return the fields that people fill."""
    return {name: field for name, field in args.model_fields.items() if not isinstance(input_of(field), Kept)}


@cache
def typed_fields(args: type[Args]) -> Mapping[str, FieldInfo]:
    """Return the fields that words can fill."""
    return {name: field for name, field in asked_fields(args).items() if not isinstance(input_of(field), UploadInput)}


def options(args: type[Args]) -> tuple[str, ...]:
    """Return the fields that can only be typed as ``key:value``."""
    return tuple(name for name, field in typed_fields(args).items() if input_of(field).option)


def usage(args: type[Args]) -> str:
    """Render the fields as a usage line: ``<name> [description]``, ``<segment> …``, ``[name:…]``.

    When it is to run or to end, which may be said of any change or addition, is left out.
    """
    later = options(args)
    fields = {name: one for name, one in typed_fields(args).items() if not isinstance(input_of(one), TimeInput)}
    return " ".join(f"[{name}:…]" if name in later else _shown(field) for name, field in fields.items())


def _shown(field: FieldInfo) -> str:
    kind = input_of(field)
    word = "|".join(kind.choices) if isinstance(kind, Choice) else (kind.word or kind.label.lower())
    return (f"<{word}>" if field.is_required() else f"[{word}]") + (" …" if takes_many(field) else "")


def missing(args: type[Args], values: dict[str, Any]) -> tuple[str, ...]:
    """Return the required fields that have no value yet; of those of which one is, the first."""
    lacking = () if any(map(values.get, args.one_of)) else args.one_of[:1]
    required = (name for name, field in args.model_fields.items() if field.is_required() and not values.get(name))
    return (*required, *lacking)
