"""This process, as others on the same ledger see it."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errors import NotRecorded
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from bot.ledger.ports.leases import Role

LEASE = timedelta(seconds=6)
"""How long a process keeps what it holds after it last renewed its lease."""


@dataclass(frozen=True)
class Process:
    """One process: its name (``owner``), its clock (UTC), its running work, and its ledger."""

    owner: str
    clock: Callable[[], datetime]
    tasks: Tasks
    ledger: Ledger

    @classmethod
    def named_at_random(cls, ledger: Ledger, clock: Callable[[], datetime]) -> "Process":
        """Build a process with a unique random name."""
        return cls(secrets.token_hex(8), clock, Tasks(), ledger)

    async def live(self) -> None:
        """Renew this process's lease on everything it holds. Raises NotRecorded."""
        await self.ledger.leases.renew(owner=self.owner, until=self.clock() + LEASE)

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
