"""Keys of options that people type without their colon: ``since monday`` for ``since:monday``. Pure."""

import re

from bot.core.language.args import Args, Text, inputs_of
from bot.core.language.tokenizer import Word, as_typed


def with_colons(args: type[Args], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words with each bare key of an option joined to the word behind it, unless the option is given so.

    Where any words may be searched for, there are no bare keys; nor is there one where something is required first.
    """
    kinds = inputs_of(args)
    if any(isinstance(kind, Text) and kind.as_typed and not kind.option for kind in kinds.values()):
        return words
    given = {word.key for word in words}
    bare = {name: kind.bare for name, kind in kinds.items() if kind.bare and name not in given}
    first = int(any(field.is_required() for field in args.model_fields.values()))
    found: list[Word] = []
    for word in words:
        is_bare = len(found) > first and not found[-1].quoted and not found[-1].key
        key = found[-1].text.casefold() if is_bare else ""
        if word.key is None and key in bare and re.fullmatch(bare[key], word.text, re.IGNORECASE):
            del bare[key]
            found[-1] = Word(word.text, word.quoted, key, f" {key}:{as_typed((word,))}")
        else:
            found.append(word)
    return tuple(found)
