"""The life of a Change as its sealed entries tell it: what was planned, who approved it, how it ran. Pure.

The log authorises: rows of tables are only caches of what it says. What a ledger adds to the entries of a change stands
under ``sealed`` in their detail; entries of earlier versions have none, and are read with what they hold.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.approval.changes import MOVES, Event, State
from bot.core.audit.entries import EntryKind, RecordedEntry
from bot.core.audit.index_terms import segment_ids

_SIGNED = (EntryKind.SIGN, EntryKind.APPROVE)
_RENEWED = (EntryKind.REPLAN, EntryKind.NARROW, EntryKind.EDIT)
_EVENTS = {event.value: event for event in Event}
_STEP = "step "
_OLD_NEED = re.compile(r"needs (\d+|no) approval")


class BrokenLife(Exception):
    """Entries that no change can have; the text is the end of "Change 42 …"."""


@dataclass(frozen=True)
class SealedRun:
    """The latest entry of a step: its state, and the digest of the stored run (earlier versions sealed none)."""

    state: str
    digest: str = ""


@dataclass(frozen=True)
class Life:
    """What the entries of a change say of it.

    ``broken_lists`` are those that were missing or changed when it was closed for that.
    ``wanted`` is how many approvals it needs (None: its entries do not say), ``row`` and ``plan`` are digests of what
    is stored. ``is_whole``: its first entry is there; otherwise that one is in an archive.
    """

    requester: str = ""
    state: State = State.PLANNED
    version: int = 1
    fingerprint: str = ""
    wanted: int | None = None
    approvals: tuple[str, ...] = ()
    breaker: str = ""
    stopped_by: str = ""
    revision: int = 0
    row: str = ""
    plan: str = ""
    segments: frozenset[str] | None = None
    runs: Mapping[int, SealedRun] = field(default_factory=dict)
    broken_lists: frozenset[str] = frozenset()
    is_whole: bool = True


def replay(entries: Iterable[RecordedEntry]) -> Life:
    """Replay all entries of one change, in order. Raises BrokenLife."""
    life: Life | None = None
    for entry in entries:
        if life is None:
            life = _planned(entry) if entry.kind == EntryKind.PLANNED else Life(is_whole=False)
        life = _after(life, entry)
    return life or Life(is_whole=False)


def sealed_fact(entry: RecordedEntry, name: str) -> Any:
    """Return one of the facts that the ledger sealed with an entry; None if it has none of this name."""
    sealed = entry.detail.get("sealed")
    return sealed.get(name) if isinstance(sealed, dict) else None


def _planned(entry: RecordedEntry) -> Life:
    return Life(requester=entry.actor)


def _after(life: Life, entry: RecordedEntry) -> Life:
    if entry.kind.startswith(_STEP):
        return _after_step(life, entry)
    if entry.kind == EntryKind.STOP_ASKED:
        return replace(life, stopped_by=entry.actor)
    if entry.kind == EntryKind.PLANNED:
        return _with_row(_with_plan(life, entry, first=True), entry)
    if entry.kind == EntryKind.CONTRADICT:
        return _with_row(_closed(life, entry), entry)
    if entry.kind in _EVENTS:
        return _with_row(_moved(life, entry), entry)
    return _with_row(life, entry)


def _after_step(life: Life, entry: RecordedEntry) -> Life:
    if life.is_whole and life.state is not State.RUNNING:
        raise BrokenLife(f"has a step in entry {entry.number}, and did not run then")
    run = SealedRun(entry.outcome, sealed_fact(entry, "run") or "")
    revision = life.revision + 1 if life.revision else 0
    return replace(life, revision=revision, runs={**life.runs, entry.detail.get("step", 0): run})


def _moved(life: Life, entry: RecordedEntry) -> Life:
    state = MOVES.get(life.state, {}).get(_EVENTS[entry.kind]) if life.is_whole else _outcome(entry)
    if state is None or state != entry.outcome:
        raise BrokenLife(f"cannot have moved as entry {entry.number} says: {entry.kind} after {life.state}")
    moved = replace(life, state=state, segments=segment_ids(entry.subjects))
    if entry.kind in _RENEWED or sealed_fact(entry, "plan"):
        moved = _with_plan(moved, entry)
    moved = _with_approvals(moved, entry)
    if life.is_whole and state is State.APPROVED:
        _refuse_unapproved(moved, entry)
    return moved


def _closed(life: Life, entry: RecordedEntry) -> Life:
    """Return a life that ended because the tables contradicted it: they are held to what they were then."""
    runs = sealed_fact(entry, "runs") or {}
    return replace(
        life,
        state=State.CANCELLED,
        requester=sealed_fact(entry, "requester") or "",
        plan=sealed_fact(entry, "plan") or "",
        fingerprint="",
        stopped_by=sealed_fact(entry, "stopped_by") or "",
        runs={int(position): SealedRun(*run) for position, run in runs.items()},
        broken_lists=frozenset(sealed_fact(entry, "lists") or ()),
    )


def _outcome(entry: RecordedEntry) -> State | None:
    """Return the state that an entry names: what a move began from may be in an archive."""
    return State(entry.outcome) if entry.outcome in tuple(State) else None


def _with_plan(life: Life, entry: RecordedEntry, *, first: bool = False) -> Life:
    """Return the life with the plan of this entry: a version that nobody approved yet."""
    detail = entry.detail
    return replace(
        life,
        version=1 if first else sealed_fact(entry, "version") or detail.get("version", life.version + 1),
        fingerprint=sealed_fact(entry, "fingerprint") or detail.get("fingerprint", ""),
        wanted=_wanted(entry),
        plan=sealed_fact(entry, "plan") or "",
        approvals=(),
        breaker="",
    )


def _wanted(entry: RecordedEntry) -> int | None:
    sealed = sealed_fact(entry, "approvals")
    if isinstance(sealed, int):
        return sealed
    words = _OLD_NEED.match(str(entry.detail.get("need", "")))
    return None if words is None else 0 if words[1] == "no" else int(words[1])


def _with_approvals(life: Life, entry: RecordedEntry) -> Life:
    if entry.kind == EntryKind.BREAK_GLASS:
        return replace(_with_seen_plan(life, entry), breaker=entry.actor)
    allowed = life.approvals
    if entry.kind in _SIGNED:
        life = _with_seen_plan(life, entry)
        if entry.actor in (*allowed, life.requester, ""):
            raise BrokenLife(f"was approved in entry {entry.number} by someone whose approval does not count")
        allowed = (*allowed, entry.actor)
    signed = sealed_fact(entry, "signed")
    if isinstance(signed, list):
        if life.is_whole and not set(signed) <= set(allowed):
            raise BrokenLife(f"has an approval in entry {entry.number} that no one gave")
        allowed = tuple(signed)
    return life if allowed == life.approvals else replace(life, approvals=allowed)


def _with_seen_plan(life: Life, entry: RecordedEntry) -> Life:
    """Return the life with the plan that was approved, which must be its own.

    A later version may give the plan of an earlier one another fingerprint: the digest of what is stored stays.
    """
    digest = sealed_fact(entry, "approves")
    version = sealed_fact(entry, "version") or entry.detail.get("version")
    is_same = digest == (life.plan or digest) if digest else entry.detail.get("fingerprint") == life.fingerprint
    if life.is_whole and not (is_same and version == life.version):
        raise BrokenLife(f"was approved in entry {entry.number} with another plan than the log has")
    return replace(life, plan=digest) if digest else life


def _refuse_unapproved(life: Life, entry: RecordedEntry) -> None:
    if entry.kind == EntryKind.CLEAR:
        enough = not life.wanted
    else:
        enough = bool(life.breaker) or len(life.approvals) >= (1 if life.wanted is None else life.wanted)
    if not enough:
        raise BrokenLife(f"was approved in entry {entry.number} without the approvals that it needs")


def _with_row(life: Life, entry: RecordedEntry) -> Life:
    row, revision = sealed_fact(entry, "row"), sealed_fact(entry, "revision")
    return replace(life, row=row, revision=revision or 0) if row else life
