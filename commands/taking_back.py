"""Taking back a segment of one's own, which needs nobody while it is empty and no promotion names it."""

from bot.core.context import Context
from bot.core.planning.steps import AnyStep, DeleteSegment
from commands.emptied import emptied


async def taking_back(step: AnyStep, ctx: Context) -> AnyStep:
    """Return a Step that deletes a segment of the asker's own such that it leaves it where it is used.

    Whether that needs an approval is decided when the plan is asked for, by the sealed log again. One that should not
    be empty, by what is on record, is not taken back.
    """
    if not isinstance(step, DeleteSegment) or not await is_own(step.segment.known_id, ctx):
        return step
    return step if await emptied(step.segment, ctx) else step.model_copy(update={"unused": True})


async def is_own(segment_id: str, ctx: Context) -> bool:
    """Return whether the asker had this segment created, by the sealed log."""
    return await ctx.changes.maker_of(segment_id) == ctx.actor
