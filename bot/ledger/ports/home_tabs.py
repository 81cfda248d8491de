"""The port to the Home tabs: who opened theirs, and what it shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class HomeTab:
    """One person's Home tab: its latest ``revision``, the published one (``drawn``), and its digest (``shown``)."""

    user: str
    revision: int
    drawn: int
    shown: str


class HomeTabs(Protocol):
    """The Home tabs of those who opened theirs. A move of a change makes the tabs that it concerns outdated."""

    async def mark_opened(self, user: str, *, at: datetime) -> None:
        """Record that this person opened their Home tab; it is outdated, whatever it shows."""

    async def outdated(self, *, since: datetime, now: datetime) -> tuple[str, ...]:
        """Return whose Home tab, opened since then, is outdated and not claimed; the most recently opened first."""

    async def claim(self, user: str, *, owner: str, now: datetime) -> HomeTab | None:
        """Claim this person's Home tab to publish it; None if it is claimed already or unknown."""

    async def release(self, user: str, *, owner: str) -> None:
        """Release this Home tab. If that cannot be recorded now, it is released with the next renewal of the lease."""

    async def save(self, tab: HomeTab) -> None:
        """Save what this Home tab shows, and its revision."""

    async def forget(self, user: str) -> None:
        """Delete this person, to whom nothing can be shown."""
