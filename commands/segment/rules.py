"""``/segment rule``, ``freeze``: segments that follow a rule instead of a list."""

from datetime import timedelta
from typing import Annotated, Any

from bot.bigcommerce import Segment
from bot.core.command import Prefill, command
from bot.core.context import Context
from bot.core.errors import Impossible, NothingToDo, NotReadYet
from bot.core.language.args import Args, RuleInput
from bot.core.language.tokenizer import quote
from bot.core.planning.list_effects import promotions_naming
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import DropRule, FollowRule, SegmentRef
from bot.core.segment_rules import describe, read_rule
from bot.core.segment_rules.belonging import find_belonging
from bot.core.segment_rules.evaluation import AsOf
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import Rule, segments_named
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule, vocabulary_of_words
from bot.core.store_view.listed_shoppers import ListedShoppers
from bot.core.store_view.named_shoppers import find_listed
from commands.inputs import RULE, OneSegment, RunAt, one_line, refuse_long_rule
from commands.segment.list_change import ListChange
from commands.segment.segments import OneSegmentAt

OLDEST = timedelta(days=1)
"""How old what was read of orders and customers may be for a rule to go by it."""


class RuleArgs(Args):
    """A segment, and who belongs to it, in words."""

    segment: OneSegment
    rule: Annotated[
        str,
        RuleInput(
            label="Shoppers who",
            word="rule",
            hint="Conditions with and, or, not, and parentheses",
            placeholder="spent over 500 in 90 days and not in Wholesale",
            max_length=RULE,
            multiline=True,
        ),
    ]
    at: RunAt = ""


async def _prefill(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    segment = await ctx.shop.segment(str(values["segment"]))
    found = await ctx.shop.rules.of(segment.id)
    if found is None:
        return values | {"segment": segment.id}
    rule = found.followed.rule
    words = describe(rule, await vocabulary_of_rule(rule, ctx.shop))
    refuse_long_rule(words, segment.name, f"segment rule {quote(segment.name)}")
    return {"rule": words} | values | {"segment": segment.id}


@command("segment rule", submit="Start Rule", title="Segment Rule", prefill=Prefill(("rule",), _prefill))
async def rule(args: RuleArgs, ctx: Context) -> Plan:
    """Let a segment follow a rule: who belongs joins, others leave, each time you ask. A second person has to approve.

    /segment rule VIPs spent over 500 in 90 days and not in Wholesale
    /segment rule VIPs in VIPs or ordered at least 3 times in 12 months
    /segment rule Lapsed last ordered more than 180 days ago, or never ordered
    /segment rule Newsletter accepts marketing and registered in the last 30 days
    /segment rule Wholesale customer group is Wholesale or attribute Tier is Gold
    /segment rule VIPs spent over 1,000 in all and (country is DE or AT)
    """
    segment = await ctx.shop.segment(args.segment)
    text = one_line(args.rule)
    vocabulary = await vocabulary_of_words(text, ctx.shop)
    found = read_rule(text, vocabulary, can_ask=ctx.shop.can_ask)
    return await _planned(segment, Followed(rule=found, words=describe(found, vocabulary)), ctx)


@command("segment freeze", submit="Freeze Segment", aliases=("unrule",))
async def freeze(args: OneSegmentAt, ctx: Context) -> Plan:
    """Make a segment that follows a rule a plain list again, with the shoppers whom it has.

    /segment freeze VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    return await build_plan((DropRule(segment=SegmentRef.of(segment)),), ctx.shop)


async def _planned(segment: Segment, followed: Followed, ctx: Context) -> Plan:
    """Plan what makes the segment as its rule says. Raises Impossible if what it goes by is not read."""
    read_to = await _remark_on_facts(ctx)
    joining, leavers = await _moved(segment, followed.rule, ctx)
    promotions = promotions_naming(segment, await ctx.shop.promotions())
    shoppers = ListedShoppers(segment.id, [id_ for one in promotions.values() for id_ in one.segment_ids])
    await find_listed(joining, (), shoppers, ctx.shop)
    places = [at for at in range(len(shoppers)) if not shoppers.is_in(at)]
    change = ListChange("equal", segment, shoppers, promotions)
    steps = await change.steps(places, leavers)
    now = await ctx.shop.rules.of(segment.id)
    if now is None or now.followed != followed:
        steps = (FollowRule(segment=SegmentRef.of(segment), after=followed), *steps)
    if not steps:
        raise NothingToDo(f"Nothing to do: {segment.name} follows this rule already, and no one would join or leave.")
    counts = _remarks_on_sizes(segment, len(places), len(leavers), await ctx.shop.size(segment.id))
    return await change.plan_of(steps, places, leavers, (*counts, read_to), ctx)


async def _moved(segment: Segment, rule: Rule, ctx: Context) -> tuple[list[int], tuple[str, ...]]:
    """Return the customers who join, and the profiles who leave: nobody of whom nothing was read."""
    members = {id_: frozenset((await ctx.shop.members(id_)).values()) for id_ in segments_named(rule)}
    belonging = await find_belonging(rule, ctx.facts, members, AsOf(ctx.today, ctx.zone))
    inside = await ctx.shop.members(segment.id)
    joining = belonging.inside.difference(inside.values())
    gone = belonging.known - belonging.inside
    return sorted(joining), tuple(profile for profile, customer in inside.items() if customer in gone)


async def _remark_on_facts(ctx: Context) -> str:
    """Tell until when all is read. Raises NotReadYet, and has it read; Impossible if the bot may not read it."""
    fresh = await ctx.facts.freshness()
    if fresh.read_to and not fresh.missing and ctx.now - fresh.read_to <= OLDEST:
        when = f"{fresh.read_to.astimezone(ctx.zone):%Y-%m-%d %H:%M}"
        return f"By orders and customers as read on {when}. The rule runs only when you ask for it again."
    ctx.read_facts()
    if fresh.missing:
        lacking = ", ".join(f"`{scope}`" for scope in fresh.missing)
        raise Impossible(
            f"The bot may not read all that rules go by: its token lacks {lacking}. Ask whoever runs the bot to add "
            "it, and then ask again. Nothing was changed."
        )
    if fresh.doubt:
        raise Impossible(f"{fresh.doubt} Ask whoever runs the bot. Nothing was changed.")
    what = "what changed since the last time" if fresh.read_to else "all of them, for the first time"
    raise NotReadYet(
        f"Rules go by orders and customers, and they are being read now: {what}. In a large store that takes minutes. "
        "Try again then. Nothing was changed."
    )


def _remarks_on_sizes(segment: Segment, joining: int, leaving: int, size: int) -> tuple[str, ...]:
    """Tell how many join and leave, and that nobody is left."""
    join, leave = ("joins" if joining == 1 else "join"), ("leaves" if leaving == 1 else "leave")
    counts = f"{joining:,} {join}, {leaving:,} {leave}."
    return (counts, *((f"This leaves {segment.name} empty.",) if size and not size + joining - leaving else ()))
