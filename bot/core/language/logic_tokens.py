"""The tokens of joined conditions in words: names, keywords and marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.errors import Misuse
from bot.core.language.tokenizer import QUOTES

# Whitespace as phones and web pages insert it; Python counts only the first as whitespace.
BLANK = r"[\s\u200b\u2060\ufeff]"
LETTER = rf"[^\s\u200b\u2060\ufeff(),{QUOTES}]"
# ASCII only: otherwise "ın" would be "in".
_KEYWORD = rf"(?:(?:(?ai:in){BLANK}+)?(?ai:neither)|(?ai:in|not|nor|and|or|everyone|everybody))(?!{LETTER})"


def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(
        rf"[{QUOTES}](?P<quoted>[^{QUOTES}]*)(?P<closed>[{QUOTES}]?)"
        rf"|(?P<key>(?:,{BLANK}*)?(?ai:and|or|nor)(?!{LETTER})|{_KEYWORD}|[(),])"
        rf"|{word}(?:{BLANK}+(?!{_KEYWORD}){word})*"
    )


_WORDS = _pattern(f"{LETTER}+")
_WORDS_AND_AMOUNTS = _pattern(rf"(?:(?a:\d+,(?=\d))+{LETTER}+|{LETTER}+)")


@dataclass(frozen=True)
class Token:
    """A token; ``kind`` is "name", "end", or the keyword or mark itself, ", and" and ", or" among them."""

    kind: str
    text: str
    typed: str

    @property
    def is_quoted(self) -> bool:
        """Whether it is a name in quotes."""
        return self.typed[:1] in {*QUOTES}


END = Token("end", "", "")


def tokens(text: str, example: str, *, amounts: bool = False) -> Iterator[Token]:
    """Yield the tokens of ``text``, without an end token. Raises Misuse for an unclosed or empty quote.

    ``amounts``: a comma between digits belongs to a number.
    """
    for match in (_WORDS_AND_AMOUNTS if amounts else _WORDS).finditer(text):
        typed = re.sub(f"{BLANK}+", " ", match[0])
        if match["key"]:
            word = typed.lower().lstrip(", ").removeprefix("in ")
            yield Token(f", {word}" if typed[0] == "," and word in ("and", "or") else word or ",", typed, typed)
        else:
            yield Token("name", typed if match["quoted"] is None else _unquoted(match, example), typed)


def _unquoted(match: re.Match[str], example: str) -> str:
    if not match["closed"]:
        raise Misuse(
            f"The quote before “{match['quoted'].strip()}” is not closed. Where a name has a quote in it, "
            f"write it with an apostrophe and put the name in quotes, or use the segment's id. {example}"
        )
    if not match["quoted"].strip():
        raise Misuse(f"There is nothing between the quotes. Put a segment's name there. {example}")
    return match["quoted"]
