"""A Command's arguments: one typed model, filled from words or from a form.

A field says what it is by its annotation::

    class Create(Args):
        name: Annotated[str, Text(label="Name", max_length=255)]
        description: Annotated[str, Text(label="Description", multiline=True)] = ""

Words fill the fields in their order; ``key:value`` fills the field of that name, wherever it stands. A tuple, and
the last field, take every word that is left; a last line of text takes them just as they were typed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.bigcommerce import is_uuid
from bot.core.errors import Misuse
from bot.core.language.tokenizer import Word, split

HIDDEN = "[…]"
_NUMBER = re.compile(r"#?\d+")


@dataclass(frozen=True, kw_only=True)
class Input:
    """What a field is to a person: its label, a hint, and an example of it. ``private``: it may name a shopper.

    ``option``: only typed as ``key:value``.
    """

    label: str
    hint: str = ""
    placeholder: str = ""
    private: bool = False
    option: bool = False

    def logged(self, word: str, ids: Mapping[str, int]) -> str:
        """``word`` as the audit log may have it; ``ids`` are customers' by address, in lower case."""
        return HIDDEN if self.private else word


@dataclass(frozen=True, kw_only=True)
class Text(Input):
    """A line of text, or several; ``max_length`` in characters. ``as_typed``: also a whole in quotes keeps them."""

    max_length: int = 255
    multiline: bool = False
    as_typed: bool = False


@dataclass(frozen=True, kw_only=True)
class SegmentInput(Input):
    """One segment, or several where the field is a tuple: by name or id. ``new``: also one that is to be created."""

    new: bool = False


@dataclass(frozen=True, kw_only=True)
class ShopperInput(Input):
    """Shoppers, typed or pasted: e-mail addresses, customer ids, profile ids, mixed."""

    private: bool = True

    def logged(self, word: str, ids: Mapping[str, int]) -> str:
        """Only ids stay, and those of customers stand for their addresses."""
        return word if _NUMBER.fullmatch(word) or is_uuid(word) else str(ids.get(word.casefold(), HIDDEN))


@dataclass(frozen=True, kw_only=True)
class PromotionInput(Input):
    """One promotion: by name or id."""


@dataclass(frozen=True, kw_only=True)
class ChangeInput(Input):
    """A change's number."""


@dataclass(frozen=True, kw_only=True)
class EntryInput(Input):
    """The number of an entry of the audit log."""


@dataclass(frozen=True, kw_only=True)
class Choice(Input):
    """One of a few words."""

    choices: tuple[str, ...]


DASHES = str.maketrans("‐‑‒–—−", "------")
"""Phones and Macs make long dashes of short ones."""


