"""Why the rule of a segment holds for one shopper or does not, as people read it."""

from datetime import datetime

from bot.bigcommerce import Customer, Segment, StoreError
from bot.core.answers import Sentence, Table
from bot.core.context import Context
from bot.core.segment_rules.evaluation import AsOf
from bot.core.segment_rules.explanation import Explanation, explain
from bot.core.segment_rules.facts import OneCustomer
from bot.core.segment_rules.rule import Rule
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule

COLUMNS = ("Condition", "Holds", "Because")


async def rule_explained(
    customer: Customer, segment: Segment, at: datetime, is_in: bool | None, ctx: Context
) -> tuple[Sentence | Table, ...]:
    """Explain the segment's rule for a customer as of this time; nothing if it follows none, or did not then."""
    followed = await ctx.shop.rules.of(segment.id)
    if followed is None:
        return ()
    begun = Sentence(f"{segment.name} follows a rule since change {followed.change}: {followed.followed.words}")
    since = (await ctx.changes.load(followed.change)).updated_at
    if at < since:
        return (begun, Sentence("That was later, so the rule did not decide it."))
    known = await ctx.facts.one_customer(customer.id)
    read_to = (await ctx.facts.freshness()).read_to
    if known is None or read_to is None:
        ctx.read_facts()
        return (begun, Sentence("Why it holds for them or not is told once orders and customers are read: ask again."))
    try:
        found = await _explained(followed.followed.rule, known, customer, at, ctx)
    except StoreError as error:
        return (begun, Sentence(f"Why it holds for them or not can't be told now: {error}"))
    read = f"By orders and customers as read on {read_to.astimezone(ctx.zone):%Y-%m-%d %H:%M}."
    then = " Orders count until the time asked about; all else is as it is now." if at < ctx.now else ""
    rows = tuple((one.condition, "yes" if one.holds else "no", one.because) for one in found.conditions)
    return (
        begun,
        Sentence(_verdict(found, is_in, is_now=at == ctx.now)),
        Table("The rule and this shopper", COLUMNS, rows),
        Sentence(f"{read}{then}", quiet=True),
    )


async def _explained(rule: Rule, known: OneCustomer, customer: Customer, at: datetime, ctx: Context) -> Explanation:
    until = OneCustomer(known.facts, tuple(one for one in known.sales if one.placed_at <= at))
    as_of = AsOf(at.astimezone(ctx.zone).date(), ctx.zone)
    return explain(rule, until, customer.segment_ids, as_of, await vocabulary_of_rule(rule, ctx.shop))


def _verdict(found: Explanation, is_in: bool | None, *, is_now: bool) -> str:
    if not is_now:
        return f"By what is known now, it {'held' if found.holds else 'did not hold'} for them then."
    holds = "It holds for them" if found.holds else "It does not hold for them"
    moves = "puts them in" if found.holds else "takes them out"
    return f"{holds}." if found.holds == is_in else f"{holds}: its next run {moves}."
