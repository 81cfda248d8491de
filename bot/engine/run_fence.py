"""What stands between a run and the store: no write without a lease that outlasts it, and none on old sight."""

from dataclasses import dataclass

from bot.bigcommerce import HeldBack
from bot.engine.process import Process

GAP = 60.0
"""Seconds without an answer from the store after which a run reads again what it goes by."""


class LeaseLost(HeldBack):
    """Another process has this change by now: this one writes nothing more."""

    sentence = "Another process has this change by now."


class OldSight(HeldBack):
    """The store has not answered for a while: what the run goes by has to be read again first."""


@dataclass
class RunFence:
    """One run of a change, in one process. Times are by the process's ``elapsed`` clock.

    ``planned_at``: when the plan was last compared with the store; ``seen_at``: when the store last answered this run;
    ``had_gap``: there was none for a while, so that each later Step is looked at again, too. ``is_late``: a write was
    answered when the lease that had let it out was over.
    """

    process: Process
    number: int
    planned_at: float
    had_gap: bool = False
    is_late: bool = False
    _is_blind: bool = False
    _until: float = float("-inf")

    def __post_init__(self) -> None:
        self.seen_at = self.planned_at

    @property
    def has_old_plan(self) -> bool:
        """Whether the store may have moved on since the plan was compared with it, however steadily the run goes."""
        return self.process.elapsed() - self.planned_at > GAP

    def needs_look(self) -> bool:
        """Return whether what the next Step goes by must be read again before it runs."""
        self._notice_gap()
        return self.had_gap

    def looks(self) -> None:
        """Begin to read again: what the store answers from now on is what the run goes by."""
        self._is_blind, self.seen_at = False, self.process.elapsed()

    async def hold(self) -> float:
        """Return how long this process surely has the change. Raises LeaseLost."""
        until = self.process.heartbeat.until  # read first: nobody can take the change in between
        if not await self.process.ledger.leases.holds(self.number, owner=self.process.owner):
            raise LeaseLost
        return until

    async def permit(self) -> None:
        """Let a write out. Raises LeaseLost and OldSight; NotRecorded if the lease cannot be renewed."""
        self._until = await self.hold()
        while self.process.elapsed() + self.process.lease.needed > self._until:
            await self.process.renew()
            self._until = await self.hold()
        self._notice_gap()
        if self._is_blind:
            raise OldSight

    def ended(self, *, wrote: bool, answered: bool) -> None:
        """Hear that a request is over."""
        self._notice_gap()
        self.is_late = self.is_late or (wrote and self.process.elapsed() > self._until)
        if answered:
            self.seen_at = self.process.elapsed()

    def _notice_gap(self) -> None:
        if self.process.elapsed() - self.seen_at > GAP:
            self.had_gap = self._is_blind = True
