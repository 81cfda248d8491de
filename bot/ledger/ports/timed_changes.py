"""The port to the changes that run, or end what they did, at a time of their own."""

from datetime import datetime
from typing import Protocol

from bot.core.approval.due import End, Scheduled


class TimedChanges(Protocol):
    """The part of the changes that is about the times at which they run and end."""

    async def scheduled(self) -> tuple[Scheduled, ...]:
        """Return the approved changes that run at a time of their own, the next one first."""

    async def save_look(self, number: int, *, at: datetime) -> None:
        """Record that the plan of a change that is to run later is compared with the store."""

    async def ends_due(self, now: datetime) -> tuple[End, ...]:
        """Return the ends of additions whose time has come, the earliest first."""

    async def forget_end(self, number: int) -> None:
        """Record that nothing is left to end of this change."""
