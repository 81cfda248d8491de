"""``/segment``: the store's customer segments."""

import asyncio
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.bigcommerce import Segment
from bot.core.answers import Answer, Fields, Offer, Offers, Sentence, Table
from bot.core.args import Args, SegmentInput, Text
from bot.core.command import Context, Group
from bot.core.errors import Impossible, Misuse
from bot.core.plan import Plan, observed
from bot.core.shop import PromotionUse
from bot.core.steps import (
    CreateSegment,
    DeleteSegment,
    Naming,
    SegmentRef,
    UpdateSegment,
    people,
)
from bot.core.words import quote

DESCRIPTION = 3000
"""Characters of a description: as many as a field of a Slack form takes."""
PAGE = 50
"""Segments in one table: each row costs the store one request for its size."""

segment = Group("segment", "Customer segments: see, create, edit and delete them")

_JOINERS = "\u200c\u200d"
"""They hold letters and pictures together: a family of three is one picture."""


def one_line(text: str) -> str:
    """``text`` without line breaks, control characters and marks that turn the reading direction."""
    kept = "".join(letter if letter.isprintable() or letter in _JOINERS else " " for letter in text)
    return " ".join(kept.strip(f" {_JOINERS}").split())


def lines(text: str) -> str:
    """``text`` line by line, each as ``one_line`` has it."""
    return "\n".join(map(one_line, text.splitlines())).strip()


Name = Annotated[str, AfterValidator(one_line), Field(min_length=1, max_length=255)]
Description = Annotated[str, AfterValidator(lines), Field(max_length=DESCRIPTION)]


class ListSegments(Args):
    """Which segments."""

    words: Annotated[str, Text(label="Words", hint="Only segments with these words in name or description")] = ""
    page: Annotated[int, Field(ge=1, le=1000), Text(label="Page", option=True)] = 1


class ShowSegment(Args):
    """Which segment."""

    segment: Annotated[str, SegmentInput(label="Segment")]


class CreateArgs(Args):
    """A segment to be."""

    name: Annotated[Name, Text(label="Name", hint="Every segment has a name of its own")]
    description: Annotated[Description, Text(label="Description", max_length=DESCRIPTION, multiline=True)] = ""


class EditArgs(Args):
    """A segment, and what it shall be called."""

    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[Name | None, Text(label="Name", option=True)] = None
    description: Annotated[
        Description | None, Text(label="Description", max_length=DESCRIPTION, multiline=True, option=True)
    ] = None


class DeleteArgs(Args):
    """Which segments."""

    segments: Annotated[tuple[str, ...], Field(min_length=1, max_length=50), SegmentInput(label="Segment")]


@segment.command("list", submit="List Segments")
async def list_segments(args: ListSegments, ctx: Context) -> Answer:
    """Show the segments with their sizes and the promotions that use them.

    /segment list
    /segment list loyal
    """
    wanted = args.words.casefold().split()
    found = [
        one
        for one in sorted(await ctx.shop.segments(), key=lambda one: one.name.casefold())
        if all(word in f"{one.name} {one.description}".casefold() for word in wanted)
    ]
    if not found:
        what = f" with “{args.words}”" if wanted else ""
        return Answer(f"There are no segments{what}.", (_offers(("Create Segment", "segment create")),))
    return await _page_of(found, args, ctx)


@segment.command("show", submit="Show Segment")
async def show(args: ShowSegment, ctx: Context) -> Answer:
    """Show one segment: its size, the promotions that use it, and what one can do next.

    /segment show VIPs
    """
    found = await ctx.shop.segment(args.segment)
    members = await ctx.shop.reader.member_count(found.id)
    uses = await ctx.shop.uses(found.id)
    typed = quote(found.id)
    return Answer(
        f"{found.name}: {people(members)}",
        (
            *((Sentence(found.description),) if found.description else ()),
            Fields(_details(found, uses)),
            _offers(("Edit", f"segment edit {typed}"), ("Delete", f"segment delete {typed}")),
        ),
    )


