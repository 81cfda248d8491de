"""When what is asked for is to run: now, or at the time that comes with it (``at:``)."""

from dataclasses import replace
from datetime import datetime

from bot.core.command import Call
from bot.core.context import Context
from bot.core.language.args import DueInput, inputs_of
from bot.core.language.days import is_month_first
from bot.core.language.due_times import format_due, parse_due


async def with_due(call: Call, ctx: Context) -> tuple[Call, datetime | None]:
    """Return the call with its time written so that it stays the same moment, and that moment; None for at once.

    Raises Misuse for a time that is none to come, and Question where it may be one of several.
    """
    name = next((name for name, kind in inputs_of(call.command.args).items() if isinstance(kind, DueInput)), "")
    text = str(call.values.get(name) or "")
    if not text:
        return call, None
    month_first = is_month_first(await ctx.locale(), ctx.zone.key)
    due_at = parse_due(text, now=ctx.now, zone=ctx.zone, field=name, month_first=month_first)
    return replace(call, values={**call.values, name: format_due(due_at, ctx.zone)}), due_at
