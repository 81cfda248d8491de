"""One Step of a running Change, with the store's data for it: what is prepared before it runs, and recorded of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from bot.bigcommerce import Store
from bot.core.approval.changes import Run, StepState
from bot.core.approval.step_effects import counted, recorded
from bot.core.planning.revalidation import look_again
from bot.core.planning.steps import AnyStep, Applied
from bot.core.store_view.cached_shop import Shop


@dataclass(frozen=True)
class StepWork:
    """One Step at this position of its Plan, with the store's data for it.

    ``is_in_doubt``: it may have been carried out, at least in part: it had started when a process died, or went on
    after a pause. ``failed_in``: the store as it was read after it failed, if it was.
    """

    position: int
    step: AnyStep
    store: Store
    began: datetime
    is_in_doubt: bool
    failed_in: Shop | None = None

    def describe(self, result: str) -> dict[str, Any]:
        """Return what the log records of it; ``result``: what came of it, without anything that may name a shopper."""
        return {
            "kind": self.step.kind,
            "told": self.step.describe(self.step.shoppers),
            "result": result,
            "requests": list(self.store.request_ids),
        }

    async def effects(self, run: Run) -> dict[str, Any]:
        """Return its effects for the log. If it failed, or is in doubt after a crash, the store is asked."""
        if run.state in (StepState.STARTED, StepState.FAILED):
            return {}
        shop = self.failed_in or Shop(self.store)
        return await counted(self.step, run, shop) if self.is_counted(run) else recorded(self.step, run)

    def is_counted(self, run: Run) -> bool:
        """Return whether the store has to be asked for its effects, since nobody knows what it did."""
        in_doubt = self.is_in_doubt and self.step.in_requests and run.state is StepState.DONE
        return in_doubt or run.state is StepState.UNSURE

    async def looked_at_again(self, run: Run, shop: Shop) -> tuple[AnyStep, ...]:
        """Return its undo, read again after a pause. Raises Impossible if the store differs from what was approved."""
        return await look_again(self.step, shop, run.undo if self.is_in_doubt else None)

    async def already_applied(self) -> Applied | None:
        """Return its result if it is in doubt and was carried out. Raises Unclear."""
        return await self.step.already_applied(self.store) if self.is_in_doubt else None

    async def applied_by_now(self) -> Applied | None:
        """Return what ``already_applied`` does, after several looks where the first shows nothing. Raises Unclear."""
        return await self.store.seen(self.already_applied) if not self.step.in_requests else None

    async def without_departed(self, shop: Shop) -> Self | None:
        """Return the work without shoppers who have left by other means; None if nobody is left."""
        rest = self.step.without(await self.step.departed(shop))
        return replace(self, step=rest) if rest else None

    def finished(self, run: Run, applied: Applied) -> Run:
        """Return the run of the finished Step. In doubt, the undo saved before counts: who was changed is unknown."""
        undo = applied.undo if applied.undo is not None else run.undo
        if self.is_in_doubt and run.undo:
            undo = run.undo
        return run.model_copy(update={"state": StepState.DONE, "undo": undo, "applied": applied})
