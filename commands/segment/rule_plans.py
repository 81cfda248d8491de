"""What makes a segment as its rule says: planned by facts of orders and customers, so that it stays what was shown."""

from datetime import timedelta

from bot.bigcommerce import Segment
from bot.core.context import Context
from bot.core.errors import Impossible, NothingToDo, NotReadYet
from bot.core.language.due_times import format_due
from bot.core.planning.list_effects import promotions_naming
from bot.core.planning.plan import Plan
from bot.core.planning.steps import FollowRule, SegmentRef
from bot.core.segment_rules.belonging import find_belonging
from bot.core.segment_rules.evaluation import AsOf
from bot.core.segment_rules.facts import Freshness
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.guard import Difference
from bot.core.segment_rules.lapsed import describe_lapsed
from bot.core.segment_rules.rule import Rule, segments_named
from bot.core.store_view.listed_shoppers import ListedShoppers
from bot.core.store_view.named_shoppers import find_listed
from commands.rule_remarks import remarks_on_rule
from commands.segment.list_change import Ids, ListChange

OLDEST = timedelta(days=1)
"""How old what was read of orders and customers may be for a rule to go by it."""


async def plan_rule(segment: Segment, followed: Followed, ctx: Context) -> Plan:
    """Plan that the segment follows this rule, and is as it says. Raises Impossible if what it goes by is not read."""
    now = await ctx.shop.rules.of(segment.id)
    if now and now.followed.does_as(followed):
        return await plan_run(segment, now.followed, ctx)
    before = now.followed if now else None
    follows = FollowRule(segment=SegmentRef.of(segment), before=before, after=followed)
    return await _plan(segment, followed, (follows,), ctx)


async def plan_run(segment: Segment, followed: Followed, ctx: Context) -> Plan:
    """Plan what makes the segment as its rule says. Raises NothingToDo if it is; Impossible as ``plan_rule``."""
    return await _plan(segment, followed, (), ctx)


async def _plan(segment: Segment, followed: Followed, first: tuple[FollowRule, ...], ctx: Context) -> Plan:
    read_to = await _remark_on_facts(ctx)
    await _refuse_deleted(segment, followed, ctx)
    joining, leavers, lapsed = await _moved(segment, followed.rule, ctx)
    promotions = promotions_naming(segment, await ctx.shop.promotions())
    shoppers = ListedShoppers(segment.id, [id_ for one in promotions.values() for id_ in one.segment_ids])
    await find_listed(joining, (), shoppers, ctx.shop)
    places = [at for at in range(len(shoppers)) if not shoppers.is_in(at)]
    change = ListChange("equal", segment, shoppers, promotions)
    steps = (*first, *await change.steps(places, leavers))
    if not steps:
        raise NothingToDo(f"Nothing to do: {segment.name} follows this rule already, and no one would join or leave.")
    moves = Difference(len(places), len(leavers))
    rule = () if first else (followed.told, *lapsed)
    size = await ctx.shop.size(segment.id)
    empty = (f"This leaves {segment.name} empty.",) if size and not size + moves.joins - moves.leaves else ()
    steered = await remarks_on_rule(segment, followed.rule, ctx) if first else ()
    plan = await change.plan_of(steps, places, leavers, (*rule, *empty, *steered, read_to), ctx)
    title = first[0].describe(0) if first else f"Run the rule of {segment.name}: {moves.describe()}"
    return plan.titled(title)


async def _refuse_deleted(segment: Segment, followed: Followed, ctx: Context) -> None:
    """Raise Impossible if the rule names a segment that is gone: who was in it, nobody can tell."""
    names = await ctx.shop.names()
    if not names.keys() >= set(segments_named(followed.rule)):
        raise Impossible(
            f"The rule of {segment.name} names a segment that was deleted: {followed.words}. It can't be run. Give "
            f"{segment.name} another rule, or freeze it. Nothing was changed."
        )


async def _moved(segment: Segment, rule: Rule, ctx: Context) -> tuple[list[int], Ids, tuple[str, ...]]:
    """Return the customers who join, and the profiles who leave, with what most of these have in common.

    Nobody is moved of whom nothing was read.
    """
    members = {id_: frozenset((await ctx.shop.members(id_)).values()) for id_ in segments_named(rule)}
    as_of = AsOf(ctx.today, ctx.zone)
    belonging = await find_belonging(rule, ctx.facts, members, as_of)
    inside = await ctx.shop.members(segment.id)
    joining = belonging.inside.difference(inside.values())
    gone = belonging.known - belonging.inside
    leaving = {profile: customer for profile, customer in inside.items() if customer in gone}
    return sorted(joining), leaving, describe_lapsed(rule, leaving.values(), belonging.sums, as_of)


def _are_fresh(fresh: Freshness, ctx: Context) -> bool:
    return bool(fresh.read_to and not fresh.missing and ctx.now - fresh.read_to <= OLDEST)


async def _remark_on_facts(ctx: Context) -> str:
    """Tell until when all is read; have it read before. Raises NotReadYet; Impossible if the bot may not read it."""
    fresh = await ctx.facts.freshness()
    if not _are_fresh(fresh, ctx):
        await ctx.read_facts()
        fresh = await ctx.facts.freshness()
    if fresh.read_to and _are_fresh(fresh, ctx):
        return f"By orders and customers as read on {format_due(fresh.read_to, ctx.zone)}."
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
