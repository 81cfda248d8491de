"""Texts that a store sends, decoded so that a log, a database and a message can take them. Pure."""

import json
import re
from typing import Any

_HALF_PAIR = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which JSON can say and no encoding can carry."""


def load_json(body: bytes) -> Any:
    """Decode JSON. Raises ValueError, also where it is nested too deeply."""
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def sound(text: str) -> str:
    """Return a text with a sign in place of what nothing can store or send."""
    return text if text.isascii() else _HALF_PAIR.sub("\ufffd", text)
