"""Which buttons of a change that has ended ask for something that will wait for an approval: said beforehand. Pure."""

from collections.abc import Collection, Sequence

from bot.core.answers import mention
from bot.core.approval.changes import Change
from bot.core.approval.orphans import can_be_repointed
from bot.core.language.phrases import wait_for_approval
from bot.core.planning.plan import inverse_of
from bot.core.planning.steps import AnyStep


def describe_waits(change: Change, buttons: Collection[str]) -> str:
    """Say which of these buttons of it lead to another change that waits; empty if none does.

    What is destructive always does, and so does what goes on with, or takes back, what was approved.
    """
    undo = inverse_of(tuple(run.undo for run in change.done)) if change.can_be_undone else ()
    again = change.steps_left if change.can_be_retried else ()
    moves = (
        ("Try Again", _waits(again, change)),
        ("Undo", _waits(undo, change)),
        ("Point Promotions", can_be_repointed(change)),
    )
    labels = [label for label, waits in moves if waits and label in buttons]
    if not labels:
        return ""
    return f"{wait_for_approval(labels)}{_unless_own((*undo, *again), change)}"


def _waits(steps: Sequence[AnyStep], change: Change) -> bool:
    return bool(steps) and bool(change.need.approvals or any(step.destructive for step in steps))


def _unless_own(steps: Sequence[AnyStep], change: Change) -> str:
    """Tell the exception: what was created without approval is taken back without one, as long as nobody uses it."""
    hurting = [step for step in steps if step.destructive]
    if change.need.approvals or not hurting or not all(step.deletes for step in hurting):
        return ""
    return f", unless {mention(change.requester)} asks for it while the segment is empty and no promotion names it"