class Args(BaseModel):
    """What a Command needs. Values of the wrong kind raise Misuse with a sentence (see ``fill`` and ``check``)."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


A = TypeVar("A", bound=Args)


def input_of(field: FieldInfo) -> Input:
    """What a field is to a person. Raises LookupError for a field that does not say, which a law forbids."""
    for one in field.metadata:
        if isinstance(one, Input):
            return one
    raise LookupError(f"{field!r} does not say what it is to a person")


def takes_many(field: FieldInfo) -> bool:
    """Whether the field holds several values."""
    return getattr(field.annotation, "__origin__", None) is tuple


def options(args: type[Args]) -> tuple[str, ...]:
    """The fields that are only typed as ``key:value``."""
    return tuple(name for name, field in args.model_fields.items() if input_of(field).option)


def usage(args: type[Args]) -> str:
    """The fields as a usage line shows them: ``<name> [description]``, ``<segment> …``, ``[name:…]``."""
    later = options(args)
    return " ".join(f"[{name}:…]" if name in later else _shown(field) for name, field in args.model_fields.items())


def _shown(field: FieldInfo) -> str:
    kind = input_of(field)
    word = "|".join(kind.choices) if isinstance(kind, Choice) else kind.label.lower()
    return (f"<{word}>" if field.is_required() else f"[{word}]") + (" …" if takes_many(field) else "")


def fill(args: type[Args], text: str) -> dict[str, Any]:
    """Values by field, as far as the words go; required ones may be missing. Raises Misuse for words too many."""
    fields = args.model_fields
    values: dict[str, Any] = {}
    free: list[Word] = []
    for word in split(text):
        key = word.key or ""
        if key not in fields or (key in values and not takes_many(fields[key])):
            free += [word] if word.whole else []
        else:
            values[key] = (*values.get(key, ()), word.text) if takes_many(fields[key]) else word.text
    taken = {*values, *options(args)}
    return values | _by_position([one for one in fields.items() if one[0] not in taken], tuple(free))


def _by_position(fields: list[tuple[str, FieldInfo]], words: tuple[Word, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for index, (name, field) in enumerate(fields):
        if not words:
            break
        if takes_many(field):
            values[name], words = tuple(word.whole for word in words), ()
        elif index == len(fields) - 1:
            values[name], words = _rest(field, words), ()
        else:
            values[name], words = words[0].whole, words[1:]
    if words:
        unknown = f"I do not know what to do with “{_joined(words)}”."
        raise Misuse(unknown, for_log="There were more words than the command takes.")
    return values


def _rest(field: FieldInfo, words: tuple[Word, ...]) -> str:
    kind = input_of(field)
    if isinstance(kind, Text) and (len(words) > 1 or kind.as_typed):
        return "".join(word.typed for word in words).lstrip(" ,")
    return _joined(words)


def _joined(words: tuple[Word, ...]) -> str:
    return " ".join(word.whole for word in words)


def missing(args: type[Args], values: dict[str, Any]) -> tuple[str, ...]:
    """Required fields that have no value yet."""
    return tuple(name for name, field in args.model_fields.items() if field.is_required() and not values.get(name))


def check(args: type[A], values: dict[str, Any]) -> A:
    """The Args of these values. Raises Misuse with a sentence about the first value at fault, and its field."""
    try:
        return args.model_validate({name: _spelt(args, name, value) for name, value in values.items()})
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = str(fault["loc"][0]) if fault["loc"] else ""
        raise Misuse(_told(args, name, fault), field=name or None) from error


def _spelt(args: type[Args], name: str, value: Any) -> Any:
    """A choice as it is spelt, however it was typed: ``Is–Not`` is ``is-not``."""
    is_choice = name in args.model_fields and isinstance(input_of(args.model_fields[name]), Choice)
    return value.strip().translate(DASHES).lower() if is_choice and isinstance(value, str) else value


_SENTENCES = {
    "missing": "{label} is missing.",
    "int_parsing": "{label} has to be a whole number.",
    "int_from_float": "{label} has to be a whole number.",
    "greater_than_equal": "{label} has to be {ge} or more.",
    "less_than_equal": "{label} has to be {le:,} or less.",
    "string_too_short": "{label} cannot be empty.",
    "too_short": "{label} cannot be empty.",
    "too_short many": "{label} is missing.",
    "string_too_long": "{label} may have at most {max_length:,} characters.",
    "too_long": "{label} may have at most {max_length:,} characters.",
    "too_long many": "{label}: at most {max_length:,} at once.",
    "literal_error": "“{input}” is none of {expected}.",
}
"""Pydantic's kinds of faults (docs.pydantic.dev, Validation Errors) in the words of people."""


def _told(args: type[Args], name: str, fault: ErrorDetails) -> str:
    kind, field = str(fault["type"]), args.model_fields.get(name)
    label = input_of(field).label if field else ""
    sentence = _SENTENCES.get(f"{kind} many" if field and takes_many(field) else kind)
    if sentence:
        return sentence.format(label=label, input=fault["input"], **fault.get("ctx", {}))
    told = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{label}: {told}." if label else f"{told}."
