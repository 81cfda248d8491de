"""Changes of which a rule says whom they move. Pure."""

from bot.core.approval.changes import Change
from bot.core.errors import Impossible
from bot.core.planning.steps import FollowRule
from bot.core.segment_rules.followed import RUN


def rules_set(change: Change) -> tuple[FollowRule, ...]:
    """Return the Steps of a change that let segments follow rules, with the ids of those that it created."""
    created_ids = change.created_ids
    return tuple(step.resolved(created_ids) for step in change.plan.steps if isinstance(step, FollowRule))


def goes_by_rule(change: Change) -> bool:
    """Return whether a rule says whom it moves: the next run moves them again, whomever somebody left out."""
    return change.command == RUN or any(isinstance(step, FollowRule) for step in change.plan.steps)


def refuse_leaving_out(change: Change) -> None:
    """Raise Impossible if whoever is left out of this change would join or leave all the same, at the next run."""
    if goes_by_rule(change):
        raise Impossible(
            f"Change {change.number} goes by a rule, so whoever is left out of it joins or leaves at the next run. "
            "Let the rule say so instead, as in `… and not in Staff`. Nothing was changed."
        )
