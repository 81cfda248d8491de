"""Keys of options that people type without their colon: ``since monday`` for ``since:monday``. Pure."""

from bot.core.language.args import Args, input_of
from bot.core.language.tokenizer import Word, as_typed


def with_colons(args: type[Args], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the words with each bare key of an option joined to the word behind it, unless the option is given so."""
    bare = {name for name, field in args.model_fields.items() if input_of(field).bare}
    bare -= {word.key for word in words if word.key}
    found: list[Word] = []
    for word in words:
        key = found[-1].text.casefold() if found and not found[-1].quoted and not found[-1].key else ""
        if key in bare and word.key is None:
            bare.discard(key)
            found[-1] = Word(word.text, word.quoted, key, f" {key}:{as_typed((word,))}")
        else:
            found.append(word)
    return tuple(found)
