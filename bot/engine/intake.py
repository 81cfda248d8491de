"""Records what people ask before anything is done about it."""

import asyncio
from dataclasses import dataclass

from bot.core.answers import Answer
from bot.core.audit.entries import EntryKind
from bot.core.command import Call
from bot.core.errors import Misuse, Refusal
from bot.core.invocation import Delivery, Invocation
from bot.core.questions import with_meant
from bot.engine.ack_priority import AckPriority
from bot.engine.answering import Answering
from bot.engine.clicks import Clicks
from bot.engine.planner import Planner, Request
from bot.engine.process import Process
from bot.engine.replies import Replies


@dataclass(frozen=True)
class Intake:
    """Takes deliveries. Each method returns once the delivery is recorded, or raises NotRecorded."""

    process: Process
    gate: AckPriority
    planner: Planner
    answering: Answering
    replies: Replies
    clicks: Clicks

    async def take(self, invocation: Invocation, *, patience: float = 0.0) -> Refusal | None:
        """Record an invocation, and start answering it; a repeated delivery counts once.

        Returns a refusal only if it comes within ``patience`` seconds, for the caller to show. A later one is shown
        privately. Args are validated here, once: invalid ones are not planned.
        """
        request = self.planner.request(invocation)
        if isinstance(request, Call) and (misuse := _misuse(request)):
            return await self._refuse(invocation, request, misuse, is_shown=bool(patience))
        self.gate.delivered()
        if not await self._record(invocation):
            return None
        if not patience:
            self.process.tasks.start(self.answering.answer(invocation, request))
            return None
        return await self._refusal_within(patience, invocation, request)

    async def refused(self, delivery: Delivery, refusal: Refusal) -> None:
        """Record a delivery that was not understood, and start telling the person why."""
        if await self.refused_in_form(delivery, refusal):
            self.process.tasks.start(self.replies.refuse(delivery, refusal))

    async def refused_in_form(self, delivery: Delivery, refusal: Refusal) -> bool:
        """Record a refusal that the person reads in the form. Return False if this delivery came before."""
        reason = refusal.for_log
        is_new = await self.replies.record_once(EntryKind.REFUSED, delivery, said=delivery.said, reason=reason)
        if is_new:
            self.clicks.refused(delivery)
        return is_new

    async def answered(self, delivery: Delivery, answer: Answer) -> None:
        """Record a delivery that needs no planning, and start showing the answer."""
        if await self.replies.record_once(EntryKind.ANSWERED, delivery, said=delivery.said):
            self.process.tasks.start(self.replies.show(delivery, answer))

    async def asked_for_form(self, delivery: Delivery) -> bool:
        """Record that a form was requested. Return False if this delivery came before."""
        return await self.replies.record_once(EntryKind.FORM, delivery, said=delivery.said)

    async def clicked_for_form(self, delivery: Delivery) -> bool:
        """Take a click that opens a form about a card, and leaves no entry. Return False if it came before."""
        return await self.process.ledger.invocations.record_once(delivery.id, None, at=self.process.clock())

    async def _record(self, invocation: Invocation) -> bool:
        owner, record = await self.process.claimant(), self.process.ledger.invocations.record
        return await record(invocation, owner=owner, at=self.process.clock(), detail={"said": invocation.said})

    async def _refuse(self, invocation: Invocation, call: Call, misuse: Misuse, *, is_shown: bool) -> Refusal | None:
        if is_shown:
            await self.refused_in_form(invocation, misuse)
            return misuse
        await self.refused(invocation, call.command.misuse(with_meant(call, misuse)))
        return None

    async def _refusal_within(self, patience: float, invocation: Invocation, request: Request) -> Refusal | None:
        answering = self.process.tasks.start(self.answering.refusal_in_form(invocation, request))
        done, _ = await asyncio.wait({answering}, timeout=patience)
        if done:
            return answering.result()
        self.process.tasks.start(self._show_when_known(invocation, request, answering))
        return None

    async def _show_when_known(
        self, invocation: Invocation, request: Request, answering: asyncio.Task[Refusal | None]
    ) -> None:
        if refusal := await answering:
            await self.answering.refuse(invocation, request, refusal)


def _misuse(call: Call) -> Misuse | None:
    """Validate the Args. Return what is wrong with them, if anything that can be said before the words are read."""
    if call.words:
        return None
    try:
        _ = call.args
    except Misuse as misuse:
        return misuse
    return None
