"""``/segment copy``, ``combine``, ``overlap``: segments as sets of shoppers."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Annotated, Literal

from bot.bigcommerce import is_uuid
from bot.bigcommerce.wire_format import batches
from bot.core.answers import Answer, Fields
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import Impossible, NothingToDo, NotSegments
from bot.core.language.args import Args, Choice, SegmentInput
from bot.core.language.new_names import NewName
from bot.core.language.phrases import people
from bot.core.language.tokenizer import quote
from bot.core.long_lists import made_of
from bot.core.planning.item_names import AT_ONCE
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import AnyStep, CreateSegment, Naming, SegmentRef, added, kept, removed
from bot.core.store_view.names import find_named
from commands.emptied import emptied
from commands.inputs import BEFORE_A_NEW_NAME, Name, OneSegment, RunAt, Until
from commands.paging import offers
from commands.rule_remarks import moved_back
from commands.segment.who_moves import names_of, who_moves
from commands.shopper_rows import COLUMNS, GrowingTable, shopper_rows
from commands.temporary import remarks_on_kept, taken_out_again

How = Literal["both", "either", "first-only"]
Ids = dict[str, int]
"""Customer ids by profile id, in a stable order: planning again must give the same plan."""
COMBINED: dict[How, Callable[[Ids, Ids], Ids]] = {
    "both": lambda first, second: {one: first[one] for one in first if one in second},
    "either": lambda first, second: first | second,
    "first-only": lambda first, second: {one: first[one] for one in first if one not in second},
}
NOBODY: dict[How, str] = {
    "both": "no shopper is in both {first} and {second}",
    "either": "no shopper is in {first} or {second}",
    "first-only": "no shopper is in {first} without being in {second}, too",
}


WHO: dict[How, str] = {
    "both": "Shoppers in both {first} and {second}.",
    "either": "Shoppers in {first} or {second}.",
    "first-only": "Shoppers in {first} who are not in {second}.",
}


class CopyArgs(Args):
    """A segment, and the name of its copy."""

    segment: OneSegment
    name: Annotated[
        Name,
        NewName(
            label="New name",
            hint="The copy gets the same description",
            leads=BEFORE_A_NEW_NAME,
            called=("new segment", "copy", "title"),
        ),
    ]
    at: RunAt = ""
    until: Until = ""


class CombineArgs(Args):
    """Two segments, how to combine them, and where the shoppers go."""

    first: Annotated[str, SegmentInput(label="First segment")]
    second: Annotated[str, SegmentInput(label="Second segment", leads=("and", "with", "or"))]
    how: Annotated[
        How,
        Choice(
            label="Take shoppers who are in",
            labels={
                "both": "Both segments",
                "either": "Either segment",
                "first-only": "The first but not the second",
            },
            also={
                **dict.fromkeys(("intersect", "intersection", "common", "shared"), "both"),
                **dict.fromkeys(("union", "any"), "either"),
                **dict.fromkeys(("without", "minus", "except", "but-not"), "first-only"),
            },
        ),
    ]
    into: Annotated[
        Name,
        SegmentInput(
            label="Put them into",
            word="into",
            hint="An existing segment, or the name of a new one",
            new=True,
            leads=BEFORE_A_NEW_NAME,
            called=("name", "new name", "new segment", "segment"),
        ),
    ]
    mode: Annotated[
        Literal["add", "equal"],
        Choice(
            label="If that segment has shoppers",
            labels={"add": "Add to them", "equal": "Replace them (removes all others)"},
            also=dict.fromkeys(("replace", "overwrite", "match", "exactly"), "equal"),
            option=True,
        ),
    ] = "add"
    at: RunAt = ""
    until: Until = ""


class OverlapArgs(Args):
    """Two segments."""

    first: Annotated[str, SegmentInput(label="First segment")]
    second: Annotated[
        str, SegmentInput(label="Second segment", leads=("and", "with", "vs", "vs.", "versus", "to", "against"))
    ]


@command("segment copy", submit="Copy Segment", aliases=("duplicate", "clone"))
async def copy(args: CopyArgs, ctx: Context) -> Plan:
    """Copy a segment with its shoppers under a new name.

    /segment copy VIPs "VIPs of spring"
    """
    segment = await ctx.shop.segment(args.segment)
    create = CreateSegment(segment=Naming(name=args.name, description=segment.description))
    members = await ctx.shop.members(segment.id)
    if not members and (doubt := await emptied(SegmentRef.of(segment), ctx)):
        raise Impossible(f"{doubt} Nothing was copied.")
    steps = (create, *await made_of(members, partial(added, SegmentRef(name=args.name), members)))
    return await build_plan(steps, ctx.shop, remarks=(f"A copy of {segment.name}.",))


@command("segment combine", submit="Combine Segments", aliases=("merge", "join", "union"))
async def combine(args: CombineArgs, ctx: Context) -> Plan:
    """Put the shoppers of two segments together, in a new segment or an existing one.

    /segment combine VIPs Lapsed both "VIPs to win back"
    /segment combine Newsletter Lapsed first-only Reachable mode:equal
    """
    first, second = await _both_segments(args.first, args.second, ctx)
    ones, others = await ctx.shop.members(first.known_id), await ctx.shop.members(second.known_id)
    wanted = COMBINED[args.how](ones, others)
    target = find_named(args.into, await ctx.shop.segments())
    if target is None and is_uuid(args.into):  # the form's choice, which is gone by now
        raise NotSegments((args.into,), (), field="into")
    if not wanted and (target is None or args.mode == "add"):
        why = NOBODY[args.how].format(first=first.name, second=second.name)
        raise NothingToDo(f"There is no one to put into {target.name if target else args.into}: {why}.")
    told: tuple[str, ...] = ()
    if target is None:
        steps: tuple[AnyStep, ...] = (
            CreateSegment(segment=Naming(name=args.into)),
            *await made_of(wanted, partial(added, SegmentRef(name=args.into), wanted)),
        )
    else:
        ends = await taken_out_again(target.id, ctx)
        staying = {one: ends[one] for one in wanted if one in ends}
        steps, moved = await _steps_to_fill(SegmentRef.of(target), wanted, args.mode, staying, ctx)
        told = (*moved, *remarks_on_kept(target.name, tuple(staying.values())))
    who = WHO[args.how].format(first=first.name, second=second.name)
    empties = (f"This leaves {args.into} empty.",) if not wanted else ()
    doubts = [await emptied(one, ctx) for one, members in ((first, ones), (second, others)) if not members]
    ruled = await moved_back((target,) if target else (), ctx)
    return await build_plan(steps, ctx.shop, remarks=(who, *told, *empties, *filter(None, doubts), *ruled))


@command("segment overlap", submit="Compare Segments", aliases=("compare", "intersect"))
async def overlap(args: OverlapArgs, ctx: Context) -> Answer:
    """Show who is in both segments, and how many are in one only; many come as a file.

    /segment overlap VIPs "Coffee lovers"
    """
    first, second = await _both_segments(args.first, args.second, ctx)
    one, other = await ctx.shop.members(first.known_id), await ctx.shop.members(second.known_id)
    shared = COMBINED["both"](one, other)
    both = len(shared)
    pairs = (
        ("In both", people(both)),
        (f"Only in {first.name}", people(len(one) - both)),
        (f"Only in {second.name}", people(len(other) - both)),
        ("In either", people(len(one.keys() | other.keys()))),
    )
    combine_them = offers(("Combine These", f"segment combine {quote(first.known_id)} {quote(second.known_id)}"))
    who = GrowingTable(f"In both {first.name} and {second.name}", COLUMNS)
    for some in batches(shared.values(), AT_ONCE):
        who.add(await shopper_rows(some, ctx))
    return Answer(f"{people(both)} in both {first.name} and {second.name}", (Fields(pairs), *who.parts, combine_them))


async def _both_segments(first: str, second: str, ctx: Context) -> tuple[SegmentRef, SegmentRef]:
    """Find both segments. Raises NotSegments, and Impossible if they are the same."""
    (one,) = await ctx.shop.find((first,), field="first")
    (other,) = await ctx.shop.find((second,), field="second")
    if one == other:
        raise Impossible(f"Both are {one.name}. Name two different segments.", field="second")
    return SegmentRef.of(one), SegmentRef.of(other)


async def _steps_to_fill(
    target: SegmentRef, wanted: Ids, mode: str, staying: Collection[str], ctx: Context
) -> tuple[tuple[AnyStep, ...], tuple[str, ...]]:
    """Build the Steps that add the missing shoppers to the segment and, with ``equal``, remove all others.

    ``staying`` are those of them who are in it, and would be taken out again. Where some leave, tell who moves.
    """
    present = await ctx.shop.members(target.known_id)
    missing = {one: wanted[one] for one in wanted if one not in present}
    others = {one: present[one] for one in present if one not in wanted} if mode == "equal" else {}
    if not missing and not others and not staying:
        raise NothingToDo(f"Nothing to do: {target.name} already has {_describe_held(len(wanted), mode)}.")
    additions = await made_of(missing, partial(added, target, missing))
    keeping = await made_of(staying, partial(kept, target, staying))
    names = [await names_of(each.values(), ctx.shop) for each in (missing, others)] if others else [(), ()]
    told = who_moves(names[0], len(missing), names[1], len(others))
    return (*additions, *keeping, *await made_of(others, partial(removed, target, others))), told


def _describe_held(count: int, mode: str) -> str:
    return f"exactly these {people(count)}" if mode == "equal" else f"all of these {people(count)}"