@segment.command("create", submit="Create Segment")
async def create(args: CreateArgs, ctx: Context) -> Plan:
    """Create an empty segment.

    /segment create Loyal
    /segment create "Big Spenders" Spent over 500 in a year
    """
    naming = Naming(name=args.name, description=args.description)
    return await observed((CreateSegment(segment=naming),), ctx.shop)


async def _present_naming(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    found = await ctx.shop.segment(str(values["segment"]))
    if len(found.description) > DESCRIPTION:
        typed = f"`/segment edit {quote(found.name)} name:…`"
        raise Impossible(f"The description of “{found.name}” is longer than a form holds. Type {typed} instead.")
    return {"name": found.name, "description": found.description} | values | {"segment": found.id}


@segment.command("edit", submit="Save Segment", prefill=_present_naming)
async def edit(args: EditArgs, ctx: Context) -> Plan:
    """Change a segment's name or description.

    /segment edit VIPs
    /segment edit VIPs name:"Very Important" description:"Our best customers"
    """
    found = await ctx.shop.segment(args.segment)
    before = Naming(name=found.name, description=found.description)
    description = found.description if args.description is None else args.description
    after = Naming(name=found.name if args.name is None else args.name, description=description)
    step = UpdateSegment(segment=SegmentRef(name=found.name, id=found.id), before=before, after=after)
    return await observed((step,), ctx.shop)


@segment.command("delete", submit="Delete Segment")
async def delete(args: DeleteArgs, ctx: Context) -> Plan:
    """Delete segments; their shoppers stay in the store. A second person has to approve.

    /segment delete VIPs
    /segment delete VIPs, "Big Spenders"
    """
    found = await ctx.shop.find(args.segments)
    steps = (DeleteSegment(segment=SegmentRef(name=one.name, id=one.id)) for one in found)
    return await observed(tuple(steps), ctx.shop)


async def _page_of(found: list[Segment], args: ListSegments, ctx: Context) -> Answer:
    first = (args.page - 1) * PAGE
    shown = found[first : first + PAGE]
    if not shown:
        pages = -(-len(found) // PAGE)
        raise Misuse("There is only 1 page." if pages == 1 else f"There are only {pages} pages.")
    sizes = await asyncio.gather(*(ctx.shop.reader.member_count(one.id) for one in shown))
    rows = tuple([await _row(one, size, ctx) for one, size in zip(shown, sizes, strict=True)])
    count = f"{len(found):,} segment{'' if len(found) == 1 else 's'}"
    part = f", {first + 1} to {first + len(shown)} shown" if len(shown) < len(found) else ""
    next_page = f"segment list {args.words} page:{args.page + 1}"
    more = (("Next Page", next_page),) if first + PAGE < len(found) else ()
    return Answer(
        f"{count}{part}",
        (
            Table("Segments", ("Segment", "Shoppers", "Promotions", "Updated"), rows),
            _offers(*more, ("Create Segment", "segment create"), ("Show a Segment", "segment show")),
        ),
    )


async def _row(found: Segment, size: int, ctx: Context) -> tuple[str | int | None, ...]:
    uses = await ctx.shop.uses(found.id)
    updated = f"{found.updated_at:%Y-%m-%d}" if found.updated_at else ""
    return (found.name, size, len(uses) if uses is not None else None, updated)


def _details(found: Segment, uses: tuple[PromotionUse, ...] | None) -> tuple[tuple[str, str], ...]:
    when = [("Created", found.created_at), ("Updated", found.updated_at)]
    return (
        ("Promotions", _told(uses)),
        *((label, f"{time:%Y-%m-%d %H:%M} UTC") for label, time in when if time),
        ("Id", found.id),
    )


def _told(uses: tuple[PromotionUse, ...] | None) -> str:
    if uses is None:
        return "The token may not read promotions (scope store_v2_marketing_read_only)."
    return ", ".join(f"{use.name} ({'live' if use.live else 'off'}, {use.way})" for use in uses) or "none"


def _offers(*offers: tuple[str, str]) -> Offers:
    return Offers(tuple(Offer(label, words) for label, words in offers))
