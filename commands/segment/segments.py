"""``/segment list``, ``show``, ``create``, ``edit``, ``delete``: the store's customer segments themselves."""

from typing import Annotated, Any

from bot.bigcommerce import MARKETING_READ, Segment
from bot.core.answers import Answer, Cell, Delta, Fields, Offer, Offers, Sentence, Table
from bot.core.approval.brief import Brief
from bot.core.command import Prefill, command
from bot.core.context import Context
from bot.core.errors import Impossible
from bot.core.language.args import Args, Text
from bot.core.language.new_names import NewName
from bot.core.language.normal_form import one_line
from bot.core.language.phrases import capital, people
from bot.core.language.tokenizer import quote
from bot.core.language.visible import visible, visible_lines
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import CreateSegment, DeleteSegment, Naming, SegmentRef, UpdateSegment
from bot.core.store_view.cached_shop import PromotionUse
from bot.core.summary.history import week_ago
from bot.core.summary.size_trend import MONTH, size_trend
from commands.emptied import with_emptied
from commands.inputs import (
    BEFORE_A_NEW_NAME,
    DESCRIPTION,
    Description,
    Name,
    OneSegment,
    PageNumber,
    RunAt,
    Segments,
    lines,
    search_words,
)
from commands.paging import COLUMNS as CHANGES
from commands.paging import brief_rows, meant_elsewhere, offers, page_meant, page_of
from commands.rule_remarks import rules_lost
from commands.segment.rule_view import describe_rule, with_rules
from commands.taking_back import is_own, taking_back

ROWS = 50
"""The most segments in one table: each may cost the store one request for its size."""
COLUMNS = ("Segment", "Shoppers", "Change over 7 days", "Promotions", "Updated")
RECENT = 5
"""The most changes shown with a segment."""


class ListSegments(Args):
    """Which segments to list."""

    words: Annotated[
        str,
        Text(label="Words", hint="Only segments with these words in name or description", as_typed=True, private=True),
    ] = ""
    page: PageNumber = 1


class JustSegment(Args):
    """Which segment."""

    segment: OneSegment


class OneSegmentAt(JustSegment):
    """Which segment, and when."""

    at: RunAt = ""


class CreateArgs(Args):
    """The segment to create."""

    name: Annotated[
        Name,
        NewName(
            label="Name",
            hint="Every segment has a name of its own",
            leads=BEFORE_A_NEW_NAME,
            called=("segment", "segment name", "called", "named", "segment called", "segment named", "title"),
        ),
    ]
    description: Annotated[Description, Text(label="Description", max_length=DESCRIPTION, multiline=True)] = ""
    at: RunAt = ""


class EditArgs(Args):
    """A segment, and its new name or description."""

    segment: OneSegment
    name: Annotated[
        Name | None,
        NewName(
            label="Name",
            option=True,
            leads=BEFORE_A_NEW_NAME,
            called=("new name", "title"),
        ),
    ] = None
    description: Annotated[
        Description | None, Text(label="Description", max_length=DESCRIPTION, multiline=True, option=True)
    ] = None
    at: RunAt = ""


class DeleteArgs(Args):
    """Which segments to delete."""

    segments: Segments
    at: RunAt = ""


@command("segment list", submit="List Segments", aliases=("find", "search", "ls"))
async def list_segments(args: ListSegments, ctx: Context) -> Answer:
    """Show the segments with their sizes, how these changed, and the promotions that use them.

    /segment list
    /segment list loyal
    """
    wanted = search_words(args.words)
    segments = [
        one
        for one in sorted(await ctx.shop.segments(), key=lambda one: one.name.casefold())
        if all(word in f"{one.name} {one.description}".casefold() for word in wanted)
    ]
    next_ones = (("Create Segment", "segment create"), ("Show a Segment", "segment show"))
    if not segments:
        what = f" with “{args.words}”" if wanted else ""
        every = (("All Segments", "segment list"),) if wanted else ()
        meant = (*page_meant(args.words, "segment list"), *await meant_elsewhere(args.words, "segment", ctx))
        return Answer(f"There are no segments{what}.", (offers(*meant, *every, next_ones[0]),))
    page = page_of(segments, args.page, ROWS, f"segment list {args.words}".strip())
    sizes = await ctx.shop.sizes(page.items)
    before = await week_ago(ctx.history, ctx.today)
    deltas = {id_: Delta(size - before.size(id_)) for id_, size in sizes.items()} if before else {}
    rows = [await _row(one, sizes[one.id], deltas.get(one.id), ctx) for one in page.items]
    table = Table("Segments", *with_rules(COLUMNS, rows, page.items, await ctx.shop.rules.all()))
    shoppers = ("Add Shoppers", "segment add")
    return Answer(page.title("segment"), (table, offers(*next_ones, shoppers, before=page.more)))


