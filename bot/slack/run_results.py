"""What came of a change's run, as its card tells it. Pure."""

from bot.core.answers import mention
from bot.core.approval.changes import Change, State, StepState
from bot.core.approval.orphans import can_be_repointed, describe_orphans
from bot.core.approval.run_progress import is_partly_done
from bot.core.planning.plan_lines import lines_of
from bot.core.planning.steps import AnyStep
from bot.slack import blocks
from bot.slack.blocks import Block


def render_results(change: Change) -> list[Block]:
    """Render what steps told, what went wrong, and which changes ended or undid it; nothing if there is none of it."""
    notes = [note for run in change.done if run.applied for note in run.applied.notes]
    errors = [run.error for run in change.runs if run.error]
    if change.state is State.FAILED:
        errors += _partial_results(change)
    stay = [f"Whom it added stay: {mention(change.kept_by)} decided that."] if change.kept_by else []
    ended = [f"Ended by change {change.ended_by}."] if change.ended_by else []
    undone = [f"Undone by change {change.undone_by}."] if change.undone_by else []
    orphans = [describe_orphans(change)] if can_be_repointed(change) else []
    lines = [*dict.fromkeys(notes + errors), *orphans, *stay, *ended, *undone]
    return [blocks.bullets(lines)] if lines else []


def _partial_results(change: Change) -> list[str]:
    """Describe what a failed change did, what it did not do, and how to continue."""
    if not change.done:
        return ["Nothing was changed."]
    ran = {run.position for run in change.runs if run.state is StepState.DONE}
    done = [step for position, step in enumerate(change.plan.steps) if position in ran]
    broken = [change.plan.steps[run.position] for run in change.runs if run.error]
    begun = {run.position for run in change.runs}
    rest = [step for position, step in enumerate(change.plan.steps) if position not in begun]
    parts = {"Done": done, "Stopped at": broken, "Not started": rest}
    parts = {"Left": list(change.steps_left)} if is_partly_done(change) else parts
    lines = [f"{what}: {line}." for what, steps in parts.items() for line in lines_of(steps)]
    undo = "Undo takes back what was done." if change.can_be_undone else ""
    again = "Asking again does only what is left." if _can_be_asked_again(change, done) else ""
    advice = " ".join(filter(None, (again, undo)))
    return [*lines, advice] if advice else lines


def _can_be_asked_again(change: Change, done: list[AnyStep]) -> bool:
    """Return whether asking again would do only the rest; names of created or deleted segments would prevent it."""
    created = any(run.applied and run.applied.created for run in change.runs)
    return not created and not any(step.deletes for step in done)
