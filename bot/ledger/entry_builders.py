"""The entries that a ledger records of its own acts. Pure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.core.approval.changes import Change, Run
from bot.core.audit.entries import Entry, EntryKind
from bot.core.invocation import Invocation
from bot.core.items import Item, texts
from bot.core.summary.summary_run import SummaryState
from bot.ledger.stored_changes import digest


def milliseconds(time: timedelta) -> int:
    """Return whole milliseconds; 0 if a clock was set back meanwhile."""
    return max(0, time // timedelta(milliseconds=1))


def asked(invocation: Invocation, stored: str, detail: dict[str, Any]) -> Entry:
    """Return the entry of an invocation that arrived; ``stored``: its JSON, as it waits to be answered."""
    return _of_invocation(EntryKind.ASKED, invocation, detail, words=digest(stored))


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
    return with_sealed(replace(entry, change=change.number, outcome=change.state.value), plan_facts(change))


def moved(
    kind: EntryKind, change: Change, actor: str, detail: dict[str, Any] | None = None, took: timedelta | None = None
) -> Entry:
    """Return the entry of a move or another event of a change."""
    ms = None if took is None else milliseconds(took)
    subjects = segments_of(change)
    entry = Entry(kind, actor, detail=detail or {}, outcome=change.state.value, subjects=subjects, ms=ms)
    return _of_change(
        change, with_sealed(entry, {"version": change.version, "signed": [one.actor for one in change.approvals]})
    )


def step_ran(change: Change, run: Run, detail: dict[str, Any], subjects: tuple[str, ...], ms: int | None) -> Entry:
    """Return the entry of a step's run."""
    kind, recorded = EntryKind(f"step {run.state.value}"), {"step": run.position, **detail}
    entry = Entry(kind, detail=recorded, outcome=run.state.value, subjects=subjects, ms=ms)
    return with_sealed(_of_change(change, entry), {"run": digest(run.model_dump_json())})


def summary(day: date, state: SummaryState, detail: dict[str, Any], channel: str = "") -> Entry:
    """Return the entry of a move of a day's summary."""
    recorded = {"day": day.isoformat()} | detail
    return Entry(EntryKind(f"summary {state}"), channel=channel, detail=recorded, outcome=state.value)


def with_sealed(entry: Entry, facts: dict[str, Any]) -> Entry:
    """Return the entry with these facts, which rows of tables are held to, under ``sealed`` in its detail."""
    return replace(entry, detail={**entry.detail, "sealed": {**entry.detail.get("sealed", {}), **facts}})


def plan_facts(change: Change) -> dict[str, Any]:
    """Return what is sealed of a plan: of a new change, or of a new version."""
    return {
        "version": change.version,
        "fingerprint": change.plan.fingerprint,
        "plan": digest(change.plan.model_dump_json()),
        "approvals": change.need.approvals,
    }


def segments_of(change: Change) -> tuple[str, ...]:
    """Return the segments that its plan touches, as subjects."""
    return texts(map(Item.segment, change.plan.segment_ids))


def _of_invocation(kind: EntryKind, invocation: Invocation, detail: dict[str, Any], **sealed: str) -> Entry:
    return Entry(
        kind,
        invocation.actor,
        invocation.place.recorded_text,
        invocation.command,
        None,
        {**detail, "sealed": {"delivery": digest(invocation.id), **sealed}},
        workspace=invocation.workspace,
    )


def _of_change(change: Change, entry: Entry) -> Entry:
    return replace(entry, channel=change.place.recorded_text, command=change.command, change=change.number)
