"""Names of segments and promotions: which one words mean, and which names they begin with.

Names are compared in one normal form. Of several that are alike in it, the one that is spelt as it was typed is meant.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from itertools import takewhile
from typing import Generic, Protocol, TypeVar

from bot.core.errors import Misuse
from bot.core.language.left_out_words import EXCEPT, OPEN
from bot.core.language.normal_form import normal_form, stem
from bot.core.language.tokenizer import QUOTES as ANY_QUOTES
from bot.core.language.tokenizer import SINGLE_QUOTES, Word, as_typed, split
from bot.core.language.visible import visible

QUOTES = frozenset(ANY_QUOTES)
_BEFORE_A_NAME = re.compile(r"^[\s,]+")
_ENDS = ":.;!?" + ANY_QUOTES + SINGLE_QUOTES
_SLACK = 30
"""How many more characters than the longest name are looked at, for marks that nobody sees."""


_LIKENESS, _NO_BETTER, _MOST_NEAR, _SUGGESTED = 0.75, 0.05, 5, 3
"""How like a name words are that may be meant for it, by how much less than the likest, how many, and for how many."""


_LEADING = frozenset({"and", "to", "into", "in", "from", "of", "the", "segment"})
"""Words before a name that say nothing else."""


def _may_be_misspelt(word: Word) -> bool:
    return (
        not word.quoted
        and word.text.casefold() not in EXCEPT | OPEN
        and "@" not in word.text
        and any(map(str.isalpha, word.text))
    )


class Named(Protocol):
    """Anything that has a name."""

    @property
    def name(self) -> str:
        """Its name."""


class Identified(Named, Protocol):
    """Anything that people can call by name or id."""

    @property
    def id(self) -> str | int:
        """Its id in the store."""


N = TypeVar("N", bound=Identified)


def similar_names(word: str, things: Iterable[Named]) -> tuple[str, ...]:
    """Return up to three names that ``word`` may be a misspelling of."""
    names, wanted = {normal_form(one.name): one.name for one in things}, normal_form(word)
    inside = [name for name in names if wanted in name] if len(wanted) > 1 else []
    close = get_close_matches(wanted, names, cutoff=0.5)
    return tuple(names[name] for name in dict.fromkeys([*close, *inside]))[:3]


def find_named(word: str, things: Iterable[N]) -> N | None:
    """Return the thing that ``word`` names, or None. Raises Misuse if it may be several."""
    return Names(things).one(word)


class Names(Generic[N]):
    """An index of things by name and id."""

    def __init__(self, things: Iterable[N]) -> None:
        self._ids: dict[str, N] = {}
        self._alike: dict[str, dict[str | int, N]] = defaultdict(dict)
        for one in things:
            self._ids[str(one.id).casefold()] = one
            for shown in (one.name, visible(one.name)):
                self._alike[normal_form(shown)][one.id] = one
        self._longest = max(map(len, (*self._alike, *self._ids)), default=0)
        self._stems = sorted(map(stem, (*self._alike, *self._ids)))

    @property
    def labels(self) -> dict[str, str]:
        """What those are called of whom only the id is typed: ``VIPs (id …)``."""
        return {str(one.id): f"{one.name} (id {one.id})" for one in self._ids.values()}

    def called(self, word: str) -> tuple[N, ...]:
        """Return those that ``word`` may mean: by its id, else by a name in just this spelling, else in this case.

        A name may also be given as it is shown, with signs for hidden characters.
        """
        by_id, normal = self._ids.get(word.strip().casefold()), normal_form(word)
        ids, alike = (by_id,) if by_id else (), tuple(self._alike.get(normal, {}).values())
        levels = (
            ids if by_id and str(by_id.id) == word else (),
            tuple(one for one in alike if one.name == word),
            (*ids, *(one for one in alike if one.name.casefold() == word.casefold() and one is not by_id)),
            tuple(one for one in alike if visible(one.name).casefold() == word.casefold()),
            alike if normal else (),
        )
        return next(filter(None, levels), ())

    def one(self, word: str) -> N | None:
        """Return the one that ``word`` means, or None. Raises Misuse if it may be several."""
        matches = self.called(word)
        if len(matches) > 1:
            spellings = ", ".join(f"“{one.name}” ({one.id})" for one in matches)
            raise Misuse(f"“{word}” could be any of {spellings}. Type it exactly, or use its id.")
        return next(iter(matches), None)

    def nearly(self, words: Sequence[Word]) -> Iterator[tuple[str, int]]:
        """Yield the names that the words may begin with, misspelt, and how many each takes: the likest first.

        Addresses, numbers and quoted words are spelt as they are meant.
        """
        found = list[tuple[float, str, int]]()
        for count in range(1, 1 + len(list(takewhile(_may_be_misspelt, words[:_MOST_NEAR])))):
            text = normal_form(_BEFORE_A_NAME.sub("", "".join(word.typed for word in words[:count])))
            for name in get_close_matches(text, self._alike, n=2, cutoff=_LIKENESS):
                likeness = SequenceMatcher(None, name, text).ratio()
                found += [(likeness, str(one.id), count) for one in self._alike[name].values()]
        likest = max(found, default=(0.0,))[0]
        best = {id_: (id_, count) for likeness, id_, count in sorted(found) if likeness > likest - _NO_BETTER}
        yield from list(best.values())[::-1][:_SUGGESTED]

    def beginning(self, words: Sequence[Word]) -> Iterator[tuple[str, int]]:
        """Yield the names that the words may begin with, and how many of them each takes: the longest first.

        A name is given as it was typed, or by its id if that may mean several, or has quotes in it.
        """
        found, typed, begun = list[tuple[str, int]](), "", ""
        for count, word in enumerate(words, 1):
            typed, begun = typed + word.typed, begun + stem(word.typed)
            if len(typed) > 2 * self._longest + _SLACK or (count > 1 and not self._goes_on(begun)):
                break
            quoted = count == 1 and word.quoted and bool(self.called(word.text))
            text = word.text if quoted else _BEFORE_A_NAME.sub("", typed)
            text = text if self.called(text) else text.rstrip(_ENDS)  # “VIPs: ada@example.com”, “show VIPs.”
            called = self.called(text)
            is_plain = len(called) == 1 and not QUOTES & {*text}
            found += [(text if is_plain else str(one.id), count) for one in called]
        yield from reversed(found)

    def _goes_on(self, begun: str) -> bool:
        """Return whether a name may go on with words that have this stem: most are none, and tried no further."""
        at = bisect_left(self._stems, begun)
        return at < len(self._stems) and self._stems[at].startswith(begun)

    def split_off(self, text: str) -> tuple[list[N], str]:
        """Return the things that are named in a text, and its other words."""
        words, found, others, at = split(text), list[N](), list[Word](), 0
        while at < len(words):
            word, length = next(iter(self.beginning(words[at:])), ("", 1))
            if called := self.called(word) if word else ():
                found += called[:1]
                others = others[:-1] if others and others[-1].text.casefold() in _LEADING else others
            else:
                others.append(words[at])
            at += length
        return found, as_typed(others)
