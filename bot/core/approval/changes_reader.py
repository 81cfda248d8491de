"""The port that commands read changes through."""

from typing import Literal, Protocol

from bot.core.approval.changes import Brief, Change

Scope = Literal["mine", "pending", "all"]


class ChangesReader(Protocol):
    """The changes on record, to read."""

    async def load(self, number: int) -> Change:
        """Return one change, whole. Raises UnknownChange."""

    async def count(self, scope: Scope, actor: str) -> int:
        """Return how many changes there are."""

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        """Return the latest changes, newest first: those that ``actor`` requested, those that are open, or all."""

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        """Return the latest changes that touch this segment, newest first."""
