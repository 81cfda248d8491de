"""The run of one Change in one process: which of its Steps run when, until it ends or somebody stops it."""

import logging
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby

from bot.bigcommerce import Lane, Store
from bot.bigcommerce.concurrency import gather_bounded
from bot.core.approval.changes import Event, StepState
from bot.core.approval.run_progress import failed_runs, is_long, shoppers_done
from bot.core.errors import TooLate
from bot.core.kept_lists import fetch_lists
from bot.core.planning.steps import AnyStep, CreatedIds
from bot.engine.recent_shop import RecentShop
from bot.engine.run_fence import LeaseLost, StepFence, Stopping
from bot.engine.run_record import RunRecord
from bot.engine.step_execution import StepWork
from bot.engine.step_run import StepRun

MOST_REFUSED = 10
"""Batches in which the store refuses some shoppers, before a run ends: by then it is not about these shoppers."""
STEPS_AT_ONCE = 3
"""Batches of one effect that run at once: while one is prepared or recorded, the others keep the store busy."""
log = logging.getLogger(__name__)


class ChangeRun:
    """The run of one Change. ``moved`` is called with its number when it has ended, and with None after other moves.

    Batches of one effect, which are about different shoppers, run at the same time; all else runs in order.
    """

    def __init__(self, record: RunRecord, store: Store, moved: Callable[[int | None], None]) -> None:
        self._record = record
        self._store = store
        self._moved = moved
        self._recent = RecentShop(record.fence)
        self._stopper = ""
        effects = groupby(enumerate(record.change.plan.steps), key=_effect)
        self._effects = [number for number, (_, steps) in enumerate(effects) for _ in steps]

    async def finish(self) -> None:
        """Run the Steps that are left, until one fails or somebody stops it; leave it to a process that took over."""
        try:
            await self._steps()
        except Stopping:
            log.info("Change %s is left to another process", self._record.change.number)
        except (TooLate, LeaseLost) as error:
            log.warning("Change %s went on in another process: %s", self._record.change.number, error)
            self._record.process.meters.lost_run()

    async def _steps(self) -> None:
        self._note_progress()
        for batches in self._batches():
            created_ids = self._record.change.created_ids
            if any(step.in_requests for _, step in batches):  # those of shoppers, who may have been created
                await created_ids.fetch()
            jobs = [partial(self._step, position, step, created_ids) for position, step in batches]
            async for _ in gather_bounded(jobs, width=STEPS_AT_ONCE):
                pass
        if failed_runs(self._record.change):
            await self._record.end(Event.FAIL)
        elif self._stopper:
            await self._record.end(Event.STOP, settled_by=self._stopper, reason="Stopped before its next step.")
        else:
            await self._record.end(Event.FINISH)
        self._moved(self._record.change.number)

    def _batches(self) -> Iterator[list[tuple[int, AnyStep]]]:
        """Yield what may run at the same time: batches of one effect that are left, or one other Step.

        What a process had begun when it died comes first: it is brought to an end, whatever else is still started.
        """
        change = self._record.change
        over = {run.position for run in change.runs if run.state is not StepState.STARTED}
        for _, steps in groupby(enumerate(change.plan.steps), key=_effect):
            left = [one for one in steps if one[0] not in over]
            yield sorted(left, key=lambda one: self._record.run_of(one[0]) is None)

    async def _step(self, position: int, step: AnyStep, created_ids: CreatedIds) -> None:
        has_begun = self._record.run_of(position) is not None
        if not has_begun and await self._is_over(position):
            return
        await fetch_lists(step)
        self._record.fence.refuse_beginning()
        await self._record.fence.hold()
        fence = StepFence(self._record.fence)
        # A Step that had started when a process died may have been carried out: that is checked first.
        work = StepWork(
            position, step.resolved(created_ids), self._fenced(fence), self._record.process.clock(), has_begun
        )
        await StepRun(self._record, fence, self._recent, work).finish()
        self._note_progress()

    async def _is_over(self, position: int) -> bool:
        """Return whether this Step is not started any more: another one failed, or somebody stopped the run."""
        if not (self._is_held_up(position) or self._stopper):
            changes = self._record.process.ledger.changes
            self._stopper = await changes.stop_requested_by(self._record.change.number)
        return self._is_held_up(position) or bool(self._stopper)

    def _is_held_up(self, position: int) -> bool:
        """Return whether a failure keeps this Step from being started, also after a crash.

        Where the store refused just some shoppers, the other batches of the same effect go on.
        """
        failed = failed_runs(self._record.change)
        effects = {self._effects[run.position] if run.others_go_on else None for run in failed}
        return len(failed) >= MOST_REFUSED or not effects <= {self._effects[position]}

    def _note_progress(self) -> None:
        change, process = self._record.change, self._record.process
        process.paces.note(change.number, shoppers_done(change), process.elapsed())
        if not is_long(change):  # the card of a long run is drawn again by the housekeeper, not after each batch
            self._moved(None)

    def _fenced(self, fence: StepFence) -> Store:
        change = self._record.change
        store = self._store.correlated(f"change-{change.number}", fence)
        return store.in_lane(Lane.LONG_RUN) if is_long(change) else store


def _effect(at: tuple[int, AnyStep]) -> tuple[object, ...]:
    """Return what consecutive Steps share that may run at the same time."""
    position, step = at
    return step.batch_key if step.in_requests else (position,)
