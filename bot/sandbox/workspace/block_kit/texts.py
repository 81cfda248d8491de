"""The text in blocks that a reader sees, and how much of it Slack takes."""

from collections.abc import Iterator
from typing import Any

MESSAGE_CHARACTERS = 9_000
"""All blocks of a message together. Slack documents no such limit; users measured one near 13,200. We refuse
at the number that is safe, so that nobody comes to rely on the measured one."""
MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS, DATA_TABLE_CHARACTERS = 10_000, 20_000
ERROR_CHARACTERS = 2_000
"""One complaint about a form's input. Slack documents no such limit; a label and a hint hold as much."""


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text that a reader sees: strings under "text", at any depth."""
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
    """Count the characters that a reader sees."""
    return sum(len(one) for one in texts_in(value))
