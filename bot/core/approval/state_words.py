"""The states of a Change, in words. Pure."""

from bot.core.approval.brief import Brief
from bot.core.approval.changes import BEFORE_A_RUN, Change, State
from bot.core.approval.run_progress import is_partly_done, share_done
from bot.core.language.due_times import describe_due

_IN_SENTENCES = {
    State.FAILED: "failed",
    State.CANCELLED: "was cancelled",
    State.REJECTED: "was rejected",
    State.WITHDRAWN: "was withdrawn",
    State.EXPIRED: "expired",
    State.STALE: "is no longer possible",
    State.CLOSED: "was closed by a restore",
}


def name_state(change: Change | Brief) -> str:
    """Return the word for the state of this change; one whose run was stopped is stored as cancelled."""
    word = "stopped" if change.is_stopped else change.state.value
    return f"{word}, runs {describe_due(change.due_at)}" if change.due_at and change.state in BEFORE_A_RUN else word


def describe_state(change: Change) -> str:
    """Write the state of this change as the end of "Change 42 …"."""
    if change.scheduled_for:
        return f"is approved and runs {describe_due(change.scheduled_for)}"
    return "was stopped" if change.is_stopped else _IN_SENTENCES.get(change.state, f"is {change.state.value}")


def describe_standing(change: Change) -> str:
    """Write the state of this change as the end of "Change 42 …"; of one that is partly done, how much of it."""
    return f"is partly done, {share_done(change)}" if is_partly_done(change) else describe_state(change)
