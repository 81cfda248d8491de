"""What the log says of the words that were planned: which segments and shoppers they turned out to name."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Findings:
    """Collects, during one planning, what the store says about words: whoever plans makes one, and reads it out.

    ``segments``: ids of the segments that were named, in that order. ``customers``: ids by e-mail address, in lower
    case, of those who were looked up by address.
    """

    segments: list[str] = field(default_factory=list)
    customers: dict[str, int] = field(default_factory=dict)

    def add_segments(self, ids: Iterable[str]) -> None:
        """Note that words name these segments."""
        self.segments.extend(ids)


@dataclass(frozen=True)
class AuditTrace:
    """What was said, with ids in the place of addresses; and the segments and shoppers that it named, as subjects."""

    said: str
    subjects: tuple[str, ...] = ()
