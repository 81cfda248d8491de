"""This process, as others on the same ledger see it."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.bigcommerce import LONGEST_WRITE, Share
from bot.core.errors import NotRecorded
from bot.core.meters import NO_METERS, Meters
from bot.engine.run_paces import RunPaces
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from bot.ledger.ports.leases import Role

HEARTBEAT = timedelta(seconds=2)
"""How often a process renews its lease."""
LEASE = timedelta(seconds=15)
"""How long a process keeps what it holds after it last renewed its lease: longer than a write may be on its way."""
elapsed: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
)
"""Seconds by a clock that nobody sets, and that goes on while the machine sleeps, where there is such a clock."""


@dataclass(frozen=True)
class Lease:
    """How long a process keeps what it holds (``lasts``), and how often it renews that (``heartbeat``).

    ``longest_write``: seconds after which a write is given up; ``margin``: seconds to spare when one is let out.
    """

    lasts: timedelta = LEASE
    heartbeat: timedelta = HEARTBEAT
    longest_write: float = LONGEST_WRITE
    margin: float = 1.0

    @property
    def needed(self) -> float:
        """Seconds that it must have left before a write goes out: so long may that be on its way, and the margin."""
        return self.longest_write + self.margin


USUAL_LEASE = Lease()


class Heartbeat:
    """When a process last renewed its ``lease``.

    ``until``: how long the lease surely lasts, by the process's own ``elapsed`` clock.
    """

    def __init__(self, lease: Lease = USUAL_LEASE) -> None:
        self.lease = lease
        self.until = float("-inf")
        self._last: datetime | None = None
        self._last_elapsed = 0.0
        self._ahead, self._ahead_until = timedelta(0), float("-inf")

    def is_due(self, now: datetime) -> bool:
        """Return whether the lease is to be renewed; also when the clock was set back, or ahead."""
        return self._last is None or not timedelta(0) <= now - self._last < self.lease.heartbeat

    def was_set(self, now: datetime, *, elapsed: float) -> bool:
        """Return whether the clock was set, ahead or back, since the lease was renewed; True before the first time."""
        return self._last is None or abs(self._jump(now, elapsed)) > timedelta(seconds=self.lease.margin)

    def notice(self, now: datetime, *, elapsed: float) -> None:
        """Look whether the clock was set ahead, before the leases of others are judged by it."""
        jump = self._jump(now, elapsed)
        if jump > self.lease.heartbeat:
            self._ahead, self._ahead_until = jump, elapsed + self.lease.lasts.total_seconds()

    def beat(self, now: datetime, *, elapsed: float) -> None:
        """Note that the lease was renewed now."""
        self.notice(now, elapsed=elapsed)
        self._last, self._last_elapsed = now, elapsed
        self.until = elapsed + self.lease.lasts.total_seconds()

    def set_ahead(self, elapsed: float) -> timedelta:
        """Return how far the clock was set ahead, until all who live have renewed their leases by it."""
        return self._ahead if elapsed < self._ahead_until else timedelta(0)

    def _jump(self, now: datetime, elapsed: float) -> timedelta:
        """Return how far the clock was set since the lease was renewed."""
        if self._last is None:
            return timedelta(0)
        return now - self._last - timedelta(seconds=elapsed - self._last_elapsed)


@dataclass(frozen=True)
class Process:
    """One process: its name (``owner``), its clock (UTC), its running work, and its ledger.

    ``elapsed``: seconds by a clock that only goes forward; ``paces``: how fast its runs go; ``meters``: count what it
    does; ``share``: of what the store takes at once.
    """

    owner: str
    clock: Callable[[], datetime]
    tasks: Tasks
    ledger: Ledger
    elapsed: Callable[[], float] = elapsed
    heartbeat: Heartbeat = field(default_factory=Heartbeat)
    paces: RunPaces = field(default_factory=RunPaces)
    meters: Meters = NO_METERS
    share: Share = field(default_factory=Share)
    _renewing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.share.divide(self.elapsed, self._ask_for_places)

    @classmethod
    def named_at_random(
        cls,
        ledger: Ledger,
        clock: Callable[[], datetime],
        elapsed: Callable[[], float],
        lease: Lease,
        meters: Meters = NO_METERS,
        share: Share | None = None,
    ) -> "Process":
        """Build a process with a unique random name, as ``owner`` of all that it claims."""
        return cls(
            owner=secrets.token_hex(8),
            clock=clock,
            tasks=Tasks(),
            ledger=ledger,
            elapsed=elapsed,
            heartbeat=Heartbeat(lease),
            meters=meters,
            share=share or Share(),
        )

    @property
    def lease(self) -> Lease:
        """How long it keeps what it holds."""
        return self.heartbeat.lease

    async def live(self) -> None:
        """Renew this process's lease on everything it holds, once per heartbeat. Raises NotRecorded.

        Sooner, if others can have some of its places at the store.
        """
        if self.heartbeat.is_due(self.clock()) or self.share.has_too_many:
            await self.renew()

    async def renew(self) -> None:
        """Renew this process's lease at once, with its share of the store's limit. Raises NotRecorded."""
        async with self._renewing:  # what one renewal is told, the next one says
            began = self.elapsed()  # before the others' clock is read: a pause in between only shortens what is left
            if self.heartbeat.was_set(self.clock(), elapsed=began):
                await self.ledger.storage.compare_clocks()
            now = self.clock()
            self.heartbeat.notice(now, elapsed=began)
            judged_by, until = self.lease_time(), now + self._ahead + self.lease.lasts
            leases, demand = self.ledger.leases, self.share.demand()
            allotment = await leases.renew(owner=self.owner, until=until, now=judged_by, demand=demand)
            self.heartbeat.beat(now, elapsed=began)
            self.share.take(allotment, until=self.heartbeat.until - self.lease.needed)

    async def _ask_for_places(self) -> None:
        with suppress(NotRecorded):  # the ledger has logged it, and whoever needs them asks again
            await self.renew()

    async def claimant(self) -> str:
        """Return the name to claim by, once its lease surely lasts, by a clock that is known. Raises NotRecorded.

        What one claims who slept longer than a lease, others could claim, too: by the record nobody who lives holds it.
        By a clock that was set since, the leases of those who live may seem to have ended.
        """
        elapsed = self.elapsed()
        if self.heartbeat.until - elapsed < self.lease.needed or self.heartbeat.was_set(self.clock(), elapsed=elapsed):
            await self.renew()
        return self.owner

    def lease_time(self) -> datetime:
        """Return the time by which leases are judged: a clock that was just set ahead ends none before its time."""
        return self.clock() + self._ahead - self.heartbeat.set_ahead(self.elapsed())

    @property
    def _ahead(self) -> timedelta:
        return self.ledger.storage.clock_ahead

    async def claim(self, number: int, *, role: Role = "runner") -> bool:
        """Claim this Change, to run it or to render its card; return False if a living process holds it."""
        owner = await self.claimant()
        return await self.ledger.leases.claim(number, owner=owner, now=self.lease_time(), role=role)

    async def release(self, number: int, *, role: Role = "runner") -> None:
        """Release this Change for other processes."""
        await self.ledger.leases.release(number, owner=self.owner, role=role)

    async def stop(self) -> None:
        """End what is under way, and cancel what takes longer; another process may resume it at once."""
        await self.tasks.finish()
        await self.tasks.stop()
        in_use = self.share.in_use  # the store has that in hand, although nobody waits for it any more
        self.share.leave()
        with suppress(NotRecorded):  # the others will see when its leases expire
            await self.ledger.catch_up()
            await self.ledger.leases.resign(owner=self.owner, in_use=in_use)
