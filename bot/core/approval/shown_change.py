"""What a card showed when its buttons were drawn: which change, by its nonce, and which plan of it. Pure."""

import hashlib
import secrets

from bot.core.frozen_value import Value

DIGITS = 16
"""Hex digits of a nonce, and of the part of a fingerprint that a button carries: none is met twice by chance."""


class Shown(Value):
    """A change as a card showed it.

    ``nonce`` is sealed in the change's first entry, so that a change of the same number in another ledger, or in a copy
    of this one, is another change. It is empty where an earlier version of the bot drew the button.
    """

    number: int
    version: int = 0
    nonce: str = ""
    fingerprint: str = ""


def random_nonce() -> str:
    """Return a nonce for a new change."""
    return secrets.token_hex(DIGITS // 2)


def derived_nonce(number: int, seal: str) -> str:
    """Return the nonce of a change from before there were nonces, from the seal of its first entry."""
    return hashlib.sha256(f"nonce of change {number} after {seal}".encode()).hexdigest()[:DIGITS]
