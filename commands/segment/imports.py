"""``/segment import``: a list of any length, added to a segment, removed from it, or made its only members."""

import asyncio
import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, ClassVar, Self

from bot.core.answers import Answer
from bot.core.command import Preview, command
from bot.core.context import Context
from bot.core.errors import Impossible, Misuse, NothingToDo, Question, Reading
from bot.core.frozen_value import Value
from bot.core.kept_lists import Ids, fetch_lists, kept_list
from bot.core.language.args import Args, Choice, Kept, SegmentInput, Text, UploadInput
from bot.core.language.phrases import listing
from bot.core.language.shopper_list import read_shoppers
from bot.core.list_files.kept_rows import KeptRows
from bot.core.list_files.reading import Brought, guessed_header, read_list, unread_sheets
from bot.core.list_files.rows import Row
from bot.core.planning.list_effects import promotions_naming
from bot.core.planning.plan import Plan
from bot.core.store_view.judged_rows import judge_rows
from bot.core.store_view.listed_shoppers import ListedShoppers
from bot.core.store_view.named_shoppers import NamedShoppers, find_listed
from bot.core.store_view.segments_meant import segments_among
from bot.core.store_view.shoppers import ask_about_people
from bot.core.store_view.telling_words import ask_about_words
from bot.core.uploads import Upload
from commands.inputs import RunAt, Until
from commands.segment.import_preview import Mode, ReadList, preview, too_many_lost
from commands.segment.list_change import ListChange

PASTED = "the pasted list"
TYPED = 5
"""How many lines a list has at most that may have been typed, in which all words count."""


class FoundShoppers(Value):
    """Whom a list was found to name, by id, and how many rows it had; ``source`` is what people call it.

    ``lost``: how many of the rows name nobody, which earlier versions did not keep.
    """

    customers: Ids[int] = ()
    profiles: Ids[str] = ()
    source: str = PASTED
    rows: int = 0
    lost: int = 0

    @classmethod
    def of(cls, read: ReadList, shoppers: ListedShoppers) -> Self:
        """Keep the ids of the shoppers of a list, and what people are told of it."""
        customers = tuple(filter(None, map(shoppers.customer_id, read.places)))
        profiles = tuple(id_ for at in read.places if not shoppers.customer_id(at) and (id_ := shoppers.profile_id(at)))
        return cls(
            customers=kept_list(customers),
            profiles=kept_list(profiles),
            source=read.source,
            rows=read.rows,
            lost=read.lost,
        )


