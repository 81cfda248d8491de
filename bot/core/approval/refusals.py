"""Refusals of what comes too late for a change, or was meant for another one. Pure."""

from typing import NoReturn

from bot.core.answers import mention
from bot.core.approval.changes import DECIDABLE, Change, State
from bot.core.approval.shown_change import Shown
from bot.core.approval.state_words import describe_state, name_state
from bot.core.errors import Impossible, Instead, OldButton, OldVersion, OtherChange, TooLate

TAKE_OUT, LET_STAY = "Take Them Out", "Let Them Stay"
"""What buttons say of whom a change added until a time."""


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


def refuse_withdrawing(change: Change) -> None:
    """Raise TooLate if ``change`` is over.

    Whom it added until a time may still be taken out at once, or stay. These are opposite acts, so it is asked which.
    """
    if change.is_open:
        return
    number = change.number
    if change.ends_at is None:
        too_late(change)
    raise TooLate(
        f"Too late: change {number} {_past(change)}. `/change end {number}` takes out now whom it added, "
        f"`/change keep {number}` lets them stay.",
        instead=(Instead(TAKE_OUT, f"change end {number}"), Instead(LET_STAY, f"change keep {number}")),
    )


def refuse_endless(change: Change) -> None:
    """Raise Impossible unless ``change`` added somebody until a time."""
    if change.plan.until is None:
        raise Impossible(f"Change {change.number} adds no one until a time, so it has no end.")
    if change.is_open:
        raise Impossible(f"Change {change.number} {describe_state(change)}, so there is nothing to end yet.")


def refuse_keeping(change: Change) -> None:
    """Raise Refusal unless those whom ``change`` added are still to be taken out again."""
    refuse_endless(change)
    if change.ends_at:
        return
    if change.kept_by:
        raise TooLate(f"Whom change {change.number} added stay already: {mention(change.kept_by)} decided that.")
    if change.ended_by:
        raise TooLate(f"Too late: change {change.ended_by} took out again whom change {change.number} added.")
    raise TooLate(f"Nothing of change {change.number} is to end.")


def too_late(change: Change) -> NoReturn:
    """Raise TooLate, with the state in words."""
    if change.scheduled_for:
        raise TooLate(f"Too late: change {change.number} {describe_state(change)}.")
    raise TooLate(f"Too late: change {change.number} {_past(change)}.")


def _past(change: Change) -> str:
    """Return what a change is by now, or why it is not decided now, to complete "change 42 …"."""
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
    return f"{state}{by}"
