"""Refusals of what comes too late for a change, or was meant for another one. Pure."""

from typing import NoReturn

from bot.core.answers import mention
from bot.core.approval.changes import DECIDABLE, Change, State
from bot.core.approval.shown_change import Shown
from bot.core.approval.state_words import describe_state, name_state
from bot.core.errors import OldButton, OldVersion, OtherChange, TooLate


def refuse_unlike(change: Change, shown: Shown) -> None:
    """Raise Refusal unless ``shown`` is this very change, with the plan that it has now."""
    if not shown.nonce:
        raise OldButton(change.number)
    if shown.nonce != change.nonce:
        raise OtherChange(change.number)
    if shown != change.shown:
        if change.state not in DECIDABLE:
            too_late(change)
        raise OldVersion(change.number)


def refuse_late(change: Change, version: int | None) -> None:
    """Raise TooLate if ``change`` can no longer be decided, OldVersion if ``version`` is not the current one."""
    if change.state not in DECIDABLE:
        too_late(change)
    if version is not None and version != change.version:
        raise OldVersion(change.number)


def too_late(change: Change) -> NoReturn:
    """Raise TooLate, with the state in words."""
    if change.scheduled_for:
        raise TooLate(f"Too late: change {change.number} {describe_state(change)}.")
    state = {
        State.PLANNED: "is not ready yet; try again in a moment",
        State.WAITING: "moved just now and is still waiting; read its card and decide again",
        State.APPROVED: "is already approved and about to run",
        State.RUNNING: "is already running",
        State.FAILED: "has already failed",
        State.EXPIRED: "has already expired",
        State.STALE: "is no longer possible",
        State.CLOSED: "was closed when a backup was restored",
    }.get(change.state, f"is already {name_state(change)}")
    by = f" by {mention(change.settled_by)}" if change.settled_by and not change.is_open else ""
    raise TooLate(f"Too late: change {change.number} {state}{by}.")
