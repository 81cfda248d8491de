"""Compares what tables hold of a change with its life, as the sealed entries tell it. Pure."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.core.approval.change_replay import Life
from bot.core.planning.plan import fingerprint_of_json


@dataclass(frozen=True)
class StoredRun:
    """The run of a step as it is stored: its state, and the digest of its text."""

    state: str
    digest: str


@dataclass(frozen=True)
class StoredChange:
    """A change as it is stored. ``row`` is the digest of its columns, ``plan`` and ``body`` are its texts.

    ``broken_lists`` are the digests of lists that they name and that are missing or changed.
    ``segments`` are those that it is listed under, ``created`` those that its steps created. ``is_undone``: another
    change undid it or tried to, which adds to its revision.
    """

    number: int
    state: str
    requester: str
    revision: int
    row: str
    plan: str
    body: str
    stopped_by: str
    runs: Mapping[int, StoredRun]
    segments: frozenset[str]
    created: frozenset[str]
    broken_lists: frozenset[str] = frozenset()
    is_undone: bool = False


def digest(*texts: str | int | None) -> str:
    """Return the SHA-256 (hex) of these texts in this order."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def contradiction(life: Life, stored: StoredChange) -> str:
    """Return the first difference between a change as stored and as sealed, as a sentence; empty if there is none."""
    try:
        return next(filter(None, _differences(life, stored)), "")
    except (ValueError, KeyError, TypeError, AttributeError):  # its JSON is broken, or something else than a change's
        return f"What the table changes has of change {stored.number} cannot be read."


def _differences(life: Life, stored: StoredChange) -> Iterator[str]:
    change, where = f"Change {stored.number}", "in the table changes than in the log."
    if stored.state != life.state:
        yield f"{change} is “{stored.state}” in the table changes, and “{life.state}” in the log."
    if life.is_whole:
        yield from _whole_differences(life, stored, change, where)
    if life.row and (stored.row != life.row or not _has_revision(life, stored)):
        yield f"The row of {change.lower()} in the tables changes and briefs is not the one that the log has."
    yield _run_difference(life, stored)
    if stored.broken_lists - life.broken_lists:
        yield f"A list of shoppers that {change.lower()} names is not in the table lists as it was stored."
    if not _has_segments(life, stored):
        yield f"{change} touches other segments in the table touches than in the log."


def _whole_differences(life: Life, stored: StoredChange, change: str, where: str) -> Iterator[str]:
    """Yield what a life tells only if its first entry is there."""
    if stored.requester != life.requester:
        yield f"{change} has another requester {where}"
    if not _has_plan(life, stored):
        yield f"{change} has another plan {where}"
    if not life.row and not _has_old_approvals(life, stored):
        yield f"{change} has other approvals {where}"
    if stored.stopped_by != life.stopped_by:
        yield f"{change} was asked to stop by someone else {where}"


def _has_revision(life: Life, stored: StoredChange) -> bool:
    return stored.revision == life.revision or (stored.is_undone and stored.revision > life.revision)


def _has_segments(life: Life, stored: StoredChange) -> bool:
    """Compare what a change touches; entries of the first version had no subjects."""
    if life.segments is None or not (life.segments or life.row):
        return True
    return stored.segments == life.segments | stored.created


def _has_plan(life: Life, stored: StoredChange) -> bool:
    is_sealed = not life.plan or digest(stored.plan) == life.plan
    return is_sealed and (not life.fingerprint or fingerprint_of_json(stored.plan) == life.fingerprint)


def _has_old_approvals(life: Life, stored: StoredChange) -> bool:
    """Compare a row whose entries, of earlier versions, have no digest of it."""
    body = json.loads(stored.body)
    approvals = [one["actor"] for one in body.get("approvals", ())]
    return (body.get("version", 1), approvals) == (life.version, list(life.approvals))


def _run_difference(life: Life, stored: StoredChange) -> str:
    positions = stored.runs.keys() | life.runs.keys() if life.is_whole else life.runs.keys()
    for position in sorted(positions):
        run, sealed = stored.runs.get(position), life.runs.get(position)
        if run is None or sealed is None or run.state != sealed.state or sealed.digest not in ("", run.digest):
            return f"Step {position + 1} of change {stored.number} is not in the table runs as it is in the log."
    return ""
