"""Gathers the contents of the daily summary from the store and the record."""

from datetime import date, datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from bot.core.approval.brief import Brief
from bot.core.approval.changes import State
from bot.core.approval.changes_reader import ChangesReader
from bot.core.audit.audit_reader import AuditReader
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.orphaned_promotions import orphaned_promotions
from bot.core.summary.history import HistoryReader, Size, Snapshot, week_ago
from bot.core.summary.size_changes import Baseline, compare_sizes, deleted_since
from bot.core.summary.summary import Coming, Summary

MOST_COMING = 100
"""The most changes of a kind that are looked through for what comes today."""
TRIES = 3
"""The most readings of all sizes, while the bot's own steps move shoppers."""


async def gather(
    shop: Shop,
    history: HistoryReader,
    changes: ChangesReader,
    log: AuditReader,
    *,
    day: date,
    now: datetime,
    zone: ZoneInfo,
) -> Summary:
    """Read the sizes at ``now`` (UTC), on the local ``day`` of ``zone``, and everything else in the summary.

    Fetch the segments, their sizes the cheaper way (see ``Shop.sizes``), and the number of profiles, up to TRIES times
    if a change starts or ends meanwhile; then the promotions. Raises StoreError.
    """
    read, snapshot, head, is_steady = await _read_steadily(shop, history, log, day, now)
    before, a_week_before = await history.last_reported(day), await week_ago(history, day)
    last = await _baseline(history, before, snapshot)
    week = await _baseline(history, a_week_before, snapshot) if a_week_before != before else None
    after = before.entry if before else 0
    return Summary(
        now=snapshot,
        head=head,
        before=before,
        week=week.snapshot if week else None,
        rows=compare_sizes(snapshot.sizes, last, week),
        gone=deleted_since(snapshot, last),
        shaped=await history.segments_shaped(after, snapshot.entry),
        by_rules=await history.by_rules(after, snapshot.entry),
        ended=await history.ended(after, snapshot.entry),
        waiting=await _waiting(changes),
        coming=await _coming(changes, day, now, zone),
        unreviewed=await history.unreviewed(),
        untold=await changes.untold(),
        orphans=await orphaned_promotions(read),
        is_steady=is_steady,
        is_certain=not await history.has_unknown_effects(after, snapshot.entry),
    )


async def _read_steadily(
    shop: Shop, history: HistoryReader, log: AuditReader, day: date, now: datetime
) -> tuple[Shop, Snapshot, str, bool]:
    """Return the shop as read, its sizes, the log's head, and whether none of the bot's steps ran meanwhile."""
    for _ in range(TRIES):
        read = Shop(shop.reader)
        entry, head = await log.head()
        before = await history.progress(entry)
        snapshot = await _read(read, day, now, entry)
        after = await history.progress(entry)
        is_steady = not (after.has_moved or after.is_running)
        if is_steady or (before.is_running and after.is_running):
            break  # a change that runs throughout will not end in a moment
    return read, snapshot, head, is_steady


async def _read(shop: Shop, day: date, now: datetime, entry: int) -> Snapshot:
    segments = await shop.segments()
    sizes = await shop.sizes(segments)
    found = tuple(Size(one.id, one.name, sizes[one.id]) for one in segments)
    return Snapshot(day, now, entry, await shop.reader.profile_count(), found)


async def _baseline(history: HistoryReader, snapshot: Snapshot | None, now: Snapshot) -> Baseline | None:
    return Baseline(snapshot, await history.effects(snapshot.entry, now.entry)) if snapshot else None


async def _waiting(changes: ChangesReader) -> tuple[Brief, ...]:
    """Return the changes that wait for approval, oldest first."""
    pending = await changes.latest("pending", "", await changes.count("pending", ""))
    return tuple(one for one in reversed(pending) if one.state is State.WAITING)


async def _coming(changes: ChangesReader, day: date, now: datetime, zone: ZoneInfo) -> tuple[Coming, ...]:
    """Return what is to come from now on until the day has ended, the next one first.

    What was due before waits for people, or was told to whoever asked for it.
    """
    runs = [Coming(one.due_at, one) for one in await changes.to_come(MOST_COMING) if one.due_at]
    ends = [Coming(at, one, ends=True) for one, at in await changes.to_end(MOST_COMING)]
    local = (one._replace(at=one.at.astimezone(zone)) for one in (*runs, *ends) if one.at > now)
    today = (one for one in local if one.at.date() <= day)
    return tuple(sorted(today, key=attrgetter("at")))
