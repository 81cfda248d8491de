"""The port to the leases: which process works on which change."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.bigcommerce import Allotment, Demand
from bot.core.approval.changes import State

IDLE = Demand(held=0, wanted=0)
"""What a process asks for that needs nothing of the store."""
Role = Literal["runner", "renderer"]
"""What a change is claimed for: to post and run it, or to render its card."""


@dataclass(frozen=True)
class LivingProcess:
    """A process that lives: the ``schema`` of its version, and whether the ledger lets that version write.

    ``since``: when it first had a lease on record; None for an earlier version, which does not say.
    """

    since: datetime | None
    schema: int
    may_write: bool


class Leases(Protocol):
    """The leases of living processes. A process that does not renew its lease in time loses everything it holds."""

    async def claim(self, number: int, *, owner: str, now: datetime, role: Role = "runner") -> bool:
        """Claim this change unless a living process holds it, even if that is the same one."""

    async def holds(self, number: int, *, owner: str) -> bool:
        """Return whether ``owner`` still holds this change to run it; a process that slept too long has lost it."""

    async def release(self, number: int, *, owner: str, role: Role = "runner") -> None:
        """Release this change. If that cannot be recorded now, the next ``renew`` or ``retry_releases`` does it."""

    async def retry_releases(self) -> None:
        """Write the releases that could not be recorded when they were due. Raises NotRecorded."""

    async def renew(self, *, owner: str, until: datetime, now: datetime, demand: Demand = IDLE) -> Allotment:
        """Renew the lease of ``owner`` until this time; return how many of the store's places it has so long.

        What others who live by ``now`` have on record, nobody else is given: whoever asks does so one after the other.

        No lease can be further ahead: one that is was renewed while a clock was ahead, and ends at this time, too. Its
        owner, if it lives, renews it before.
        """

    async def is_held(self, number: int, *, now: datetime) -> bool:
        """Return whether a living process holds this change to run it."""

    async def others_live(self, *, owner: str, now: datetime) -> bool:
        """Return whether any process but ``owner`` lives."""

    async def living(self, now: datetime) -> tuple[LivingProcess, ...]:
        """Return the processes that live, those who live longest first."""

    async def resign(self, *, owner: str, in_use: int = 0) -> None:
        """Release everything that ``owner``, a process that stops, holds.

        So many places at the store are still ``in_use``: others get them when its lease ends.
        """

    async def unattended(self, state: State, *, now: datetime) -> tuple[int, ...]:
        """Return the numbers of the changes in this state that no living process holds, oldest first."""

    async def forget_silent(self, before: datetime) -> None:
        """Delete the processes whose lease ended before this time."""
