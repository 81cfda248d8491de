"""The run of one Step of a Change, behind a fence: begun, undo saved, applied, and recorded."""

import logging
from contextlib import nullcontext
from dataclasses import dataclass, replace

from bot.bigcommerce import Ignored, MalformedResponse, StoreError
from bot.core.approval.changes import Run, StepState
from bot.core.errors import NotRecorded, Refusal, TooLate
from bot.core.items import Item
from bot.core.planning.steps import Unclear
from bot.core.store_view.cached_shop import Shop
from bot.engine.recent_shop import RecentShop
from bot.engine.run_fence import LeaseLost, OldSight, StepFence
from bot.engine.run_record import RunRecord
from bot.engine.step_execution import StepWork
from bot.engine.unforeseen import BROKE

LOST = "The store's answer was lost."
LATE = "answered when another process had the change"
DOUBT = " It may have been carried out anyway."
log = logging.getLogger(__name__)


@dataclass
class StepRun:
    """The run of one Step. ``work.store`` is behind ``fence``."""

    record: RunRecord
    fence: StepFence
    recent: RecentShop
    work: StepWork

    async def finish(self) -> None:
        """Carry the Step out, and record what came of it. Raises LeaseLost and TooLate if another process took over."""
        try:
            await self._finish()
        except (TooLate, LeaseLost):
            if self.fence.is_late:
                # It was sent in time, and answered too late: the other one may not have seen what came of it.
                await self.record.note_late_write(self.work, LATE)
            raise
        except NotRecorded:
            raise
        except Exception:
            # What nobody foresaw would come again each time that the run is resumed.
            log.exception("Step %s of change %s broke", self.work.position + 1, self.record.change.number)
            await self._broke()

    async def _finish(self) -> None:
        run = self.record.run_of(self.work.position) or self._new_run()
        try:
            applied = await self.work.already_applied()
            while applied is None:
                run = await self._prepared(run)
                try:
                    async with self.recent.changing():
                        applied = await self.work.step.apply(self.work.store)
                except OldSight as error:
                    self.work = replace(self.work, is_in_doubt=self.work.is_in_doubt or error.maybe_done)
                    applied = await self.work.already_applied()
        except LeaseLost:
            raise
        except StoreError as error:
            # What ran before a crash may have been carried out, whatever the store says now.
            await self._failed(run, error, doubtful=error.maybe_done or self.work.is_in_doubt)
        except Refusal as error:
            await self._refused(run, error)
        else:
            await self._save(self.work.finished(run, applied))

    async def _prepared(self, run: Run) -> Run:
        """Save the Step's undo, as far as it is known now, before anything is sent. Raises Impossible."""
        if self.fence.needs_look():
            self.fence.looks()
            undo = await self.recent.looked_at_again(self.work, run)
        else:
            has_old_plan = self.fence.run.has_old_plan
            left = await self.recent.without_departed(self.work) if has_old_plan else self.work
            undo = await left.step.inverse(left.store) if left else ()
            self.work = left or self.work
        saved = run.model_copy(update={"undo": undo})
        if saved != run or self.record.run_of(run.position) is None:
            await self._save(saved)
        return saved

    async def _refused(self, run: Run, error: Refusal, after: StoreError | None = None) -> None:
        """Record that the Step cannot be run: failed, or unsure if it may have been carried out, at least in part.

        ``after``: what came of sending it, if that was not lost.
        """
        is_unsure = isinstance(error, Unclear) or (self.work.is_in_doubt and self.work.step.in_requests)
        state = StepState.UNSURE if is_unsure else StepState.FAILED
        told, logged = str(error), error.for_log
        if isinstance(error, Unclear):
            answered, recorded = (str(after), after.for_log) if after and after.is_refusal else (LOST, LOST)
            told, logged = f"{answered} {told}", f"{recorded} {logged}"
        broken = run.model_copy(update={"state": state, "error": told})
        await self._save(broken, logged)

    async def _failed(self, run: Run, error: StoreError, *, doubtful: bool) -> None:
        """Record that the store refused or never responded; then ask it what was done."""
        state, doubt, left = StepState.FAILED, "", tuple[Item, ...]()
        others_go_on = self.work.step.in_requests and error.is_about_some
        if doubtful:
            asked = replace(self.work, is_in_doubt=True)
            try:
                # Nothing more comes of what was refused; anything else, the store may show a little later.
                is_final = error.is_refusal or isinstance(error, Ignored)
                applied = await (asked.already_applied() if is_final else asked.applied_by_now())
                unsure = self.work.step.in_requests or isinstance(error, Ignored | MalformedResponse)
            except Unclear as unclear:
                await self._refused(run, unclear, after=error)
                return
            except StoreError:
                applied, unsure = None, True
            if applied is not None:
                await self._save(asked.finished(run, applied))
                return
            if unsure:
                state, left = StepState.UNSURE, await self._left()
                if error.is_refusal and not self.work.is_in_doubt and set(left) == set(self.work.step.items):
                    state, left = StepState.FAILED, ()  # of which the store shows that nothing was done
                elif not (others_go_on and left):
                    doubt = DOUBT
        told = {"error": f"{error}{doubt}", "left": left, "others_go_on": others_go_on}
        broken = run.model_copy(update={"state": state, **told})
        await self._save(broken, f"{error.for_log}{doubt}")

    async def _broke(self) -> None:
        """Record that nobody knows what came of the Step; failed, if nothing of it was sent."""
        run = self.record.run_of(self.work.position)
        state, told = (StepState.UNSURE, f"{BROKE}{DOUBT}") if run else (StepState.FAILED, BROKE)
        broken = (run or self._new_run()).model_copy(update={"state": state, "error": told})
        await self.record.save(broken, self.work, self.work.describe(told))

    def _new_run(self) -> Run:
        return Run(position=self.work.position, state=StepState.STARTED)

    async def _left(self) -> tuple[Item, ...]:
        """Return those of the failed Step whom the store shows as they were; none if it does not tell."""
        shop = Shop(self.work.store)
        self.work = replace(self.work, failed_in=shop)
        try:
            async with self.recent.quiet():
                return tuple(sorted(await self.work.step.unapplied(shop)))
        except StoreError:
            return ()

    async def _save(self, run: Run, failure: str = "") -> None:
        """Record the run, with its effects. Raises LeaseLost, and TooLate."""
        async with self.recent.quiet() if self.work.is_counted(run) else nullcontext():
            effects = await self.work.effects(run)
        await self.record.save(run, self.work, self.work.describe(failure or run.state.value) | effects)
