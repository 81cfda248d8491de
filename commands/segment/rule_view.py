"""What people see of the rule that a segment follows."""

from collections.abc import Mapping, Sequence

from bot.bigcommerce import Segment
from bot.core.answers import Cell, Fields
from bot.core.context import Context
from bot.core.language.due_times import format_due
from bot.core.segment_rules.followed import Followed, FollowedBy
from bot.core.segment_rules.schedule import describe_schedule, next_slot

COLUMN = "Rule runs"


def describe_rule(found: FollowedBy, ctx: Context) -> Fields:
    """Describe which rule is followed since which change, and when it runs."""
    since = f"{found.followed.words} (since change {found.change})"
    return Fields((("Rule", since), ("Runs", _describe_runs(found.followed, ctx))))


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
