"""Lets nothing be decided or run that the sealed log does not say: rows of tables are only caches of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.approval.changes import Change, Event
from bot.core.errors import Impossible
from bot.engine.approvers import Approvers
from bot.engine.process import Process

ADVICE = (
    "So nothing more is done with this change. Whoever runs the bot should look at the ledger's file now "
    "(`audit verify`): someone may have edited it."
)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Authority:
    """Compares changes with their sealed entries, and closes those that were tampered with.

    ``moved`` is called after it closed one.
    """

    process: Process
    approvers: Approvers
    moved: Callable[[], None]

    async def authorises(self, number: int) -> bool:
        """Return whether the log says of this change what the tables say. If not, close it, and tell people.

        Raises TooLate if it moves at this very moment.
        """
        return not await self._fault(number)

    async def refuse_contradicted(self, number: int) -> None:
        """Raise Impossible if the tables say something else of this change than the log; then it is closed."""
        if fault := await self._fault(number):
            raise Impossible(f"{fault} {ADVICE}")

    async def _fault(self, number: int) -> str:
        fault = await self.process.ledger.changes.contradiction(number)
        if fault:
            log.error("Change %s is not what the audit log says: %s", number, fault)
            change = await self.process.ledger.changes.load(number)
            if change.is_open:
                await self._close(change, fault)
        return fault

    async def _close(self, change: Change, fault: str) -> None:
        ledger = self.process.ledger
        told = await self.approvers.directory.members(self.approvers.policy.approvers) | {change.requester}
        await ledger.changes.move(
            change,
            Event.CONTRADICT,
            at=self.process.clock(),
            detail={"reason": fault},
            update={"reason": f"{fault} {ADVICE}"},
            notices=tuple(("contradict", one) for one in sorted(told)),
        )
        await ledger.changes.mark_outcome_reported(change.number)
        self.moved()
