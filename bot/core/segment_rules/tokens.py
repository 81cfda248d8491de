"""The words with which the conditions of a segment's rule begin, and what may stand in one without quotes."""

import re
from collections.abc import Iterator

from bot.core.language.logic_tokens import Token, tokens

EXAMPLE = "For example: `spent over 500 in 90 days and not in VIPs`."
GONE = ("a deleted segment", "a deleted customer group", "a deleted customer attribute")
"""What stands for the name of what is no longer in the store."""
_BEGINNING = re.compile(
    r"(?:spent|(?:last |never )?ordered|registered|customer group is|country is|attribute|accepts marketing)(?!\S)",
    re.IGNORECASE,
)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a rule, without an end token. Raises Misuse for an unclosed or empty quote."""
    return tokens(text, EXAMPLE, amounts=True)


def begins_condition(token: Token) -> bool:
    """Return whether a condition begins with this token, apart from one that begins with "in"."""
    return not token.is_quoted and bool(_BEGINNING.match(token.typed))


def is_bare(word: str) -> bool:
    """Return whether this is parsed as one name, without quotes, wherever a name or a value can stand."""
    token = Token("name", word, word)
    may_be_read_otherwise = begins_condition(token) or " is " in f" {word.lower()} " or word.lower() in GONE
    return list(tokenize(word)) == [token] and not may_be_read_otherwise
