"""What one person alone is shown, and the record of it."""

from contextlib import suppress
from dataclasses import dataclass

from bot.core.answers import Answer
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded, Refusal
from bot.core.invocation import Ask
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process


@dataclass(frozen=True)
class Replies:
    """Shows people what came of what they asked; what cannot be delivered is put on record."""

    process: Process
    announcer: Announcer

    async def show(self, ask: Ask, answer: Answer) -> None:
        """Show this to the one who asked, where they asked."""
        try:
            await self.announcer.whisper(ask.actor, ask.place, answer)
        except Undeliverable as error:
            await self.undelivered(ask, str(error))

    async def refuse(self, ask: Ask, refusal: Refusal) -> None:
        """Show why it is not carried out."""
        await self.show(ask, Answer(str(refusal)))

    async def undelivered(self, ask: Ask, reason: str) -> None:
        """Put on record that an answer reached nobody."""
        with suppress(NotRecorded):  # what was answered stays answered
            await self.record(EntryKind.ANSWER_NOT_DELIVERED, ask, "", reason=reason)

    async def record(self, kind: EntryKind, ask: Ask, said: str, **detail: str) -> None:
        """Put on record what came of a delivery that is not answered by planning. Raises NotRecorded."""
        described = {"said": said, **detail}
        place, outcome = ask.place.channel or "", "" if kind is EntryKind.FORM else kind
        entry = Entry(kind, ask.actor, place, ask.command, None, described, outcome, workspace=ask.workspace)
        await self.process.ledger.note(entry, at=self.process.clock())
