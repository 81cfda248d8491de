"""What people should know of segments that follow rules, before they change members by hand or delete a segment."""

from collections.abc import Iterable, Sequence

from bot.bigcommerce import Segment
from bot.core.context import Context
from bot.core.language.phrases import and_list
from bot.core.language.tokenizer import quote
from bot.core.planning.steps import AnyStep, DropRule, FollowRule
from bot.core.segment_rules import describe
from bot.core.segment_rules.rule import HasAttribute, Rule, conditions, keeps, segments_named
from bot.core.segment_rules.tokens import GONE
from bot.core.segment_rules.unmatched import unmatched
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule


async def moved_back(segments: Iterable[Segment], ctx: Context) -> tuple[str, ...]:
    """Tell which of these segments follow rules, and what their next run takes back of what is done by hand."""
    ruled = [(one, found.followed.rule) for one in segments if (found := await ctx.shop.rules.of(one.id))]
    return tuple(f"{one.name} follows a rule: its next run {_next_run(one, rule)}" for one, rule in ruled)


def _next_run(segment: Segment, rule: Rule) -> str:
    if keeps(rule, segment.id):
        return "takes out no one, and adds who belongs by it."
    return (
        "takes back what the rule does not say. To keep whoever is in it, let its rule begin with "
        f"`in {segment.name} or …`: no one leaves by it then."
    )


async def done_again(undo: Sequence[AnyStep], ctx: Context) -> tuple[str, ...]:
    """Tell in which segments that follow rules an undo moves shoppers, whom the next run may move back again."""
    ruled = {*await ctx.shop.rules.all()} - {one.target.id for one in undo if isinstance(one, FollowRule | DropRule)}
    moved = dict.fromkeys(one.target.id for one in undo if one.target and any(one.moves) and not one.whole_segment)
    found = [await ctx.shop.by_id(id_) for id_ in moved if id_ in ruled]
    return tuple(
        f"{one.name} follows a rule: its next run does again what the rule says, unless you freeze {one.name} before "
        f"(`/segment freeze {quote(one.name)}`)."
        for one in found
        if one
    )


async def remarks_on_rule(segment: Segment, rule: Rule, ctx: Context) -> tuple[str, ...]:
    """Tell who steers a segment by the rule beside its approvers, and which values that it names nobody has."""
    lonely = await unmatched(rule, ctx.facts)
    steers = [one.attribute_id for one in conditions(rule) if isinstance(one, HasAttribute)]
    if not lonely and not steers:
        return ()
    vocabulary = await vocabulary_of_rule(rule, ctx.shop)
    names = {one.id: one.name for one in vocabulary.attributes}
    called = and_list([names.get(id_, GONE[2]) for id_ in dict.fromkeys(steers)])
    steered = (f"Whoever can write the customer attribute {called} steers {segment.name} by it.",) if steers else ()
    nobody = and_list([f"“{describe(one, vocabulary)}”" for one in lonely])
    return (*steered, *((f"No customer fits {nobody} now.",) if lonely else ()))


async def rules_lost(segments: Iterable[Segment], ctx: Context) -> tuple[str, ...]:
    """Tell which of these segments follow rules, and which rules of others name them."""
    deleted, names = {one.id: one.name for one in segments}, await ctx.shop.names()
    told = list[str]()
    for id_, rule in (await ctx.shop.rules.all()).items():
        if id_ in deleted:
            told.append(f"{deleted[id_]} follows a rule, which goes with it; an undo brings it back.")
        elif id_ in names and (named := [deleted[one] for one in segments_named(rule.followed.rule) if one in deleted]):
            told.append(f"The rule of {names[id_]} names {and_list(named)}, and can't be run without.")
    return tuple(told)
