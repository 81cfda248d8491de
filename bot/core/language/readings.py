"""How a typed line can be read as the fields of a Command: one grammar, whatever says where a name ends. Pure.

Words fill the fields in order; ``key:value`` fills the named field, wherever it stands, and so does a word that leads
to a field: ``copy VIPs to Gold``. A tuple, and the last field, take all the remaining words, and so does a name that
only a description may follow, unless it is quoted. A text after its key takes the words up to the next key; at the end
it takes them exactly as typed.
"""

from collections.abc import Iterator
from itertools import islice

from bot.core.errors import Misuse
from bot.core.language.args import Args, ShopperInput, Text, inputs_of
from bot.core.language.bare_keys import with_colons
from bot.core.language.field_values import Names, Run, is_name, joined
from bot.core.language.line_reader import MOST_STEPS, LineReader, Values
from bot.core.language.person_names import LastName
from bot.core.language.time_keys import with_time_keys
from bot.core.language.tokenizer import QUOTES, SINGLE_QUOTES, split, split_otherwise

MOST_READINGS = 5
"""The most readings that anybody is asked about."""
_NEAR = 10
"""How many words a name may have before one that looks like ``key:value``."""
_QUOTED = frozenset(QUOTES + SINGLE_QUOTES)


def fill(args: type[Args], text: str, *, positional: tuple[str, ...] = ()) -> Values:
    """Parse words into values by field, where no name has more than one word before another field begins.

    ``positional``: options that are filled by position here. Required fields may be missing. Raises Misuse for too
    many words.
    """
    reader = LineReader(args, with_colons(args, with_time_keys(args, split(text))), positional)
    for values in reader.readings():
        return values
    unknown = f"I didn't expect “{joined(reader.leftover)}” here."
    raise Misuse(unknown, for_log="There were more words than the command takes.")


def readings(args: type[Args], text: str, names: Names, *, positional: tuple[str, ...] = ()) -> tuple[Values, ...]:
    """Return the ways in which the words can be read with these names, up to MOST_READINGS; none if they cannot.

    A name may hold anything: what looks like ``key:value`` or like a quote, a comma, a word that leads to a field.
    """
    found: list[Values] = []

    def read(typed: Run, *, quotes: bool) -> Iterator[Values]:
        timed = with_time_keys(args, typed)
        for words in dict.fromkeys((timed, with_colons(args, timed))):
            bound = frozenset() if quotes else frozenset(at for at, word in enumerate(words) if _QUOTED & {*word.typed})
            for hidden in _options_in_names(args, words, names):
                reader = LineReader(args, words, positional, names, bound | hidden)
                yield from islice(reader.readings(), 2 * MOST_READINGS)

    for quotes in (True, False) if _QUOTED & {*text} else (True,):
        for values in read(split(text, quotes=quotes), quotes=quotes):
            found += [] if values in found else [values]
    for values in read(split_otherwise(text), quotes=True):
        found += [] if _without_lists(args, values) in [_without_lists(args, one) for one in found] else [values]
    return tuple(found[:MOST_READINGS])


def _without_lists(args: type[Args], values: Values) -> Values:
    """Return the values of fields in which a quote may be of the text: lists and searches are read without quotes."""
    kinds = {name: inputs_of(args)[name] for name in values}
    is_read = {
        name: isinstance(one, ShopperInput) or (isinstance(one, Text) and one.as_typed) for name, one in kinds.items()
    }
    return {name: value for name, value in values.items() if not is_read[name]}


def _options_in_names(args: type[Args], words: Run, names: Names) -> Iterator[frozenset[int]]:
    """Yield the places of ``key:value`` that are no option: none, and, where a name has some in it, one or all."""
    yield frozenset()
    kinds = list(filter(is_name, inputs_of(args).values()))
    keyed = [at for at, word in enumerate(words) if word.key in args.model_fields and not word.quoted]
    for at in (one for one in keyed if one < MOST_STEPS):
        before = range(max(0, at - _NEAR), at + 1)
        held = [
            (first, first + length) for kind in kinds for first in before for _, length in names(kind, words[first:])
        ]
        whole = {frozenset(one for one in keyed if first <= one < end) for first, end in held if end > at}
        yield from sorted({frozenset({at}), *(one for one in whole if min(one) == at)}, key=len) if whole else ()


def may_differ(args: type[Args], values: Values) -> bool:
    """Return whether a line that ``fill`` parsed to these values may be read in other ways, too."""
    kinds = inputs_of(args)
    texts = [name for name, kind in kinds.items() if isinstance(kind, Text) and not kind.option]
    by_position = [name for name, kind in kinds.items() if not kind.option]
    is_named = any(is_name(kinds[name]) or isinstance(kinds[name], LastName) for name in values)
    return is_named or len(texts) == len(by_position) > 1
