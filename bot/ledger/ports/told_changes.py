"""The port to what people are still shown and told of changes: cards, outcomes, and notices."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.core.approval.changes import Card, Change


class ToldChanges(Protocol):
    """The part of the changes that is about telling people.

    A card shows one revision of its change, and is outdated once there is another. A notice is a message apart from
    the card and the outcome; each is delivered once, to one user or to everyone who sees the card.
    """

    async def queue_reminders(self, *, expiring: datetime, at: datetime) -> None:
        """Queue a reminder, once per version, for each waiting change that expires by then, in its last quarter."""

    async def notices(self) -> tuple[tuple[int, str, str], ...]:
        """Return the notices to deliver: change, kind and user (empty: everyone who sees the card)."""

    async def remove_notice(self, number: int, kind: str, user: str) -> None:
        """Remove a notice that was delivered, or cannot be."""

    async def resolve_notice(self, number: int, group: str, users: Iterable[str]) -> None:
        """Replace the notice of an emergency to a group by one to each of its members who was not told yet."""

    async def outdated_cards(self) -> tuple[int, ...]:
        """Return the numbers of the changes whose card does not show their latest revision.

        One that waits and has no card is among them: it was to go without anybody, and has to wait after all.
        """

    async def shown_by(self, channel: str, ts: str) -> int | None:
        """Return the number of the change whose card this message is; None if it is no card."""

    async def outdate_card(self, number: int) -> None:
        """Have the card drawn again, whatever it shows."""

    async def save_card(self, change: Change, card: Card) -> None:
        """Save the card's message, and that it shows this revision; it is outdated if others came or went since."""

    async def save_card_url(self, number: int, url: str) -> None:
        """Save the card's permalink."""

    async def unreported_outcomes(self) -> tuple[int, ...]:
        """Return the numbers of the settled changes whose requester has not been notified."""

    async def mark_outcome_reported(self, number: int) -> None:
        """Record that the requester was notified of the outcome, or cannot be."""
