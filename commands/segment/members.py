"""``/segment members``, ``add``, ``remove``, ``clear``: the shoppers in a segment."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated

from pydantic import BeforeValidator, Field

from bot.bigcommerce import Segment
from bot.core.answers import Answer, Table
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import Instead, Misuse, NothingToDo, Question, Reading
from bot.core.language.args import Args, SegmentInput
from bot.core.language.left_out_words import take_all
from bot.core.language.phrases import listing, remark_on
from bot.core.language.tokenizer import quote
from bot.core.long_lists import made_of
from bot.core.planning.plan import Person, Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import SegmentRef, added, created, kept, removed
from bot.core.store_view.segments_meant import Among, segments_among
from bot.core.store_view.shoppers import ResolvedShoppers, Shopper, nobody_left, resolve
from commands.emptied import emptied
from commands.inputs import LAST_PAGE, OneSegment, PageNumber, RunAt, Shoppers, Until
from commands.paging import Page, no_such_page, offers, page_number
from commands.rule_remarks import moved_back
from commands.segment.segments import OneSegmentAt
from commands.shopper_rows import COLUMNS, ROWS, shopper_rows
from commands.temporary import remarks_on_kept, taken_out_again


class Members(Args):
    """A segment, and which page of its members."""

    segment: OneSegment
    page: PageNumber = 1


def _each(value: object) -> object:
    """Return one segment as several: earlier versions stored it, and buttons carry it."""
    return (value,) if isinstance(value, str) else value


SomeSegments = Annotated[tuple[str, ...], BeforeValidator(_each), Field(min_length=1, max_length=25)]


class AddArgs(Args):
    """Segments, and the shoppers to add to them."""

    segment: Annotated[SomeSegments, SegmentInput(label="Segment", leads=("to", "into", "in"))]
    shoppers: Shoppers
    at: RunAt = ""
    until: Until = ""


class RemoveArgs(Args):
    """Segments, and the shoppers to remove from them."""

    segment: Annotated[SomeSegments, SegmentInput(label="Segment", leads=("from",))]
    shoppers: Shoppers
    at: RunAt = ""


@command("segment members", submit="List Members", aliases=("who", "people", "shoppers"))
async def members(args: Members, ctx: Context) -> Answer:
    """Show who is in a segment, page by page.

    /segment members VIPs
    /segment members VIPs page:2
    """
    segment = await ctx.shop.segment(args.segment)
    number, pages_of = args.page, partial(ctx.shop.reader.members_page, segment.id)
    read = await pages_of(number, ROWS)
    if number == LAST_PAGE and not read.items:
        number = page_number(number, read.total or read.pages * ROWS, ROWS)
        read = await pages_of(number, ROWS)
    if number > 1 and not read.items:
        raise no_such_page(read.pages)
    await ctx.shop.empty_lists.check_members(segment.id, len(read.items))
    typed, first = quote(segment.id), (number - 1) * ROWS
    page = Page(read.items, number, first, read.total or first + len(read.items), f"segment members {typed}")
    rows = tuple(await shopper_rows([profile.customer_id for profile in read.items], ctx))
    table = (Table("Members", COLUMNS, rows),) if rows else ()
    nexts = (("Add Shoppers", f"segment add {typed}"), ("Remove Shoppers", f"segment remove {typed}"))
    return Answer(
        f"{segment.name}: {page.title('shopper')}",
        (*table, offers(*nexts, ("Export", f"segment export {typed}"), before=page.more)),
    )


@command("segment add", submit="Add Shoppers", aliases=("put", "enroll"))
async def add(args: AddArgs, ctx: Context) -> Plan:
    """Add shoppers to one or several segments; registered customers without a profile get one on the way.

    /segment add VIPs ada@example.com
    /segment add "Coffee lovers" ada@example.com, #17, #42
    /segment add VIPs, Newsletter ada@example.com
    /segment add VIPs ada@example.com at:friday 16:00
    /segment add VIPs ada@example.com until:31 Dec 18:00
    """
    segments, named = await _segments_and_shoppers(args, ctx)
    moved = {one: _split_by_membership(named, one)[1] for one in segments}
    newcomers = tuple(one.customer.id for one in named.shoppers if one.customer and not one.profile_id)
    steps = [*created(newcomers)]
    for segment, shoppers in moved.items():
        steps += added(SegmentRef.of(segment), _profiles(shoppers), newcomers)
    told = list(named.remarks)
    for segment in segments:
        inside, ends = _split_by_membership(named, segment)[0], await taken_out_again(segment.id, ctx)
        staying = [one for one in inside if one.profile_id in ends]
        steps += kept(SegmentRef.of(segment), _profiles(staying))
        moved[segment] = [*moved[segment], *staying]
        told += _remark(f"In {segment.name} already", [one for one in inside if one not in staying])
        told += remarks_on_kept(segment.name, [ends[one] for one in _profiles(staying)])
    remarks = (*told, *await moved_back(segments, ctx))
    if not steps:
        raise nobody_left(remarks)
    return await build_plan(tuple(steps), ctx.shop, remarks=remarks, who=_people(moved))


@command("segment remove", submit="Remove Shoppers", aliases=("take", "kick"), is_grave=True)
async def remove(args: RemoveArgs, ctx: Context) -> Plan:
    """Remove shoppers from one or several segments; they stay in the store. A second person has to approve.

    /segment remove VIPs ada@example.com
    /segment remove VIPs ada@example.com #17
    """
    if take_all(args.shoppers):
        raise await _meant_to_clear(args, ctx)
    segments, named = await _segments_and_shoppers(args, ctx)
    inside = {one: _split_by_membership(named, one)[0] for one in segments}
    others = (_remark(f"Not in {one.name}", _split_by_membership(named, one)[1]) for one in segments)
    ruled = await moved_back(segments, ctx)
    remarks = (*named.remarks, *(line for lines in others for line in lines), *ruled)
    if not any(inside.values()):
        raise nobody_left(remarks)
    steps = [
        step for segment, shoppers in inside.items() for step in removed(SegmentRef.of(segment), _profiles(shoppers))
    ]
    return await build_plan(tuple(steps), ctx.shop, remarks=remarks, who=_people(inside))


@command("segment clear", submit="Clear Segment", aliases=("empty",), is_grave=True)
async def clear(args: OneSegmentAt, ctx: Context) -> Plan:
    """Remove every shopper from a segment; segment and shoppers stay. A second person has to approve.

    /segment clear VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    members = await ctx.shop.members(segment.id)
    if not members:
        doubt = await emptied(SegmentRef.of(segment), ctx)
        raise NothingToDo(f"{segment.name} is already empty.{doubt and f' {doubt}'}")
    steps = await made_of(members, partial(removed, SegmentRef.of(segment), members))
    remarks = (f"This leaves {segment.name} empty.", *await moved_back((segment,), ctx))
    return await build_plan(steps, ctx.shop, remarks=remarks)


