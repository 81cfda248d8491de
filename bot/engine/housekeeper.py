"""The Housekeeper: what is due without anybody asking, and the work of processes that died."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.bigcommerce import StoreError
from bot.core.approval.changes import State
from bot.core.errors import NotAllowed, TooLate
from bot.engine.card_reconciler import CardReconciler
from bot.engine.daily_summary import Daily
from bot.engine.decider import Decider
from bot.engine.engine import Engine
from bot.engine.runner import LEASE, Runner
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger

FRESH = timedelta(minutes=10)
"""An ask that no process answered for so long is refused instead: its answer would come out of the blue."""
REMIND = timedelta(hours=2)
"""So long before a Change expires it is reminded of; a quarter of its time, where that is less."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Housekeeper:
    """Keeps one process's duties, and takes over those of the dead. ``owner`` names this process.

    ``daily``: where there is a channel for the summary.
    """

    engine: Engine
    decider: Decider
    ledger: Ledger
    runner: Runner
    drawer: CardReconciler
    tasks: Tasks
    clock: Callable[[], datetime]
    owner: str
    approval_time: timedelta
    daily: Daily | None = None

    async def live(self) -> None:
        """Say that this process lives, for a while: what it has in hand stays with it."""
        await self.ledger.leases.renew(owner=self.owner, until=self.clock() + LEASE)

    async def sweep(self) -> None:
        """What is due: leases, overdue Changes, work of processes that died, reminders, cards, and the summary.

        Called every second, and once at the start. Raises NotRecorded: then all of it is due the next time.
        """
        now = self.clock()
        await self.live()
        await self.ledger.catch_up()
        for ask, at in await self.ledger.invocations.claim_abandoned(owner=self.owner, now=now):
            late = now - at > FRESH
            self.tasks.start(self.engine.refuse_late(ask) if late else self.engine.answer(ask))
        for number in await self.ledger.changes.overdue(now):
            self.tasks.start(self._expire_unless_moved(number))
        for number in await self.ledger.leases.unattended(State.PLANNED, now=now):
            self.tasks.start(self._post_unposted(number))
        for number in await self.ledger.leases.unattended(State.APPROVED, now=now):
            self.tasks.start(self._run_if_it_holds(number))
        for number in await self.ledger.leases.unattended(State.RUNNING, now=now):
            self.runner.start(number)
        await self.ledger.changes.queue_reminders(expiring=now + min(REMIND, self.approval_time / 4), at=now)
        self.drawer.wake()
        if self.daily:
            self.daily.wake()

    async def _expire_unless_moved(self, number: int) -> None:
        try:
            await self.decider.expire(await self.ledger.changes.load(number))
        except TooLate:
            log.info("Change %s was decided just before it expired", number)

    async def _post_unposted(self, number: int) -> None:
        if not await self.runner.claim(number):
            return
        change = await self.ledger.changes.load(number)
        if change.state is not State.PLANNED:  # its own process was only slow
            await self.ledger.leases.release(number, owner=self.owner)
        elif (await self.engine.post(change)).state is State.APPROVED:
            await self._run_if_it_holds(number)

    async def _run_if_it_holds(self, number: int) -> None:
        """A Change that may run, and whose process died before it did: what was planned may not hold any more."""
        if not await self.runner.claim(number):
            return
        holds = False
        try:
            holds = await self.decider.still_holds(await self.ledger.changes.load(number))
        except (StoreError, TooLate, NotAllowed) as error:
            log.warning("Change %s could not be started yet: %s", number, error)
        finally:
            await self.ledger.leases.release(number, owner=self.owner)
        if holds:
            await self.runner.run(number)
