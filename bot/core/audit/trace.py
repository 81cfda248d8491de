"""What the log records of the words that were planned: the segments and shoppers that they resolved to."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Collects what words resolved to during one planning; the planner creates one and reads it afterwards.

    ``segments``: ids of the segments named, in order. ``customers``: ids by e-mail address (in lower case) of the
    customers looked up by address; ``customer_ids`` and ``profiles``: ids that the store knew. ``changes``: numbers of
    changes on record, where nothing else tells that they are.
    """

    segments: list[str] = field(default_factory=list)
    customers: dict[str, int] = field(default_factory=dict)
    customer_ids: set[int] = field(default_factory=set)
    profiles: set[str] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)

    def add_segments(self, ids: Iterable[str]) -> None:
        """Record that words resolved to these segments."""
        self.segments.extend(ids)


@dataclass(frozen=True)
class AuditTrace:
    """The request with confirmed words only, and the segments and shoppers that it named, as subjects."""

    recorded_text: str
    subjects: tuple[str, ...] = ()