async def _meant_to_clear(args: RemoveArgs, ctx: Context) -> Misuse:
    """Build the error for whoever removes everyone: another command does that, for each segment by itself."""
    segments, at = await ctx.shop.find(args.segment, field="segment"), args.at and f" at:{quote(args.at)}"
    lines = listing([f"`/segment clear {quote(one.name)}`" for one in segments])
    return Misuse(
        f"Everyone is removed by {lines}. Nothing was done.",
        field="shoppers",
        for_log="Everyone was to be removed.",
        instead=[Instead(f"Clear Segment: {one.name}", f"segment clear {one.id}{at}") for one in segments],
    )


async def _segments_and_shoppers(
    args: AddArgs | RemoveArgs, ctx: Context
) -> tuple[tuple[Segment, ...], ResolvedShoppers]:
    """Find both. Raises Misuse about segments that do not exist, and Question about shoppers."""
    segments = await ctx.shop.find(args.segment, field="segment")
    among = await segments_among(args.shoppers, ctx.shop)
    if among.segments:
        raise _are_segments(segments, among)
    return segments, await resolve(args.shoppers, ctx.shop)


def _are_segments(segments: Sequence[Segment], among: Among) -> Question:
    """Ask whether segments are meant that are named among the shoppers."""
    named = listing([f"“{one.name}”" for one in among.segments])
    are = "is a segment" if len(among.segments) == 1 else "are segments"
    every = tuple(dict.fromkeys((*segments, *among.segments)))
    ways = {listing([one.name for one in every]): every}
    for each in (segments, among.segments) if among.is_open else (segments,):
        ways[f"Only {listing([one.name for one in each])}"] = tuple(each)
    return Question(
        f"{named} {are}. Which do you mean? Nothing was done yet.",
        [
            Reading({"segment": tuple(one.id for one in each), "shoppers": among.rest}, way)
            for way, each in ways.items()
        ],
        field="shoppers",
        for_log="A segment is named among the shoppers.",
    )


def _profiles(shoppers: Iterable[Shopper]) -> tuple[str, ...]:
    return tuple(one.profile_id for one in shoppers if one.profile_id)


def _people(shoppers: Mapping[Segment, Sequence[Shopper]]) -> tuple[Person, ...]:
    """Return each of these shoppers once, as the plan names them."""
    each_once = dict.fromkeys(one for each in shoppers.values() for one in each)
    return tuple(Person(item=one.item, name=one.label) for one in each_once)


def _split_by_membership(named: ResolvedShoppers, segment: Segment) -> tuple[list[Shopper], list[Shopper]]:
    """Split the shoppers into members and non-members of the segment. Raises Misuse if nobody is named."""
    if not named.shoppers:
        raise named.not_found
    inside = [one for one in named.shoppers if segment.id in one.segment_ids]
    return inside, [one for one in named.shoppers if segment.id not in one.segment_ids]


def _remark(what: str, shoppers: list[Shopper]) -> tuple[str, ...]:
    return remark_on(what, _labels(shoppers))


def _labels(shoppers: list[Shopper]) -> tuple[str, ...]:
    return tuple(one.label for one in shoppers)
