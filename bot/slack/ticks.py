"""Items of a change to tick in a form, beside the field in which they can be pasted."""

from dataclasses import dataclass
from typing import Any

from bot.core.command import Call
from bot.core.context import Context
from bot.core.errors import Misuse
from bot.core.items import Item
from bot.core.language.args import ShopperInput, inputs_of
from bot.core.language.checked_args import check_one
from bot.core.planning.item_names import describe_items
from bot.slack import blocks, inputs
from bot.slack.blocks import Block

TICKS = "-ticks"
"""The suffix of the block in which items are ticked, added to the id of the field that they belong to."""
HINT = "Type to search."


@dataclass(frozen=True)
class _Ticked:
    """A field that takes items of a change, and the one in which its ``number`` was given."""

    field: str
    number: str


def ticked_field(call: Call) -> str | None:
    """Return the field of the form that offers items of a change to tick, if the change is known by now."""
    ticked = _ticked(call)
    return ticked.field if ticked else None


def is_of_no_change(call: Call) -> bool:
    """Return whether it takes items of a change for which something was said that cannot be a number of one.

    No form can offer them: what is wrong is told, or asked, as of a line that lacks nothing.
    """
    ticked = _ticked(call)
    try:
        _ = ticked and _number(call, ticked)
    except Misuse:
        return True
    return False


def _ticked(call: Call) -> _Ticked | None:
    for name, kind in inputs_of(call.command.args).items():
        if isinstance(kind, ShopperInput) and kind.of_change and call.values.get(kind.of_change):
            return _Ticked(name, kind.of_change)
    return None


def _number(call: Call, ticked: _Ticked) -> int:
    """Return the number of the change. Raises Misuse."""
    return int(check_one(call.command.args, ticked.number, call.values[ticked.number]))


async def with_ticks(view: Block, call: Call, ctx: Context) -> Block:
    """Return the form with the items of the change to tick, if it offers any. Raises Refusal and StoreError."""
    ticked = _ticked(call)
    if ticked is None:
        return view
    change = await ctx.changes.load(_number(call, ticked))
    ctx.policy.refuse_seeing(await ctx.person(), number=change.number, requester=change.requester, need=change.need)
    names = await describe_items(change.plan, ctx.shop, most=blocks.OPTIONS)
    return render_ticks(view, ticked.field, names, len(await change.plan.item_keys()))


def render_ticks(view: Block, field: str, names: dict[Item, str], count: int) -> Block:
    """Put the items above their field, which nobody has to fill then."""
    if not names:
        return view
    options = [blocks.option(name, str(item)) for item, name in names.items()]
    placeholder = blocks.plain("Choose", blocks.PLACEHOLDER)
    element: Block = {
        "type": "multi_static_select",
        "action_id": "ticks",
        "placeholder": placeholder,
        "options": options,
    }
    first = f"The first {len(names):,} of {count:,}; paste others below. " if count > len(names) else ""
    ticks = inputs.input_block(f"{field}{TICKS}", "Leave out", element, hint=f"{first}{HINT}", optional=True)
    shown: list[Block] = []
    for block in view["blocks"]:
        is_field = block.get("block_id") == field
        shown += [ticks, block | {"optional": True}] if is_field else [block]
    return view | {"blocks": shown}


def merged_ticks(filled: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a form with what was ticked among those of the field that it belongs to."""
    values = {name: value for name, value in filled.items() if not name.endswith(TICKS)}
    for name, ticked in filled.items():
        if name.endswith(TICKS) and ticked:
            field = name.removesuffix(TICKS)
            values[field] = [*values.get(field, ()), *ticked]
    return values
