"""The index terms of an audit log entry. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind
from bot.core.items import Item

SEGMENT = str(Item.segment(""))


def is_segment(subject: str) -> bool:
    """Return whether this subject is a segment."""
    return subject.startswith(SEGMENT)


def segment_ids(subjects: Iterable[str]) -> frozenset[str]:
    """Return the ids of the segments among these subjects."""
    return frozenset(one.removeprefix(SEGMENT) for one in subjects if is_segment(one))


def segment_names(kind: str, subjects: Iterable[str], detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names that a step gave to or took from segments, in lower case, each with the segment's id.

    Only a step that changes a segment itself has a name before or after it, and it is about that one segment.
    """
    sides = (detail.get("before"), detail.get("after")) if kind == EntryKind.STEP_DONE else ()
    names = [side["name"] for side in sides if isinstance(side, dict) and isinstance(side.get("name"), str)]
    # Scanning all the members of a deleted segment would take long.
    ids = [one.removeprefix(SEGMENT) for one in subjects if is_segment(one)] if names else []
    return [(name.casefold(), id_) for name in names for id_ in ids]


def narrowest_first(audit_filter: AuditFilter) -> AuditFilter:
    """Return the same filter, with the subjects that match the fewest entries first: the shoppers, in ``besides``."""
    return (
        replace(audit_filter, subjects=audit_filter.besides, besides=audit_filter.subjects)
        if audit_filter.besides
        else audit_filter
    )
