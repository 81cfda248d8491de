"""Masks e-mail addresses in text for the audit log. Pure."""

import re

from bot.core.answers import bare

# Matching an address starts only where a word begins, not at each letter: long words would take quadratic time.
_EMAIL = re.compile(r"(?:[\"“”][^\"“”]*[\"“”]|(?<![^\s<>|:,\"“”])[^\s<>|:,\"“”]+)@[^\s<>|,\"“”]+")


def masked(text: str) -> str:
    """Mask the e-mail addresses in ``text``: the audit log outlives a shopper's erasure. Mentions become user ids."""
    plain = bare(text)
    return _EMAIL.sub("[e-mail]", plain) if "@" in plain else plain
