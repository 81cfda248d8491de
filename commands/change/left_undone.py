"""Whom a change could not be done for, each with the store's own reason."""

from bot.core.answers import File, Sentence, Table
from bot.core.approval.changes import Change
from bot.core.approval.run_progress import failed_runs
from bot.core.context import Context
from bot.core.planning.item_names import describe_others
from commands.shopper_rows import table_or_file


async def table_of_undone(change: Change, ctx: Context) -> tuple[Table | Sentence | File, ...]:
    """Show the items of Steps that failed, but for those who the store says were done; nothing if none failed."""
    failed = failed_runs(change)
    why = {item: run.error for run in failed for item in run.left or change.plan.steps[run.position].items}
    if not why:
        return ()
    names = await describe_others(tuple(why), change.plan, ctx.shop)
    rows = [(names[item], item.id, reason) for item, reason in why.items()]
    title, file = f"Not done by change {change.number}", f"not done by change {change.number}"
    return table_or_file(title, ("What", "Id", "Why"), rows, file=file)
