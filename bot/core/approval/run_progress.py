"""How far a running Change is. Pure."""

from bot.core.approval.changes import Change, StepState
from bot.core.planning.steps import BATCH


def is_long(change: Change) -> bool:
    """Return whether it runs in several batches of shoppers, so that people watch it."""
    return change.plan.shoppers > BATCH


def shoppers_done(change: Change) -> int:
    """Count the shoppers of the Steps that ran."""
    return sum(change.plan.steps[run.position].shoppers for run in change.runs if run.state is StepState.DONE)
