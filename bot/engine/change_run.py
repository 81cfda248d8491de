"""The run of one Change in one process: its Steps, one after the other, behind a fence."""

import logging
from collections.abc import Callable
from dataclasses import replace

from bot.bigcommerce import Lane, Store, StoreError
from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.approval.step_effects import subjects
from bot.core.errors import Refusal, TooLate
from bot.core.planning.steps import BATCH, AnyStep, CreatedIds, Unclear
from bot.core.store_view.cached_shop import Shop
from bot.engine.process import Process
from bot.engine.run_fence import GAP, LeaseLost, OldSight, RunFence
from bot.engine.step_execution import StepWork
from bot.ledger.entry_builders import milliseconds

LATE = "answered when another process had the change"
log = logging.getLogger(__name__)


class ChangeRun:
    """The run of one Change. ``store`` is behind ``fence``; ``moved`` is called after each move."""

    def __init__(self, process: Process, store: Store, fence: RunFence, moved: Callable[[], None]) -> None:
        self._process = process
        self._ledger = process.ledger
        self._clock = process.clock
        self._store = store
        self._fence = fence
        self._moved = moved
        self._under_way: StepWork | None = None
        self._shop, self._shop_since = Shop(store), float("-inf")

    async def finish(self, change: Change) -> None:
        """Run the Steps that are left, until one fails or somebody stops it; leave it to a process that took over."""
        try:
            await self._steps(change)
        except (TooLate, LeaseLost) as error:
            log.warning("Change %s went on in another process: %s", change.number, error)
            if self._fence.is_late and self._under_way:
                # It was sent in time, and answered too late: the other one may not have seen what came of it.
                work = self._under_way
                detail = {"step": work.position, **work.describe(LATE)}
                await self._ledger.changes.note_late_write(change.number, at=self._clock(), detail=detail)

    async def _steps(self, change: Change) -> None:
        over = {run.position for run in change.runs if run.state is not StepState.STARTED}
        for position, step in enumerate(change.plan.steps):
            if position in over:
                continue
            if _has_failed(change):
                break
            # A Step that had started when a process died may have been carried out: that is checked first.
            work = self._work(change, position, step)
            if not work.is_in_doubt and (stopper := await self._ledger.changes.stop_requested_by(change.number)):
                stopped = {"settled_by": stopper, "reason": "Stopped before its next step."}
                await self._ledger.changes.move(change, Event.STOP, at=self._clock(), actor=stopper, update=stopped)
                self._moved()
                return
            await self._fence.hold()
            self._under_way = work
            change = await self._step(change, work)
            self._moved()
        event = Event.FAIL if _has_failed(change) else Event.FINISH
        await self._ledger.changes.move(change, event, at=self._clock())
        self._moved()

    def _work(self, change: Change, position: int, step: AnyStep) -> StepWork:
        store = self._store.correlated(f"change-{change.number}", self._fence)
        store = store.in_lane(Lane.LONG_RUN) if change.plan.shoppers > BATCH else store
        has_begun = any(run.position == position for run in change.runs)
        return StepWork(position, step.resolved(_created_ids(change)), store, self._clock(), has_begun)

    async def _step(self, change: Change, work: StepWork) -> Change:
        started = next((run for run in change.runs if run.position == work.position), None)
        run = started or Run(position=work.position, state=StepState.STARTED)
        try:
            applied = await work.already_applied()
            while applied is None:
                work, change, run = await self._prepared(work, change, run)
                try:
                    applied = await work.step.apply(work.store)
                except OldSight as error:
                    work = replace(work, is_in_doubt=work.is_in_doubt or error.maybe_done)
                    applied = await work.already_applied()
        except LeaseLost:
            raise
        except StoreError as error:
            # What ran before a crash may have been carried out, whatever the store says now.
            doubtful = error.maybe_done or work.is_in_doubt
            return await self._failed(change, run, work, error, doubtful=doubtful)
        except Refusal as error:
            return await self._refused(change, run, work, error)
        return await self._record(change, work.finished(run, applied), work)

    async def _prepared(self, work: StepWork, change: Change, run: Run) -> tuple[StepWork, Change, Run]:
        """Save the Step's undo, as far as it is known now, before anything is sent. Raises Impossible."""
        if self._fence.needs_look():
            self._fence.looks()
            undo = await work.looked_at_again(run)
        else:
            left = await work.without_departed(self._recent_shop(work)) if self._fence.has_old_plan else work
            work, undo = (left, await left.step.inverse(work.store)) if left else (work, ())
        saved = run.model_copy(update={"undo": undo})
        is_saved = saved == run and any(one.position == run.position for one in change.runs)
        return work, change if is_saved else await self._record(change, saved, work), saved

    def _recent_shop(self, work: StepWork) -> Shop:
        """Return the store as it was read less than a minute ago: consecutive Steps share what they read."""
        now = self._process.elapsed()
        if now - self._shop_since > GAP:
            self._shop, self._shop_since = Shop(work.store), now
        return self._shop

    async def _refused(self, change: Change, run: Run, work: StepWork, error: Refusal) -> Change:
        """Record that the Step cannot be run: failed, or unsure if it may have been carried out, at least in part."""
        is_unsure = isinstance(error, Unclear) or (work.is_in_doubt and work.step.in_requests)
        state = StepState.UNSURE if is_unsure else StepState.FAILED
        broken = run.model_copy(update={"state": state, "error": str(error)})
        return await self._record(change, broken, work, error.for_log)

    async def _failed(self, change: Change, run: Run, work: StepWork, error: StoreError, *, doubtful: bool) -> Change:
        """Record that the store refused or never responded; then ask it what was done."""
        state, doubt = StepState.FAILED, ""
        if doubtful:
            asked = replace(work, is_in_doubt=True)
            try:
                applied = await asked.already_applied()
                unsure = work.step.in_requests
            except Unclear as unclear:
                return await self._refused(change, run, work, unclear)
            except StoreError:
                applied, unsure = None, True
            if applied is not None:
                return await self._record(change, asked.finished(run, applied), work)
            if unsure:
                state = StepState.UNSURE
                doubt = " It may have been carried out anyway."
        broken = run.model_copy(update={"state": state, "error": f"{error}{doubt}"})
        return await self._record(change, broken, work, f"{error.for_log}{doubt}")

    async def _record(self, change: Change, run: Run, work: StepWork, failure: str = "") -> Change:
        effects = await work.effects(run)
        await self._fence.hold()
        at = self._clock()
        return await self._ledger.changes.save_run(
            change,
            run,
            at=at,
            detail=work.describe(failure or run.state.value) | effects,
            subjects=subjects(work.step, run),
            ms=milliseconds(at - work.began),
        )


def _has_failed(change: Change) -> bool:
    """Return whether a Step failed: no further one is started, not even after a crash."""
    return any(run.state in (StepState.FAILED, StepState.UNSURE) for run in change.runs)


def _created_ids(change: Change) -> CreatedIds:
    return CreatedIds.of([run.applied for run in change.runs if run.applied])
