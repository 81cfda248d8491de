"""Ids in Slack's shapes."""

import secrets


def new_id(letter: str) -> str:
    """Create an id such as V09AF31C2D4: a letter for the kind, ten random hex digits."""
    return letter + secrets.token_hex(5).upper()
