"""Requests in the log as one row each: what was asked, and how it was answered. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.audit.entries import EntryKind, RecordedEntry

NEWER = 50
"""How many entries before a page are read, too: the answers to its first requests may be among them."""
_ANSWERS = (EntryKind.ANSWERED, EntryKind.REFUSED, EntryKind.PLANNED)


def fold(entries: Sequence[RecordedEntry]) -> list[RecordedEntry]:
    """Return these entries (newest first) without requests whose answer is among them; the answer says both."""
    asked = {_delivery(one) for one in entries if one.kind == EntryKind.ASKED} - {""}
    answered = {_delivery(one) for one in entries if one.kind in _ANSWERS}
    return [
        _both(one) if one.kind in _ANSWERS and _delivery(one) in asked else one
        for one in entries
        if one.kind != EntryKind.ASKED or _delivery(one) not in answered
    ]


def _both(answer: RecordedEntry) -> RecordedEntry:
    return replace(answer, kind=f"{EntryKind.ASKED}, {answer.kind}")


def _delivery(entry: RecordedEntry) -> str:
    """Return the digest of the delivery that the entry belongs to; empty in entries from before they were sealed."""
    return str(entry.detail.get("sealed", {}).get("delivery", ""))
