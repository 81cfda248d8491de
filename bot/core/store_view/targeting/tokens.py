"""The tokens of targeting in words, and phrases that cannot be asked for."""

from collections.abc import Iterator

from bot.core.language.logic_tokens import Token, tokens

EXAMPLE = 'For example: `in VIPs or "Big Spenders", and not in Staff`.'
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


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text``, without an end token. Raises Misuse for an unclosed or empty quote."""
    return tokens(text, EXAMPLE)
