"""The history of segment sizes, and what the bot did since a given day."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple, Protocol

from bot.core.approval.brief import Brief

WEEK = timedelta(days=7)
GAP = timedelta(days=3)
"""How much longer than 7 days a week may be, if the bot did not run every day."""


@dataclass(frozen=True)
class Size:
    """The number of shoppers in a segment. ``segment`` is its id; its name may change."""

    segment: str
    name: str
    shoppers: int


@dataclass(frozen=True)
class Restorations:
    """Segments that changes restored after they were deleted: new id and change number, by old id."""

    by_old: Mapping[str, tuple[str, int]]

    def current_id(self, segment_id: str) -> tuple[str, int]:
        """Return the segment's current id, and the number of the change that gave it; 0 if it still has this one."""
        change = 0
        while (known := self.by_old.get(segment_id)) and known[1] > change:  # else a hand in the table made a circle
            segment_id, change = known
        return segment_id, change

    def all_ids(self, segment_id: str) -> tuple[str, ...]:
        """Return all ids that this segment has had, its current one first."""
        current, _ = self.current_id(segment_id)
        return (current, *(old for old in self.by_old if old != current and self.current_id(old)[0] == current))


@dataclass(frozen=True)
class Snapshot:
    """The sizes of all segments, taken ``at`` (UTC) on a local ``day``.

    ``entry`` is the number of the log's last entry then; ``shoppers`` counts all the store's profiles. A segment that a
    change has restored since is listed under its current id: ``restored`` holds the change's number by that id.
    """

    day: date
    at: datetime
    entry: int
    shoppers: int
    sizes: tuple[Size, ...]
    restored: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Size]:
        """The sizes by segment id."""
        return {one.segment: one for one in self.sizes}

    @property
    def memberships(self) -> int:
        """How many shoppers are in segments, each counted once for each of theirs."""
        return sum(one.shoppers for one in self.sizes)

    def size(self, segment_id: str) -> int:
        """Return how many shoppers were in this segment; 0 if it did not exist yet."""
        found = self.by_id.get(segment_id)
        return found.shoppers if found else 0

    def with_current_ids(self, restorations: Restorations) -> "Snapshot":
        """Return the same snapshot with the segments' current ids."""
        now = {one.segment: restorations.current_id(one.segment) for one in self.sizes}
        sizes = tuple(replace(one, segment=now[one.segment][0]) for one in self.sizes)
        return replace(self, sizes=sizes, restored={id_: change for id_, change in now.values() if change})


@dataclass(frozen=True)
class Effect:
    """How many shoppers the bot added to a segment and removed from it."""

    added: int = 0
    removed: int = 0

    @property
    def net(self) -> int:
        """The net growth of the segment through the bot."""
        return self.added - self.removed

    def __add__(self, other: "Effect") -> "Effect":
        """Return the sum of both."""
        return Effect(self.added + other.added, self.removed + other.removed)


class OutsideMove(NamedTuple):
    """By how much a segment grew outside the bot between two snapshots, or by how much it shrank."""

    since: datetime
    until: datetime
    by: int


@dataclass(frozen=True)
class RuleRuns:
    """What runs of a segment's rule did: how many did something, and how many shoppers they added and removed."""

    runs: int = 0
    effect: Effect = Effect()

    def __add__(self, other: "RuleRuns") -> "RuleRuns":
        """Return the sum of both."""
        return RuleRuns(self.runs + other.runs, self.effect + other.effect)


@dataclass(frozen=True)
class Progress:
    """Whether any of the bot's steps started or ended since some entry, and whether any change is running."""

    has_moved: bool
    is_running: bool


class HistoryReader(Protocol):
    """Read access to the history. Entries are given by their numbers in the audit log.

    If a change restored a segment under a new id, what happened under its old ids is reported under its current one.
    Sizes are kept for each day with a summary. A day is *reported* once its summary was posted, or if it precedes the
    first summary.
    """

    async def last_reported(self, before: date) -> Snapshot | None:
        """Return the snapshot of the latest reported day before this one, the last that readers have seen."""

    async def latest(self, before: date) -> Snapshot | None:
        """Return the latest snapshot of a day before this one, reported or not."""

    async def sizes_of(self, segment_id: str, since: date) -> tuple[tuple[date, int], ...]:
        """Return the sizes of one segment from this day on, oldest first; days without a snapshot are left out."""

    async def ids_of(self, segment_id: str) -> tuple[str, ...]:
        """Return all ids that this segment has had, its current one first."""

    async def current_ids(self) -> Mapping[str, str]:
        """Return the ids that restored segments have now, by each that they had before."""

    async def moved_outside(self, segment_id: str, since: datetime | None, until: datetime) -> tuple[OutsideMove, ...]:
        """Return how the segment's size changed outside the bot from snapshot to snapshot, oldest first.

        Only where something lies between these times, and what the bot did meanwhile is known and not archived.
        """

    async def effects(self, after: int, until: int) -> dict[str, Effect]:
        """Return what the bot did to each segment, by id, in the entries after ``after`` and up to ``until``."""

    async def by_rules(self, after: int, until: int) -> dict[str, RuleRuns]:
        """Return what runs of rules did to each segment, by id, of these effects."""

    async def has_unknown_effects(self, after: int, until: int) -> bool:
        """Return whether the effects of any step in these entries are unknown."""

    async def segments_shaped(self, after: int, until: int) -> frozenset[str]:
        """Return the ids of the segments that changes with a step in these entries created, renamed or deleted."""

    async def ended(self, after: int, until: int) -> tuple[Brief, ...]:
        """Return the changes whose run ended in these entries, oldest first, but for runs of rules that went well."""

    async def unreviewed(self) -> tuple[Brief, ...]:
        """Return the changes that ran without their approvals and have not been reviewed, oldest first."""

    async def progress(self, after: int) -> Progress:
        """Return what the bot is doing now, and has done since this entry."""


def is_a_week(day: date, today: date) -> bool:
    """Return whether ``day`` is a week before ``today``, or close enough to be called a week."""
    return WEEK <= today - day <= WEEK + GAP


async def week_ago(history: HistoryReader, today: date) -> Snapshot | None:
    """Return the latest snapshot that is a week old; None if there is none."""
    found = await history.latest(today - WEEK + date.resolution)
    return found if found and is_a_week(found.day, today) else None
