"""Runs approved Changes, Step by Step. Nothing else in the engine writes to the store."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.bigcommerce import Store, StoreError
from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.approval.step_effects import counted, recorded, subjects
from bot.core.errors import Impossible, Refusal, TooLate
from bot.core.planning.steps import AnyStep, Applied, CreatedIds
from bot.core.store_view.cached_shop import Shop
from bot.engine.process import Process
from bot.ledger.entry_builders import milliseconds

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Work:
    """One Step at this position of its Plan, with the store's data for it.

    ``is_resumed``: it had started when a process died.
    """

    position: int
    step: AnyStep
    store: Store
    began: datetime
    is_resumed: bool

    def describe(self, run: Run, failure: str) -> dict[str, Any]:
        """Return what the log records of it; ``failure``: why it failed, without anything that may name a shopper."""
        return {
            "kind": self.step.kind,
            "told": self.step.describe(self.step.shoppers),
            "result": failure or run.state.value,
            "requests": list(self.store.request_ids),
        }

    async def effects(self, run: Run) -> dict[str, Any]:
        """Return its effects for the log. If it failed, or was resumed after a crash, the store is asked."""
        if run.state in (StepState.STARTED, StepState.FAILED):
            return {}
        in_doubt = run.state is StepState.UNSURE or (self.is_resumed and self.step.in_requests)
        return await counted(self.step, run, Shop(self.store)) if in_doubt else recorded(self.step, run)


class ChangeRunner:
    """Runs approved Changes, and resumes those whose process died."""

    def __init__(self, process: Process, store: Store, *, moved: Callable[[], None]) -> None:
        self._process = process
        self._ledger = process.ledger
        self._clock = process.clock
        self._store = store
        self._moved = moved

    def start(self, number: int) -> None:
        """Start running this Change in a task of this process."""
        self._process.tasks.start(self.run(number))

    async def run(self, number: int) -> None:
        """Run a Change that is approved or was running; do nothing if another process holds it."""
        if not await self._process.claim(number):
            return
        try:
            change = await self._ledger.changes.load(number)
            if change.state is State.APPROVED:
                change = await self._begin(change)
            if change.state is State.RUNNING:
                await self._steps(change)
        except TooLate as error:
            log.warning("Change %s went on in another process: %s", number, error)
        finally:
            await self._process.release(number)

    async def _begin(self, change: Change) -> Change:
        try:
            moved = await self._ledger.changes.move(change, Event.START, at=self._clock())
        except Impossible as error:
            update = {"reason": str(error)}
            moved = await self._ledger.changes.move(change, Event.CANCEL, at=self._clock(), update=update)
        self._moved()
        return moved

    async def _steps(self, change: Change) -> None:
        over = {run.position for run in change.runs if run.state is not StepState.STARTED}
        for position, step in enumerate(change.plan.steps):
            if position in over:
                continue
            if _has_failed(change):
                break
            # A Step that had started when a process died may have been carried out: that is checked first.
            work = self._work(change, position, step)
            if not work.is_resumed and (stopper := await self._ledger.changes.stop_requested_by(change.number)):
                stopped = {"settled_by": stopper, "reason": "Stopped before its next step."}
                await self._ledger.changes.move(change, Event.STOP, at=self._clock(), actor=stopper, update=stopped)
                self._moved()
                return
            if not await self._ledger.leases.holds(change.number, owner=self._process.owner):
                log.warning("Change %s went to another process", change.number)
                return
            change = await self._step(change, work)
            self._moved()
        event = Event.FAIL if _has_failed(change) else Event.FINISH
        await self._ledger.changes.move(change, event, at=self._clock())
        self._moved()

    def _work(self, change: Change, position: int, step: AnyStep) -> _Work:
        store = self._store.correlated(f"change-{change.number}")
        has_begun = any(run.position == position for run in change.runs)
        return _Work(position, step.resolved(_created_ids(change)), store, self._clock(), has_begun)

    async def _step(self, change: Change, work: _Work) -> Change:
        step, store = work.step, work.store
        started = next((run for run in change.runs if run.position == work.position), None)
        run = started or Run(position=work.position, state=StepState.STARTED)
        try:
            if started is None:
                run = run.model_copy(update={"undo": await step.inverse(store)})
                change = await self._record(change, run, work)
                applied = await step.apply(store)
            else:
                applied = await step.already_applied(store) or await step.apply(store)
        except StoreError as error:
            # What ran before a crash may have been carried out, whatever the store says now.
            doubtful = error.maybe_done or work.is_resumed
            return await self._failed(change, run, work, error, doubtful=doubtful)
        except Refusal as error:
            failed = run.model_copy(update={"state": StepState.FAILED, "error": str(error)})
            return await self._record(change, failed, work, error.for_log)
        return await self._record(change, _finished(run, applied, resumed=work.is_resumed), work)

    async def _failed(self, change: Change, run: Run, work: _Work, error: StoreError, *, doubtful: bool) -> Change:
        """Record that the store refused or never responded; then ask it what was done."""
        state, doubt = StepState.FAILED, ""
        if doubtful:
            try:
                applied = await work.step.already_applied(work.store)
                unsure = work.step.in_requests
            except StoreError:
                applied, unsure = None, True
            if applied is not None:
                return await self._record(change, _finished(run, applied, resumed=True), work)
            if unsure:
                state = StepState.UNSURE
                doubt = " It may have been carried out anyway."
        broken = run.model_copy(update={"state": state, "error": f"{error}{doubt}"})
        return await self._record(change, broken, work, f"{error.for_log}{doubt}")

    async def _record(self, change: Change, run: Run, work: _Work, failure: str = "") -> Change:
        effects = await work.effects(run)
        at = self._clock()
        return await self._ledger.changes.save_run(
            change,
            run,
            at=at,
            detail=work.describe(run, failure) | effects,
            subjects=subjects(work.step, run),
            ms=milliseconds(at - work.began),
        )


def _finished(run: Run, applied: Applied, *, resumed: bool) -> Run:
    """Return the run of a finished Step. After a crash, the undo saved before counts: who was changed is unknown."""
    undo = applied.undo if applied.undo is not None else run.undo
    if resumed and run.undo:
        undo = run.undo
    return run.model_copy(update={"state": StepState.DONE, "undo": undo, "applied": applied})


def _has_failed(change: Change) -> bool:
    """Return whether a Step failed: no further one is started, not even after a crash."""
    return any(run.state in (StepState.FAILED, StepState.UNSURE) for run in change.runs)


def _created_ids(change: Change) -> CreatedIds:
    return CreatedIds.of([run.applied for run in change.runs if run.applied])
