"""Promotions that a Change left naming a segment which is gone. Pure."""

from bot.core.approval.changes import Change, StepState
from bot.core.items import Item
from bot.core.store_view.cached_shop import PromotionUse
from bot.core.store_view.orphaned_promotions import describe_orphaned


def orphans_of(change: Change) -> tuple[PromotionUse, ...] | None:
    """Return the promotions that name a segment which is gone, as ``change`` left them; None: they could not be read.

    What another change undid is told by that one.
    """
    done = [change.plan.steps[run.position] for run in change.runs if run.state is StepState.DONE]
    found, about = [step.orphans for step in done], {step.about_promotion for step in done}
    if change.is_open or change.undone_by:
        return ()
    if None in found:
        return None
    uses = {use.id: use for some in found for use in some or ()}
    return tuple(use for id_, use in uses.items() if Item.promotion(id_) not in about)


def can_be_repointed(change: Change) -> bool:
    """Return whether promotions name a segment by the id that it had before ``change`` restored it."""
    return bool(change.restored) and orphans_of(change) != ()


def describe_orphans(change: Change) -> str:
    """Describe the promotions that ``change`` left naming a deleted segment, as sentences; empty if there are none."""
    uses = orphans_of(change)
    if uses is None:
        return "Promotions may still name a deleted segment: they could not be read."
    if not uses:
        return ""
    return f"{describe_orphaned(uses)} {_advice(change, 'it' if len(uses) == 1 else 'them')}"


def _advice(change: Change, it: str) -> str:
    if change.restored:
        return f"`/change repoint {change.number}` points {it} to the restored one."
    return f"`/change undo {change.number}` restores it and points {it} to it; `/promotion target` names another."
