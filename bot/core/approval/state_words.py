"""The states of a Change, in words. Pure."""

from bot.core.approval.changes import State

_IN_SENTENCES = {
    State.FAILED: "failed",
    State.CANCELLED: "was cancelled",
    State.REJECTED: "was rejected",
    State.WITHDRAWN: "was withdrawn",
    State.EXPIRED: "expired",
    State.STALE: "is no longer possible",
    State.CLOSED: "was closed by a restore",
}


def describe_state(state: State) -> str:
    """Write the state as the end of "Change 42 …"."""
    return _IN_SENTENCES.get(state, f"is {state.value}")
