"""``/change undo``, ``retry`` and ``repoint``: what is asked for once a change is over."""

from bot.core.approval.brought_back import with_current_ids
from bot.core.approval.changes import Change
from bot.core.approval.state_words import describe_state
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import Impossible, NothingToDo
from bot.core.kept_lists import fetch_lists
from bot.core.language.args import Args
from bot.core.language.due_times import describe_due
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.restoring import with_promotions, with_rules
from bot.core.planning.steps import AnyStep, CreatedIds, Restored, pointed
from commands.change.show import OverNumber
from commands.emptied import with_emptied
from commands.inputs import RunAt
from commands.rule_remarks import done_again
from commands.taking_back import taking_back
from commands.temporary import remarks_on_ended, remarks_on_missed


class OverChange(Args):
    """A change that is over, and when what is asked for because of it is to run."""

    number: OverNumber
    at: RunAt = ""


@command("change undo", submit="Undo Change", aliases=("revert", "rollback", "restore"))
async def undo(args: OverChange, ctx: Context) -> Plan:
    """Undo what a change did: the inverse of what really ran, with the same approval.

    /change undo 42
    """
    change = await ctx.changes.load(args.number)
    if change.undone_by:
        raise Impossible(f"Change {change.number} was already undone by change {change.undone_by}.")
    if change.is_open:
        raise Impossible(
            f"Change {change.number} {describe_state(change)}, so there is nothing to undo yet. {_instead(change, ctx)}"
        )
    steps = await with_current_ids(inverse_of(tuple(run.undo for run in change.done)), ctx.changes, ctx.history)
    if not steps:
        raise Impossible(
            f"Change {change.number} {describe_state(change)} and did nothing, so there is nothing to undo."
        )
    stays = tuple(line for step in change.plan.steps for line in step.stays)
    steps = await with_promotions(await with_rules(steps, ctx.shop, ctx.policy.digest), ctx.shop)
    steps = tuple([await taking_back(step, ctx) for step in steps])
    missed = await remarks_on_missed(steps, change.started_at or change.created_at, ctx)
    remarks = (*stays, *await remarks_on_ended(change, ctx), *await done_again(steps, ctx), *missed)
    plan = await build_plan(steps, ctx.shop, undoes=change.number, remarks=remarks, who=change.plan.who)
    return await with_emptied(plan, ctx)


def _instead(change: Change, ctx: Context) -> str:
    """Say what can be done about an open change instead of undoing it."""
    if change.can_be_withdrawn(ctx.now):
        return f"Whoever asked for it can take it back with `/change withdraw {change.number}`."
    if change.can_be_stopped(ctx.now):
        return f"Whoever asked for it, or can approve it, can stop it with `/change stop {change.number}`."
    return "It is about to run: ask again once it has ended."


@command("change retry", submit="Try Again", aliases=("again", "continue"))
async def retry(args: OverChange, ctx: Context) -> Plan:
    """Ask again for what an interrupted change did not do, with the same approval.

    /change retry 42
    """
    change = await ctx.changes.load(args.number)
    if not change.can_be_retried:
        raise Impossible(f"Change {change.number} {describe_state(change)}: nothing is left to try again.")
    created_ids, remarks = change.created_ids, list[str]()
    await created_ids.fetch()
    steps = tuple([await _resolved(step, created_ids) for step in change.steps_left])
    steps = await with_current_ids(steps, ctx.changes, ctx.history)
    for name in change.perhaps_created:
        if found := await ctx.shop.by_name(name, exactly=True):
            known = CreatedIds(segments={name: found.id})
            steps = tuple(step.resolved(known) for step in steps if step.creates != name)
            remarks.append(f"“{name}” exists by now, whoever created it. It is used as it is.")
    if not steps:
        raise NothingToDo(" ".join(remarks))
    until = change.plan.until if any(step.is_addition for step in steps) else None
    if until and until <= ctx.now:
        raise Impossible(f"Change {change.number} was to end {describe_due(until)}, which is past.")
    plan = await build_plan(
        steps, ctx.shop, undoes=change.plan.undoes, remarks=tuple(remarks), who=change.plan.who, is_retry=True
    )
    return plan.ending(until)


async def _resolved(step: AnyStep, created_ids: CreatedIds) -> AnyStep:
    """Return a Step with what others created; meanwhile people are answered, for there may be hundreds of steps."""
    await fetch_lists(step)
    return step.resolved(created_ids)


@command("change repoint", submit="Point Promotions", is_grave=True)
async def repoint(args: OverChange, ctx: Context) -> Plan:
    """Point promotions to the segments that an undo restored under a new id. A second person has to approve.

    /change repoint 43
    """
    change = await ctx.changes.load(args.number)
    if not change.restored:
        raise Impossible(f"Change {change.number} restored no segment, so there is nothing to point promotions to.")
    names = await ctx.shop.names()
    present = {old_id: new_id for old_id, new_id in change.restored.items() if new_id in names}
    if not present:
        raise Impossible(f"What change {change.number} restored is gone again, so there is nothing to point to.")
    restored = [Restored(name=names[new_id], old_id=old_id) for old_id, new_id in present.items()]
    known = CreatedIds(segments={names[new_id]: new_id for new_id in present.values()})
    found = (pointed(one, restored) for one in await ctx.shop.readable_promotions())
    # These segments are there, so nothing is awaited any more.
    steps = [step.resolved(known).model_copy(update={"restored": ()}) for step in found if step]
    if not steps:
        raise NothingToDo(
            f"There is nothing to do: no promotion names the old id of a segment that change {change.number} restored."
        )
    return await build_plan(tuple(steps), ctx.shop)
