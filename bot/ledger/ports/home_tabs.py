"""Home tabs: who opened theirs, and what it shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class HomeTab:
    """Somebody's Home tab: its latest ``revision``, the one that it shows (``drawn``), and what that is (``shown``)."""

    user: str
    revision: int
    drawn: int
    shown: str


class HomeTabs(Protocol):
    """The Home tabs of those who opened theirs. Moves of changes make those outdated that they concern."""

    async def mark_opened(self, user: str, *, at: datetime) -> None:
        """Remember that this person looks at their Home tab; it is outdated, whatever it shows."""

    async def outdated(self, *, since: datetime, now: datetime) -> tuple[str, ...]:
        """Return whose Home tab, opened since then, is outdated and rendered by nobody; the last one opened first."""

    async def claim(self, user: str, *, owner: str, now: datetime) -> HomeTab | None:
        """Claim this person's Home tab to render it; None where somebody holds it, or it is unknown."""

    async def release(self, user: str, *, owner: str) -> None:
        """Release this Home tab. What cannot be recorded now is released with the next renewal of the lease."""

    async def save(self, tab: HomeTab) -> None:
        """Save what this Home tab shows now, and which revision that is."""

    async def forget(self, user: str) -> None:
        """Forget this person, to whom nothing can be shown."""
