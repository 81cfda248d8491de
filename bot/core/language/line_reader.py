"""Reads the words of one line as the fields of a Command, in every way that takes all of them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, islice, takewhile
from typing import Any

from bot.core.language.args import Args, SegmentInput
from bot.core.language.field_values import FieldValues, Names, Run, is_name
from bot.core.language.tokenizer import Word, as_typed

Values = dict[str, Any]
MOST_STEPS = 150
"""The most values in one line: more than any command takes, and no more than the stack does."""
_MOST_LEADS = 5
"""The most words that may lead to the first name behind words for the second field, of which each is tried."""
JOINING = frozenset({"and", "or", "&", "+"})
"""Words between two names of one field: ``delete VIPs and Loyal``; “or” only where any of them is meant."""


@dataclass(frozen=True)
class _Place:
    """Where reading has come to: the next word, and the values so far."""

    at: int
    values: Values
    steps: int = 0

    def filled(self, name: str, value: Any, at: int) -> "_Place":
        return _Place(at, self.values | {name: value}, self.steps + 1)


def words_of(value: Any) -> tuple[str, ...]:
    """Return the words of a value, which may be one or several."""
    return tuple(map(str, value)) if isinstance(value, list | tuple) else (str(value),)


class LineReader:
    """Reads words as fields of ``args``; ``bound`` are the places of words that only a name can hold."""

    def __init__(
        self,
        args: type[Args],
        words: Run,
        positional: tuple[str, ...],
        names: Names | None = None,
        bound: frozenset[int] = frozenset(),
    ) -> None:
        self.field_values = FieldValues(args, names)
        self.kinds = self.field_values.kinds
        self.bound = bound
        self.words = tuple(word for word in words if word.whole)
        self.by_position = tuple(name for name, kind in self.kinds.items() if not kind.option or name in positional)
        self.leftover: Run = ()
        self._dead: set[tuple[int, frozenset[str]]] = set()

    @cached_property
    def keyed(self) -> tuple[int, ...]:
        """The places of ``key:value``."""
        return tuple(at for at, word in enumerate(self.words) if word.key in self.kinds and at not in self.bound)

    @cached_property
    def options(self) -> dict[int, str]:
        """The fields that are named by ``key:value``, by place; a second one for a single value is no option."""
        found: dict[int, str] = {}
        for at in self.keyed:
            name = self.words[at].key or ""
            found |= {at: name} if name not in found.values() or self.field_values.is_many(name) else {}
        return found

    def readings(self) -> Iterator[Values]:
        """Yield each reading of all the words."""
        return self._read(_Place(0, {}))

    def _read(self, place: _Place) -> Iterator[Values]:
        state = (place.at, frozenset(place.values))
        if place.at == len(self.words):
            yield place.values
        elif state not in self._dead and place.steps < MOST_STEPS:
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
            if self.field_values.is_many(name) and len(alike := self._alone(place.at, name)) > 1:
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
        return self.field_values.is_named(name, self._run(at))

    def _behind_joining(self, name: str, place: _Place) -> _Place | None:
        """Return the place behind a word that joins one more name of a field to those before it."""
        word, at = self.words[place.at], place.at + 1
        is_bare = not word.quoted and word.key is None and place.at not in self.bound
        joins = is_bare and self._joins(word.text.casefold(), name) and name in place.values
        is_followed = joins and at not in self.options and self._begins(name, at)
        return replace(place, at=at, steps=place.steps + 1) if is_followed else None

    def _joins(self, word: str, name: str) -> bool:
        kind = self.kinds[name]
        is_any = word != "or" or (isinstance(kind, SegmentInput) and kind.any_of)
        return word in JOINING and is_any and is_name(kind)

    def _alone(self, at: int, name: str) -> list[int]:
        """Return the places from here on of a field's single words, each behind its key, that follow one another."""
        ends = (*self.keyed, len(self.words))
        return list(takewhile(lambda one: self.options.get(one) == name and one + 1 in ends, count(at)))

    def _before_led(self, pending: list[str], place: _Place) -> Iterator[_Place]:
        """Fill the second field with the words before one that leads to the first: ``add ada@example.com to VIPs``."""
        if self.field_values.names and len(pending) > 1 and self.field_values.is_many(pending[1]):
            run = self._run(place.at)
            ends = (at for at, word in enumerate(run) if at and self._leads(word, pending[0]))
            for end in islice(ends, _MOST_LEADS):
                before = place.values.get(pending[1], ())
                yield place.filled(pending[1], (*before, as_typed(run[:end])), place.at + end)

    def _filled(self, name: str, run: Run, place: _Place, *, is_keyed: bool = False) -> Iterator[_Place]:
        others = [one for one in self._pending(place) if one != name]
        for value, length in self.field_values.beginning(name, run, others, is_keyed=is_keyed):
            whole = (*place.values.get(name, ()), *value) if self.field_values.is_many(name) else value
            if is_name(self.kinds[name]) or not self.bound.intersection(range(place.at, place.at + length)):
                yield place.filled(name, whole, place.at + length)

    def _pending(self, place: _Place) -> list[str]:
        """Return the fields that the next words can fill by position, in order."""
        given = {*place.values, *self.options.values()}
        return [name for name in self.by_position if name not in given or self.field_values.is_many(name)]

    def _led(self, place: _Place) -> list[str]:
        """Return the fields to which the next word leads."""
        given = {*place.values, *self.options.values()}
        is_word = place.at not in self.bound and place.at > 0
        return [
            name for name in self.kinds if is_word and name not in given and self._leads(self.words[place.at], name)
        ]

    def _leads(self, word: Word, name: str) -> bool:
        return not word.quoted and word.key is None and word.text.casefold() in self.kinds[name].leads

    def _run(self, at: int) -> Run:
        """Return the words from here to the next ``key:value``; one that is keyed itself begins its own."""
        return self.words[at : next((place for place in self.keyed if place > at), len(self.words))]
