"""Words that leave somebody or something out, or take all: a line with one must not be read as if it were not there."""

import re
from collections.abc import Set

from bot.core.language.tokenizer import Word

EXCEPT = frozenset(
    {"except", "excepting", "excluding", "exclude", "but", "not", "without", "minus", "besides", "apart"}
    | {"neither", "nor", "never", "don't", "don’t", "dont"}
    | {"außer", "ausser", "ohne", "nicht", "sauf", "excepto", "menos"}
)
EVERY = frozenset({"all", "every", "each", "everything", "everyone", "everybody", "any", "*"})
_EXCEPT = re.compile(rf"(?<![\w@.'-])(?:{'|'.join(sorted(EXCEPT))})(?![\w@.'-])", re.IGNORECASE)


def excepting_word(words: tuple[Word, ...], *, besides: Set[str]) -> str:
    """Return the first word of a line that leaves something out, but for some; an empty text if there is none."""
    bare = (word.text for word in words if not word.quoted and word.key is None)
    return next((one for one in bare if one.strip(".,;:!?").casefold() in EXCEPT - besides), "")


def before_exception(text: str) -> tuple[str, str] | None:
    """Return what stands in a text before the first word that leaves somebody out, and that word; None without one."""
    found = _EXCEPT.search(text)
    return (text[: found.start()].strip(" ,;"), found[0]) if found else None
