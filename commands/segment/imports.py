"""``/segment import``: a list of any length, added to a segment, removed from it, or made its only members."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Self

from bot.bigcommerce import Segment
from bot.core.answers import Answer
from bot.core.command import Context, Preview, command
from bot.core.errors import Impossible, Misuse, NothingToDo, Question
from bot.core.frozen_value import Value
from bot.core.items import Item
from bot.core.language.args import Args, Choice, Kept, SegmentInput, Text, UploadInput
from bot.core.language.phrases import NAMED, and_list, counted
from bot.core.list_files.reading import Brought, read_list
from bot.core.list_files.rows import Row
from bot.core.planning.plan import KNOWN, Person, Plan, build_plan
from bot.core.planning.steps import AnyStep, SegmentRef, added, created, removed
from bot.core.store_view.listed_shoppers import Listed, find_listed, judge_rows
from bot.core.uploads import Upload
from commands.segment.import_preview import Mode, ReadList, preview

PASTED = "the pasted list"
NOTHING: dict[Mode, str] = {
    "add": "Nothing to do: everyone of {source} is in {name} already.",
    "remove": "Nothing to do: no one of {source} is in {name}.",
    "equal": "Nothing to do: {name} is equal to {source} already.",
}


class FoundShoppers(Value):
    """Whom a list was found to name, by id, and how many rows it had; ``source`` is what people call it."""

    customers: tuple[int, ...] = ()
    profiles: tuple[str, ...] = ()
    source: str = PASTED
    rows: int = 0

    @classmethod
    def of(cls, read: ReadList) -> Self:
        """Keep the ids of the shoppers of a list, and what people are told of it."""
        customers = tuple(one.customer_id for one in read.shoppers if one.customer_id)
        profiles = tuple(one.profile_id for one in read.shoppers if one.profile_id and not one.customer_id)
        return cls(customers=customers, profiles=profiles, source=read.source, rows=len(read.rows))


class ImportArgs(Args):
    """A segment, a list, and what to do with it. ``found``: the shoppers of the list, once it was read."""

    segment: Annotated[str, SegmentInput(label="Segment", leads=("to", "into", "from"))]
    mode: Annotated[
        Mode,
        Choice(
            label="What to do",
            word="mode",
            labels={
                "add": "Add these",
                "remove": "Remove these",
                "equal": "Make it equal: these and no one else",
            },
        ),
    ]
    file: Annotated[Upload | None, UploadInput(label="File", hint="CSV, text or .xlsx, at most 10 MB")] = None
    text: Annotated[
        str,
        Text(
            label="List",
            hint="Rows of a spreadsheet, or emails, customer ids and profile ids",
            max_length=3000,
            multiline=True,
            private=True,
            as_typed=True,
        ),
    ] = ""
    column: Annotated[
        str,
        Text(
            label="Column",
            hint="Only if I ask: the name or number of the column of shoppers",
            private=True,
            option=True,
        ),
    ] = ""
    found: Annotated[FoundShoppers | None, Kept(label="Shoppers found")] = None

    @property
    def source(self) -> str:
        """What people call the list."""
        return self.file.name if self.file else PASTED


@command("segment import", submit="Import List", aliases=("upload", "load"))
async def import_list(args: ImportArgs, ctx: Context) -> Plan | Preview | Answer:
    """Add a list of shoppers to a segment, remove them, or make it equal to the list; each row is told of.

    /segment import VIPs
    /segment import VIPs add ada@example.com, ben@example.com
    """
    segment = await ctx.shop.segment(args.segment)
    if args.found:
        return await _plan(args.mode, segment, await _find_again(args.found, segment, ctx), args.found, ctx)
    rows = await judge_rows(await _rows(args, ctx), segment.id, ctx.shop)
    read = ReadList(segment, args.mode, args.source, rows)
    if read.refusal:
        return replace(await asyncio.to_thread(preview, read, read.refusal), refuses=True)
    found = FoundShoppers.of(read)
    try:
        plan = await _plan(args.mode, segment, read.shoppers, found, ctx)
    except NothingToDo as nothing:
        return await asyncio.to_thread(preview, read, str(nothing))
    kept = ImportArgs(segment=segment.id, mode=args.mode, found=found)
    return Preview(plan, kept, await asyncio.to_thread(preview, read, plan.headline))


async def _rows(args: ImportArgs, ctx: Context) -> list[Row]:
    """Read the list. Raises Misuse, and Question; Impossible for a file that cannot be had."""
    if args.file and args.text.strip():
        sentence = "This is a file and a pasted list: take one of them, so that no row is left out."
        raise Misuse(sentence, field="text", for_log="There are two lists.")
    if args.file:
        return await _rows_of_file(args.file, args.column, ctx)
    if not args.text.strip():
        raise Misuse("Which shoppers? Choose a file, or paste a list.", field="text", for_log="There is no list.")
    return await _read(Brought(io.BytesIO(args.text.encode()), PASTED, args.column))


async def _rows_of_file(file: Upload, column: str, ctx: Context) -> list[Row]:
    """Read a file. What has to be asked is asked in the form, which still has it: no button can bring a file."""
    async with ctx.uploads.open(file) as copy:
        try:
            return await _read(Brought(copy, file.name, column))
        except Question as asked:
            ways = [f"“{one.values['column']}” for {one.label}" for one in asked.readings]
            said = f"{asked} Under Column, say {' or '.join(ways) or 'which one'}."
            raise Misuse(said, field="column", for_log=asked.for_log) from asked


async def _read(brought: Brought) -> list[Row]:
    return await asyncio.to_thread(lambda: list(read_list(brought)))


async def _find_again(found: FoundShoppers, segment: Segment, ctx: Context) -> list[Listed]:
    shoppers = await find_listed(found.customers, found.profiles, segment.id, ctx.shop)
    if not shoppers:
        raise Impossible(f"None of the shoppers of {found.source} is in the store any more.")
    return shoppers


async def _plan(mode: Mode, segment: Segment, shoppers: Sequence[Listed], found: FoundShoppers, ctx: Context) -> Plan:
    """Plan what makes the segment as the list says. Raises NothingToDo if it is."""
    steps: tuple[AnyStep, ...]
    target = SegmentRef.of(segment)
    if mode == "remove":
        moved = [one for one in shoppers if one.is_in]
        steps = removed(target, _profiles(moved))
    else:
        moved = [one for one in shoppers if not one.is_in]
        newcomers = tuple(one.customer_id for one in moved if one.customer_id and not one.profile_id)
        steps = (*created(newcomers), *added(target, _profiles(moved), newcomers))
    others = await _others(segment, shoppers, ctx) if mode == "equal" else ()
    steps += removed(target, others)
    if not steps:
        raise NothingToDo(NOTHING[mode].format(name=segment.name, source=found.source))
    used = len(shoppers) if mode == "equal" else len(moved)
    remarks = (f"From {found.source}: {used:,} of {counted(found.rows, 'row')}.",)
    if others or len(moved) > KNOWN:
        among = and_list([one.label for one in moved[:NAMED]])
        return await build_plan(steps, ctx.shop, remarks=(*remarks, *((f"Among them: {among}.",) if among else ())))
    return await build_plan(steps, ctx.shop, remarks=remarks, who=tuple(map(_person, moved)))


def _person(one: Listed) -> Person:
    item = Item.profile(one.profile_id) if one.profile_id else Item.customer(one.customer_id or 0)
    return Person(item=item, name=one.label)


async def _others(segment: Segment, shoppers: Sequence[Listed], ctx: Context) -> tuple[str, ...]:
    """Return the members who are not on the list."""
    listed = {one.profile_id for one in shoppers}
    return tuple([one.id async for one in ctx.shop.reader.members(segment.id) if one.id not in listed])


def _profiles(shoppers: Sequence[Listed]) -> tuple[str, ...]:
    return tuple(one.profile_id for one in shoppers if one.profile_id)
