"""The sizes of segments day by day, and what the bot did meanwhile."""

from typing import Protocol

from bot.core.summary.history import HistoryReader, Snapshot


class History(HistoryReader, Protocol):
    """The history that summaries compare with."""

    async def save(self, snapshot: Snapshot) -> None:
        """Save this snapshot as that of its day."""
