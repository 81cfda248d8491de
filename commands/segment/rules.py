"""``/segment rule``, ``run``, ``freeze``: segments that follow a rule instead of a list."""

from typing import Annotated, Any

from pydantic import Field

from bot.core.command import Prefill, command
from bot.core.context import Context
from bot.core.errors import Impossible
from bot.core.language.args import Args, RuleInput, Text
from bot.core.language.normal_form import one_line
from bot.core.language.tokenizer import quote
from bot.core.planning.plan import Plan
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import DropRule, SegmentRef
from bot.core.segment_rules import describe
from bot.core.segment_rules.followed import RUN
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_rule
from commands.inputs import RULE, OneSegment, RunAt, refuse_long_rule
from commands.segment.asked_rule import asked_rule, usual_words
from commands.segment.rule_plans import plan_rule, plan_run
from commands.segment.segments import OneSegmentAt


class RuleArgs(Args):
    """A segment, who belongs to it, and when this is looked at again, in words."""

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
    runs: Annotated[
        str,
        Field(max_length=100),
        Text(
            label="Runs",
            hint="Every day at a time, every hour, or only when you ask",
            placeholder="every day at 06:00",
            max_length=100,
            option=True,
        ),
    ] = ""
    at: RunAt = ""


async def _prefill(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    segment = await ctx.shop.segment(str(values["segment"]))
    found = await ctx.shop.rules.of(segment.id)
    usual = {"runs": usual_words(found.followed if found else None, ctx)}
    if found is None:
        return usual | values | {"segment": segment.id}
    rule = found.followed.rule
    words = describe(rule, await vocabulary_of_rule(rule, ctx.shop))
    refuse_long_rule(words, segment.name, f"segment rule {quote(segment.name)}")
    return {"rule": words} | usual | values | {"segment": segment.id}


@command(
    "segment rule",
    submit="Start Rule",
    title="Segment Rule",
    prefill=Prefill(("rule", "runs"), _prefill),
    is_grave=True,
)
async def rule(args: RuleArgs, ctx: Context) -> Plan:
    """Let a segment follow a rule: who belongs joins, others leave, now and each day. A second person has to approve.

    /segment rule VIPs spent over 500 in 90 days and not in Wholesale
    /segment rule VIPs in VIPs or ordered at least 3 times in 12 months
    /segment rule Lapsed last ordered more than 180 days ago, or never ordered
    /segment rule Newsletter accepts marketing and registered in the last 30 days every day at 06:00
    /segment rule Wholesale customer group is Wholesale or attribute Tier is Gold runs:hourly
    /segment rule VIPs spent over 1,000 in all and (country is DE or AT) runs:"by hand"
    """
    segment = await ctx.shop.segment(args.segment)
    return await plan_rule(segment, await asked_rule(segment, one_line(args.rule), one_line(args.runs), ctx), ctx)


@command(RUN, submit="Run Rule", title="Run Rule Now", is_grave=True)
async def run(args: OneSegmentAt, ctx: Context) -> Plan:
    """Run the rule of a segment now: who belongs joins, others leave. A second person has to approve who leaves.

    /segment run VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    found = await ctx.shop.rules.of(segment.id)
    if found is None:
        raise Impossible(f"{segment.name} follows no rule, so there is nothing to run: it is a plain list.")
    return await plan_run(segment, found.followed, ctx)


@command("segment freeze", submit="Freeze Segment", aliases=("unrule",))
async def freeze(args: OneSegmentAt, ctx: Context) -> Plan:
    """Make a segment that follows a rule a plain list again, with the shoppers whom it has.

    /segment freeze VIPs
    """
    segment = await ctx.shop.segment(args.segment)
    return await build_plan((DropRule(segment=SegmentRef.of(segment)),), ctx.shop)
