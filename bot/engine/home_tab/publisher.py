"""Homes: brings the Home tabs of those who look at theirs in line with the ledger and the store."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.engine.coalescer import Coalescer
from bot.engine.home_tab.queries import Views
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.store_overview import CachedOverview, StoreOverviewCache
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from bot.ledger.ports.home_tabs import HomeTab

RECENT = timedelta(days=7)
"""For how long somebody who opened the tab is drawn a new one; afterwards only when they open it again."""
A_ROUND, AT_ONCE = 20, 4
A_MINUTE = 80
"""Of the hundred that Slack takes; those who open their tab do not wait for their turn.

Rate limits: docs.slack.dev/reference/methods/views.publish
"""
log = logging.getLogger(__name__)


class Homes:
    """Draws whose tab is due: a few at once, those first who opened theirs last."""

    def __init__(
        self,
        ledger: Ledger,
        announcer: Announcer,
        views: Views,
        glances: StoreOverviewCache,
        tasks: Tasks,
        *,
        owner: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._announcer = announcer
        self._views = views
        self._glances = glances
        self._tasks = tasks
        self._owner = owner
        self._clock = clock
        self._places = asyncio.Semaphore(AT_ONCE)
        self._shown_at: deque[datetime] = deque()
        self._failed: set[str] = set()
        self._rounds = Coalescer(self._round, tasks)

    async def opened(self, user_id: str) -> None:
        """Put on record that this person looks at their tab, and start to draw it."""
        await self._ledger.home_tabs.mark_opened(user_id, at=self._clock())
        self._tasks.start(self._draw_opened(user_id))

    def wake(self) -> None:
        """Something moved."""
        self._rounds.wake()

    async def _draw_opened(self, user_id: str) -> None:
        if not await self._attend(user_id, await self._glances.soon()):
            self.wake()  # it is being drawn as it was before

    async def _round(self) -> None:
        """Draw some of those that are due; the others, and what failed, wait for the next sweep."""
        now = self._clock()
        due = await self._ledger.home_tabs.outdated(since=now - RECENT, now=now)
        chosen = sorted(due, key=self._failed.__contains__)[: min(A_ROUND, self._room())]
        if chosen:
            sight = await self._glances.soon()
            await asyncio.gather(*(self._attend(user_id, sight) for user_id in chosen))

    def _room(self) -> int:
        while self._shown_at and self._shown_at[0] <= self._clock() - timedelta(minutes=1):
            self._shown_at.popleft()
        return max(0, A_MINUTE - len(self._shown_at))

    async def _attend(self, user_id: str, sight: CachedOverview) -> bool:
        """Draw this tab; False where it is being drawn just now. What breaks for one person holds up no other."""
        async with self._places:
            tab = await self._ledger.home_tabs.claim(user_id, owner=self._owner, now=self._clock())
            if tab is None:
                return False
            try:
                await self._draw(tab, sight)
            except NotRecorded:
                raise  # that is so for every tab: the next round begins anew
            except Exception:
                log.exception("The Home tab of %s cannot be drawn", user_id)
            finally:
                await self._ledger.home_tabs.release(user_id, owner=self._owner)
            return True

    async def _draw(self, tab: HomeTab, sight: CachedOverview) -> None:
        home = await self._views.home(tab.user, sight.glance)
        if home.digest != tab.shown:
            self._shown_at.append(self._clock())
            try:
                await self._announcer.show_home(tab.user, home)
            except Undeliverable as error:
                await self._missed(tab.user, error)
                return
        self._failed.discard(tab.user)
        # One that does not tell what the store says by now stays due.
        is_late = sight.is_late or sight.after < await self._ledger.changes.last_finish()
        drawn = tab.drawn if is_late else tab.revision
        await self._ledger.home_tabs.save(replace(tab, drawn=drawn, shown=home.digest))

    async def _missed(self, user_id: str, error: Undeliverable) -> None:
        if not error.final:
            log.info("The Home tab of %s is drawn later: %s", user_id, error)
            self._failed.add(user_id)  # to be tried after the others
            return
        await self._ledger.audit.append(
            Entry(EntryKind.HOME_LOST, user_id, detail={"reason": str(error)}), at=self._clock()
        )
        await self._ledger.home_tabs.forget(user_id)
