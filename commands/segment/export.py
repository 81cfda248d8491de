"""``/segment export``: a segment's members as a file, which goes from the store's pages to disk and on to Slack."""

import asyncio
from functools import partial

from bot.bigcommerce import Customer, Profile, Segment, read_again
from bot.bigcommerce.wire_format import batches
from bot.core.answers import Answer, File, Sentence
from bot.core.command import command
from bot.core.context import Context
from bot.core.csv_lines import csv_rows
from bot.core.language.phrases import people
from bot.core.long_lists import in_batches
from bot.core.written_text import WrittenText
from commands.segment.segments import JustSegment

COLUMNS = ("customer_id", "email", "first_name", "last_name", "profile_id")
AT_ONCE = 2500
"""Members whose customers are looked up together: ten pages, as many as the store answers at once."""
AT_A_TIME = 250
"""Members who are written before others have their turn: that takes 4 ms."""


@command("segment export", submit="Export Segment", aliases=("download", "csv"))
async def export(args: JustSegment, ctx: Context) -> Answer:
    """Get a segment's members as a CSV file, which only you receive.

    /segment export VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    count, content = await read_again(partial(_written, segment, ctx))
    if not count:
        return Answer(f"{segment.name} is empty: there is no one to export.")
    note = Sentence("It holds personal data: keep it only as long as you need it.", quiet=True)
    return Answer(f"{segment.name}: {people(count)} exported", (File(f"{segment.name}.csv", content), note))


async def _written(segment: Segment, ctx: Context) -> tuple[int, WrittenText]:
    """Write the members down, and count them. Raises Contradiction where the store's pages do not fit together."""
    count, content = 0, WrittenText(csv_rows((COLUMNS,)))
    async for members in in_batches(ctx.shop.each_member(segment.id), AT_ONCE):
        ids = [one.customer_id for one in members]
        customers = {one.id: one async for one in ctx.shop.each_customer(ids=ids)}
        for piece in batches(members, AT_A_TIME):
            content.add(csv_rows(_cells(one, customers.get(one.customer_id)) for one in piece))
            await asyncio.sleep(0)
        count += len(members)
    return count, content


def _cells(profile: Profile, customer: Customer | None) -> tuple[str, ...]:
    person = (customer.email, customer.first_name, customer.last_name) if customer else ("", "", "")
    return (str(profile.customer_id), *person, profile.id)
