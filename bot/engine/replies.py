"""What is shown privately to one person, and its record."""

from contextlib import suppress

from bot.core.answers import Answer
from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded, Refusal
from bot.core.invocation import Delivery
from bot.core.questions import refusal_answer
from bot.engine.late_replies import LateReplies
from bot.engine.ports import Announcer, Undeliverable
from bot.engine.process import Process


class Replies:
    """Shows people the outcome of their requests, some of it later; records what cannot be delivered."""

    def __init__(self, process: Process, announcer: Announcer) -> None:
        self._process = process
        self._announcer = announcer
        self.late = LateReplies(process, announcer, self.undelivered)

    async def show(self, to: Delivery, answer: Answer) -> None:
        """Show this to the person who asked, where they asked: now, or when Slack takes it."""
        try:
            await self._announcer.show_privately(to.actor, to.place, answer)
        except Undeliverable as error:
            await self.late.failed(to, answer, error)

    async def refuse(self, to: Delivery, refusal: Refusal) -> None:
        """Show why the request is refused."""
        await self.show(to, refusal_answer(refusal))

    async def undelivered(self, to: Delivery, reason: str) -> None:
        """Record that an answer could not be delivered."""
        with suppress(NotRecorded):  # the answer is recorded anyway
            await self.record(EntryKind.ANSWER_NOT_DELIVERED, to, reason=reason)

    async def record(self, kind: EntryKind, to: Delivery, **detail: str) -> None:
        """Record what became of a delivery. Raises NotRecorded."""
        await self._process.ledger.audit.append(_entry(kind, to, detail), at=self._process.clock())

    async def record_once(self, kind: EntryKind, to: Delivery, **detail: str) -> bool:
        """Record the outcome of a delivery that is answered without planning. Raises NotRecorded.

        Returns False, and records nothing, if the same delivery came before.
        """
        record = self._process.ledger.invocations.record_once
        return await record(f"{to.id}/{kind}", _entry(kind, to, detail), at=self._process.clock())


def _entry(kind: EntryKind, to: Delivery, detail: dict[str, str]) -> Entry:
    place, outcome = to.place.recorded_text, "" if kind is EntryKind.FORM else kind
    return Entry(kind, to.actor, place, to.command, None, detail, outcome, workspace=to.workspace)
