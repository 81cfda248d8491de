"""The entries that a ledger records of its own acts. Pure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.approval.changes import Change, Run
from bot.core.audit.entries import Entry, EntryKind
from bot.core.invocation import Invocation
from bot.core.items import Item, texts
from bot.core.summary.summary_run import SummaryState


def milliseconds(time: timedelta) -> int:
    """Return whole milliseconds; 0 if a clock was set back meanwhile."""
    return max(0, time // timedelta(milliseconds=1))


def asked(invocation: Invocation, detail: dict[str, Any]) -> Entry:
    """Return the entry of an invocation that arrived."""
    return _of_invocation(EntryKind.ASKED, invocation, detail)


def answered(
    kind: EntryKind, invocation: Invocation, detail: dict[str, Any], subjects: tuple[str, ...], *, took: timedelta
) -> Entry:
    """Return the entry of the answer to an invocation."""
    entry = _of_invocation(kind, invocation, detail)
    return replace(entry, outcome=kind.value, subjects=subjects, ms=milliseconds(took))


def planned(
    invocation: Invocation, change: Change, detail: dict[str, Any], subjects: tuple[str, ...], *, took: timedelta
) -> Entry:
    """Return the entry of an invocation that became a change."""
    touched = tuple(dict.fromkeys((*segments_of(change), *subjects)))
    entry = answered(EntryKind.PLANNED, invocation, detail, touched, took=took)
    return replace(entry, change=change.number, outcome=change.state.value)


def moved(
    kind: EntryKind, change: Change, actor: str, detail: dict[str, Any] | None = None, took: timedelta | None = None
) -> Entry:
    """Return the entry of a move or another event of a change."""
    ms = None if took is None else milliseconds(took)
    subjects = segments_of(change)
    return _of_change(
        change, Entry(kind, actor, detail=detail or {}, outcome=change.state.value, subjects=subjects, ms=ms)
    )


def step_ran(change: Change, run: Run, detail: dict[str, Any], subjects: tuple[str, ...], ms: int | None) -> Entry:
    """Return the entry of a step's run."""
    kind, recorded = EntryKind(f"step {run.state.value}"), {"step": run.position, **detail}
    return _of_change(change, Entry(kind, detail=recorded, outcome=run.state.value, subjects=subjects, ms=ms))


def summary(day: date, state: SummaryState, detail: dict[str, Any], channel: str = "") -> Entry:
    """Return the entry of a move of a day's summary."""
    recorded = {"day": day.isoformat()} | detail
    return Entry(EntryKind(f"summary {state}"), channel=channel, detail=recorded, outcome=state.value)


def segments_of(change: Change) -> tuple[str, ...]:
    """Return the segments that its plan touches, as subjects."""
    return texts(map(Item.segment, change.plan.segment_ids))


def _of_invocation(kind: EntryKind, invocation: Invocation, detail: dict[str, Any]) -> Entry:
    return Entry(
        kind,
        invocation.actor,
        invocation.place.channel or "",
        invocation.command,
        None,
        detail,
        workspace=invocation.workspace,
    )


def _of_change(change: Change, entry: Entry) -> Entry:
    return replace(entry, channel=change.place.channel or "", command=change.command, change=change.number)
