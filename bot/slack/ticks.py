"""Items of a change to tick in a form, beside the field in which they can be pasted."""

from typing import Any

from bot.core.command import Call
from bot.core.context import Context
from bot.core.items import Item
from bot.core.language.args import ShopperInput, input_of
from bot.core.planning.item_names import describe_items
from bot.slack import blocks, inputs
from bot.slack.blocks import Block

TICKS = "-ticks"
"""The suffix of the block in which items are ticked, added to the id of the field that they belong to."""
HINT = "Type to search."


def ticked_field(call: Call) -> str | None:
    """Return the field of the form that offers items of a change to tick, if the change is known by now."""
    for name, field in call.command.args.model_fields.items():
        kind = input_of(field)
        if isinstance(kind, ShopperInput) and kind.of_change and call.values.get(kind.of_change):
            return name
    return None


async def with_ticks(view: Block, call: Call, ctx: Context) -> Block:
    """Return the form with the items of the change to tick, if it offers any. Raises Refusal and StoreError."""
    name = ticked_field(call)
    if name is None:
        return view
    kind = input_of(call.command.args.model_fields[name])
    assert isinstance(kind, ShopperInput)  # noqa: S101 - ``ticked_field`` found it by that
    change = await ctx.changes.load(int(str(call.values[kind.of_change]).removeprefix("#")))
    ctx.policy.refuse_seeing(await ctx.person(), number=change.number, requester=change.requester, need=change.need)
    names = await describe_items(change.plan, ctx.shop, most=blocks.OPTIONS)
    return render_ticks(view, name, names, len(await change.plan.item_keys()))


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
