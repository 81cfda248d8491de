"""Leases: which process works on which change."""

from datetime import datetime
from typing import Literal, Protocol

from bot.core.approval.changes import State

Role = Literal["runner", "renderer"]
"""What a change is claimed for: to post and run it, or to render its card."""


class Leases(Protocol):
    """What living processes hold. A process that does not renew its lease in time loses all that it holds."""

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "runner") -> bool:
        """Claim this change if no living process holds it; not even its own holder gets it twice."""

    async def holds(self, number: int, *, owner: str) -> bool:
        """Return whether ``owner`` still holds this change to run it: one that slept too long has lost it."""

    async def release(self, number: int, *, owner: str, role: Role = "runner") -> None:
        """Release this change. What cannot be recorded now is released with the next ``renew``."""

    async def renew(self, *, owner: str, until: datetime) -> None:
        """Renew the lease of ``owner``, a process that lives, until then."""

    async def resign(self, *, owner: str) -> None:
        """Free all that ``owner``, a process that stops, holds."""

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Return numbers of the changes in this state that no living process holds, oldest first."""

    async def forget_silent(self, before: datetime) -> None:
        """Forget the processes whose lease ended before this time."""
