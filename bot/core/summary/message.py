"""The message of a Summary: the headline first, then the numbers, then who did what. Pure.

Text from outside is truncated here, so that the log's head at the end always fits into the message.
"""

from collections.abc import Sequence

from bot.bigcommerce import MOST_SEGMENTS
from bot.core.answers import Answer, Cell, Chart, Delta, Fields, Part, Sentence, Table, mention
from bot.core.approval.brief import Brief
from bot.core.approval.changes_reader import describe_untold
from bot.core.approval.state_words import name_state
from bot.core.language.hidden_addresses import hide_addresses
from bot.core.language.phrases import (
    ago,
    and_list,
    capital,
    counted,
    listing,
    over,
    people,
    shortened,
    signed,
    up_or_down,
)
from bot.core.segment_rules.guard import Difference
from bot.core.store_view.orphaned_promotions import MEND, describe_orphaned
from bot.core.summary.headline import NAME, headline, short_name, since_last
from bot.core.summary.history import Effect, RuleRuns
from bot.core.summary.size_changes import Row, SizeChange
from bot.core.summary.summary import Coming, Summary

HEADLINE = 150
"""The most characters for what a change does."""
CHARTED, LISTED = 10, 6
"""The most movers in the chart, and changes in a list."""

MIXED = "what came through the bot and what from outside may be mixed up"


def compose(summary: Summary, asked_by: str = "") -> Answer:
    """Compose the message; ``asked_by`` is the user who posted it by hand, if anyone did."""
    parts: tuple[Part, ...] = (
        *_by_hand(asked_by),
        Sentence(_totals(summary)),
        *_shape(summary),
        *_table(summary),
        *movers_chart(summary.rows, since_last(summary)),
        *_rules(summary),
        *_changes(summary),
        *_coming(summary.coming),
        *(Sentence(describe_untold(number)) for number in summary.untold[:LISTED]),
        *_orphans(summary),
        *_empty(summary),
        *_doubts(summary),
        Sentence(
            f"The log has {counted(summary.now.entry, 'entry', 'entries')}; its head is {summary.head}.", quiet=True
        ),
    )
    return Answer(headline(summary), parts)


def _by_hand(asked_by: str) -> list[Sentence]:
    return [Sentence(f"Today so far, posted because {mention(asked_by)} asked for it.", quiet=True)] if asked_by else []


def _totals(summary: Summary) -> str:
    now, before, week = summary.now, summary.before, summary.week
    compared = [f"{up_or_down(now.memberships - before.memberships)} {since_last(summary)}"] if before else []
    compared += [f"{up_or_down(now.memberships - week.memberships)} {over(week.day, now.day)}"] if week else []
    used = f"{len(summary.rows):,} of {MOST_SEGMENTS:,} segments used"
    return f"{used}; {', '.join((counted(now.memberships, 'membership'), *compared))}."


def _shape(summary: Summary) -> list[Sentence]:
    """List the segments that are new, renamed, restored or gone, compared by id."""
    created = [f"{short_name(row.size)} ({people(row.size.shoppers)})" for row in summary.created]
    renamed = [f"{short_name(row.size)} (was {shortened(row.was, NAME)})" for row in summary.renamed]
    restored = [f"{short_name(row.size)} (change {row.restored})" for row in summary.restored]
    lost = [f"{short_name(size)} ({people(size.shoppers)})" for size in summary.gone]
    lines = (("New", created), ("Renamed", renamed), ("Deleted and restored", restored), ("Deleted", lost))
    return [Sentence(f"{what}: {listing(names)}.") for what, names in lines if names]


def _table(summary: Summary) -> list[Table]:
    if not summary.rows:
        return []
    rules = ("By rules",) if summary.by_rules else ()
    daily = (capital(since_last(summary)), "Through the bot", *rules, "Outside") if summary.before else ()
    weekly = (over(summary.week.day, summary.now.day),) if summary.week else ()
    columns = ("Segment", "Shoppers", *daily, *map(capital, weekly))
    caption = "Segments, the largest movers first" if summary.before else "Segments, the largest first"
    return [Table(caption, columns, tuple(_cells(row, summary) for row in summary.rows))]


def _cells(row: Row, summary: Summary) -> tuple[Cell, ...]:
    name = f"{row.size.name} (was {shortened(row.was, NAME)})" if row.was else row.size.name
    ruled = summary.by_rules.get(row.size.segment, RuleRuns()).effect.net
    rules = (Delta(ruled),) if summary.by_rules else ()
    day = (Delta(row.day.by), Delta(row.day.bot - ruled), *rules, Delta(row.day.outside)) if row.day else ()
    return (f"{name} (new)" if row.is_new else name, row.size.shoppers, *day, *_week(row.week))


