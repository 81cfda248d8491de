"""Words in another order than a command has them: its choice before its name, or a name behind the word for it. Pure.

``import add VIPs``, ``import to VIPs``, ``import my list into VIPs``.
"""

from collections.abc import Callable, Iterator

from bot.core.language.args import Args, Choice, ShopperInput, Text, input_of, typed_fields
from bot.core.language.field_values import LONGEST, is_name
from bot.core.language.left_out_words import OPEN
from bot.core.language.line_reader import JOINING, Values
from bot.core.language.near_readings import Near
from bot.core.language.new_names import is_new_name
from bot.core.language.tokenizer import Word, as_typed, split

IsNamed = Callable[[str], bool]
"""Says whether something in the store is called like this."""


def in_another_order(args: type[Args], text: str, is_named: IsNamed) -> Near | None:
    """Return the choice and the name that words mean which begin with neither; None if they begin as they should.

    Without a name of the store, the name is all that is left, if there is anything.
    """
    fields = {name: input_of(field) for name, field in typed_fields(args).items()}
    first = next(iter(fields.items()), None)
    choice = next(((name, kind) for name, kind in fields.items() if isinstance(kind, Choice) and not kind.option), None)
    words, names = split(text), [name for name, kind in fields.items() if is_name(kind)]
    if not first or names != [first[0]] or not choice or is_named(as_typed(words)):
        return None
    values, rest = Values(), words
    while rest and not rest[0].quoted:
        chosen = choice[1].chosen(rest[0].text)
        if chosen in choice[1].choices and choice[0] not in values:
            values[choice[0]] = chosen
        elif rest[0].text.casefold() not in first[1].leads:
            break
        rest = rest[1:]
    behind = next(filter(is_named, _behind_leads(rest, first[1].leads)), None)
    if len(rest) == len(words) and not behind:
        return None
    name = as_typed(rest) if behind is None else behind
    left_out = as_typed(rest)[: -len(name)].strip() if name else ""
    return Near(({first[0]: name} if name else {}) | values, (left_out,) if left_out else ())


def name_before_shopper(args: type[Args], text: str, is_named: IsNamed) -> Near | None:
    """Return a shopper and the name before it that words mean, where the command has the shopper first."""
    fields = list(typed_fields(args).items())[:2]
    words = split(text)
    kinds = [input_of(field) for _, field in fields]
    if (
        len(kinds) < 2
        or not isinstance(kinds[0], ShopperInput)
        or not is_name(kinds[1])
        or any(word.key for word in words)
    ):
        return None
    near = range(len(words) - 1, max(0, len(words) - 1 - LONGEST), -1)
    ends = (end for end in near if is_named(as_typed(words[:end])))
    return next(
        (Near({fields[0][0]: as_typed(words[end:]), fields[1][0]: as_typed(words[:end])}) for end in ends), None
    )


def _behind_leads(words: tuple[Word, ...], leads: tuple[str, ...]) -> Iterator[str]:
    """Yield all the words, and those behind each one that leads to a name."""
    yield as_typed(words)
    for at, word in enumerate(words[:-1], 1):
        if word.text.casefold() in leads and not word.quoted:
            yield as_typed(words[at:])


def with_second_choice(args: type[Args], text: str, values: Values, is_named: IsNamed) -> Iterator[Values]:
    """Yield how else values may be meant of which a text holds a choice: ``add or remove …``, ``into VIPs equal``.

    It begins with another one than was chosen, or ends with the one of an option behind a name of the store. One that
    was typed in quotes, or behind the key of an option, is meant as it is.
    """
    quoted = {word.text for word in split(text) if word.quoted}
    kinds = {name: input_of(field) for name, field in typed_fields(args).items()}
    choices = {name: kind for name, kind in kinds.items() if isinstance(kind, Choice)}
    for name, kind in choices.items():
        texts = [
            one for one in values if not (isinstance(kinds[one], Choice) or is_name(kinds[one]) or kinds[one].option)
        ]
        for field in texts:
            is_loose = isinstance(values[field], str) and values[field] not in quoted
            words = split(values[field]) if is_loose else ()
            said = ["" if word.quoted else kind.chosen(word.text) for word in words] if words[1:] else [""]
            at = 1 if words and words[0].text.casefold() in JOINING | OPEN else 0
            takes_words = isinstance(kinds[field], Text) or is_new_name(kinds[field])
            if name in values and takes_words and words[at + 1 :] and said[at] in kind.choices:
                yield values | {name: said[at], field: as_typed(words[at + 1 :])}
            if name not in values and kind.option and said[-1] in kind.choices and is_named(as_typed(words[:-1])):
                yield values | {name: said[-1], field: as_typed(words[:-1])}
