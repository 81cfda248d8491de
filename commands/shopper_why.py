"""``/shopper why``: how a shopper came into a segment or went out of it, by which change, rule or outside hand."""

import re
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from bot.bigcommerce import Customer, Segment
from bot.core.answers import Answer, Part, Sentence, Table, mention
from bot.core.approval.changes import Change
from bot.core.command import command
from bot.core.context import Context
from bot.core.errors import Misuse
from bot.core.language import time_expressions
from bot.core.language.args import Args, SegmentInput, ShopperInput, Text
from bot.core.language.days import is_month_first
from bot.core.language.due_times import format_due
from bot.core.language.phrases import and_list, capital, counted, listing, signed
from bot.core.memberships.moves import Beginning, Move, MoveReader, beginning, items_of
from bot.core.memberships.standing import Standing, standing
from bot.core.segment_rules.followed import RUN
from bot.core.store_view.people_meant import describe_customer
from bot.core.summary.history import OutsideMove
from commands.paging import offers
from commands.rule_explained import Situation, rule_explained
from commands.shoppers_named import one_customer

ROWS = 10
"""The most moves that are shown."""
COLUMNS = ("When", "What happened to them", "Change", "Asked by", "Approved by")
BY_RULE = ("segment rule", RUN)
"""The commands that make a segment as its rule says."""
_ASKED = re.compile(
    r"^(?:is|was|has|did|does)(?:n['’]?t|\s+not)?\s+|(?:\s+(?:(?:is|was)(?:n['’]?t)?|not|still|no longer|been|now"
    r"|add(?:ed)?|put|join(?:ed)?|removed?|taken|kicked|moved|le(?:ave|ft)|drop(?:ped)?))+$",
    re.IGNORECASE,
)
"""What stands around a shopper in a question: ``why isn't ada@example.com in VIPs``, ``why did Ada leave VIPs``."""


def _without_verb(text: str) -> str:
    return _ASKED.sub("", text) or text


class WhyArgs(Args):
    """A shopper and a segment, and when."""

    shopper: Annotated[
        str,
        AfterValidator(_without_verb),
        ShopperInput(label="Shopper", hint="An email, a customer id or a profile id", placeholder="ada@example.com"),
    ]
    segment: Annotated[str, SegmentInput(label="Segment", leads=("in", "of", "from", "out", "to", "into"))]
    on: Annotated[
        str,
        Field(max_length=50),
        Text(label="On", hint="A day (to its end) or a time; empty for now", option=True, bare=".+"),
    ] = ""


class Moment(NamedTuple):
    """When somebody wants to know it of: ``at`` that time, in ``words``; empty for now."""

    at: datetime
    words: str = ""


class OnRecord(NamedTuple):
    """Where a shopper stood and how they moved, as far as the log tells: nobody did ``until`` then, after the last."""

    standing: Standing
    moves: tuple[Move, ...]
    until: datetime
    log: Beginning
    has_profile: bool


@command("shopper why", submit="Explain", title="Why In a Segment", aliases=("explain", "reason"))
async def why(args: WhyArgs, ctx: Context) -> Answer:
    """Tell why a shopper is in a segment or not, or was on a day: by which change, rule or outside hand, and when.

    /shopper why ada@example.com VIPs
    /shopper why 17 VIPs on:2026-11-20
    /shopper why 17 VIPs on:"20 Nov 16:00"
    """
    segment = await ctx.shop.segment(args.segment)
    customer = await one_customer(args.shopper, "Show Shopper", "shopper show", ctx)
    moment = await _moment(args.on, ctx)
    record, doubted = await _looked_up(customer, segment, moment, ctx)
    ids = Sentence(f"Customer {customer.id} · times are those of {ctx.zone.key}", quiet=True)
    return Answer(
        _title(describe_customer(customer), segment, record.standing, moment),
        (
            *_reasons(record, segment, moment, ctx),
            *await _seen_by_summaries(record, segment, ctx),
            *_doubts(doubted),
            *_table(record.moves, ctx),
            *await rule_explained(customer, segment, _situation(record.standing, moment), ctx),
            _next_steps(customer, segment, record.standing),
            ids,
        ),
    )


