"""Encoding an entry as the text that is sealed, and decoding it. Pure."""

import json
from datetime import datetime
from typing import Any

from bot.core.audit.entries import Entry, RecordedEntry
from bot.core.audit.masking import masked
from bot.core.timestamps import timestamp


def content_of(entry: Entry, *, number: int, at: datetime, workspace: str) -> dict[str, Any]:
    """Return the content of this entry to seal. ``workspace`` is the bot's own, used where the entry names none."""
    # Not `asdict`, which copies each of 500 subjects on the way.
    return vars(entry) | {
        "number": number,
        "at": timestamp(at),
        "workspace": entry.workspace or workspace,
        "detail": _without_addresses(entry.detail),
    }


def decode(body: str, seal: str) -> RecordedEntry:
    """Decode an entry from its text and seal."""
    content = json.loads(body)
    detail = content["detail"]
    # The first released entries stored their detail as JSON text, and no subjects.
    content["detail"] = json.loads(detail) if isinstance(detail, str) else detail
    content["subjects"] = tuple(content.get("subjects", ()))
    return RecordedEntry(**content | {"seal": seal})


def _without_addresses(value: Any) -> Any:
    """Mask each e-mail address anywhere in ``value``: the log outlives a shopper's erasure."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, dict):
        return {key: _without_addresses(inner) for key, inner in value.items()}
    return [_without_addresses(inner) for inner in value] if isinstance(value, list | tuple) else value
