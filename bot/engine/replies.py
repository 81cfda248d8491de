"""What is shown privately to one person, and its record."""

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
    """Shows people the outcome of their requests; records what cannot be delivered."""

    process: Process
    announcer: Announcer

    async def show(self, to: Delivery, answer: Answer) -> None:
        """Show this to the person who asked, where they asked."""
        try:
            await self.announcer.show_privately(to.actor, to.place, answer)
        except Undeliverable as error:
            await self.undelivered(to, str(error))

    async def refuse(self, to: Delivery, refusal: Refusal) -> None:
        """Show why the request is refused."""
        await self.show(to, Answer(str(refusal)))

    async def undelivered(self, to: Delivery, reason: str) -> None:
        """Record that an answer could not be delivered."""
        with suppress(NotRecorded):  # the answer is recorded anyway
            await self.record(EntryKind.ANSWER_NOT_DELIVERED, to, reason=reason)

    async def record(self, kind: EntryKind, to: Delivery, **detail: str) -> None:
        """Record what became of a delivery. Raises NotRecorded."""
        await self.process.ledger.audit.append(_entry(kind, to, detail), at=self.process.clock())

    async def record_once(self, kind: EntryKind, to: Delivery, **detail: str) -> bool:
        """Record the outcome of a delivery that is answered without planning. Raises NotRecorded.

        Returns False, and records nothing, if the same delivery came before.
        """
        record = self.process.ledger.invocations.record_once
        return await record(f"{to.id}/{kind}", _entry(kind, to, detail), at=self.process.clock())


def _entry(kind: EntryKind, to: Delivery, detail: dict[str, str]) -> Entry:
    place, outcome = to.place.channel or "", "" if kind is EntryKind.FORM else kind
    return Entry(kind, to.actor, place, to.command, None, detail, outcome, workspace=to.workspace)
