"""Whether this process should be sent what people type and click."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.engine.process import Process

MISSED = 3
"""Renewals of the lease in a row that may fail before the ledger counts as one that cannot be written."""
STARTING = "Slack did not say hello yet, or was not heard for 40 seconds."
UNWRITTEN = "The ledger could not be written for the last {:g} seconds."
DRAINING = "The bot is stopping."


def _not_yet() -> bool:
    return False


@dataclass
class Readiness:
    """Whether a process is ready. ``reached``: returns whether Slack reaches it.

    Nothing is tried when somebody asks: the lease, which is renewed every two seconds, says when the ledger was last
    written.
    """

    process: Process
    reached: Callable[[], bool] = _not_yet
    is_draining: bool = False

    def faults(self) -> list[str]:
        """Return why it is not ready, in sentences; none if it is."""
        faults = {DRAINING: self.is_draining, STARTING: not self.reached(), self._unwritten(): not self._is_recording()}
        return [sentence for sentence, holds in faults.items() if holds]

    @property
    def _patience(self) -> float:
        return MISSED * self.process.lease.heartbeat.total_seconds()

    def _is_recording(self) -> bool:
        lease = self.process.heartbeat
        renewed = lease.until - lease.lease.lasts.total_seconds()
        return self.process.elapsed() - renewed < self._patience

    def _unwritten(self) -> str:
        return UNWRITTEN.format(self._patience)
