"""Words that stand for a number on record, as in ``/change undo last``: which one is asked, with the latest offered."""

from collections.abc import Mapping

from bot.core.audit.audit_reader import AuditFilter
from bot.core.command import Call, Command, Context
from bot.core.errors import Question, Reading
from bot.core.language.args import ChangeInput, EntryInput, NumberInput, input_of
from bot.core.language.hidden_addresses import hide_addresses

OFFERED = 3
"""How many of the latest are offered."""


def unnumbered_field(command: Command, values: Mapping[str, object]) -> str:
    """Return the field whose number is given in words, without a digit; an empty text if there is none.

    None is offered where it would run a change without approval.
    """
    fields = {} if command.is_grave else command.args.model_fields
    numbers = [name for name, field in fields.items() if isinstance(input_of(field), NumberInput)]
    return next((name for name in numbers if _is_worded(str(values.get(name) or "0"))), "")


def _is_worded(text: str) -> bool:
    return not any(map(str.isdecimal, text))


async def ask_which_number(call: Call, ctx: Context) -> None:
    """Raise Question about the latest changes or entries if words stand for the number of one."""
    name = unnumbered_field(call.command, call.values)
    kind = input_of(call.command.args.model_fields[name]) if name else None
    latest: Mapping[str, str] = {}
    if isinstance(kind, ChangeInput):
        changes = await ctx.changes.latest("all", ctx.actor, OFFERED)
        latest = {str(one.number): f"{one.number} ({hide_addresses(one.headline)})" for one in changes}
    elif isinstance(kind, EntryInput):
        entries = await ctx.audit.recent(AuditFilter(), limit=OFFERED)
        latest = {str(one.number): f"{one.number} ({one.kind})" for one in entries}
    if kind and latest:
        raise Question(
            f"Which {kind.label.lower()} did you mean by “{call.values[name]}”? Nothing was done yet.",
            [Reading(call.values | {name: number}) for number in latest],
            field=name,
            names=latest,
            for_log="Words stand where a number belongs.",
        )
