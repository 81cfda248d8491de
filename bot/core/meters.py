"""What a process counts while it works, for whoever watches it. Labels are of closed sets: no names, no addresses."""

from typing import Literal, Protocol

Service = Literal["store", "slack"]
"""Whom a request was for."""
Outcome = Literal["ok", "refused", "limited", "failed", "unanswered"]
"""What became of a request: done, rejected for what it asks, too early, an error of theirs, or no response."""


class Meters(Protocol):
    """Counts what happens."""

    def acknowledged(self, kind: str, seconds: float) -> None:
        """Count a delivery of Slack's that was acknowledged after so long."""

    def requested(self, service: Service, outcome: Outcome) -> None:
        """Count a request to somebody else."""

    def lost_run(self) -> None:
        """Count a run that went on in another process, since this one's lease was over."""


class NoMeters:
    """Counts nothing: nobody watches."""

    def acknowledged(self, kind: str, seconds: float) -> None:
        """Forget it."""

    def requested(self, service: Service, outcome: Outcome) -> None:
        """Forget it."""

    def lost_run(self) -> None:
        """Forget it."""


NO_METERS = NoMeters()
