"""Words that leave out or open who is meant, or take all: a line with one must not be read as if it were not there."""

import re
from collections.abc import Iterable, Set

from bot.core.language.tokenizer import Word

EXCEPT = frozenset(
    {"except", "excepting", "excluding", "exclude", "but", "not", "without", "minus", "besides", "apart"}
    | {"neither", "nor", "never", "don't", "don’t", "dont", "instead", "rather", "unless"}
    | {"außer", "ausser", "ohne", "nicht", "sauf", "excepto", "menos"}
)
SPARE = frozenset({"keep", "skip", "leave", "spare", "omit", "ignore", "behalte", "behalten"})
"""Verbs that leave out those who stand behind them; without a shopper there they may be names."""
EVERY = frozenset({"all", "every", "each", "everything", "everyone", "everybody", "any", "*"})
_THOSE = frozenset(
    {
        "shopper",
        "shoppers",
        "member",
        "members",
        "customer",
        "customers",
        "person",
        "people",
        "of",
        "the",
        "them",
        "from",
    }
)
"""What is said beside a word that takes all, and names nobody."""
OPEN = frozenset(
    {"or", "and/or", "xor", "oder", "either", "vs", "vs.", "versus", "otherwise", "else", "failing"}
    | {"maybe", "perhaps", "possibly", "probably"}
)
"""Words that leave open whether one is meant, or another: nobody can tell who."""
_EXCEPT = re.compile(
    rf"(?<![\w@.'-])(?:{'|'.join(sorted(EXCEPT))})(?![\w@.'-])|(?<![^\s,;])!(?=[^\s@]*[@#])"
    rf"|(?<![\w@.'-])(?:{'|'.join(sorted(SPARE))})(?=:?\s+(?!<)[^,;|\n]*(?:@|#\d))",
    re.IGNORECASE,
)
_OPEN = re.compile(
    rf"(?<![\w@.'/-])(?:(?:any\s+one|one|any)\s+of|{'|'.join(sorted(OPEN - {'vs.'}))})(?![\w@'/-])|(?<=\s)/(?=\s)",
    re.IGNORECASE,
)
_SLASHED = re.compile(r"(@[\w.-]+|(?<!\S)#\d+)/(?=[^\s/@]+@|#\d)")
"""Two shoppers with a slash between them: ``ada@example.com/ben@example.com``."""


def excepting_word(words: tuple[Word, ...], *, besides: Set[str]) -> str:
    """Return the first word of a line that leaves something out, but for some; an empty text if there is none."""
    bare = (word.text for word in words if not word.quoted and word.key is None)
    return next((one for one in bare if one.strip(".,;:!?").casefold() in EXCEPT - besides), "")


def take_all(texts: Iterable[str]) -> bool:
    """Return whether lists name nobody, and take all: ``everyone``, ``all shoppers``, ``all of them``."""
    words = {word.strip(".,;:!?").casefold() for text in texts for word in text.split()}
    return not words.isdisjoint(EVERY) and words <= EVERY | _THOSE


def before_exception(text: str) -> tuple[str, str] | None:
    """Return what stands in a text before the first word that leaves somebody out, and that word; None without one."""
    found = _EXCEPT.search(text)
    return (text[: found.start()].strip(" ,;"), found[0]) if found else None


def without_open_words(text: str) -> tuple[str, str] | None:
    """Return the first word in a text that leaves open who is meant, and the text with commas for all such words.

    A slash between two shoppers leaves it open, too. None if nothing does.
    """
    apart = _SLASHED.sub(r"\1 / ", text)
    found = _OPEN.search(apart)
    return (found[0], _OPEN.sub(",", apart)) if found else None
