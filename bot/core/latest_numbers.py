"""Words that stand for a number on record, as in ``/change undo last``: which one is asked, with some offered."""

from collections.abc import Iterable, Mapping

from bot.core.approval.brief import Brief
from bot.core.approval.changes import OPEN
from bot.core.approval.changes_reader import SCOPE_WORDS, Scope
from bot.core.audit.audit_reader import AuditFilter
from bot.core.command import Call, Command
from bot.core.context import Context
from bot.core.errors import Instead, Misuse, Question, Reading
from bot.core.language.args import ChangeInput, NumberInput, inputs_of
from bot.core.language.hidden_addresses import hide_addresses
from bot.core.named_elsewhere import named_elsewhere

OFFERED = 3
"""How many of the latest, or of the first, are offered."""
LOOKED_AT = 50
"""Of so many changes, at either end, those are offered with which it may be done."""
_FIRST = frozenset({"first", "oldest", "earliest"})


def unnumbered_field(command: Command, values: Mapping[str, object]) -> str:
    """Return the field whose number is given in words, without a digit; an empty text if there is none.

    None is offered where it would run a change without approval.
    """
    kinds = {} if command.is_grave else inputs_of(command.args)
    numbers = [name for name, kind in kinds.items() if isinstance(kind, NumberInput)]
    return next((name for name in numbers if _is_worded(str(values.get(name) or "0"))), "")


def _is_worded(text: str) -> bool:
    return not any(map(str.isdecimal, text))


async def ask_which_number(call: Call, ctx: Context) -> None:
    """Raise Question about some changes or entries if words stand for the number of one: which ones the words say.

    Raises Misuse, which leads to the list, if they stand for all.
    """
    name = unnumbered_field(call.command, call.values)
    if not name:
        return
    kind, typed = inputs_of(call.command.args)[name], str(call.values[name])
    words = typed.casefold().split()
    scopes, is_first = [SCOPE_WORDS[word] for word in words if word in SCOPE_WORDS], bool(_FIRST.intersection(words))
    if isinstance(kind, NumberInput) and kind.listed and "all" in scopes:
        raise Misuse(f"{kind.label} takes one number, not “{typed}”.", instead=(Instead("Show All", kind.listed),))
    if elsewhere := await named_elsewhere(typed, ctx, call.command.group):
        touching = await _touching(call, name, kind, ctx) if isinstance(kind, ChangeInput) else ()
        sentence = f"{kind.label} takes a number, not “{typed}”."
        raise Misuse(sentence, field=name, instead=(*touching, *elsewhere))
    if isinstance(kind, ChangeInput):
        offered = await _changes(next(iter(scopes), "all"), is_first, kind, ctx)
    else:
        offered = await _entries("mine" in scopes, is_first, ctx)
    if offered:
        raise Question(
            f"Which {kind.label.lower()} did you mean by “{typed}”? Nothing was done yet.",
            [Reading(call.values | {name: number}) for number in offered],
            field=name,
            names=offered,
            for_log="Words stand where a number belongs.",
        )


async def _touching(call: Call, name: str, kind: ChangeInput, ctx: Context) -> tuple[Instead, ...]:
    """Return what does it with the latest changes of the segment that the words name, if they name one."""
    called = (await ctx.shop.segment_names()).called(str(call.values[name]))
    found = [_meant(await ctx.changes.touching(segment.id, LOOKED_AT), kind)[:OFFERED] for segment in called]
    told = ((one.number, hide_addresses(one.headline)) for each in found for one in each)
    command = call.command
    return tuple(Instead(f"{command.submit}: {n} ({what})", f"{command.path} {name}:{n}") for n, what in told)


async def _changes(scope: Scope, is_first: bool, kind: ChangeInput, ctx: Context) -> Mapping[str, str]:
    """Return the latest changes of this scope that may be meant, or the first ones, as they are told, by number."""
    behind = max(0, await ctx.changes.count(scope, ctx.actor) - LOOKED_AT) if is_first else 0
    found = await ctx.changes.latest(scope, ctx.actor, LOOKED_AT, behind)
    each = _meant(found[::-1] if is_first else found, kind)[:OFFERED]
    return {str(one.number): f"{one.number} ({hide_addresses(one.headline)})" for one in each}


def _meant(found: Iterable[Brief], kind: ChangeInput) -> list[Brief]:
    """Return those with which it may be done."""
    return [one for one in found if kind.is_open is None or (one.state in OPEN) is kind.is_open]


async def _entries(is_mine: bool, is_first: bool, ctx: Context) -> Mapping[str, str]:
    """Return the latest entries, or the first ones, as they are told, by number."""
    before = OFFERED + 1 if is_first and (await ctx.audit.head())[0] > OFFERED else None
    found = await ctx.audit.recent(AuditFilter(ctx.actor if is_mine else ""), limit=OFFERED, before=before)
    return {str(one.number): f"{one.number} ({one.kind})" for one in (found[::-1] if is_first else found)}