def _week(week: SizeChange | None) -> tuple[Delta, ...]:
    return (Delta(week.by),) if week else ()


def movers_chart(rows: Sequence[Row], when: str) -> list[Chart]:
    """Chart the largest movers of ``rows``, in order; ``when`` is the period. No chart without movers."""
    movers = [row for row in rows if row.by][:CHARTED]
    if not movers:
        return []
    names = tuple(row.size.name for row in movers)
    title = f"Largest movers {when}"
    words = listing([f"{short_name(row.size)} {signed(row.by)}" for row in movers])
    return [Chart("bar", title, names, (("Change", tuple(row.by for row in movers)),), f"{title}: {words}.")]


# Who did what, and what is left to do


def _rules(summary: Summary) -> list[Sentence]:
    """List what rules did by themselves, those first that moved the most."""
    names = {one.segment: short_name(one) for one in (*summary.gone, *(row.size for row in summary.rows))}
    found = [(names.get(id_, "a deleted segment"), one.effect) for id_, one in summary.by_rules.items()]
    told = [f"{name} {Difference(one.added, one.removed)}" for name, one in sorted(found, key=_most_moved)]
    runs = counted(summary.runs, "run")
    when = since_last(summary) or "so far"
    return [Sentence(f"By rules {when}, {runs}: {listing(told)}.")] if told else []


def _most_moved(one: tuple[str, Effect]) -> tuple[int, str]:
    return -one[1].added - one[1].removed, one[0]


def _changes(summary: Summary) -> list[Part]:
    now, when = summary.now.at, since_last(summary) or "so far"
    return [
        *_list(f"Through the bot {when}", [(one, f"{_people(one)}, {name_state(one)}") for one in summary.ended]),
        *_list(
            "Waiting for approval",
            [(one, f"{_describe_request(one)}, {ago(now - one.created_at)}") for one in summary.waiting],
        ),
        *_list(
            "Ran without approval, not reviewed yet",
            [(one, f"{_describe_request(one)}; `/change review {one.number}`") for one in summary.unreviewed],
        ),
    ]


def _coming(coming: Sequence[Coming]) -> list[Part]:
    """List what the rest of the day brings, with its times as the team's clocks show them."""
    told = [
        (one.change, f"{'ends' if one.ends else 'runs'} at {one.at:%H:%M}, {_describe_request(one.change)}")
        for one in coming
    ]
    return _list(f"To come today ({coming[0].at.tzinfo})", told) if coming else []


def _list(title: str, items: Sequence[tuple[Brief, str]]) -> list[Part]:
    if not items:
        return []
    pairs = tuple(
        (f"Change {one.number}", f"{shortened(hide_addresses(one.headline), HEADLINE)} ({words})")
        for one, words in items[:LISTED]
    )
    more = len(items) - LISTED
    rest = [Sentence(f"… and {more:,} more; `/change list all` shows them.", quiet=True)] if more > 0 else []
    return [Sentence(f"{title}: {counted(len(items), 'change')}."), Fields(pairs), *rest]


def _describe_request(one: Brief) -> str:
    return f"asked by {mention(one.requester)}"


def _people(one: Brief) -> str:
    by = and_list([mention(approval.actor) for approval in one.approvals])
    if not one.need.satisfied_by(one.approvals):
        return f"{_describe_request(one)}, {f'approved only by {by}' if by else 'approved by no one'}"
    return f"{_describe_request(one)}, approved by {by}" if by else f"{_describe_request(one)}, needed no approval"


def _orphans(summary: Summary) -> list[Sentence]:
    return [Sentence(f"{describe_orphaned(summary.orphans)} {MEND}")] if summary.orphans else []


def _empty(summary: Summary) -> list[Sentence]:
    names = [short_name(row.size) for row in summary.empty]
    number = f" ({len(names):,})" if len(names) > 1 else ""
    return [Sentence(f"Empty{number}: {listing(names)}.")] if names else []


def _doubts(summary: Summary) -> list[Sentence]:
    """Write why the shares of the bot and of others may be wrong; a first summary has none of these numbers."""
    why = (
        (summary.is_steady, "A change ran while the sizes were read"),
        (summary.is_certain, "No one can say what an interrupted step did"),
    )
    doubts = [words for is_so, words in why if summary.before and not is_so]
    return [Sentence(f"{one}: {MIXED}.", quiet=True) for one in doubts]
