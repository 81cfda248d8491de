"""What is shown of a plan under its headline, each thing once: a title stands for lines. Pure."""

from bot.core.planning.plan import Plan
from bot.core.planning.plan_lines import lines_of
from bot.core.planning.steps import FollowRule
from bot.core.segment_rules.guard import Difference


def lines_shown(plan: Plan) -> tuple[str, ...]:
    """Return what a plan does that a title does not say: how many the first run of a rule moves, and what else it does.

    Who joins or leaves one segment is counted by the title, or by the first run; of several, each is told.
    """
    moving = [step for step in plan.steps if any(step.moves)]
    if not plan.title or len({step.segment_ids for step in moving}) > 1:
        return plan.lines
    moves = Difference(*(sum(counts) for counts in zip(*(step.moves for step in moving), strict=True)))
    run = (f"First run: {moves.describe()}",) if _follows(plan) else ()
    others = (step for step in plan.steps if not any(step.moves) and not isinstance(step, FollowRule))
    return (*run, *lines_of(others))


def rule_shown(plan: Plan) -> str:
    """Return the words of the rule that a title is about, which are quoted; empty if it is about none."""
    return next((step.after.words for step in _quoted(plan)), "")


def warnings_shown(plan: Plan) -> tuple[str, ...]:
    """Return what people should know before they approve it, but for a rule that is quoted."""
    quoted = [step.after.told for step in _quoted(plan)[:1]]
    return tuple(warning for warning in plan.warnings if warning not in quoted)


def _quoted(plan: Plan) -> list[FollowRule]:
    return _follows(plan) if plan.title else []


def _follows(plan: Plan) -> list[FollowRule]:
    return [step for step in plan.steps if isinstance(step, FollowRule)]
