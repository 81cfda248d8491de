"""The port to the history: segment sizes by day, and the bot's effects."""

from typing import Protocol

from bot.core.summary.history import HistoryReader, Snapshot


class History(HistoryReader, Protocol):
    """The history that summaries compare with."""

    async def save(self, snapshot: Snapshot) -> None:
        """Save this snapshot as its day's."""
