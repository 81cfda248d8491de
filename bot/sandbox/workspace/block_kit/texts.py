"""The visible text in blocks, and Slack's limits on it."""

from collections.abc import Iterator
from typing import Any

MESSAGE_CHARACTERS = 9_000
"""The most for all blocks of a message. Slack documents no such limit; users measured one near 13,200.

We refuse at a safe number, so that nobody comes to rely on the measured one.
"""
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS, DATA_TABLE_CHARACTERS = 10_000, 20_000
ERROR_CHARACTERS = 2_000
"""The most for one complaint about a form's input. Slack documents no such limit; a label and a hint hold as much."""


def texts_in(value: Any) -> Iterator[str]:
    """Yield every visible text: strings under "text", at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield from [inner] if key == "text" else []
            else:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def characters(value: Any) -> int:
    """Count the visible characters."""
    return sum(len(one) for one in texts_in(value))