async def _moment(text: str, ctx: Context) -> Moment:
    """Parse when it is about. Raises Misuse for a time to come."""
    if not text:
        return Moment(ctx.now)
    month_first = is_month_first(await ctx.locale(), ctx.zone.key)
    first, last = time_expressions.parse_span(text, now=ctx.now, zone=ctx.zone, field="on", month_first=month_first)
    if first > ctx.now:
        raise Misuse("That is still to come: no one knows it yet.", field="on", for_log="The time is to come.")
    if last > ctx.now:
        return Moment(ctx.now)
    if first == last:
        return Moment(first, f"at {format_due(first, ctx.zone)}")
    end = last - datetime.resolution
    return Moment(end, f"at the end of {end.astimezone(ctx.zone):%Y-%m-%d}")


async def _looked_up(
    customer: Customer, segment: Segment, moment: Moment, ctx: Context
) -> tuple[OnRecord, tuple[int, ...]]:
    """Look up the moves on record; return the numbers of changes that the tables and the log tell differently, too."""
    shopper = await items_of(customer.id, customer.shopper_profile_id, ctx.audit, ctx.changes)
    reader = MoveReader(ctx.audit, ctx.changes, shopper, await ctx.history.ids_of(segment.id))
    moves = await reader.latest(ROWS, until=moment.at if moment.words else None)
    after = await reader.first(moment.at) if moment.words else None
    log = await beginning(ctx.audit)
    is_in_now = segment.id in customer.segment_ids
    found = standing(moves, after, is_in_now=is_in_now, at=moment.at, now=ctx.now, log=log)
    later = (after,) if after else ()
    until = after.at if after else ctx.now
    record = OnRecord(found, (*later, *moves), until, log, bool(customer.shopper_profile_id))
    return record, tuple(sorted(reader.doubted))


def _title(name: str, segment: Segment, found: Standing, moment: Moment) -> str:
    if found.is_in is None:
        return f"Whether {name} was in {segment.name} {moment.words} is not known"
    if moment.words:
        return f"{name} was {'in' if found.is_in else 'not in'} {segment.name} {moment.words}"
    return f"{name} is {'in' if found.is_in else 'not in'} {segment.name}"


def _reasons(record: OnRecord, segment: Segment, moment: Moment, ctx: Context) -> tuple[Sentence, ...]:
    found, log = record.standing, record.log
    if found.by is None:
        archived = f"{counted(log.archived, 'entry', 'entries')} before are in an archive, which is not looked at."
        return (
            Sentence(_by_nobody(record, segment, ctx)),
            *((Sentence(archived, quiet=True),) if log.archived else ()),
        )
    if found.hand is None:
        return (Sentence(_by(found.by, ctx)),)
    moved = "took them out" if found.by.joined else "put them in"
    until = f" before {format_due(found.hand.until, ctx.zone)}" if moment.words else ""
    after = f"After that, someone {moved}{until} outside of Segment Bot: the log knows of no one."
    return (Sentence(_by(found.by, ctx)), Sentence(after))


def _by_nobody(record: OnRecord, segment: Segment, ctx: Context) -> str:
    """Tell that no move is on record, and what that means."""
    found, log = record.standing, record.log
    begins = f"the log begins on {format_due(log.at, ctx.zone)}"
    if found.is_in is None and found.hand is None:
        return f"{capital(begins)}, and does not tell of times before."
    if found.hand is None:
        lost = " They have no profile now; if one was deleted outside of Segment Bot, its segments are not known."
        return f"The log knows of no one who ever put them in; {begins}.{'' if record.has_profile else lost}"
    is_younger = not log.archived and segment.created_at is not None and segment.created_at > log.at
    or_before = "" if is_younger else f", or they were in before {begins}"
    by_then = "" if found.is_in else f", and they were in on {format_due(found.hand.until, ctx.zone)}"
    return f"The log knows of no one who put them in{by_then}: someone did it outside of Segment Bot{or_before}."


