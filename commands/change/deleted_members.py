"""The people of segments that a change deletes: who is in them now, or was when they were deleted."""

from collections.abc import AsyncIterator

from bot.core.answers import File, Sentence, Table
from bot.core.approval.changes import Change
from bot.core.context import Context
from bot.core.items import ItemKind
from bot.core.planning.steps import SegmentRef
from bot.core.store_view.shoppers import fetch_owners
from commands.shopper_rows import COLUMNS, Row, shopper_rows, table_or_file


async def table_of_members(change: Change, ctx: Context) -> tuple[Table | Sentence | File, ...]:
    """Show the people of each segment that the change deletes, or deleted."""
    rows: list[Row] = []
    async for segment, customer_ids in _members(change, ctx):
        rows += [(segment.name, *row) for row in await shopper_rows(customer_ids, ctx)]
    name = f"Shoppers of change {change.number}"
    return table_or_file(name, ("Segment", *COLUMNS), rows, file=f"change {change.number} shoppers")


async def _members(change: Change, ctx: Context) -> AsyncIterator[tuple[SegmentRef, list[int]]]:
    """Yield each segment with the customer ids of its people: from the store, or from the undo once it is deleted."""
    undo = {run.position: run.undo for run in change.runs}
    for position, step in enumerate(change.plan.steps):
        segment = step.whole_segment
        if segment and position in undo:
            items = [item for inverse in undo[position] for item in inverse.items if item.kind is ItemKind.PROFILE]
            owners = await fetch_owners([item.id for item in items], ctx.shop)
            yield segment, [one.id for one in owners.values()]
        elif segment and await ctx.shop.by_id(segment.known_id):
            yield segment, [one.customer_id async for one in ctx.shop.reader.members(segment.known_id)]
