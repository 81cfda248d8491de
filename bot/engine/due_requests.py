"""Records what the bot asks itself, attempt by attempt, and tells those in whose name it fails."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.bigcommerce import StoreError
from bot.core.approval.covering import DueRecord
from bot.core.audit.entries import EntryKind
from bot.core.audit.trace import AuditTrace
from bot.core.errors import (
    AskedAlready,
    NobodyCanApprove,
    NotAllowed,
    NothingToDo,
    NotReadYet,
    NotRecorded,
    NotSegments,
    Refusal,
)
from bot.core.invocation import Due
from bot.engine.process import Process

PASSING = (StoreError, NotReadYet, NotAllowed, NotRecorded)
"""Why an attempt may fail and the next one succeed."""

GONE = "The segment is no longer in the store. If the undo of a deletion brings it back, it follows its rule again."
"""What is told instead of an id, which nobody knows: only runs of rules name their segment."""


@dataclass(frozen=True)
class DueRequests:
    """Keeps what is asked at each slot of a covering change to one success."""

    process: Process

    async def next_attempt(self, covered_by: int, slot: datetime) -> int | None:
        """Return the number of the attempt at this slot that is due now; None if none is."""
        found = await self.process.ledger.dues.of(covered_by, slot)
        if found is None:
            return 1
        return found.attempts + 1 if found.is_due_again(self.process.clock()) else None

    async def record(self, due: Due) -> bool:
        """Record an attempt, for this process to answer. Return False if another one did. Raises NotRecorded."""
        process = self.process
        owner, record = await process.claimant(), process.ledger.invocations.record
        detail = {"said": due.said, "covered_by": due.covered.model_dump(mode="json", exclude={"lapse"})}
        return await record(due, owner=owner, at=process.clock(), detail=detail)

    async def failed(self, due: Due, trace: AuditTrace, error: Exception, refusal: Refusal) -> Refusal | None:
        """Settle an attempt that failed. Return the refusal, if it is to be told."""
        if isinstance(error, NothingToDo):
            await self._settle(due, EntryKind.ANSWERED, trace, reason=refusal.for_log)
            return None
        if isinstance(error, AskedAlready):  # people see that one in the channel, and may reject it
            await self._settle(due, EntryKind.REFUSED, trace, reason=refusal.for_log, told=True)
            return None
        passes = isinstance(error, PASSING) and not isinstance(error, NobodyCanApprove)
        found = await self._found(due)
        told = found is not None and found.is_to_tell(refusal.for_log, passes=passes)
        settled = await self._settle(due, EntryKind.REFUSED, trace, reason=refusal.for_log, passes=passes, told=told)
        why = GONE if isinstance(error, NotSegments) else refusal
        sentence = f"I couldn't {due.said}, as change {due.covered_by} says. {why}"
        return Refusal(sentence, for_log=refusal.for_log) if settled and told else None

    async def _found(self, due: Due) -> DueRecord | None:
        with suppress(NotRecorded):  # then nothing can be told, and the answer is kept until it can be recorded
            return await self.process.ledger.dues.of(due.covered_by, due.slot)
        return None

    async def _settle(self, due: Due, kind: EntryKind, trace: AuditTrace, **detail: Any) -> bool:
        recorded = {"said": trace.recorded_text, **detail}
        settle = self.process.ledger.invocations.settle
        return await settle(due, kind, at=self.process.clock(), detail=recorded, subjects=trace.subjects)
