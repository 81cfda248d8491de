"""Lines with one more name before a word that leads to a new one. Pure.

``copy VIPs, Lapsed to Both``.
"""

from collections.abc import Iterator

from bot.core.language.args import Args, Text, input_of
from bot.core.language.field_values import Names, is_name
from bot.core.language.line_reader import JOINING, Values
from bot.core.language.tokenizer import as_typed, split


def without_second_name(args: type[Args], text: str, values: Values, names: Names) -> Iterator[Values]:
    """Yield how else values may be meant whose text begins with a name of the store, and a word that leads to a text.

    The text is what that word leads to, with either name. One that was typed in quotes is meant as it is.
    """
    kinds = {name: input_of(args.model_fields[name]) for name in values}
    named = next((name for name, kind in kinds.items() if is_name(kind) and isinstance(values[name], str)), "")
    texts = [name for name, kind in kinds.items() if isinstance(kind, Text) and kind.leads]
    quoted = {word.text for word in split(text) if word.quoted}
    for field in texts if named else ():
        words = split(values[field])
        run = words[1:] if words and words[0].text.casefold() in JOINING else words
        for name, length in names(kinds[named], run) if values[field] not in quoted else ():
            if run[length:] and run[length].text.casefold() in kinds[field].leads:
                rest = {field: as_typed(run[length + 1 :])}
                yield from (values | rest, values | rest | {named: name})