class ImportArgs(Args):
    """A segment, a list, and what to do with it. ``found``: the shoppers of the list, once it was read."""

    one_of: ClassVar[tuple[str, ...]] = ("text", "file", "found")
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
            also={
                **dict.fromkeys(("append", "insert", "put", "plus"), "add"),
                **dict.fromkeys(("delete", "subtract", "minus"), "remove"),
                **dict.fromkeys(("replace", "match", "sync", "exactly"), "equal"),
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
    at: RunAt = ""
    until: Until = ""
    found: Annotated[
        FoundShoppers | None,
        Kept(label="Shoppers", hint="as in the list that was read, unless you bring another", of=("file", "text")),
    ] = None

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
    promotions = promotions_naming(segment, await ctx.shop.promotions())
    shoppers = ListedShoppers(segment.id, [id_ for one in promotions.values() for id_ in one.segment_ids])
    change = ListChange(args.mode, segment, shoppers, promotions)
    if before := args.found:
        await fetch_lists(before)
        await find_listed(before.customers, before.profiles, shoppers, ctx.shop)
        if not shoppers:
            raise Impossible(f"None of the shoppers of {before.source} is in the store any more.")
        if args.mode == "equal" and (refusal := too_many_lost(segment, before.source, before.lost, before.rows)):
            raise Impossible(refusal)
        return await change.plan(range(len(shoppers)), before.source, before.rows, ctx)
    await _ask_about_text(args.text, ctx)
    rows = await _rows(args, ctx)
    await _ask_about_people(args.text, rows, ctx)
    read = ReadList(segment, args.mode, args.source, rows.unread, rows.header)
    await _judge(rows, shoppers, read, ctx)
    if read.refusal:
        return replace(preview(read, read.refusal), refuses=True)
    try:
        plan = await change.plan(read.places, read.source, read.rows, ctx)
    except NothingToDo as nothing:
        return preview(read, str(nothing))
    found = await asyncio.to_thread(FoundShoppers.of, read, shoppers)
    kept = ImportArgs(segment=segment.id, mode=args.mode, found=found, at=args.at, until=args.until)
    return Preview(plan, kept, preview(read, plan.headline, plan.effects))


async def _ask_about_text(text: str, ctx: Context) -> None:
    """Raise Question if a line names segments beside its shoppers, as a list goes into one, or says more than names."""
    count = len(text.strip().splitlines())
    among = await segments_among((text,), ctx.shop) if count == 1 else None
    if among and among.segments:
        named = listing([f"“{one.name}”" for one in among.segments])
        are = "is a segment" if len(among.segments) == 1 else "are segments"
        raise Question(
            f"{named} {are}, and a list is imported into one. Nothing was done yet.",
            [Reading({"text": among.rest}, f"Leave {named} Out")] if among.rest else [],
            field="text",
            for_log="A segment is named in the list.",
        )
    ask_about_words((text,), read_shoppers((text,)), "text", is_typed=count <= TYPED)


async def _ask_about_people(text: str, rows: Iterable[Row], ctx: Context) -> None:
    """Raise Question, as behind `/segment add`, if rows of a list that may have been typed name nobody for sure."""
    if 0 < len(text.strip().splitlines()) <= TYPED and ctx.shop.can_ask and any(row.fault for row in rows):
        await ask_about_people(read_shoppers((text,)), ctx.shop, "text")


async def _judge(rows: Iterable[Row], shoppers: ListedShoppers, read: ReadList, ctx: Context) -> None:
    """Look up whom the rows name, and note what becomes of each; what was needed for that alone goes."""
    named = NamedShoppers(shoppers)
    await named.look_up(rows, ctx.shop)
    await asyncio.to_thread(read.take, judge_rows(rows, named))


async def _rows(args: ImportArgs, ctx: Context) -> KeptRows:
    """Read the list. Raises Misuse, and Question; Impossible for a file that cannot be had."""
    if args.file and args.text.strip():
        sentence = "This is a file and a pasted list: take one of them, so that no row is left out."
        raise Misuse(sentence, field="text", for_log="There are two lists.")
    if args.file:
        return await _rows_of_file(args.file, args.column, ctx)
    if not args.text.strip():
        raise Misuse("Which shoppers? Choose a file, or paste a list.", field="text", for_log="There is no list.")
    return await _read(Brought(io.BytesIO(args.text.encode()), PASTED, args.column))


async def _rows_of_file(file: Upload, column: str, ctx: Context) -> KeptRows:
    """Read a file. What has to be asked is asked in the form, which still has it: no button can bring a file."""
    async with ctx.uploads.open(file) as copy:
        try:
            return await _read(Brought(copy, file.name, column))
        except Question as asked:
            ways = [f"“{one.values['column']}” for {one.label}" for one in asked.readings]
            said = f"{asked} Under Column, say {' or '.join(ways) or 'which one'}."
            raise Misuse(said, field="column", for_log=asked.for_log) from asked


async def _read(brought: Brought) -> KeptRows:
    return await asyncio.to_thread(_kept, brought)


def _kept(brought: Brought) -> KeptRows:
    unread = unread_sheets(brought)
    called = f"{brought.name} (its first sheet)" if unread else brought.name
    named = replace(brought, name=called)
    return KeptRows(read_list(named), unread, guessed_header(named))
