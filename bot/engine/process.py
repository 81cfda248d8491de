"""This process, as the others that work on the same ledger see it."""

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
"""How long what a process has in hand stays with it after it last said that it lives."""


@dataclass(frozen=True)
class Process:
    """One process: its name to the others (``owner``), its clock (UTC), the work it has under way, and its ledger."""

    owner: str
    clock: Callable[[], datetime]
    tasks: Tasks
    ledger: Ledger

    @classmethod
    def named_at_random(cls, ledger: Ledger, clock: Callable[[], datetime]) -> "Process":
        """Return a process that no other one can be taken for."""
        return cls(secrets.token_hex(8), clock, Tasks(), ledger)

    async def live(self) -> None:
        """Renew this process's lease: what it has in hand stays with it. Raises NotRecorded."""
        await self.ledger.leases.renew(owner=self.owner, until=self.clock() + LEASE)

    async def claim(self, number: int, *, role: Role = "runner") -> bool:
        """Take this Change in hand, to run it or to draw its card; False where a living process has it."""
        return await self.ledger.leases.claim(number, owner=self.owner, now=self.clock(), role=role)

    async def release(self, number: int, *, role: Role = "runner") -> None:
        """Leave this Change to whoever wants it."""
        await self.ledger.leases.release(number, owner=self.owner, role=role)

    async def stop(self) -> None:
        """Cancel what is under way; another process may go on with it at once."""
        await self.tasks.stop()
        with suppress(NotRecorded):  # others find out by themselves: its leases end
            await self.ledger.catch_up()
            await self.ledger.leases.resign(owner=self.owner)
