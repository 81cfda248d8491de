"""Text without email addresses, for places where guests read along. Pure.

A name with its address is left as the name; addresses without one are counted in their place.
"""

import re
from collections.abc import Iterable

_LOCAL = r"(?:\"[^\"@\n]+\"|[^\s<>|:,;()\[\]\"“”@]+)"
_DOMAIN = r"[^\s<>|:,;()\[\]\"“”]+"
# A domain that was cut short ends in an ellipsis, and what was cut may have been all but its dot.
_ADDRESS = re.compile(rf"{_LOCAL}@(?=[^\s@]*[.…]){_DOMAIN}(?<![.,!?'’])")
_AFTER_NAME = re.compile(rf"(?<=[^\s:]) \({_ADDRESS.pattern}\)?")
_LONE = re.compile(rf"{_ADDRESS.pattern}(?:(?:, | and ){_ADDRESS.pattern})*")


def has_lone_address(text: str) -> bool:
    """Return whether hiding addresses leaves only a count of some in their place."""
    return "@" in text and _LONE.search(_AFTER_NAME.sub("", text)) is not None


def hide_addresses(text: str) -> str:
    """Write ``Ada Byron`` for ``Ada Byron (ada@example.com)``, and ``[2 emails]`` for two addresses."""
    return _LONE.sub(_counted, _AFTER_NAME.sub("", text)) if "@" in text else text


def before_address(text: str) -> str | None:
    """Return the text up to its first address; None if there is none to hide."""
    found = _ADDRESS.search(text)
    return text[: found.start()] if found else None


def told_apart(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of these names that differ without their addresses, too: of several the same, the first."""
    found = dict[str, str]()
    for name in names:
        found.setdefault(name if has_lone_address(name) else hide_addresses(name), name)
    return tuple(found.values())


def _counted(addresses: re.Match[str]) -> str:
    count = len(_ADDRESS.findall(addresses[0]))
    return f"[{count:,} emails]" if count > 1 else "[email]"
