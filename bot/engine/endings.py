"""Asks for the ends of additions whose time has come, each until it is done."""

import asyncio

from bot.core.approval.covering import DueState
from bot.core.approval.due import END, End
from bot.core.invocation import Due
from bot.engine.answering import Answering
from bot.engine.coalescer import Coalescer
from bot.engine.due_requests import DueRequests
from bot.engine.process import Process


class Endings:
    """Asks for the ends that are due: each by one of all processes, and again after growing waits where it failed."""

    def __init__(self, process: Process, answering: Answering, requests: DueRequests) -> None:
        self._process = process
        self._answering = answering
        self._requests = requests
        self._rounds = Coalescer(self._ask, process.tasks)

    def wake(self) -> None:
        """Start asking for what is due."""
        self._rounds.wake()

    async def _ask(self) -> None:
        due = await self._process.ledger.changes.ends_due(self._process.clock())
        if asking := [self._process.tasks.start(self._ask_if_due(end)) for end in due]:
            await asyncio.wait(asking)  # each for itself: one that breaks is logged, and delays no other

    async def _ask_if_due(self, end: End) -> None:
        attempt = await self._attempt(end)
        if attempt is None:
            return
        change = await self._process.ledger.changes.load(end.number)
        due = Due.at(
            end.at,
            covered_by=end.number,
            attempt=attempt,
            actor=change.requester,
            command=END,
            values={"number": end.number},
            said=f"take out again whom change {end.number} added",
        )
        await self._answering.ask_itself(due)

    async def _attempt(self, end: End) -> int | None:
        """Return the number of the attempt that is due now; None if none is.

        Where nothing was left to take out, nothing is to end any more. What was refused may be possible later: there is
        no other time at which they would be taken out.
        """
        ledger, now = self._process.ledger, self._process.clock()
        found = await ledger.dues.of(end.number, end.at)
        if found is None or found.state is not DueState.OVER:
            return await self._requests.next_attempt(end.number, end.at)
        last = await ledger.changes.load(found.change) if found.change else None
        if last is None and not found.told:
            await ledger.changes.forget_end(end.number)
            return None
        again = found.model_copy(update={"state": DueState.AGAIN, "at": last.updated_at if last else found.at})
        is_open = last is not None and last.is_open
        return found.attempts + 1 if not is_open and again.is_due_again(now) else None
