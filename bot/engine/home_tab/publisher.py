"""Brings the Home tabs that people look at up to date with the ledger and the store."""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.engine.coalescer import Coalescer
from bot.engine.growing_waits import GrowingWaits
from bot.engine.home_tab.queries import HomeTabQueries
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.store_overview import CachedOverview, StoreOverviewCache
from bot.ledger.ports.home_tabs import HomeTab

RECENT = timedelta(days=7)
"""How long a tab is kept up to date after it was opened; afterwards, it is updated only when opened again."""
A_ROUND, AT_ONCE = 20, 4
A_MINUTE = 80
"""Slack allows a hundred; tabs being opened are published at once.

Rate limits: docs.slack.dev/reference/methods/views.publish
"""
log = logging.getLogger(__name__)


class HomeTabPublisher:
    """Publishes the outdated tabs: a few at once, the most recently opened first."""

    def __init__(
        self, process: Process, announcer: Announcer, queries: HomeTabQueries, overviews: StoreOverviewCache
    ) -> None:
        self._process = process
        self._ledger = process.ledger
        self._announcer = announcer
        self._queries = queries
        self._overviews = overviews
        self._places = asyncio.Semaphore(AT_ONCE)
        self._shown_at: deque[datetime] = deque()
        self._waits = GrowingWaits(process.clock)
        self._coalescer = Coalescer(self._publish_due, process.tasks)

    async def opened(self, user_id: str) -> None:
        """Record that this person opened their tab, and start publishing it."""
        await self._ledger.home_tabs.mark_opened(user_id, at=self._process.clock())
        self._process.tasks.start(self._publish_opened(user_id))

    def wake(self) -> None:
        """Start publishing what is outdated: something changed."""
        self._coalescer.wake()

    async def _publish_opened(self, user_id: str) -> None:
        if not await self._claim_and_publish(user_id, await self._overviews.soon()):
            self.wake()  # an older state of it is being published

    async def _publish_due(self) -> None:
        """Publish some of the outdated tabs; the others wait for the next time, and those that failed grow rarer."""
        now = self._process.clock()
        due = await self._ledger.home_tabs.outdated(since=now - RECENT, now=self._process.lease_time())
        chosen = [user_id for user_id in due if self._waits.is_due(user_id)][: min(A_ROUND, self._free_slots())]
        if chosen:
            cached = await self._overviews.soon()
            await asyncio.gather(*(self._claim_and_publish(user_id, cached) for user_id in chosen))

    def _free_slots(self) -> int:
        while self._shown_at and self._shown_at[0] <= self._process.clock() - timedelta(minutes=1):
            self._shown_at.popleft()
        return max(0, A_MINUTE - len(self._shown_at))

    async def _claim_and_publish(self, user_id: str, cached: CachedOverview) -> bool:
        """Publish this tab; return False if it is being published already.

        An error in one tab does not delay others.
        """
        async with self._places:
            owner = await self._process.claimant()
            tab = await self._ledger.home_tabs.claim(user_id, owner=owner, now=self._process.lease_time())
            if tab is None:
                return False
            try:
                await self._publish(tab, cached)
            except NotRecorded:
                raise  # this affects every tab: the next round starts over
            except Exception:
                log.exception("The Home tab of %s cannot be drawn", user_id)
            finally:
                await self._ledger.home_tabs.release(user_id, owner=owner)
            return True

    async def _publish(self, tab: HomeTab, cached: CachedOverview) -> None:
        home = await self._queries.home(tab.user, cached.overview)
        if home.digest != tab.shown:
            self._shown_at.append(self._process.clock())
            try:
                await self._announcer.show_home(tab.user, home)
            except Undeliverable as error:
                await self._on_undeliverable(tab.user, error)
                return
        self._waits.clear(tab.user)
        # A tab that does not show the store's latest state stays outdated.
        is_late = cached.is_late or cached.after < await self._ledger.changes.last_finish()
        drawn = tab.drawn if is_late else tab.revision
        await self._ledger.home_tabs.save(replace(tab, drawn=drawn, shown=home.digest))

    async def _on_undeliverable(self, user_id: str, error: Undeliverable) -> None:
        if not error.final:
            log.info("The Home tab of %s is drawn later: %s %s", user_id, error, error.advice)
            self._waits.failed(user_id)
            return
        entry = Entry(EntryKind.HOME_LOST, user_id, detail={"reason": str(error)})
        await self._ledger.audit.append(entry, at=self._process.clock())
        await self._ledger.home_tabs.forget(user_id)
