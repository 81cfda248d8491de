"""A running Change as it is on record, for Steps of it that run at the same time."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.core.approval.changes import Change, Event, Run
from bot.core.approval.step_effects import subjects
from bot.engine.process import Process
from bot.engine.run_fence import RunFence
from bot.engine.step_execution import StepWork
from bot.ledger.entry_builders import milliseconds


@dataclass
class RunRecord:
    """The Change with all its runs that are saved. A save compares revisions, so one waits for the other."""

    process: Process
    fence: RunFence
    change: Change
    _saving: asyncio.Lock = field(default_factory=asyncio.Lock)

    def run_of(self, position: int) -> Run | None:
        """Return the run of the Step at this position, if it has begun."""
        return next((run for run in self.change.runs if run.position == position), None)

    async def save(self, run: Run, work: StepWork, detail: dict[str, Any]) -> None:
        """Save the run of one Step, with its entry. Raises LeaseLost, and TooLate."""
        async with self._saving:
            await self.fence.hold()
            at = self.process.clock()
            self.change = await self.process.ledger.changes.save_run(
                self.change,
                run,
                at=at,
                detail=detail,
                subjects=subjects(work.step, run),
                ms=milliseconds(at - work.began),
            )

    async def note_late_write(self, work: StepWork, result: str) -> None:
        """Record that this Step may have been changing the store when another process already had the change."""
        detail = {"step": work.position, **work.describe(result)}
        await self.process.ledger.changes.note_late_write(self.change.number, at=self.process.clock(), detail=detail)

    async def end(self, event: Event, **update: str) -> None:
        """Move the change to its end. Raises TooLate."""
        actor = update.get("settled_by", "")
        await self.process.ledger.changes.move(self.change, event, at=self.process.clock(), actor=actor, update=update)
