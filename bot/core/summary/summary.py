"""A day's summary, as a value. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.core.approval.brief import Brief
from bot.core.store_view.orphaned_promotions import Orphan
from bot.core.summary.history import RuleRuns, Size, Snapshot
from bot.core.summary.size_changes import Row


class Coming(NamedTuple):
    """A change that runs at a time to come, as the team's clocks show it, or whose additions end then."""

    at: datetime
    change: Brief
    ends: bool = False


@dataclass(frozen=True)
class Summary:
    """Everything in a day's summary; ``now`` is the day's snapshot.

    ``before`` is the snapshot of the last reported day, ``week`` that of a week ago; None if there is none. ``gone``
    are the segments of ``before`` that were deleted since; ``shaped`` the ids of segments that the bot created, renamed
    or deleted since; ``by_rules`` what rules did since, by id. ``ended`` are the changes that ran since, ``waiting``
    and ``unreviewed`` those that someone has to look at, oldest first; ``coming`` is what the rest of the day brings,
    the next one first; ``untold`` are those of whose emergency not everyone was told; ``orphans`` are promotions that
    name a segment which is gone. ``head`` is the seal of the log's last entry. ``is_steady``: no change ran while the
    sizes were read; ``is_certain``: the effects of every step since are known.
    """

    now: Snapshot
    head: str
    before: Snapshot | None = None
    week: Snapshot | None = None
    rows: tuple[Row, ...] = ()
    by_rules: Mapping[str, RuleRuns] = field(default_factory=dict)
    gone: tuple[Size, ...] = ()
    shaped: frozenset[str] = frozenset()
    ended: tuple[Brief, ...] = ()
    waiting: tuple[Brief, ...] = ()
    coming: tuple[Coming, ...] = ()
    unreviewed: tuple[Brief, ...] = ()
    untold: tuple[int, ...] = ()
    orphans: tuple[Orphan, ...] = ()
    is_steady: bool = True
    is_certain: bool = True

    @property
    def runs(self) -> int:
        """How many runs of rules did something."""
        return sum(one.runs for one in self.by_rules.values())

    @property
    def movers(self) -> tuple[Row, ...]:
        """The segments whose size changed since the last snapshot, the largest movers first."""
        return tuple(row for row in self.rows if row.by)

    @property
    def created(self) -> tuple[Row, ...]:
        """The segments that are new since the last snapshot."""
        return tuple(row for row in self.rows if row.is_new)

    @property
    def renamed(self) -> tuple[Row, ...]:
        """The segments whose name differs from the last snapshot."""
        return tuple(row for row in self.rows if row.was)

    @property
    def restored(self) -> tuple[Row, ...]:
        """The segments that were deleted and restored since the last snapshot."""
        return tuple(row for row in self.rows if row.restored)

    @property
    def empty(self) -> tuple[Row, ...]:
        """The segments without shoppers."""
        return tuple(row for row in self.rows if not row.size.shoppers)

    @property
    def outside(self) -> frozenset[str]:
        """Ids of the segments that changed outside the bot: their shoppers, their names, or whether they exist."""
        moved = {row.size.segment for row in self.rows if row.outside}
        formed = {row.size.segment for row in (*self.created, *self.renamed)} | {size.segment for size in self.gone}
        return frozenset(moved | (formed - self.shaped))
