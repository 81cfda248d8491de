"""The changes: their moves, runs and cards, and what people are still to be told."""

from datetime import datetime
from typing import Any, Protocol

from bot.core.approval.changes import Brief, Card, Change, Event, Run
from bot.core.approval.changes_reader import ChangesReader
from bot.core.audit.entries import EntryKind
from bot.core.invocation import Invocation


class Changes(ChangesReader, Protocol):
    """The changes. A move is a compare-and-swap: whoever moves a change from an old revision gets TooLate."""

    async def create(
        self, ask: Invocation, change: Change, *, owner: str, detail: dict[str, Any], subjects: tuple[str, ...] = ()
    ) -> Change:
        """Turn an invocation into a change: give it a number, and ``owner`` its lease.

        ``subjects``: what the words named, beside the segments that the plan touches. The shoppers that it touches are
        recorded with the steps that run: there may be 100,000.

        Raises TooLate where another process, which took this one for dead, answered meanwhile.
        """

    async def waiting_for(self, actor: str) -> tuple[Brief, ...]:
        """Return the changes that wait, that others requested and this person has not signed; the most urgent first."""

    async def requested_by(self, actor: str, limit: int) -> tuple[Brief, ...]:
        """Return the latest changes of this requester: those that wait first, then the others."""

    async def overdue(self, now: datetime) -> tuple[int, ...]:
        """Return numbers of the changes that nobody decided in time."""

    async def last_finish(self) -> int:
        """Return the number of the entry with which a run ended last, whatever its outcome; 0 where none did."""

    async def move(
        self,
        change: Change,
        event: Event,
        *,
        at: datetime,
        actor: str = "",
        detail: dict[str, Any] | None = None,
        update: dict[str, Any] | None = None,
        notices: tuple[tuple[str, str], ...] = (),
    ) -> Change:
        """Return ``change`` after ``event``, with these fields updated. The entry says how long it stood where it was.

        ``notices``: kinds, and the users to be told. Raises TooLate where the event cannot happen, or somebody moved
        the change since it was loaded.
        """

    async def amend(
        self, change: Change, kind: EntryKind, *, actor: str, at: datetime, update: dict[str, Any]
    ) -> Change:
        """Return ``change`` with these fields updated; its state stays. Raises TooLate."""

    async def save_run(
        self,
        change: Change,
        run: Run,
        *,
        at: datetime,
        detail: dict[str, Any],
        subjects: tuple[str, ...] = (),
        ms: int | None = None,
    ) -> Change:
        """Return ``change`` with the run of one of its steps saved. Raises TooLate.

        ``detail`` may have its "effects": by segment id, how many shoppers it added and removed.
        """

    async def request_stop(self, change: Change, *, actor: str, at: datetime) -> None:
        """Ask a run to stop before its next step; the first request counts."""

    async def stop_requested_by(self, number: int) -> str:
        """Return who asked the run to stop; an empty text where nobody did."""

    async def queue_reminders(self, *, expiring: datetime, at: datetime) -> None:
        """Queue a reminder, once for each version, of the changes that wait and expire by then."""

    async def notices(self) -> tuple[tuple[int, str, str], ...]:
        """Return the notices to deliver: change, kind and user (none: everybody at the card)."""

    async def remove_notice(self, number: int, kind: str, user: str) -> None:
        """Remove a notice that was delivered, or cannot be."""

    async def outdated_cards(self) -> tuple[int, ...]:
        """Return numbers of the changes whose card does not show their latest revision."""

    async def save_card(self, change: Change, card: Card) -> None:
        """Save where the card is, and that it shows this revision."""

    async def save_card_url(self, number: int, url: str) -> None:
        """Save the card's address."""

    async def unreported_outcomes(self) -> tuple[int, ...]:
        """Return numbers of the settled changes whose requester has not been told the outcome."""

    async def mark_outcome_reported(self, number: int) -> None:
        """Remember that the requester was told the outcome, or cannot be."""
