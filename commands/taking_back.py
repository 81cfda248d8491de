"""Taking back a segment of one's own, which needs nobody while it is empty and no promotion names it."""

from bot.core.command import Context
from bot.core.planning.steps import AnyStep, DeleteSegment


async def taking_back(step: AnyStep, ctx: Context) -> AnyStep:
    """Return a Step that deletes a segment of the asker's own such that it leaves it where it is used.

    Whether that needs an approval is decided when the plan is asked for, by the sealed log again.
    """
    is_ones_own = isinstance(step, DeleteSegment) and await is_own(step.segment.known_id, ctx)
    return step.model_copy(update={"unused": True}) if is_ones_own else step


async def is_own(segment_id: str, ctx: Context) -> bool:
    """Return whether the asker had this segment created, by the sealed log."""
    return await ctx.changes.maker_of(segment_id) == ctx.actor
