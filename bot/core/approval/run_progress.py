"""How far a running Change is. Pure."""

from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.planning.steps import BATCH


def is_long(change: Change) -> bool:
    """Return whether it runs in several batches of shoppers, so that people watch it."""
    return change.plan.shoppers > BATCH


def shoppers_done(change: Change) -> int:
    """Count the shoppers of the Steps that ran."""
    return sum(change.plan.steps[run.position].shoppers for run in change.runs if run.state is StepState.DONE)


def failed_runs(change: Change) -> tuple[Run, ...]:
    """Return the runs of Steps that failed, or may have."""
    return tuple(run for run in change.runs if run.state in (StepState.FAILED, StepState.UNSURE))


def is_partly_done(change: Change) -> bool:
    """Return whether it failed only for some shoppers, whom the store refused: every Step of it was tried."""
    failed = failed_runs(change) if change.state is State.FAILED else ()
    is_tried = len(change.runs) == len(change.plan.steps) and all(run.others_go_on for run in failed)
    return bool(failed) and is_tried and shoppers_left(change) < change.plan.shoppers


def shoppers_left(change: Change) -> int:
    """Count the shoppers of what Steps did not do."""
    return sum(step.shoppers for step in change.steps_left)


def share_done(change: Change) -> str:
    """Write ``9,868 of 9,880``: the shoppers of a change that is partly done."""
    total = change.plan.shoppers
    return f"{total - shoppers_left(change):,} of {total:,}"
