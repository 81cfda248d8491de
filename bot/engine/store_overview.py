"""The store's segments at a glance, fetched once for everyone."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.bigcommerce import Reader, Segment, StoreError
from bot.core.answers import Chart
from bot.core.language.phrases import since
from bot.core.store_view.cached_shop import Shop
from bot.core.store_view.orphaned_promotions import orphaned_promotions
from bot.core.summary.history import HistoryReader, Size, Snapshot
from bot.core.summary.message import movers_chart
from bot.core.summary.size_changes import Baseline, compare_sizes
from bot.engine.growing_waits import GrowingWaits
from bot.engine.home_tab.model import SegmentSize, StoreOverview
from bot.engine.process import Process
from bot.engine.ttl_cache import TtlCache

LARGEST = 25
TTL = timedelta(seconds=30)
"""How long an overview is cached: it is the same for everyone, and may take a request for each segment."""
READING = "reading"
"""What is waited for, if it broke."""


@dataclass(frozen=True)
class CachedOverview:
    """The latest known overview, at least as new as the Entry ``after``.

    ``is_late``: a newer one is being fetched, or will be after a wait, since that just broke.
    """

    overview: StoreOverview | None
    after: int
    is_late: bool


class StoreOverviewCache:
    """Fetches the overview for everyone at once, and again only after ``TTL`` or when a Change finished.

    A reading that breaks is begun again after waits that grow: as long as it is late, tabs ask for it every second.
    That the store cannot be read is an overview, too.
    """

    def __init__(self, process: Process, reader: Reader, *, zone: ZoneInfo, patience: float) -> None:
        self._process = process
        self._reader = reader
        self._zone = zone
        self._patience = patience
        self._cache = TtlCache(self._ask, ttl=TTL, clock=process.clock, start=process.tasks.start)
        self._waits = GrowingWaits(process.clock)
        self._latest: StoreOverview | None = None
        self._finished = self._after = 0

    async def soon(self) -> CachedOverview:
        """Return the current overview if the store responds within ``patience`` seconds; else the last one."""
        finished = await self._process.ledger.changes.last_finish()
        if self._finished < finished:
            self._finished = finished
            self._cache.expire()
        is_late = True
        if self._waits.is_due(READING):
            reading = self._cache.reading()
            await asyncio.wait({reading}, timeout=self._patience)
            is_late = not reading.done() or not self._waits.is_due(READING)
        return CachedOverview(self._latest, self._after, is_late=is_late)

    async def _ask(self) -> None:
        try:
            await self._read(after=self._finished)
        except Exception:
            self._waits.failed(READING)
            raise
        self._waits.clear(READING)

    async def _read(self, *, after: int) -> None:
        today = self._process.clock().astimezone(self._zone).date()
        shop = Shop(self._reader.correlated("home").patient())
        try:
            self._latest = await overview(shop, self._process.ledger.history, today)
        except StoreError as error:
            self._latest = StoreOverview(fault=str(error))
        self._after = after


async def overview(shop: Shop, history: HistoryReader, today: date) -> StoreOverview:
    """Fetch the overview, and compare it with the last snapshot. Raises StoreError."""
    segments = await shop.segments()
    sizes = await shop.sizes(segments)
    largest = sorted(segments, key=lambda one: (-sizes[one.id], one.name.casefold()))[:LARGEST]
    now = tuple(Size(one.id, one.name, sizes[one.id]) for one in segments)
    return StoreOverview(
        segments=len(segments),
        memberships=sum(sizes.values()),
        largest=tuple([await _segment_size(one, sizes[one.id], shop) for one in largest]),
        movers=_movers(now, await history.last_reported(today), today),
        orphans=await orphaned_promotions(shop),
    )


def _movers(now: tuple[Size, ...], before: Snapshot | None, today: date) -> Chart | None:
    if before is None:
        return None
    return next(iter(movers_chart(compare_sizes(now, Baseline(before, {}), None), since(before.day, today))), None)


async def _segment_size(segment: Segment, shoppers: int, shop: Shop) -> SegmentSize:
    uses = await shop.uses(segment.id)
    return SegmentSize(name=segment.name, shoppers=shoppers, promotions=None if uses is None else len(uses))
