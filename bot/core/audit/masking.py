"""Text without e-mail addresses, for the audit log. Pure."""

import re

from bot.core.answers import MENTION

# An address is looked for where a word begins, and not again at each of its letters: long words would take long.
_EMAIL = re.compile(r"(?:[\"“”][^\"“”]*[\"“”]|(?<![^\s<>|:,\"“”])[^\s<>|:,\"“”]+)@[^\s<>|,\"“”]+")


def masked(text: str) -> str:
    """Mask the e-mail addresses in ``text``: the audit log outlives a shopper's erasure. Mentions become user ids."""
    plain = MENTION.sub(r"\1", text)
    return _EMAIL.sub("[e-mail]", plain) if "@" in plain else plain
