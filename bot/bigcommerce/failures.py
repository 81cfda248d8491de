"""What the store says of a failure: a title, and messages by field or index, in any of the vendor's shapes. Pure.

Vendor: https://developer.bigcommerce.com/docs/start/about/status-codes
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from bot.bigcommerce.received_text import load_json, sound

_LONGEST_MESSAGE = 200
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SENTENCES = ("title", "message", "error", "detail", "reason")
"""Where an object says in words what is wrong; the first that does is shown."""


def decode_failure(body: bytes) -> tuple[str, dict[str, str]]:
    """Decode the title and the messages by field or index, in any of the vendor's shapes, or a page's title."""
    try:
        received = load_json(body)
    except ValueError:  # a gateway's page, or a firewall's
        return _page_title(body), {}
    parts, fields = list(_failure_parts(received)), dict[str, str]()
    for part in parts:
        fields |= _messages(part.get("errors")) if isinstance(part, dict) else {}
    titles = filter(None, (_title(part) for part in parts if isinstance(part, dict)))
    return next(titles, _short("; ".join(part for part in parts if isinstance(part, str)))), fields


def _page_title(body: bytes) -> str:
    found = _TITLE.search(body.decode("utf-8", "replace"))
    return _short(" ".join(unescape(found[1]).split())) if found else ""


def _title(part: Mapping[str, Any]) -> str:
    texts = (part.get(name) for name in _SENTENCES)
    return next((_short(text) for text in texts if isinstance(text, str) and text), "")


def _failure_parts(received: object) -> Iterator[dict[str, Any] | str]:
    match received:
        case [*parts]:
            yield from (part for part in parts if isinstance(part, dict | str))
        case dict():
            if isinstance(several := received.get("errors"), list):
                yield from _failure_parts(several)
                received = {name: value for name, value in received.items() if name != "errors"}
            yield received


def _messages(received: object) -> dict[str, str]:
    return {str(name): _short(_text(value)) for name, value in received.items()} if isinstance(received, dict) else {}


def _text(value: object) -> str:
    """Write what a message says, whatever it is wrapped in."""
    match value:
        case dict():
            return _title(value) or _text(list(value.values()))
        case [*several]:
            return "; ".join(filter(None, map(_text, several)))
    return "" if value is None else str(value)


def _short(text: str) -> str:
    whole = sound(text)
    return whole if len(whole) <= _LONGEST_MESSAGE else f"{whole[: _LONGEST_MESSAGE - 1]}…"
