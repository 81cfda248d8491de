"""Brings the Home tabs of those who look at theirs in line with the ledger and the store."""

import asyncio
import logging
from collections import deque
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.engine.coalescer import Coalescer
from bot.engine.home_tab.queries import HomeTabQueries
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process
from bot.engine.store_overview import CachedOverview, StoreOverviewCache
from bot.ledger.ports.home_tabs import HomeTab

RECENT = timedelta(days=7)
"""For how long somebody who opened the tab is drawn a new one; afterwards only when they open it again."""
A_ROUND, AT_ONCE = 20, 4
A_MINUTE = 80
"""Of the hundred that Slack takes; those who open their tab do not wait for their turn.

Rate limits: docs.slack.dev/reference/methods/views.publish
"""
log = logging.getLogger(__name__)


class HomeTabPublisher:
    """Publishes the tabs that are due: a few at once, those first who opened theirs last."""

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
        self._failed: set[str] = set()
        self._coalescer = Coalescer(self._publish_due, process.tasks)

    async def opened(self, user_id: str) -> None:
        """Put on record that this person looks at their tab, and start to draw it."""
        await self._ledger.home_tabs.mark_opened(user_id, at=self._process.clock())
        self._process.tasks.start(self._draw_opened(user_id))

    def wake(self) -> None:
        """Start to draw what is due: something moved."""
        self._coalescer.wake()

    async def _draw_opened(self, user_id: str) -> None:
        if not await self._attend(user_id, await self._overviews.soon()):
            self.wake()  # it is being drawn as it was before

    async def _publish_due(self) -> None:
        """Draw some of those that are due; the others, and what failed, wait until the publisher wakes next."""
        now = self._process.clock()
        due = await self._ledger.home_tabs.outdated(since=now - RECENT, now=now)
        chosen = sorted(due, key=self._failed.__contains__)[: min(A_ROUND, self._room())]
        if chosen:
            cached = await self._overviews.soon()
            await asyncio.gather(*(self._attend(user_id, cached) for user_id in chosen))

    def _room(self) -> int:
        while self._shown_at and self._shown_at[0] <= self._process.clock() - timedelta(minutes=1):
            self._shown_at.popleft()
        return max(0, A_MINUTE - len(self._shown_at))

    async def _attend(self, user_id: str, cached: CachedOverview) -> bool:
        """Draw this tab; False where it is being drawn just now. What breaks for one person holds up no other."""
        owner = self._process.owner
        async with self._places:
            tab = await self._ledger.home_tabs.claim(user_id, owner=owner, now=self._process.clock())
            if tab is None:
                return False
            try:
                await self._draw(tab, cached)
            except NotRecorded:
                raise  # that is so for every tab: the next round begins anew
            except Exception:
                log.exception("The Home tab of %s cannot be drawn", user_id)
            finally:
                await self._ledger.home_tabs.release(user_id, owner=owner)
            return True

    async def _draw(self, tab: HomeTab, cached: CachedOverview) -> None:
        home = await self._queries.home(tab.user, cached.overview)
        if home.digest != tab.shown:
            self._shown_at.append(self._process.clock())
            try:
                await self._announcer.show_home(tab.user, home)
            except Undeliverable as error:
                await self._missed(tab.user, error)
                return
        self._failed.discard(tab.user)
        # One that does not show what the store says by now stays due.
        is_late = cached.is_late or cached.after < await self._ledger.changes.last_finish()
        drawn = tab.drawn if is_late else tab.revision
        await self._ledger.home_tabs.save(replace(tab, drawn=drawn, shown=home.digest))

    async def _missed(self, user_id: str, error: Undeliverable) -> None:
        if not error.final:
            log.info("The Home tab of %s is drawn later: %s", user_id, error)
            self._failed.add(user_id)  # to be tried after the others
            return
        entry = Entry(EntryKind.HOME_LOST, user_id, detail={"reason": str(error)})
        await self._ledger.audit.append(entry, at=self._process.clock())
        await self._ledger.home_tabs.forget(user_id)
