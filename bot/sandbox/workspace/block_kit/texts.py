"""The text in blocks that a reader sees."""

from collections.abc import Iterator
from typing import Any


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
