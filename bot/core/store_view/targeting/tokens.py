"""The tokens of targeting in words: names, keywords and marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.errors import Misuse
from bot.core.language.tokenizer import QUOTES

EXAMPLE = 'For example: `in VIPs or "Big Spenders", and not in Staff`.'

# Whitespace as phones and web pages insert it; Python counts only the first as whitespace.
BLANK = r"[\s\u200b\u2060\ufeff]"
LETTER = rf"[^\s\u200b\u2060\ufeff(),{QUOTES}]"
# ASCII only: otherwise "ın" would be "in".
_KEYWORD = rf"(?:(?:(?ai:in){BLANK}+)?(?ai:neither)|(?ai:in|not|nor|and|or|everyone|everybody))(?!{LETTER})"
_TOKEN = re.compile(
    rf"[{QUOTES}](?P<quoted>[^{QUOTES}]*)(?P<closed>[{QUOTES}]?)"
    rf"|(?P<key>(?:,{BLANK}*)?(?ai:and|or|nor)(?!{LETTER})|{_KEYWORD}|[(),])"
    rf"|{LETTER}+(?:{BLANK}+(?!{_KEYWORD}){LETTER}+)*"
)
EVERYONE = (
    "“everyone” can't be part of a rule. To reach everyone, take the rule away with `/promotion untarget`; "
    "for all but some, name those: `not in Staff`."
)
# Errors for rules that cannot be asked for; the keys are the tokens of their descriptions.
UNASKABLE = {
    ("everyone",): EVERYONE,
    ("everybody",): EVERYONE,
    ("no segment",): f"“in no segment” reaches no one. Name the segments to reach. {EXAMPLE}",
    ("a deleted segment",): (
        f"A deleted segment can't be part of a rule. Leave it out, or name another in its place. {EXAMPLE}"
    ),
    ("by a rule that is", "not", "readable here"): (
        f"“by a rule that is not readable here” can't be part of a rule. Type the whole rule again. {EXAMPLE}"
    ),
}


@dataclass(frozen=True)
class Token:
    """A token; ``kind`` is "name", "end", or the keyword or mark itself, ", and" and ", or" among them."""

    kind: str
    text: str
    typed: str


END = Token("end", "", "")


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text``, without an end token. Raises Misuse for an unclosed or empty quote."""
    for match in _TOKEN.finditer(text):
        typed = re.sub(f"{BLANK}+", " ", match[0])
        if match["key"]:
            word = typed.lower().lstrip(", ").removeprefix("in ")
            yield Token(f", {word}" if typed[0] == "," and word in ("and", "or") else word or ",", typed, typed)
        else:
            yield Token("name", typed if match["quoted"] is None else _unquoted(match), typed)


def _unquoted(match: re.Match[str]) -> str:
    if not match["closed"]:
        raise Misuse(
            f"The quote before “{match['quoted'].strip()}” is not closed. Where a name has a quote in it, "
            f"write it with an apostrophe and put the name in quotes, or use the segment's id. {EXAMPLE}"
        )
    if not match["quoted"].strip():
        raise Misuse(f"There is nothing between the quotes. Put a segment's name there. {EXAMPLE}")
    return match["quoted"]
