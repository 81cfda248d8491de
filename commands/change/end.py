"""``/change end`` and ``keep``: the end of an addition, which may come before its time, or not at all."""

from bot.bigcommerce import Segment
from bot.core.approval.changes import Change
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.due import END
from bot.core.approval.refusals import LET_STAY, TAKE_OUT, refuse_endless
from bot.core.approval.temporary import in_by
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import NothingToDo
from bot.core.language.phrases import listing, people
from bot.core.long_lists import made_of
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, SegmentRef, removed
from commands.change.show import OneChange
from commands.change.undo import OverChange


@command(END, submit=TAKE_OUT, is_grave=True)
async def end(args: OverChange, ctx: Context) -> Plan:
    """Take out again whom a change added until a time, before that time. A second person has to approve.

    /change end 42
    """
    change = await ctx.changes.load(args.number)
    refuse_endless(change)
    steps = list[AnyStep]()
    for id_ in await _segments(change, ctx):
        if segment := await ctx.shop.by_id(id_):
            steps += await _taken_out(segment, change, ctx)
    if not steps:
        raise NothingToDo(f"No one is left whom change {change.number} would take out again.")
    plan = await build_plan(tuple(steps), ctx.shop)
    out_of = listing([f"“{name}”" for name in dict.fromkeys(step.target.name for step in plan.steps if step.target)])
    return plan.titled(f"End of change {change.number}: remove {people(plan.shoppers)} from {out_of}")


@command("change keep", submit=LET_STAY, aliases=("stay",))
async def keep(args: OneChange, ctx: Context) -> Decision:
    """Let those stay whom a change was to take out again: whoever can approve it decides that.

    /change keep 42
    """
    change = await ctx.changes.load(args.number)
    return Decision(number=change.number, verdict=Verdict.KEEP)


async def _segments(change: Change, ctx: Context) -> tuple[str, ...]:
    """Return the segments into which a change put anybody, its own among them, by the ids that they have now."""
    created = change.created_ids
    await created.fetch()
    targets = (step.resolved(created).target for step in change.plan.steps if step.is_addition)
    ids = [await ctx.history.ids_of(target.id) for target in targets if target and target.id]
    return tuple(dict.fromkeys(current for current, *_ in ids))


async def _taken_out(segment: Segment, change: Change, ctx: Context) -> tuple[AnyStep, ...]:
    """Return the Steps that take out of a segment those who are in it by this change, and nobody added again."""
    put_in = tuple(await in_by(change.number, segment.id, ctx.changes, ctx.history))
    inside = await ctx.shop.members_among(segment.id, put_in) if put_in else frozenset[str]()
    return await made_of(inside, lambda: removed(SegmentRef.of(segment), inside))
