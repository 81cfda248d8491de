"""The headline of a Summary: its first sentence. Pure."""

from collections.abc import Sequence

from bot.core.language.phrases import counted, rounded, shortened, since, up_or_down
from bot.core.summary.history import Size
from bot.core.summary.size_changes import Row
from bot.core.summary.summary import Summary

NAME = 40
"""The most characters of a segment's name within a sentence."""
NAMED = 2
"""The most movers in the sentence."""


def since_last(summary: Summary) -> str:
    """Write since when things changed: ``since yesterday``; empty on the first day."""
    return since(summary.before.day, summary.now.day) if summary.before else ""


def headline(summary: Summary) -> str:
    """Write the one sentence for people who read no further."""
    count = counted(len(summary.rows), "segment")
    total = summary.now.memberships
    totals = f"{count}, {rounded(total)} {'membership' if total == 1 else 'memberships'}"
    if summary.before is None:
        return f"The first summary: {totals}. The next one tells what changed since."
    happened = [*_moves(summary), *_restored(summary.restored), *_created_and_deleted(summary)]
    if not happened and not summary.ended and not summary.outside and not summary.by_rules:
        return f"{_nothing(summary)} changed {since_last(summary)}: {totals}."
    first, *more = happened or ["No segment grew or shrank"]
    return f"{', '.join((f'{first} {since_last(summary)}', *more))}; {_by_whom(summary)}."


def _nothing(summary: Summary) -> str:
    """Write "Nothing", or "No segment" if someone got a profile without being in any segment."""
    same = summary.before and summary.before.shoppers == summary.now.shoppers
    return "Nothing" if same else "No segment"


def _moves(summary: Summary) -> list[str]:
    movers = [row for row in summary.movers if not (row.is_new or row.restored)]
    first, others = movers[:1], movers[1:NAMED]
    more = len(movers) - NAMED
    rest = [f"{counted(more, 'other segment')} moved"] if more > 0 else []
    return [*map(_grew, first), *map(_gained, others), *rest]


def _grew(row: Row) -> str:
    way = "grew" if row.by > 0 else "shrank"
    return f"{short_name(row.size)} {way} by {rounded(abs(row.by))} to {rounded(row.size.shoppers)}"


def _gained(row: Row) -> str:
    return f"{short_name(row.size)} {'gained' if row.by > 0 else 'lost'} {rounded(abs(row.by))}"


def _restored(rows: Sequence[Row]) -> list[str]:
    if len(rows) > 1:
        return [f"{len(rows):,} segments were deleted and restored"]
    return [f"{short_name(row.size)} was deleted and restored (change {row.restored}){_by(row)}" for row in rows]


def _by(row: Row) -> str:
    return f", {up_or_down(row.by)}" if row.by else ""


def _created_and_deleted(summary: Summary) -> list[str]:
    created, renamed = ([row.size for row in rows] for rows in (summary.created, summary.renamed))
    happened = (("created", created), ("renamed", renamed), ("deleted", summary.gone))
    return [f"{_counted_or_named(sizes)} {how}" for how, sizes in happened if sizes]


def _counted_or_named(sizes: Sequence[Size]) -> str:
    return f"{short_name(sizes[0])} was" if len(sizes) == 1 else f"{len(sizes):,} segments were"


def _by_whom(summary: Summary) -> str:
    ran, outside = len(summary.ended), len(summary.outside)
    runs = [f"{counted(summary.runs, 'run')} of rules"] if summary.runs else []
    through = [f"{counted(ran, 'change') if ran else 'no change'} through the bot"] if ran or not runs else []
    others = "it" if through else "the bot"
    past = f"{counted(outside, 'segment') if outside else 'nothing'} changed outside {others}"
    return ", ".join((*runs, *through, past))


def short_name(size: Size) -> str:
    """Shorten a segment's name for a sentence."""
    return shortened(size.name, NAME)
