"""What the log records of the words that were planned: the segments and shoppers that they resolved to."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Collects what words resolved to during one planning; the planner creates one and reads it afterwards.

    ``segments``: ids of the segments named, in order. ``customers``: ids by e-mail address (in lower case) of the
    customers looked up by address.
    """

    segments: list[str] = field(default_factory=list)
    customers: dict[str, int] = field(default_factory=dict)

    def add_segments(self, ids: Iterable[str]) -> None:
        """Record that words resolved to these segments."""
        self.segments.extend(ids)


@dataclass(frozen=True)
class AuditTrace:
    """The request with ids in place of addresses, and the segments and shoppers that it named, as subjects."""

    recorded_text: str
    subjects: tuple[str, ...] = ()
