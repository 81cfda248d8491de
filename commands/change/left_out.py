"""Whom and what approvers left out of a change, and who left out which."""

from collections.abc import Mapping

from bot.core.answers import File, Sentence, Table, mention
from bot.core.approval.changes import Change
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import EntryKind
from bot.core.context import Context
from bot.core.planning.item_names import describe_others
from commands.shopper_rows import table_or_file

NARROWED = 100
"""The most times that a change is narrowed of which it is told who did it."""


async def table_of_left_out(change: Change, ctx: Context) -> tuple[Table | Sentence | File, ...]:
    """Show the items that were left out, each with the person who did it; nothing if none was."""
    if not change.without:
        return ()
    names, by = await describe_others(change.without, change.plan, ctx.shop), await _by_item(change, ctx)
    rows = [(names[item], item.id, by.get(str(item))) for item in dict.fromkeys(change.without)]
    title, file = f"Left out of change {change.number}", f"left out of change {change.number}"
    return table_or_file(title, ("What", "Id", "Left out by"), rows, file=file)


async def _by_item(change: Change, ctx: Context) -> Mapping[str, str]:
    """Return by item, in its text form, who left it out, as the log says; an edit begins anew."""
    edits = await ctx.audit.recent(AuditFilter(change=change.number, kind=EntryKind.EDIT), limit=1)
    entries = await ctx.audit.recent(AuditFilter(change=change.number, kind=EntryKind.NARROW), limit=NARROWED)
    by: dict[str, str] = {}
    for entry in reversed(entries):
        if not edits or entry.number > edits[0].number:
            by = {str(item): mention(entry.actor) for item in entry.detail.get("without", ())} | by
    return by
