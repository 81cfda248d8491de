"""The store as a run has read it lately. Its Steps share what they read, and none of them writes meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.bigcommerce import Store
from bot.core.approval.changes import Run
from bot.core.planning.steps import AnyStep
from bot.core.store_view.cached_shop import Shop
from bot.engine.run_fence import GAP, RunFence
from bot.engine.step_execution import StepWork


class RecentShop:
    """What one ``run`` has read of the store less than a minute ago.

    A list that is read page by page contradicts itself where it changes meanwhile, so Steps which run at the same time
    wait for each other: those that are ``changing`` the store for those that need it ``quiet``, and these for those.
    """

    def __init__(self, run: RunFence) -> None:
        self._run = run
        self._shop: Shop | None = None
        self._read_at, self._read_after_gaps = 0.0, 0
        self._looking, self._gate = asyncio.Lock(), asyncio.Lock()
        self._writers, self._idle = 0, asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """Change the store, beside other Steps that do."""
        async with self._gate:
            self._writers += 1
            self._idle.clear()
        try:
            yield
        finally:
            self._writers -= 1
            if not self._writers:
                self._idle.set()

    @asynccontextmanager
    async def quiet(self) -> AsyncIterator[None]:
        """Read lists of the store, once those who write are done; nobody else begins to."""
        async with self._gate:
            await self._idle.wait()
            yield

    async def without_departed(self, work: StepWork) -> StepWork | None:
        """Return the work without shoppers who have left by other means; None if nobody is left."""
        async with self._recent(work.store) as shop:
            return await work.without_departed(shop)

    async def looked_at_again(self, work: StepWork, run: Run) -> tuple[AnyStep, ...]:
        """Return the work's undo, read again after a gap. Raises Impossible if the store differs from what it was."""
        if not work.step.in_requests:  # it runs alone, and goes by what is there right before it
            self._run.sees()
            self._shop = None  # and what it makes is in no list that was read before
            rules = self._run.process.ledger.segment_rules
            return await work.looked_at_again(run, Shop(work.store, rules=rules))
        async with self._recent(work.store) as shop:
            return await work.looked_at_again(run, shop)

    @asynccontextmanager
    async def _recent(self, store: Store) -> AsyncIterator[Shop]:
        """Give the store as it was read less than a minute ago and since the last gap, or is read now."""
        async with self._looking, AsyncExitStack() as stack:
            if self._shop is None or self._is_old():
                await stack.enter_async_context(self.quiet())
                self._run.sees()
                self._shop = Shop(store)
                self._read_at, self._read_after_gaps = self._run.process.elapsed(), self._run.gaps
            shop, self._shop = self._shop, None
            yield shop
            self._shop = shop  # only if it was read to its end

    def _is_old(self) -> bool:
        is_stale = self._run.process.elapsed() - self._read_at > GAP
        return is_stale or self._read_after_gaps != self._run.gaps
