"""This process, as others on the same ledger see it."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.errors import NotRecorded
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from bot.ledger.ports.leases import Role

HEARTBEAT = timedelta(seconds=2)
"""How often a process renews its lease."""
LEASE = 3 * HEARTBEAT
"""How long a process keeps what it holds after it last renewed its lease: two renewals may fail."""


class Heartbeat:
    """When a process last renewed its lease."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether the lease is to be renewed; also when the clock was set back, or ahead."""
        return self._last is None or not timedelta(0) <= now - self._last < HEARTBEAT

    def beat(self, now: datetime) -> None:
        """Note that the lease was renewed now."""
        self._last = now


@dataclass(frozen=True)
class Process:
    """One process: its name (``owner``), its clock (UTC), its running work, and its ledger."""

    owner: str
    clock: Callable[[], datetime]
    tasks: Tasks
    ledger: Ledger
    heartbeat: Heartbeat = field(default_factory=Heartbeat)

    @classmethod
    def named_at_random(cls, ledger: Ledger, clock: Callable[[], datetime]) -> "Process":
        """Build a process with a unique random name."""
        return cls(secrets.token_hex(8), clock, Tasks(), ledger)

    async def live(self) -> None:
        """Renew this process's lease on everything it holds, once per HEARTBEAT. Raises NotRecorded."""
        now = self.clock()
        if self.heartbeat.is_due(now):
            await self.ledger.leases.renew(owner=self.owner, until=now + LEASE)
            self.heartbeat.beat(now)

    async def claim(self, number: int, *, role: Role = "runner") -> bool:
        """Claim this Change, to run it or to render its card; return False if a living process holds it."""
        return await self.ledger.leases.claim(number, owner=self.owner, now=self.clock(), role=role)

    async def release(self, number: int, *, role: Role = "runner") -> None:
        """Release this Change for other processes."""
        await self.ledger.leases.release(number, owner=self.owner, role=role)

    async def stop(self) -> None:
        """Cancel all running work; another process may resume it at once."""
        await self.tasks.stop()
        with suppress(NotRecorded):  # the others will see when its leases expire
            await self.ledger.catch_up()
            await self.ledger.leases.resign(owner=self.owner)
