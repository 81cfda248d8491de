"""What one person alone is shown, and the record of it."""

from contextlib import suppress
from dataclasses import dataclass

from bot.core.answers import Answer
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded, Refusal
from bot.core.invocation import Delivery
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process


@dataclass(frozen=True)
class Replies:
    """Shows people what came of what they asked; what cannot be delivered is put on record."""

    process: Process
    announcer: Announcer

    async def show(self, to: Delivery, answer: Answer) -> None:
        """Show this to the one who asked, where they asked."""
        try:
            await self.announcer.whisper(to.actor, to.place, answer)
        except Undeliverable as error:
            await self.undelivered(to, str(error))

    async def refuse(self, to: Delivery, refusal: Refusal) -> None:
        """Show why it is not carried out."""
        await self.show(to, Answer(str(refusal)))

    async def undelivered(self, to: Delivery, reason: str) -> None:
        """Put on record that an answer reached nobody."""
        with suppress(NotRecorded):  # what was answered stays answered
            await self.record(EntryKind.ANSWER_NOT_DELIVERED, to, reason=reason)

    async def record(self, kind: EntryKind, to: Delivery, **detail: str) -> None:
        """Put on record what came of a delivery that is not answered by planning. Raises NotRecorded."""
        place, outcome = to.place.channel or "", "" if kind is EntryKind.FORM else kind
        entry = Entry(kind, to.actor, place, to.command, None, detail, outcome, workspace=to.workspace)
        await self.process.ledger.audit.append(entry, at=self.process.clock())
