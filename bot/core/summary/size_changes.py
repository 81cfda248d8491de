"""Sizes compared with an earlier day's: what changed, through the bot and outside it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.summary.history import Effect, Size, Snapshot


@dataclass(frozen=True)
class SizeChange:
    """How much a size changed since some day, and how much of that was through the bot."""

    by: int
    bot: int = 0

    @property
    def outside(self) -> int:
        """How much of it was outside the bot."""
        return self.by - self.bot


@dataclass(frozen=True)
class Row:
    """A segment's size, compared with the last snapshot and with that of a week ago; None if there is none.

    A new segment counts as having grown from 0. ``was`` is its name in the last snapshot, if that was another;
    ``restored`` is the number of the change that restored it since it was deleted; 0 if none did.
    """

    size: Size
    day: SizeChange | None = None
    week: SizeChange | None = None
    is_new: bool = False
    was: str = ""
    restored: int = 0

    @property
    def by(self) -> int:
        """How much it changed since the last snapshot."""
        return self.day.by if self.day else 0

    @property
    def outside(self) -> int:
        """How much of that was outside the bot."""
        return self.day.outside if self.day else 0


@dataclass(frozen=True)
class Baseline:
    """A snapshot to compare with, and what the bot has done since, by segment id."""

    snapshot: Snapshot
    effects: Mapping[str, Effect]

    def change_of(self, size: Size) -> SizeChange:
        """Return how this size has changed since."""
        bot = self.effects.get(size.segment, Effect())
        return SizeChange(size.shoppers - self.snapshot.size(size.segment), bot.net)


def compare_sizes(now: Sequence[Size], day: Baseline | None, week: Baseline | None) -> tuple[Row, ...]:
    """Compare every segment of today, the largest movers first, then the largest segments."""
    compared = (_row(size, day, week) for size in now)
    return tuple(sorted(compared, key=_order))


def _row(size: Size, day: Baseline | None, week: Baseline | None) -> Row:
    before = day.snapshot.by_id.get(size.segment) if day else None
    return Row(
        size,
        day.change_of(size) if day else None,
        week.change_of(size) if week else None,
        is_new=day is not None and before is None,
        was=before.name if before and before.name != size.name else "",
        restored=day.snapshot.restored.get(size.segment, 0) if day else 0,
    )


def _order(row: Row) -> tuple[int, int, int, str, str]:
    size = row.size
    return (-abs(row.by), -abs(row.outside), -size.shoppers, size.name.casefold(), size.segment)


def deleted_since(now: Snapshot, day: Baseline | None) -> tuple[Size, ...]:
    """Return the segments of the last snapshot that no longer exist, the largest first."""
    current = now.by_id
    deleted = [size for size in day.snapshot.sizes if size.segment not in current] if day else []
    return tuple(sorted(deleted, key=lambda size: (-size.shoppers, size.name.casefold(), size.segment)))
