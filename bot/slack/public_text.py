"""What stands in a channel names no address: guests read along, and Details shows addresses to who may see them. Pure.

A name with its address is left as the name; addresses without one are counted in their place.
"""

import re
from typing import Any

from bot.slack.blocks import Message

_LOCAL = r"(?:\"[^\"@\n]+\"|[^\s<>|:,;()\[\]\"“”@]+)"
_DOMAIN = r"[^\s<>|:,;()\[\]\"“”]+"
# A domain that was cut short ends in an ellipsis, and what was cut may have been all but its dot.
_ADDRESS = re.compile(rf"{_LOCAL}@(?=[^\s@]*[.…]){_DOMAIN}(?<![.,!?'’])")
_AFTER_NAME = re.compile(rf"(?<=[^\s:]) \({_ADDRESS.pattern}\)?")
_COUNTED = re.compile(r"\[(?:email|[\d,]+ emails)\]")
_LONE = re.compile(rf"{_ADDRESS.pattern}(?:(?:, | and ){_ADDRESS.pattern})*")


def without_addresses(message: Message) -> Message:
    """Return the message as everyone in a channel may read it."""
    return Message(hide_addresses(message.text), _hidden_in(message.blocks))


def counts_addresses(message: Message) -> bool:
    """Return whether addresses stood in this message that are only counted now."""
    return bool(_COUNTED.search(str(message.blocks)))


def _hidden_in(value: Any) -> Any:
    match value:
        case list():
            return [_hidden_in(one) for one in value]
        case dict():
            return {key: _hidden(key, inner) for key, inner in value.items()}
    return value


def _hidden(key: str, value: Any) -> Any:
    """Hide addresses in what people read; what comes back to the bot, and what it is known by, stays exact."""
    is_read = isinstance(value, str) and key in ("text", "caption", "title", "label", "name")
    return hide_addresses(value) if is_read else _hidden_in(value)


def hide_addresses(text: str) -> str:
    """Write ``Ada Byron`` for ``Ada Byron (ada@example.com)``, and ``[2 emails]`` for two addresses."""
    return _LONE.sub(_counted, _AFTER_NAME.sub("", text)) if "@" in text else text


def _counted(addresses: re.Match[str]) -> str:
    count = len(_ADDRESS.findall(addresses[0]))
    return f"[{count:,} emails]" if count > 1 else "[email]"
