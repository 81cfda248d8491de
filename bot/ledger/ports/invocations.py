"""The port to the invocations: what people asked for, until it is answered."""

from datetime import datetime
from typing import Any, Protocol

from bot.core.audit.entries import Entry, EntryKind
from bot.core.invocation import Invocation


class Invocations(Protocol):
    """The invocations, in order of arrival."""

    async def record(self, invocation: Invocation, *, owner: str, at: datetime, detail: dict[str, Any]) -> bool:
        """Record an invocation for ``owner`` to answer. Return False if this delivery is recorded already."""

    async def record_once(self, delivery: str, entry: Entry | None, *, at: datetime) -> bool:
        """Record a delivery that needs no planning, and its entry, if any. Return False if it is recorded already."""

    async def settle(
        self,
        invocation: Invocation,
        kind: EntryKind,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> bool:
        """Record the answer to an invocation that became no change, and delete its words.

        ``subjects``: what the words named. Returns False, and records nothing, if another process, which took this one
        for dead, has answered meanwhile. If it cannot be recorded now, it is kept for ``retry_settling``: the person
        has been answered already.
        """

    async def settle_at_once(
        self,
        invocation: Invocation,
        kind: EntryKind,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
    ) -> bool:
        """Settle before an act that must not happen twice. Raises NotRecorded: then the act must not happen at all."""

    async def retry_settling(self) -> None:
        """Record the answers that could not be recorded when they were given."""

    async def claim_abandoned(self, *, owner: str, now: datetime) -> tuple[tuple[Invocation, datetime], ...]:
        """Claim the unanswered invocations of dead processes; return each with its time, oldest first."""

    async def waiting(self, delivery: str) -> tuple[Invocation, datetime] | None:
        """Return the invocation of this id, with its time, while it is unanswered; None if there is none."""

    async def is_recorded(self, delivery: str) -> bool:
        """Return whether this delivery is recorded, answered or not."""

    async def was_asked(self, invocation: Invocation) -> bool:
        """Return whether the sealed log has this invocation as it is stored, and no answer to it."""

    async def forget_settled(self, before: datetime) -> None:
        """Delete the deliveries that are settled and arrived before this time."""
