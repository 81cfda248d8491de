"""Texts that a store sends, decoded so that a log, a database and a message can take them. Pure."""

import json
import re
from typing import Any

_UNSOUND = re.compile("[\x00\ud800-\udfff]")
"""Half of a surrogate pair, which no encoding can carry, and the character that no database's text can hold."""


def load_json(body: bytes) -> Any:
    """Decode JSON. Raises ValueError, also where it is nested too deeply."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def sound(text: str) -> str:
    """Return a text with a sign in place of each character that nothing can store."""
    return text if text.isascii() and "\x00" not in text else _UNSOUND.sub("\ufffd", text)
