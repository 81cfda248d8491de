"""How a typed line can be read as the fields of a Command: one grammar, whatever says where a name ends. Pure.

Words fill the fields in order; ``key:value`` fills the named field, wherever it stands, and so does a word that leads
to a field: ``copy VIPs to Gold``. A tuple, and the last field, take all the remaining words, and so does a name that
only a description may follow, unless it is quoted. A text after its key takes the words up to the next key; at the end
it takes them exactly as typed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, islice, takewhile
from typing import Any

from pydantic.fields import FieldInfo

from bot.core.errors import Misuse
from bot.core.language.args import (
    Args,
    Choice,
    Input,
    PromotionInput,
    SegmentInput,
    Text,
    input_of,
    takes_many,
    typed_fields,
)
from bot.core.language.bare_keys import with_colons
from bot.core.language.tokenizer import QUOTES, SINGLE_QUOTES, Word, as_typed, split

Values = dict[str, Any]
Run = tuple[Word, ...]
"""Words that stand beside one another, up to the next ``key:value``."""
Found = tuple[Any, int]
"""A value, and how many words of a Run it takes."""
Names = Callable[[Input, Run], Iterable[tuple[str, int]]]
"""Says which names of segments or promotions the words may begin with, the longest first."""
MOST_READINGS = 5
"""The most readings that anybody is asked about."""
_MOST_STEPS = 150
"""The most values in one line: more than any command takes, and no more than the stack does."""
_NEAR = 10
"""How many words a name may have before one that looks like ``key:value``."""
_QUOTED = frozenset(QUOTES + SINGLE_QUOTES)
_JOINING = frozenset({"and", "or", "&", "+"})
"""Words between two names of one field: ``delete VIPs and Loyal``."""


def fill(args: type[Args], text: str, *, positional: tuple[str, ...] = ()) -> Values:
    """Parse words into values by field, where no name has more than one word before another field begins.

    ``positional``: options that are filled by position here. Required fields may be missing. Raises Misuse for too
    many words.
    """
    reader = _Reader(args, with_colons(args, split(text)), positional)
    for values in reader.readings():
        return values
    unknown = f"I didn't expect “{_joined(reader.leftover)}” here."
    raise Misuse(unknown, for_log="There were more words than the command takes.")


def readings(args: type[Args], text: str, names: Names, *, positional: tuple[str, ...] = ()) -> tuple[Values, ...]:
    """Return the ways in which the words can be read with these names, up to MOST_READINGS; none if they cannot.

    A name may hold anything: what looks like ``key:value`` or like a quote, a comma, a word that leads to a field.
    """
    found: list[Values] = []
    for quotes in (True, False) if _QUOTED & {*text} else (True,):
        typed = split(text, quotes=quotes)
        for words in dict.fromkeys((typed, with_colons(args, typed))):
            bound = frozenset() if quotes else frozenset(at for at, word in enumerate(words) if _QUOTED & {*word.typed})
            for hidden in _options_in_names(args, words, names):
                reader = _Reader(args, words, positional, names, bound | hidden)
                for values in islice(reader.readings(), 2 * MOST_READINGS):
                    found += [] if values in found else [values]
    return tuple(found[:MOST_READINGS])


def _options_in_names(args: type[Args], words: Run, names: Names) -> Iterator[frozenset[int]]:
    """Yield the places of ``key:value`` that are no option: none, and, where a name has one in it, its place."""
    yield frozenset()
    kinds = [input_of(field) for field in args.model_fields.values() if is_name(input_of(field))]
    for at, word in enumerate(words):
        if word.key in args.model_fields and not word.quoted and at < _MOST_STEPS:
            before = range(max(0, at - _NEAR), at + 1)
            held = (first + length for kind in kinds for first in before for _, length in names(kind, words[first:]))
            if any(end > at for end in held):
                yield frozenset({at})


def may_differ(args: type[Args], values: Values) -> bool:
    """Return whether a line that ``fill`` parsed to these values may be read in other ways, too."""
    kinds = {name: input_of(field) for name, field in args.model_fields.items()}
    texts = [name for name, kind in kinds.items() if isinstance(kind, Text) and not kind.option]
    return any(is_name(kinds[name]) for name in values) or len(texts) == len(kinds) > 1


def is_name(kind: Input) -> bool:
    """Return whether only the store knows where a value of this kind ends."""
    return (isinstance(kind, SegmentInput) and not kind.new) or isinstance(kind, PromotionInput)


@dataclass(frozen=True)
class _Place:
    """Where reading has come to: the next word, and the values so far."""

    at: int
    values: Values
    steps: int = 0

    def filled(self, name: str, value: Any, at: int) -> "_Place":
        return _Place(at, self.values | {name: value}, self.steps + 1)


class _Reader:
    """Reads words as fields of ``args``; ``bound`` are the places of words that only a name can hold."""

    def __init__(
        self,
        args: type[Args],
        words: Run,
        positional: tuple[str, ...],
        names: Names | None = None,
        bound: frozenset[int] = frozenset(),
    ) -> None:
        self.fields: Mapping[str, FieldInfo] = typed_fields(args)
        self.kinds = {name: input_of(field) for name, field in self.fields.items()}
        self.names = names
        self.bound = bound
        self.words = tuple(word for word in words if word.whole)
        self.by_position = tuple(name for name, kind in self.kinds.items() if not kind.option or name in positional)
        self.leftover: Run = ()
        self._dead: set[tuple[int, frozenset[str]]] = set()

    @cached_property
    def keyed(self) -> tuple[int, ...]:
        """The places of ``key:value``."""
        return tuple(at for at, word in enumerate(self.words) if word.key in self.fields and at not in self.bound)

    @cached_property
    def options(self) -> dict[int, str]:
        """The fields that are named by ``key:value``, by place; a second one for a single value is no option."""
        found: dict[int, str] = {}
        for at in self.keyed:
            name = self.words[at].key or ""
            found |= {at: name} if name not in found.values() or self._many(name) else {}
        return found

    def readings(self) -> Iterator[Values]:
        """Yield each reading of all the words."""
        return self._read(_Place(0, {}))

    def _read(self, place: _Place) -> Iterator[Values]:
        state = (place.at, frozenset(place.values))
        if place.at == len(self.words):
            yield place.values
        elif state not in self._dead and place.steps < _MOST_STEPS:
            is_dead = True
            for step in self._steps(place):
                for values in self._read(step):
                    is_dead = False
                    yield values
            self._dead |= {state} if is_dead else set()

    def _steps(self, place: _Place) -> Iterator[_Place]:
        """Yield the places where the next words can lead."""
        if place.at in self.options:
            name, run = self.options[place.at], self._run(place.at)
            if self._many(name) and len(alike := self._alone(place.at, name)) > 1:
                value = tuple(self.words[at].text for at in alike)
                yield place.filled(name, (*place.values.get(name, ()), *value), place.at + len(alike))
            else:
                bare = replace(run[0], key=None, typed=as_typed(run[:1]).partition(":")[2])
                yield from self._filled(name, (bare, *run[1:]), place, is_keyed=True)
            return
        led = self._led(place)
        for name in led:
            after = replace(place, at=place.at + 1, steps=place.steps + 1)
            yield from self._filled(name, self._run(after.at), after) if self._run(after.at) else (after,)
        pending = self._pending(place)
        if not pending:
            self.leftover = self.leftover or self.words[place.at :]
        for name in self._next(pending, place):
            if name not in led or is_name(self.kinds[name]):
                yield from self._filled(name, self._run(place.at), place)
            if joined := self._behind_joining(name, place):
                yield from self._filled(name, self._run(joined.at), joined)
        yield from self._before_led(pending, place)

    def _next(self, pending: list[str], place: _Place) -> list[str]:
        """Return the field that the next words fill by position: after names, the one behind them, if no other follows.

        Only the store says how many names there are; without it, there is one.
        """
        first, *others = pending or [""]
        if others and first in place.values and is_name(self.kinds[first]):
            follows = self._begins(first, place.at) or self._behind_joining(first, place)
            return [first] if follows else others[:1]
        return pending[:1]

    def _begins(self, name: str, at: int) -> bool:
        """Return whether the words from here on begin with a name for this field."""
        return self._is_named(name, self._run(at))

    def _is_named(self, name: str, run: Run) -> bool:
        return self.names is not None and any(True for _ in self.names(self.kinds[name], run))

    def _behind_joining(self, name: str, place: _Place) -> _Place | None:
        """Return the place behind a word that joins one more name of a field to those before it."""
        word, at = self.words[place.at], place.at + 1
        is_bare = not word.quoted and word.key is None and place.at not in self.bound
        joins = is_bare and word.text.casefold() in _JOINING and name in place.values and is_name(self.kinds[name])
        is_followed = joins and at not in self.options and self._begins(name, at)
        return replace(place, at=at, steps=place.steps + 1) if is_followed else None

    def _alone(self, at: int, name: str) -> list[int]:
        """Return the places from here on of a field's single words, each behind its key, that follow one another."""
        ends = (*self.keyed, len(self.words))
        return list(takewhile(lambda one: self.options.get(one) == name and one + 1 in ends, count(at)))

    def _before_led(self, pending: list[str], place: _Place) -> Iterator[_Place]:
        """Fill the second field with the words before one that leads to the first: ``add ada@example.com to VIPs``."""
        if self.names and len(pending) > 1 and self._many(pending[1]):
            run = self._run(place.at)
            for end in (at for at, word in enumerate(run) if at and self._leads(word, pending[:1])):
                yield place.filled(pending[1], (as_typed(run[:end]),), place.at + end)

    def _filled(self, name: str, run: Run, place: _Place, *, is_keyed: bool = False) -> Iterator[_Place]:
        others = [one for one in self._pending(place) if one != name]
        for value, length in self._values(name, run, others, is_keyed=is_keyed):
            whole = (*place.values.get(name, ()), *value) if self._many(name) else value
            if is_name(self.kinds[name]) or not self.bound.intersection(range(place.at, place.at + length)):
                yield place.filled(name, whole, place.at + length)

    def _values(self, name: str, run: Run, others: list[str], *, is_keyed: bool) -> Iterable[Found]:
        """Return what the field can be at the beginning of ``run``; ``others`` can still be filled by position."""
        kind, everything = self.kinds[name], (_joined(run), len(run))
        if is_name(kind):
            return self._named(name, run, is_last=not others and not (is_keyed and run[0].quoted))
        if self._many(name):
            return self._listed(run, others, is_keyed=is_keyed)
        if isinstance(kind, Choice) and (others or is_keyed):
            return self._chosen(kind, run)
        if isinstance(kind, Text) and self.fields[name].annotation is not int:
            return self._text(kind, run, others, is_keyed=is_keyed)
        return (everything,) if not others and not (is_keyed and not isinstance(kind, SegmentInput)) else (_first(run),)

    def _named(self, name: str, run: Run, *, is_last: bool) -> Iterable[Found]:
        many = self._many(name)
        if self.names:
            found = self.names(self.kinds[name], run)
            return (((word,), length) if many else (word, length) for word, length in found)
        if many:
            words = tuple(word.whole for word in run)
            return ((words, len(run)),) if is_last else ((words[:1], 1),)
        return ((_joined(run), len(run)) if is_last else _first(run),)

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
        ends = (at for at in range(1, len(run)) if any(self._is_named(name, run[at:]) for name in named))
        return next(ends, len(run))

    def _chosen(self, kind: Choice, run: Run) -> Iterator[Found]:
        """Return a choice, which may be typed in two words, where more words follow: ``is not``."""
        two, one = (kind.chosen(_joined(run[:count])) for count in (2, 1))
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
            return (_first(run),) if run[0].quoted else (_first(run), everything) if kind.private else (everything,)
        texts_follow = all(isinstance(self.kinds[one], Text) and not self.fields[one].is_required() for one in others)
        if others and (run[0].quoted or not texts_follow):
            return (_first(run),)
        *bare, last = run
        is_described = others and bare and last.quoted and not any(word.quoted for word in bare)
        return ((as_typed(tuple(bare)), len(bare)), everything) if is_described else (everything,)

    def _pending(self, place: _Place) -> list[str]:
        """Return the fields that the next words can fill by position, in order."""
        given = {*place.values, *self.options.values()}
        return [name for name in self.by_position if name not in given or self._many(name)]

    def _led(self, place: _Place) -> list[str]:
        """Return the fields to which the next word leads."""
        given = {*place.values, *self.options.values()}
        is_word = place.at not in self.bound and place.at > 0
        return [
            name for name in self.kinds if is_word and name not in given and self._leads(self.words[place.at], [name])
        ]

    def _leads(self, word: Word, fields: list[str]) -> bool:
        is_bare = not word.quoted and word.key is None
        return is_bare and any(word.text.casefold() in self.kinds[name].leads for name in fields)

    def _run(self, at: int) -> Run:
        """Return the words from here to the next ``key:value``; one that is keyed itself begins its own."""
        return self.words[at : next((place for place in self.keyed if place > at), len(self.words))]

    def _many(self, name: str) -> bool:
        return takes_many(self.fields[name])


def _first(run: Run) -> Found:
    return run[0].whole, 1


def _joined(run: Run) -> str:
    return " ".join(word.whole for word in run)
