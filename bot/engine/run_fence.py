"""What stands between a run and the store: no write without a lease that outlasts it, and none on old sight."""

from dataclasses import dataclass

from bot.bigcommerce import HeldBack
from bot.engine.process import Process

GAP = 60.0
"""Seconds without an answer from the store after which a run reads again what it goes by."""


class LeaseLost(HeldBack):
    """Another process has this change by now: this one writes nothing more."""

    sentence = "Another process has this change by now."


class Stopping(LeaseLost):
    """This process stops: another one goes on with this change, whose next write is not begun."""

    sentence = "This process stops."


class OldSight(HeldBack):
    """The store has not answered for a while: what the run goes by has to be read again first."""


@dataclass
class RunFence:
    """One run of a change, in one process. Times are by the process's ``elapsed`` clock.

    ``planned_at``: when the plan was last compared with the store; ``seen_at``: when the store last answered this run;
    ``gaps``: how often there was no answer for a while. After the first, each later Step is looked at again, too.
    """

    process: Process
    number: int
    planned_at: float
    gaps: int = 0

    def __post_init__(self) -> None:
        self.seen_at = self.planned_at

    @property
    def has_old_plan(self) -> bool:
        """Whether the store may have moved on since the plan was compared with it, however steadily the run goes."""
        return self.process.elapsed() - self.planned_at > GAP

    async def hold(self) -> float:
        """Return how long this process surely has the change. Raises LeaseLost."""
        until = self.process.heartbeat.until  # read first: nobody can take the change in between
        if not await self.process.ledger.leases.holds(self.number, owner=self.process.owner):
            raise LeaseLost
        return until

    def refuse_beginning(self) -> None:
        """Raise Stopping if nothing is to be begun any more."""
        if self.process.tasks.are_ending:
            raise Stopping

    def notice_gap(self) -> None:
        """Count a gap, if the store has not answered for a while."""
        if self.process.elapsed() - self.seen_at > GAP:
            self.gaps += 1
            self.sees()

    def sees(self) -> None:
        """Hear that the store answers, or is about to be asked anew."""
        self.seen_at = self.process.elapsed()


@dataclass
class StepFence:
    """The fence of one Step of a ``run``: what another one of them has read is not what this one goes by.

    ``is_late``: a write was answered when the lease that had let it out was over.
    """

    run: RunFence
    is_late: bool = False
    _gaps_looked_at: int = 0
    _until: float = float("-inf")

    def needs_look(self) -> bool:
        """Return whether what the Step goes by must be read again before it runs."""
        self.run.notice_gap()
        return self.run.gaps > 0

    def looks(self) -> None:
        """Begin to read again, or to take what another Step has read since: that is what this one goes by."""
        self._gaps_looked_at = self.run.gaps

    async def permit(self) -> None:
        """Let a write out. Raises LeaseLost and OldSight; NotRecorded if the lease cannot be renewed."""
        self.run.refuse_beginning()
        process = self.run.process
        self._until = await self.run.hold()
        while process.elapsed() + process.lease.needed > self._until:
            await process.renew()
            self._until = await self.run.hold()
        self.run.notice_gap()
        if self.run.gaps > self._gaps_looked_at:
            raise OldSight

    def ended(self, *, wrote: bool, answered: bool) -> None:
        """Hear that a request is over."""
        self.run.notice_gap()
        self.is_late = self.is_late or (wrote and self.run.process.elapsed() > self._until)
        if answered:
            self.run.sees()
