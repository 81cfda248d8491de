"""How a line may have been meant that cannot be read: with labels before its values, or without some words. Pure.

What is found here is offered, never done unasked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product, takewhile
from typing import TypeVar

from bot.bigcommerce import is_uuid
from bot.core.language.addresses import may_hold_address, with_addresses
from bot.core.language.args import Args, Choice, Input, Text, TimeInput, input_of, inputs_of, typed_fields
from bot.core.language.field_values import WORDS_OF_A_NAME, Names, Run, is_name
from bot.core.language.labels import with_keys
from bot.core.language.left_out_words import EXCEPT
from bot.core.language.line_reader import Values
from bot.core.language.person_names import FirstName, LastName
from bot.core.language.readings import readings
from bot.core.language.shopper_list import PARTICLES
from bot.core.language.time_keys import with_time_keys
from bot.core.language.times_behind import time_behind
from bot.core.language.tokenizer import SINGLE_QUOTES, Word, as_typed, split, without_open_quote

MOST_NAMES, MOST_OTHERS, MOST_TRIES = 4, 6, 100
"""The most names and other words of a line, and the most ways of leaving some out, that are tried."""
_MOST_READ = 10_000
"""The most words that are read over all for one line: of a long one, fewer ways are tried, so that nobody waits."""
_BETWEEN = re.compile(r"[/\\|;&+]+")
_ARROW = re.compile(r"[-–—=]+>")
_AROUND = "@#*~_()[]{}<>" + SINGLE_QUOTES
"""Signs that people write between names, and around one."""
_LEADS = frozenset({"into", "to", "as", "with", "and", "from", "in", "the"})
"""Words that say nothing by themselves where a choice stands in another place."""
Way = TypeVar("Way")


@dataclass
class _Reader:
    """Reads lines in every way in which they lack nothing; ``tries``: how many more lines it may read."""

    whole: Callable[[str], Iterator[Values]]
    tries: int

    def __call__(self, line: str) -> Iterator[Values]:
        self.tries -= 1
        return self.whole(line) if self.tries >= 0 else iter(())

    def while_any(self, ways: Iterable[Way]) -> Iterator[Way]:
        """Yield ways as long as one of them may be tried."""
        return takewhile(lambda _: self.tries > 0, ways)


@dataclass(frozen=True)
class Near:
    """A way in which a line may have been meant, and the words that it leaves out."""

    values: Values
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """Words that stay together: a name, or one other word; a ``sure`` one, as an address, is never left out."""

    words: Run
    is_name: bool = False
    is_sure: bool = False


def near_readings(
    args: type[Args], text: str, names: Names, is_whole: Callable[[Values], bool], *, positional: tuple[str, ...] = ()
) -> tuple[Near, ...]:
    """Return the ways that leave out the fewest names and then the other words, or move a name behind its word.

    ``is_whole``: whether values lack nothing. None of two ways leaves out what the other does and more.
    """

    def read_whole(line: str) -> Iterator[Values]:
        return filter(is_whole, readings(args, line, names, positional=positional))

    read = _Reader(read_whole, tries_of(text))

    def without_some(line: str) -> tuple[Near, ...]:
        return _without_some(_pieces(args, with_time_keys(args, split(line)), names), args, read)

    keyed, apart = with_keys(args, text, bare=True), _apart(text)
    timed, one_name = _with_time_behind(args, text), _with_one_name(args, text, names)
    lines = (keyed, without_open_quote(text), apart, with_addresses(text), one_name, timed)
    for line in dict.fromkeys(lines):
        if whole := tuple(map(Near, read(line))):
            return whole
    found = without_some(keyed) or without_some(text)
    known = [one.values for one in found]
    return (*found, *(one for one in without_some(apart) if one.values not in known))


def tries_of(text: str) -> int:
    """Return how often a line may be read to find what it may have meant: once, however long it is."""
    return max(1, _MOST_READ // max(1, len(split(text))))


def _with_time_behind(args: type[Args], text: str) -> str:
    """Return the line with its key for a time to come at the end: ``Eve Moss in VIPs for 2 days``."""
    found = time_behind(text)
    is_asked = found and isinstance(inputs_of(args).get(found.key), TimeInput)
    return f'{found.before} {found.key}:"{found.time}"' if found and is_asked else text


def _with_one_name(args: type[Args], text: str, names: Names) -> str:
    """Return the line with a surname of several words as one, up to a name of the store: ``Eve van der Moss VIPs``."""
    kinds = {name: input_of(field) for name, field in typed_fields(args).items()}
    texts = [name for name, kind in takewhile(lambda one: isinstance(one[1], Text), kinds.items())]
    named = next((kind for kind in kinds.values() if is_name(kind)), None)
    words = split(text)
    first = len(texts) - 1
    begins = words[first].text.casefold() if named and 0 < first < len(words) else ""
    if named is None or begins not in PARTICLES or any(word.quoted or word.key for word in words):
        return text
    ends = (at for at, word in enumerate(words) if at > first and _ends_a_text(named, words[at:], names))
    end = next(ends, len(words))
    return f'{as_typed(words[:first])} {texts[-1]}:"{as_typed(words[first:end])}" {as_typed(words[end:])}'


def _ends_a_text(kind: Input, run: Run, names: Names) -> bool:
    return run[0].text.casefold() in kind.leads or any(True for _ in names(kind, run))


def _apart(text: str) -> str:
    """Return the line with its names apart from signs between and around them: ``VIPs/Loyal``, ``@VIPs``."""
    line = ""
    for word in split(text):
        plain = as_typed((word,))
        stays = word.quoted or may_hold_address(plain) or _ARROW.fullmatch(plain)
        parts = [plain] if stays else filter(None, (one.strip(_AROUND) for one in _BETWEEN.split(plain)))
        line += word.typed.removesuffix(plain) + ", ".join(parts)
    return line


def _without_some(pieces: Sequence[_Piece], args: type[Args], read: _Reader) -> tuple[Near, ...]:
    near, lost = list[Near](), list[frozenset[int]]()
    kinds = [input_of(field) for field in typed_fields(args).values()]
    leads = tuple(dict.fromkeys(lead for kind in kinds if is_name(kind) for lead in kind.leads))
    choice = _choice_of(args)
    is_excepting = any(not one.is_name and as_typed(one.words).casefold() in EXCEPT for one in pieces)
    is_free = any(isinstance(kind, Text) and not kind.option for kind in kinds)
    for out in read.while_any(islice(_ways_to_leave_out(pieces, keeps_others=is_free), MOST_TRIES)):
        named = frozenset(at for at in out if pieces[at].is_name)
        if any(one <= named for one in lost) or (named and is_excepting):
            continue
        kept = [piece for at, piece in enumerate(pieces) if at not in out]
        left_out = tuple(as_typed(pieces[at].words) for at in sorted(out))
        led = ([Near(one, left_out) for one in _as_typed(read(line), args, kept)] for line in _lines(kept, leads))
        found = next(filter(None, led), [])
        if choice and not found:
            found = _with_choice(kept, left_out, choice, read)
        lost += [named] if found else []
        near += found
    return tuple(near)


def _as_typed(read: Iterable[Values], args: type[Args], pieces: Sequence[_Piece]) -> Iterator[Values]:
    """Yield the values whose texts were typed just so: a word put in leads to a name, and never is one.

    Nor is a number, as in “for 2 days”, where words are left out, a person's name.
    """
    line, kinds = _line(pieces), inputs_of(args)
    for values in read:
        texts = [(kinds[name], str(value)) for name, value in values.items() if isinstance(kinds[name], Text)]
        people = (text for kind, text in texts if isinstance(kind, FirstName | LastName))
        if all(text in line for _, text in texts) and not any(map(str.isdigit, "".join(people))):
            yield values


def _choice_of(args: type[Args]) -> tuple[str, Choice] | None:
    """Return the field of the choice that a line has to have."""
    kinds = ((name, input_of(field)) for name, field in typed_fields(args).items())
    return next(((name, kind) for name, kind in kinds if isinstance(kind, Choice) and not kind.option), None)


def _with_choice(
    pieces: Sequence[_Piece], left_out: tuple[str, ...], choice: tuple[str, Choice], read: _Reader
) -> list[Near]:
    """Return the ways to read a line with a choice where it belongs: the one that stands elsewhere in it, or any.

    What looks like one may be a name: ``VIPs + Lapsed = Both``.
    """
    typed = ["" if one.is_name else choice[1].chosen(as_typed(one.words)) for one in pieces]
    places = [at for at, word in enumerate(typed) if word in choice[1].choices]
    said = {typed[at] for at in places}
    if len(said) > 1 or (said and not all(word.casefold() in _LEADS for word in left_out)):
        return []
    moved = (_with_word((*pieces[:at], *pieces[at + 1 :]), typed[at], left_out, read) for at in places)
    return next(filter(None, moved), []) or _with_any(pieces, left_out, choice, read)


def _with_word(pieces: Sequence[_Piece], word: str, left_out: tuple[str, ...], read: _Reader) -> list[Near]:
    """Return the ways to read a line with a word at the first place where it makes sense."""
    places = read.while_any(range(1, len(pieces) + 1))
    lines = (f"{_line(pieces[:at])} {word}{_line(pieces[at:])}" for at in places)
    return next(filter(None, ([Near(one, left_out) for one in read(line)] for line in lines)), [])


def _with_any(
    pieces: Sequence[_Piece], left_out: tuple[str, ...], choice: tuple[str, Choice], read: _Reader
) -> list[Near]:
    """Return the ways to read a line with any of the choices that it lacks.

    An unknown word there may stand for it, as in ``VIPs Lapsed xor New``, or be of what is behind it: then only the
    choice is missing.
    """
    name, kind = choice
    added, instead, lacking = list[Near](), list[Near](), list[Near]()
    for at, word in read.while_any(product(range(1, len(pieces)), kind.choices)):
        piece, before = pieces[at], f"{_line(pieces[:at])} {word}"
        whole = [Near(one, left_out) for one in read(before + _line(pieces[at:])) if one.get(name) == word]
        added += whole
        if whole and not (piece.is_name or piece.is_sure):
            without = (*left_out, as_typed(piece.words))
            instead += [Near(one, without) for one in read(before + _line(pieces[at + 1 :]))]
            lacking = [Near({key: one.values[key] for key in one.values if key != name}, left_out) for one in whole]
    return [*instead, *lacking] if instead else added


def near_lines(args: type[Args], text: str) -> Iterator[str]:
    """Yield how a line with too many words may have been meant, whatever it names: without the last few of them."""
    yield with_keys(args, text)
    words = split(text)
    for count in range(1, min(MOST_OTHERS, len(words), tries_of(text) - 1) + 1):
        yield as_typed(words[:-count])


def _pieces(args: type[Args], words: Run, names: Names) -> tuple[_Piece, ...]:
    """Return the names in the line and its other words; none where there are no names, or too many of either."""
    every = [input_of(field) for field in typed_fields(args).values()]
    kinds, choices = [kind for kind in every if is_name(kind)], [kind for kind in every if isinstance(kind, Choice)]
    signs = {lead for kind in every for lead in kind.leads if not any(map(str.isalnum, lead))}
    pieces, at, count, others = list[_Piece](), 0, 0, 0
    while at < len(words) and count <= MOST_NAMES and others <= MOST_OTHERS:
        run = words[at : at + WORDS_OF_A_NAME]
        length = max((length for kind in kinds for _, length in names(kind, run)), default=0)
        is_sure = (
            words[at].text in signs
            or _is_sure(words[at])
            or any(one.chosen(words[at].text) in one.choices for one in choices)
        )
        pieces.append(_Piece(run[: length or 1], is_name=bool(length), is_sure=is_sure and not length))
        at, count, others = at + (length or 1), count + bool(length), others + (not length and not is_sure)
    return tuple(pieces) if 0 < count <= MOST_NAMES and others <= MOST_OTHERS else ()


def _is_sure(word: Word) -> bool:
    """Return whether the word is said so plainly that it was meant: an address, a number, an option, or in quotes."""
    text = word.text.lstrip("#")
    return word.quoted or word.key is not None or "@" in text or text.isdecimal() or is_uuid(text)


def _ways_to_leave_out(pieces: Sequence[_Piece], *, keeps_others: bool) -> Iterator[frozenset[int]]:
    """Yield which pieces to leave out: as few names as possible, and all other words before only some of them.

    ``keeps_others``: never all of them, since a field may be free text.
    """
    names = [at for at, piece in enumerate(pieces) if piece.is_name][::-1]
    others = [at for at, piece in enumerate(pieces) if not piece.is_name and not piece.is_sure]
    if keeps_others and not others:
        yield frozenset()
    for count in range(len(names)):
        for named in combinations(names, count):
            for some in chain(() if keeps_others else (others,), _runs(others)):
                yield frozenset((*named, *some))


def _runs(others: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield each run of words that follow one another, the shortest first, and not all of them."""
    for length in range(len(others)):
        for start in range(len(others) - length + 1 if length else 1):
            yield others[start : start + length]


def _lines(pieces: Sequence[_Piece], leads: Sequence[str]) -> Iterable[str]:
    """Yield the line of these pieces, and with a word that leads to a name before each name behind the first piece."""
    yield _line(pieces)
    for at in range(1, len(pieces)):
        if pieces[at].is_name:
            yield from (f"{_line(pieces[:at])} {lead}{_line(pieces[at:])}" for lead in leads)


def _line(pieces: Sequence[_Piece]) -> str:
    return "".join(word.typed for piece in pieces for word in piece.words)