def _by(move: Move, ctx: Context) -> str:
    """Tell which change moved them."""
    did = "put them in" if move.joined else "took them out"
    if not move.is_sure:
        did = "may have put them in" if move.joined else "may have taken them out"
    unsure = "" if move.is_sure else " The store gave no answer then."
    who, when = mention(move.change.requester), format_due(move.at, ctx.zone)
    return f"Change {move.change.number} of {who} {did} on {when}: {_what(move)}.{unsure}"


def _what(move: Move) -> str:
    """Write what the Step of a move did, and in whose place: an undo, a rule, or the end of an addition."""
    told, change = str(move.entry.detail["told"]), move.change
    if change.plan.undoes:
        return f"{told}, to undo change {change.plan.undoes}"
    if _is_by_rule(change):
        return f"{told}, by its rule"
    return f"{told}, at the end of change {change.covered_by.change}" if change.covered_by else told


def _is_by_rule(change: Change) -> bool:
    return change.command in BY_RULE and not change.plan.undoes


def _situation(found: Standing, moment: Moment) -> Situation:
    by = found.by if found.by and _is_by_rule(found.by.change) else None
    return Situation(moment.at, found.is_in, is_now=not moment.words, ran_at=by and by.at, run=by and by.change.number)


def _table(moves: tuple[Move, ...], ctx: Context) -> tuple[Table, ...]:
    rows = tuple(
        (
            format_due(one.at, ctx.zone),
            f"{'' if one.is_sure else 'perhaps '}{'in' if one.joined else 'out'}: {_what(one)}",
            one.change.number,
            mention(one.change.requester),
            and_list([mention(each.actor) for each in one.change.approvals]),
        )
        for one in moves
    )
    return (Table("How they moved, the latest first", COLUMNS, rows),) if rows else ()


async def _seen_by_summaries(record: OnRecord, segment: Segment, ctx: Context) -> tuple[Sentence, ...]:
    """Tell between which summaries the segment changed outside of the bot as this shopper did, if any saw it."""
    hand = record.standing.hand
    if hand is None:
        return await _away_and_back(record, segment, ctx)
    joined = not (record.standing.by and record.standing.by.joined)
    found = await ctx.history.moved_outside(segment.id, hand.since, hand.until)
    seen = [_describe_seen(one, ctx) for one in reversed(found) if (one.by > 0) == joined]
    told_by = f"By the summaries, {segment.name} changed outside of Segment Bot {listing(seen)}."
    return (Sentence(told_by),) if seen else ()


async def _away_and_back(record: OnRecord, segment: Segment, ctx: Context) -> tuple[Sentence, ...]:
    """Tell that somebody may have moved this shopper there and back since, if the summaries saw such moves.

    That leaves no trace in the log, and none in where they are.
    """
    by = record.standing.by
    if by is None:
        return ()
    seen = await ctx.history.moved_outside(segment.id, by.at, record.until)
    away = next((one for one in seen if (one.by < 0) == by.joined), None)
    back = next((one for one in seen if away and one.since >= away.until and (one.by < 0) != by.joined), None)
    if not (away and back):
        return ()
    moved = "took them out and put them back" if by.joined else "put them in and took them out again"
    return (
        Sentence(
            f"Whether someone {moved} meanwhile, the log can't tell: by the summaries, {segment.name} changed outside "
            f"of Segment Bot {_describe_seen(away, ctx)} and {_describe_seen(back, ctx)}."
        ),
    )


def _describe_seen(one: OutsideMove, ctx: Context) -> str:
    return f"between {format_due(one.since, ctx.zone)} and {format_due(one.until, ctx.zone)} ({signed(one.by)})"


def _doubts(numbers: tuple[int, ...]) -> tuple[Sentence, ...]:
    if not numbers:
        return ()
    which = f"change {listing([str(one) for one in numbers])} differs from the log, so it does not count here"
    return (Sentence(f"What the database holds of {which}: see `/audit verify`."),)


def _next_steps(customer: Customer, segment: Segment, found: Standing) -> Part:
    by = found.by.change.number if found.by else None
    shown = ((f"Show Change {by}", f"change show {by}"),) if by else ()
    return offers(
        *shown, ("Show Shopper", f"shopper show #{customer.id}"), ("Show Segment", f"segment show {segment.id}")
    )
