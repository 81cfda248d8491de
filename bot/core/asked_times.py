"""When what is asked for is to run, and until when those whom it adds stay: the times that come with it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.core.command import Call
from bot.core.context import Context
from bot.core.errors import Misuse
from bot.core.language.args import DueInput, EndInput, Input, inputs_of
from bot.core.language.days import is_month_first
from bot.core.language.due_times import format_due, parse_due


@dataclass(frozen=True)
class AskedTimes:
    """When it is to run (None: at once), and until when those whom it adds stay (None: for good)."""

    due_at: datetime | None = None
    until: datetime | None = None


def says_until(call: Call) -> bool:
    """Return whether the call says until when those whom it adds stay."""
    return bool(_text(call, EndInput)[1])


async def with_times(call: Call, ctx: Context) -> tuple[Call, AskedTimes]:
    """Return the call with its times written so that they stay the same moments, and those moments.

    Raises Misuse for a time that is none to come, or an end before the beginning, and Question where it may be one of
    several.
    """
    call, due_at = await _read(call, DueInput, ctx)
    call, until = await _read(call, EndInput, ctx)
    if due_at and until and until <= due_at:
        begins, ends = (format_due(one, ctx.zone) for one in (due_at, until))
        sentence = f"It would end ({ends}) before it runs ({begins}). Say a later time."
        raise Misuse(sentence, field=_text(call, EndInput)[0], for_log="It would end before it runs.")
    return call, AskedTimes(due_at, until)


async def _read(call: Call, kind: type[Input], ctx: Context) -> tuple[Call, datetime | None]:
    """Return the call with the time in its field of this kind written out, and that time."""
    name, text = _text(call, kind)
    if not text:
        return call, None
    month_first = is_month_first(await ctx.locale(), ctx.zone.key)
    moment = parse_due(text, now=ctx.now, zone=ctx.zone, field=name, month_first=month_first)
    values: dict[str, Any] = {**call.values, name: format_due(moment, ctx.zone)}
    return replace(call, values=values), moment


def _text(call: Call, kind: type[Input]) -> tuple[str, str]:
    """Return the name of the field of this kind, and what stands in it; empty texts where there is none."""
    name = next((name for name, one in inputs_of(call.command.args).items() if isinstance(one, kind)), "")
    return name, str(call.values.get(name) or "")
