"""What stands in a channel names no address: guests read along; Details shows them to who may see them. Pure."""

import re
from typing import Any

from bot.core.language.hidden_addresses import hide_addresses
from bot.slack.blocks import Message

_COUNTED = re.compile(r"\[(?:email|[\d,]+ emails)\]")


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
