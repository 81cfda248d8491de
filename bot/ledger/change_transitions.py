"""The effects of a move on a change, and on others. Pure."""

from datetime import datetime
from typing import Any

from bot.core.approval.changes import MOVES, Change, Event, Run, State
from bot.core.approval.refusals import too_late


def after_event(change: Change, event: Event, *, at: datetime, update: dict[str, Any]) -> Change:
    """Return ``change`` after ``event``, with these fields updated.

    Raises TooLate if its state does not allow the event.
    """
    if event not in MOVES.get(change.state, {}):
        too_late(change)
    times = {"updated_at": at, "started_at": at} if event is Event.START else {"updated_at": at}
    return _next_revision(change, {"state": MOVES[change.state][event], **times, **update})


def amended(change: Change, update: dict[str, Any]) -> Change:
    """Return ``change`` with these fields updated; keep its state and how long it has been in it."""
    return _next_revision(change, update)


def with_run(change: Change, run: Run) -> Change:
    """Return ``change`` with this run saved at its position."""
    runs = {one.position: one for one in change.runs} | {run.position: run}
    return _next_revision(change, {"runs": tuple(runs[position] for position in sorted(runs))})


def concerns_everybody(before: State, moved: Change) -> bool:
    """Return whether a move concerns everyone who may approve or sees the store, not only the requester."""
    ran = before is State.RUNNING and not moved.is_open
    return State.WAITING in (before, moved.state) or ran


def _next_revision(change: Change, update: dict[str, Any]) -> Change:
    return change.model_copy(update={"revision": change.revision + 1, **update})
