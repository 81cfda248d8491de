"""Runs approved Changes, one run of each at a time. Nothing else in the engine writes to the store."""

import logging
from collections.abc import Callable

from bot.bigcommerce import Store
from bot.core import work
from bot.core.approval.changes import Change, Event, State
from bot.core.errors import Impossible, TooLate
from bot.engine.authorization import Authority
from bot.engine.change_run import ChangeRun
from bot.engine.process import Process
from bot.engine.run_fence import RunFence
from bot.engine.run_record import RunRecord

UNKNOWN = float("-inf")
"""When a plan was compared with the store, if that is not known: it is looked at again."""
log = logging.getLogger(__name__)


class ChangeRunner:
    """Runs approved Changes, and resumes those whose process died."""

    def __init__(
        self, process: Process, store: Store, authority: Authority, *, moved: Callable[[int | None], None]
    ) -> None:
        self._process = process
        self._authority = authority
        self._ledger = process.ledger
        self._clock = process.clock
        self._store = store
        self._moved = moved
        self._under_way: set[int] = set()

    def start(self, number: int, *, planned_at: float = UNKNOWN) -> None:
        """Start running this Change in a task of this process; ``planned_at`` as in ``run``."""
        self._process.tasks.start(self.run(number, planned_at=planned_at))

    async def run(self, number: int, *, planned_at: float = UNKNOWN) -> None:
        """Run a Change that is approved or was running; do nothing if another process, or this one, holds it.

        One that runs behind another one stays approved: it is started when that one is over.

        ``planned_at``: when this process, by its ``elapsed`` clock, began to compare its plan with the store.
        """
        if number in self._under_way or not await self._process.claim(number):
            return
        self._under_way.add(number)
        try:
            with work.about("change", number):
                await self._run(number, planned_at)
        finally:
            self._process.paces.forget(number)
            self._under_way.discard(number)
            await self._process.release(number)

    async def _run(self, number: int, planned_at: float) -> None:
        try:
            if not await self._authority.authorises(number):
                return
            change = await self._ledger.changes.load(number)
            if change.behind:
                await self._ledger.changes.outdate_card(number)
                self._moved(number)
                return
            is_new = change.state is State.APPROVED
            if is_new and change.is_early(self._clock()):
                return
            if is_new:
                change = await self._begin(change)
            if change.state is State.RUNNING:
                # Nobody knows what a run that is resumed had seen of the store.
                fence = RunFence(self._process, number, planned_at if is_new else UNKNOWN)
                record = RunRecord(self._process, fence, change)
                await ChangeRun(record, self._store, self._moved).finish()
        except TooLate as error:
            log.warning("Change %s went on in another process, or waits: %s", number, error)

    async def _begin(self, change: Change) -> Change:
        at, policy = self._clock(), self._authority.approvers.policy
        # Others may have gone without approval since this one was cleared for its time.
        limits = policy.limits(change.plan, at) if change.scheduled_for and not change.need.approvals else ()
        try:
            moved = await self._ledger.changes.move(change, Event.START, at=at, limits=limits, alone=True)
        except Impossible as error:
            update = {"reason": str(error)}
            moved = await self._ledger.changes.move(change, Event.CANCEL, at=self._clock(), update=update)
        self._moved(change.number)
        return moved
