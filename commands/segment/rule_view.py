"""What people see of the rule that a segment follows."""

from collections.abc import Mapping, Sequence

from bot.bigcommerce import Segment
from bot.core.answers import Cell, Fields
from bot.core.approval.state_words import describe_state
from bot.core.context import Context
from bot.core.language.due_times import format_due
from bot.core.segment_rules.followed import Followed, FollowedBy, RunOfRule
from bot.core.segment_rules.guard import Difference
from bot.core.segment_rules.schedule import describe_schedule, next_slot

COLUMN = "Rule runs"


async def describe_rule(found: FollowedBy, ctx: Context) -> Fields:
    """Describe which rule is followed since which change, when it runs, and what came of its latest runs."""
    since = f"{found.followed.words} (since change {found.change})"
    runs = await ctx.shop.rules.latest_runs(found.change)
    labels = ("Last run", "Last difference")
    latest = [(label, await _describe_run(one, ctx)) for label, one in zip(labels, runs, strict=False)]
    return Fields((("Rule", since), ("Runs", _describe_runs(found.followed, ctx)), *latest))


def with_rules(
    columns: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    segments: Sequence[Segment],
    rules: Mapping[str, FollowedBy],
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Return a table's columns and rows, one for each segment, with when rules run; as they are if none is followed."""
    runs = [describe_schedule(rules[one.id].followed.schedule) if one.id in rules else None for one in segments]
    if not any(runs):
        return (*columns,), (*rows,)
    return (*columns, COLUMN), tuple((*row, cell) for row, cell in zip(rows, runs, strict=True))


def _describe_runs(followed: Followed, ctx: Context) -> str:
    due = next_slot(followed.schedule, ctx.now, ctx.zone)
    upcoming = f", next at {format_due(due, ctx.zone)}" if due else ""
    return f"{describe_schedule(followed.schedule)}{upcoming}"


async def _describe_run(run: RunOfRule, ctx: Context) -> str:
    """Describe what came of a time for which a rule was to run by itself."""
    when = format_due(run.slot, ctx.zone)
    if run.change is None:
        nobody = "no one joined or left" if run.is_over else "not yet done"
        return f"{when}: {f'not possible. {run.reason}' if run.reason else nobody}"
    change = await ctx.changes.load(run.change)
    lapse = f", since {change.covered_by.lapse}" if change.covered_by and change.covered_by.lapse else ""
    moved = f"{Difference(run.joins, run.leaves)}, " if change.started_at else ""
    return f"{when}: {moved}change {change.number} {describe_state(change)}{lapse}"
