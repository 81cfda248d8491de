"""Snapshots and summaries that the tests of numbers start from."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.core.summary.history import Effect, Size, Snapshot
from bot.core.summary.size_changes import Baseline, compare_sizes, deleted_since
from bot.core.summary.summary import Summary

TODAY = date(2026, 11, 25)
HEAD = "ab" * 32


def days_ago(count: int) -> date:
    return TODAY - timedelta(days=count)


def snapshot(days: int = 0, sizes: Mapping[str, int] | tuple[Size, ...] = (), **fields: Any) -> Snapshot:
    """Taken at nine so many days ago; segments given by their names have those as their ids, too."""
    named = sizes if isinstance(sizes, tuple) else tuple(Size(name, name, size) for name, size in sizes.items())
    day = days_ago(days)
    basis: dict[str, Any] = {
        "day": day,
        "at": datetime.combine(day, time(9), UTC),
        "entry": 100 - days,
        "shoppers": 1904,
        "sizes": named,
    }
    return Snapshot(**basis | fields)


def summary(
    now: Snapshot,
    before: Snapshot | None = None,
    week: Snapshot | None = None,
    effects: Mapping[str, Effect] | None = None,
    **fields: Any,
) -> Summary:
    """What is told of these snapshots, where the bot had these effects since."""
    last = Baseline(before, effects or {}) if before else None
    last_week = Baseline(week, effects or {}) if week else None
    compared = {"rows": compare_sizes(now.sizes, last, last_week), "gone": deleted_since(now, last)}
    return Summary(now=now, head=HEAD, before=before, week=week, **compared | fields)
