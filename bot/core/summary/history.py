"""The sizes of segments as they were, day by day, and what the bot did since then."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol

from bot.core.approval.changes import Brief

WEEK = timedelta(days=7)
GAP = timedelta(days=3)
"""By so much a week may be longer than 7 days, where the bot did not run for some; a longer one is no week."""


@dataclass(frozen=True)
class Size:
    """How many shoppers were in a segment. ``segment`` is its id, which alone says which segment it is."""

    segment: str
    name: str
    shoppers: int


@dataclass(frozen=True)
class Heirs:
    """Segments that changes restored after they were deleted: new id and number of the change, by the old id."""

    by_old: Mapping[str, tuple[str, int]]

    def last(self, segment_id: str) -> tuple[str, int]:
        """The id that a segment has by now, and the change that gave it; 0 where it has its own still."""
        change = 0
        while segment_id in self.by_old:
            segment_id, change = self.by_old[segment_id]
        return segment_id, change

    def line(self, segment_id: str) -> tuple[str, ...]:
        """All ids that this segment had, its own among them."""
        return (segment_id, *(old for old in self.by_old if self.last(old)[0] == segment_id))


@dataclass(frozen=True)
class Snapshot:
    """The sizes of all segments, taken ``at`` (UTC) on a local ``day``.

    ``entry`` is the number of the log's last entry then; ``shoppers`` are the store's profiles in all. A segment that
    a change restored since is here under the id that it has by now: ``restored`` has the change's number by that id.
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

    def size(self, segment_id: str) -> int:
        """How many shoppers were in this segment; none, where it was not there yet."""
        found = self.by_id.get(segment_id)
        return found.shoppers if found else 0

    def inherited(self, heirs: Heirs) -> "Snapshot":
        """The same, with the ids that segments have by now."""
        now = {one.segment: heirs.last(one.segment) for one in self.sizes}
        sizes = tuple(replace(one, segment=now[one.segment][0]) for one in self.sizes)
        return replace(self, sizes=sizes, restored={id_: change for id_, change in now.values() if change})


@dataclass(frozen=True)
class Effect:
    """How many shoppers steps of the bot put into a segment, and took out of it."""

    added: int = 0
    removed: int = 0

    @property
    def net(self) -> int:
        """By how much the segment grew through them."""
        return self.added - self.removed

    def __add__(self, other: "Effect") -> "Effect":
        """Both together."""
        return Effect(self.added + other.added, self.removed + other.removed)


@dataclass(frozen=True)
class Progress:
    """What the bot itself is doing: whether any of its steps began or ended since some entry, and any change runs."""

    has_moved: bool
    is_running: bool


class History(Protocol):
    """What is on record of the days before, to read. Entries are numbers of the audit log's entries.

    What was so under an id that a segment had before a change restored it is told under the id that it has by now.
    Sizes are kept of each day on which a summary was made. A day was *told* when its summary was posted, or when it
    was before the first summary of all.
    """

    async def told(self, before: date) -> Snapshot | None:
        """The snapshot of the latest day before this one that was told: whoever reads the next summary knows it."""

    async def snapshot(self, before: date) -> Snapshot | None:
        """The latest snapshot of a day before this one, told or not."""

    async def sizes_of(self, segment_id: str, since: date) -> tuple[tuple[date, int], ...]:
        """The sizes of one segment from this day on, the oldest first; days without a snapshot are absent."""

    async def effects(self, after: int, until: int) -> dict[str, Effect]:
        """What steps of the bot did to each segment, by id, in the entries after the first one, until the last one."""

    async def doubts(self, after: int, until: int) -> bool:
        """Whether of any step in these entries nobody can say what it did."""

    async def shaped(self, after: int, until: int) -> frozenset[str]:
        """Ids of the segments that changes created, renamed or deleted, of which a step ran in these entries."""

    async def ended(self, after: int, until: int) -> tuple[Brief, ...]:
        """The changes that came to the end of their run in these entries, oldest first."""

    async def unreviewed(self) -> tuple[Brief, ...]:
        """The changes that ran without their approvals and that nobody has reviewed, oldest first."""

    async def progress(self, after: int) -> Progress:
        """What the bot itself does now, and did since this entry."""


def is_a_week(day: date, today: date) -> bool:
    """Whether ``day`` is a week before ``today``, or so little longer ago that people would still call it one."""
    return WEEK <= today - day <= WEEK + GAP


async def week_ago(history: History, today: date) -> Snapshot | None:
    """The latest snapshot that is a week old; None where none is on record."""
    found = await history.snapshot(today - WEEK + date.resolution)
    return found if found and is_a_week(found.day, today) else None