@command("segment show", submit="Show Segment", aliases=("info", "view", "get", "open"))
async def show(args: JustSegment, ctx: Context) -> Answer:
    """Show one segment: its size over time, the promotions that use it, its latest changes, and what one can do next.

    /segment show VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    members = await ctx.shop.reader.member_count(segment.id)
    uses = await ctx.shop.uses(segment.id)
    recent = await _recent(await ctx.changes.touching(segment.id, RECENT), ctx)
    is_spare = not members and uses == () and await is_own(segment.id, ctx)
    described = (Sentence(segment.description),) if segment.description else ()
    followed = await ctx.shop.rules.of(segment.id)
    ruled = (await describe_rule(followed, ctx),) if followed else ()
    over_time = size_trend(await ctx.history.sizes_of(segment.id, ctx.today - MONTH), ctx.today, members)
    return Answer(
        f"{segment.name}: {people(members)}",
        (
            *described,
            *ruled,
            _details(uses),
            *over_time,
            *recent,
            _next_steps(segment, is_spare=is_spare, is_ruled=bool(followed)),
            _record(segment),
        ),
    )


@command("segment create", submit="Create Segment", aliases=("new", "make"))
async def create(args: CreateArgs, ctx: Context) -> Plan:
    """Create an empty segment.

    /segment create Loyal
    /segment create "Big Spenders" Spent over 500 in a year
    """
    naming = Naming(name=args.name, description=args.description)
    described = (f"Description: {args.description}",) if args.description else ()
    return await build_plan((CreateSegment(segment=naming),), ctx.shop, remarks=described)


async def _prefill_naming(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    segment = await ctx.shop.segment(str(values["segment"]))
    if len(segment.description) > DESCRIPTION:
        typed = f"`/segment edit {quote(segment.name)} name:…`"
        raise Impossible(f"The description of “{segment.name}” is longer than a form holds. Type {typed} instead.")
    return {"name": segment.name, "description": segment.description} | values | {"segment": segment.id}


@command(
    "segment edit",
    submit="Save Segment",
    title="Edit Segment",
    prefill=Prefill(("name", "description"), _prefill_naming),
    aliases={"rename": ("name",), "describe": ("description",), "update": (), "change": ()},
)
async def edit(args: EditArgs, ctx: Context) -> Plan:
    """Change a segment's name or description.

    /segment edit VIPs
    /segment edit VIPs name:"Very Important" description:"Our best customers"
    """
    segment = await ctx.shop.segment(args.segment)
    before = Naming.of(segment)
    # A form returns what it showed, with line breaks and spaces cleaned up, and signs: that is no change.
    shown_name, shown_lines = one_line(visible(segment.name)), lines(visible_lines(segment.description))
    name = segment.name if args.name in (None, one_line(segment.name), shown_name) else args.name
    is_kept = args.description in (None, lines(segment.description), shown_lines)
    description = segment.description if is_kept else args.description
    after = Naming(name=name or "", description=description or "")
    step = UpdateSegment(segment=SegmentRef.of(segment), before=before, after=after)
    return await build_plan((step,), ctx.shop)


@command("segment delete", submit="Delete Segment", aliases=("drop", "destroy"), is_grave=True)
async def delete(args: DeleteArgs, ctx: Context) -> Plan:
    """Delete segments; their shoppers stay in the store. A second person has to approve, unless an empty one is yours.

    /segment delete VIPs
    /segment delete VIPs, "Big Spenders"
    """
    segments = await ctx.shop.find(args.segments)
    steps = [await taking_back(DeleteSegment(segment=SegmentRef.of(one)), ctx) for one in segments]
    return await with_emptied(await build_plan(tuple(steps), ctx.shop, remarks=await rules_lost(segments, ctx)), ctx)


async def _row(segment: Segment, size: int, change: Delta | None, ctx: Context) -> tuple[Cell, ...]:
    uses = await ctx.shop.uses(segment.id)
    updated = f"{segment.updated_at:%Y-%m-%d}" if segment.updated_at else "unknown"
    return (segment.name, size, change, len(uses) if uses is not None else None, updated)


def _details(uses: tuple[PromotionUse, ...] | None) -> Fields:
    return Fields((("Promotions", _describe_uses(uses)),))


def _record(segment: Segment) -> Sentence:
    """Return what few people need: when it was made, and its id."""
    when = [("created", segment.created_at), ("updated", segment.updated_at)]
    dates = [f"{label} {f'{time:%Y-%m-%d %H:%M} UTC' if time else 'unknown'}" for label, time in when]
    return Sentence(capital(" · ".join((*dates, f"id {segment.id}"))), quiet=True)


def _describe_uses(uses: tuple[PromotionUse, ...] | None) -> str:
    if uses is None:
        return f"The token may not read promotions (scope {MARKETING_READ})."
    return ", ".join(f"{use.name} ({'live' if use.live else 'off'}, {use.way})" for use in uses) or "none"


async def _recent(changes: tuple[Brief, ...], ctx: Context) -> tuple[Table, ...]:
    return (Table("Latest changes", CHANGES, await brief_rows(changes, ctx)),) if changes else ()


def _next_steps(segment: Segment, *, is_spare: bool, is_ruled: bool) -> Offers:
    """Return what one would do next: the most used first, what is lost by last, and the rest in a menu.

    ``is_spare``: the person who asks may delete it alone. ``is_ruled``: it follows a rule.
    """
    typed = quote(segment.id)
    by_rule = (Offer("Rule", f"segment rule {typed}"), Offer("Freeze", f"segment freeze {typed}"))
    by_hand = (Offer("Remove Shoppers", f"segment remove {typed}"), Offer("Clear", f"segment clear {typed}"))
    return Offers(
        (
            Offer("Add Shoppers", f"segment add {typed}"),
            Offer("Members", f"segment members {typed}"),
            Offer("Edit", f"segment edit {typed}"),
            Offer("Delete", f"segment delete {typed}", danger=True, needs_nobody=is_spare),
        ),
        more=(
            *(by_rule if is_ruled else by_hand[:1]),
            Offer("Export", f"segment export {typed}"),
            Offer("Compare", f"segment overlap {typed}"),
            Offer("Copy", f"segment copy {typed}"),
            *(() if is_ruled else by_hand[1:]),
        ),
    )
