"""Why the rule of a segment holds for one shopper or does not, as people read it."""

from datetime import datetime
from typing import NamedTuple

from bot.bigcommerce import Customer, Segment, StoreError
from bot.core.answers import Sentence, Table
from bot.core.context import Context
from bot.core.language.due_times import format_due
from bot.core.segment_rules.evaluation import AsOf
from bot.core.segment_rules.explanation import Explanation, explain
from bot.core.segment_rules.facts import OneCustomer
from bot.core.segment_rules.followed import FollowedBy
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule

COLUMNS = ("Condition", "Holds", "Because")
UNREAD = "Why it holds for them or not can be told once orders and customers are read. Ask again in a few minutes."


class Situation(NamedTuple):
    """At which time a rule is asked about, and where the shopper stood; ``ran_at``: when its ``run`` moved them."""

    at: datetime
    is_in: bool | None
    is_now: bool
    ran_at: datetime | None = None
    run: int | None = None


async def rule_explained(
    customer: Customer, segment: Segment, situation: Situation, ctx: Context
) -> tuple[Sentence | Table, ...]:
    """Explain the segment's rule for a customer; nothing if it follows none."""
    followed = await ctx.shop.rules.of(segment.id)
    if followed is None:
        return ()
    begun = Sentence(f"{segment.name} follows a rule since change {followed.change}: {followed.followed.words}")
    since = (await ctx.changes.load(followed.change)).updated_at
    if situation.at < since:
        return (begun, Sentence("That was later, so the rule did not decide it."))
    known, read_to = await _known(customer.id, ctx)
    if known is None or read_to is None:
        return (begun, Sentence(UNREAD))
    is_of_this_rule = situation.run == followed.change or (situation.ran_at is not None and situation.ran_at >= since)
    ran_at = situation.ran_at if is_of_this_rule else None
    try:
        found = await _explained(followed, known, customer, situation.at, ctx)
        ran = await _explained(followed, known, customer, ran_at, ctx) if ran_at else found
    except StoreError as error:
        return (begun, Sentence(f"Why it holds for them or not can't be told now: {error}"))
    read = f"By orders and customers as read on {format_due(read_to, ctx.zone)}."
    then = " Orders count until the time in question; all else is as it is now."
    is_then = not situation.is_now or ran.conditions != found.conditions
    before = (_table(f"When it moved them, on {format_due(ran_at or situation.at, ctx.zone)}", ran),)
    return (
        begun,
        Sentence(_verdict(found, situation)),
        _table("The rule and this shopper", found),
        *(before if ran.conditions != found.conditions else ()),
        Sentence(f"{read}{then if is_then else ''}", quiet=True),
    )


async def _known(customer_id: int, ctx: Context) -> tuple[OneCustomer | None, datetime | None]:
    """Return what is known of a customer, and until when all is read; have it read where nothing is known yet."""
    known = await ctx.facts.one_customer(customer_id)
    if known is None:
        await ctx.read_facts()
        known = await ctx.facts.one_customer(customer_id)
    return known, (await ctx.facts.freshness()).read_to


async def _explained(
    followed: FollowedBy, known: OneCustomer, customer: Customer, at: datetime, ctx: Context
) -> Explanation:
    until = OneCustomer(known.facts, tuple(one for one in known.sales if one.placed_at <= at))
    rule, as_of = followed.followed.rule, AsOf(at.astimezone(ctx.zone).date(), ctx.zone)
    return explain(rule, until, customer.segment_ids, as_of, await vocabulary_of_rule(rule, ctx.shop))


def _table(caption: str, found: Explanation) -> Table:
    rows = tuple((one.condition, "yes" if one.holds else "no", one.because) for one in found.conditions)
    return Table(caption, COLUMNS, rows)


def _verdict(found: Explanation, situation: Situation) -> str:
    if not situation.is_now:
        return f"By what is known now, it {'held' if found.holds else 'did not hold'} for them then."
    holds = "It holds for them" if found.holds else "It does not hold for them"
    moves = "puts them in" if found.holds else "takes them out"
    return f"{holds}." if found.holds == situation.is_in else f"{holds}: its next run {moves}."
