"""Puts on record what people ask, before anything is done about it."""

import asyncio
from dataclasses import dataclass

from bot.core.answers import Answer
from bot.core.audit.entries import EntryKind
from bot.core.errors import Refusal
from bot.core.invocation import Ask
from bot.engine.answer_gate import AnswerGate
from bot.engine.answering import Answering
from bot.engine.process import Process
from bot.engine.replies import Replies


@dataclass(frozen=True)
class Intake:
    """Takes what was delivered. Each method returns when it is on record, or raises NotRecorded."""

    process: Process
    gate: AnswerGate
    answering: Answering
    replies: Replies

    async def take(self, ask: Ask, said: str, *, patience: float = 0.0) -> Refusal | None:
        """Put on record what was asked, and start to answer it; the same delivery twice is one ask.

        Returns a refusal only if it comes within ``patience`` seconds: then the caller shows it. Any later one is
        shown to the person alone.
        """
        process = self.process
        self.gate.delivered()
        if not await process.ledger.ask(ask, owner=process.owner, at=process.clock(), detail={"said": said}):
            return None
        if not patience:
            process.tasks.start(self.answering.answer(ask))
            return None
        answering = process.tasks.start(self.answering.refusal(ask))
        done, _ = await asyncio.wait({answering}, timeout=patience)
        if done:
            return answering.result()
        process.tasks.start(self._show_when_known(ask, answering))
        return None

    async def refused(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what could not even be understood, and start to tell the person why."""
        await self.refused_in_form(ask, refusal, said)
        self.process.tasks.start(self.replies.refuse(ask, refusal))

    async def refused_in_form(self, ask: Ask, refusal: Refusal, said: str) -> None:
        """Put on record what the person reads in the form."""
        await self.replies.record(EntryKind.REFUSED, ask, said, reason=refusal.for_log)

    async def answered(self, ask: Ask, answer: Answer, said: str) -> None:
        """Put on record what needs no planning, and start to show the answer."""
        await self.replies.record(EntryKind.ANSWERED, ask, said)
        self.process.tasks.start(self.replies.show(ask, answer))

    async def asked_for_form(self, ask: Ask, said: str) -> None:
        """Put on record that a form was asked for."""
        await self.replies.record(EntryKind.FORM, ask, said)

    async def _show_when_known(self, ask: Ask, answering: asyncio.Task[Refusal | None]) -> None:
        if refusal := await answering:
            await self.replies.refuse(ask, refusal)
