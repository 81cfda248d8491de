"""What the value of a field can be where words begin: which of them it takes, and how many. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.language.args import (
    Args,
    Choice,
    Input,
    NumberInput,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    Text,
    inputs_of,
    takes_many,
    typed_fields,
)
from bot.core.language.tokenizer import Word, as_typed

Run = tuple[Word, ...]
"""Words that stand beside one another, up to the next ``key:value``."""
Found = tuple[Any, int]
"""A value, and how many words of a Run it takes."""
Names = Callable[[Input, Run], Iterable[tuple[str, int]]]
"""Says which names of segments or promotions the words may begin with, the longest first."""
WORDS_OF_A_NAME = 20
"""The most words that are looked at where a name of the store may stand among others."""
LONGEST = 12
"""The most words by which one shopper is named, with what stands around them."""


def is_name(kind: Input) -> bool:
    """Return whether only the store knows where a value of this kind ends."""
    return (isinstance(kind, SegmentInput) and not kind.new) or isinstance(kind, PromotionInput)


def joined(run: Run) -> str:
    """Return the words with one blank between them."""
    return " ".join(word.whole for word in run)


class FieldValues:
    """What the fields of ``args`` can be; ``names`` says where a name ends, and without it each has one word."""

    def __init__(self, args: type[Args], names: Names | None) -> None:
        self.fields: Mapping[str, FieldInfo] = typed_fields(args)
        self.kinds = {name: inputs_of(args)[name] for name in self.fields}
        self.names = names

    def is_many(self, name: str) -> bool:
        """Return whether the field holds several values."""
        return takes_many(self.fields[name])

    def is_named(self, name: str, run: Run) -> bool:
        """Return whether the words begin with a name for this field."""
        return self.names is not None and any(True for _ in self.names(self.kinds[name], run))

    def beginning(self, name: str, run: Run, others: list[str], *, is_keyed: bool) -> Iterable[Found]:
        """Return what the field can be at the beginning of ``run``; ``others`` can still be filled by position."""
        kind = self.kinds[name]
        if is_name(kind):
            return self._named(name, run, others, is_keyed=is_keyed)
        if self.is_many(name):
            return self._listed(run, others, is_keyed=is_keyed)
        if isinstance(kind, Choice) and (others or is_keyed):
            return self._chosen(kind, run)
        if isinstance(kind, Text) and self.fields[name].annotation is not int:
            return self._text(kind, run, others, is_keyed=is_keyed)
        if isinstance(kind, ShopperInput) and (ends := self._ends_before_names(run, others)):
            return [(as_typed(run[:end]), end) for end in ends]
        takes_all = isinstance(kind, SegmentInput) or (isinstance(kind, ShopperInput) and not run[0].quoted)
        if others or (is_keyed and not takes_all):
            return (_first(run),)
        keeps_commas = isinstance(kind, NumberInput | SegmentInput) and len(run) > 1  # as a new name does
        return ((as_typed(run) if keeps_commas else joined(run), len(run)),)

    def _named(self, name: str, run: Run, others: list[str], *, is_keyed: bool) -> Iterable[Found]:
        many, is_last = self.is_many(name), not others and not (is_keyed and run[0].quoted)
        if self.names:
            found = self.names(self.kinds[name], run)
            return (((word,), length) if many else (word, length) for word, length in found)
        if many:
            words = tuple(word.whole for word in run)
            return ((words, len(run)),) if is_last else ((words[:1], 1),)
        is_all = is_last or self._lacks_choice(run, others)
        return ((joined(run), len(run)) if is_all else _first(run),)

    def _lacks_choice(self, run: Run, others: list[str]) -> bool:
        """Return whether only a choice has to follow, and none does: all words are one name, as in ``Spring list``."""
        required = [one for one in others if self.fields[one].is_required()]
        kind = self.kinds[required[0]] if required and required == others[:1] else None
        if not isinstance(kind, Choice):
            return False
        chosen = (kind.chosen(joined(run[at : at + count])) for at in range(len(run)) for count in (1, 2))
        return all(map(_is_bare, run)) and not {*kind.choices}.intersection(chosen)

    def _listed(self, run: Run, others: list[str], *, is_keyed: bool) -> Iterable[Found]:
        """Return a list as it was typed, whose lines and columns tell what they are; a quoted one ends with its quote.

        Behind its key it also ends where a name begins.
        """
        if is_keyed and (run[0].quoted or len(run) == 1):
            return (((run[0].text,), 1),)
        end = self._end_of_list(run, others) if is_keyed else len(run)
        return (((as_typed(run[:end]),), end),)

    def _end_of_list(self, run: Run, others: list[str]) -> int:
        """Return how many words a list behind its key has: up to the next name, if other fields can follow."""
        if others and not self.names:
            return 1
        named = [name for name in others if is_name(self.kinds[name])]
        ends = (at for at in range(1, len(run)) if any(self.is_named(name, run[at:]) for name in named))
        return next(ends, len(run))

    def _chosen(self, kind: Choice, run: Run) -> Iterator[Found]:
        """Return a choice, which may be typed in two words, where more words follow: ``is not``."""
        two, one = (kind.chosen(joined(run[:count])) for count in (2, 1))
        if len(run) > 2 and two in kind.choices:
            yield two, 2
        if one in kind.choices:
            yield one, 1
        elif not self.names:
            yield _first(run)

    def _text(self, kind: Text, run: Run, others: list[str], *, is_keyed: bool) -> Iterable[Found]:
        whole = as_typed(run) if len(run) > 1 or (kind.as_typed and not is_keyed) else run[0].whole
        everything = (whole, len(run))
        if is_keyed:
            is_person = kind.private and not run[0].quoted
            return self._up_to_names(run, others) if is_person else (_first(run) if run[0].quoted else everything,)
        texts_follow = all(isinstance(self.kinds[one], Text) and not self.fields[one].is_required() for one in others)
        if others and (run[0].quoted or not texts_follow):
            return (_first(run),)
        *bare, last = run
        is_described = others and bare and last.quoted and not any(word.quoted for word in bare)
        return ((as_typed(tuple(bare)), len(bare)), everything) if is_described else (everything,)

    def _ends_before_names(self, run: Run, others: list[str]) -> list[int]:
        """Return where one shopper may end who may be named in several words: before a name, or what leads to it."""
        named = [name for name in others if is_name(self.kinds[name])] if self.names else []
        leads = {lead for name in named for lead in self.kinds[name].leads}
        near = range(1, min(len(run), LONGEST + 1))
        begins = (at for at in near if any(self.is_named(name, run[at:]) for name in named))
        return [at - 1 if at > 1 and run[at - 1].text.casefold() in leads else at for at in begins]

    def _up_to_names(self, run: Run, others: list[str]) -> Iterable[Found]:
        """Return a text of one word, all words, or those before a name; only these, where a word leads to the name."""
        named = [name for name in others if is_name(self.kinds[name])] if self.names else []
        begins = {at for at in range(1, len(run)) for name in named if self.is_named(name, run[at:])}
        leads = {lead for name in named for lead in self.kinds[name].leads}
        led = next((at - 1 for at in sorted(begins - {1}) if run[at - 1].text.casefold() in leads), 0)
        ends = (led,) if led else sorted({1, *begins, len(run)})
        return [(as_typed(run[:end]) if end > 1 else run[0].whole, end) for end in ends]


def _is_bare(word: Word) -> bool:
    return not word.quoted and word.key is None and "@" not in word.text and any(map(str.isalpha, word.text))


def _first(run: Run) -> Found:
    return run[0].whole, 1
