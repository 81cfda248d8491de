"""Segments that the store lists no one in, though by what is on record there should be shoppers: people are told."""

from bot.core.context import Context
from bot.core.language.phrases import format_day, people
from bot.core.planning.plan import Plan
from bot.core.planning.steps import SegmentRef
from bot.core.summary.history import Effect


async def emptied(segment: SegmentRef, ctx: Context) -> str:
    """Say that a segment which looks empty should not be, by the latest summary and the changes since.

    An empty text if nothing is on record that speaks against it.
    """
    counted = await ctx.history.latest(ctx.today + ctx.today.resolution)
    if counted is None:
        return ""
    head, _ = await ctx.audit.head()
    since = (await ctx.history.effects(counted.entry, head)).get(segment.known_id, Effect())
    expected = counted.size(segment.known_id) + since.net
    if expected <= 0:
        return ""
    told = f"By the count of {format_day(counted.day)} and the changes since, {segment.name} should have"
    return f"{told} {people(expected)}, and the store lists no one in it: look in its control panel, too."


async def with_emptied(plan: Plan, ctx: Context) -> Plan:
    """Return the plan with a remark on each segment that it deletes and that should not be empty."""
    deleted = [step.whole_segment for step in plan.steps if step.whole_segment and not step.shoppers]
    remarks = [remark for one in deleted if (remark := await emptied(one, ctx))]
    return plan.model_copy(update={"remarks": (*plan.remarks, *remarks)}) if remarks else plan
