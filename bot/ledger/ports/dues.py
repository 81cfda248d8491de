"""The port to what the bot asked itself: what became of each slot of a covering change."""

from datetime import datetime
from typing import Protocol

from bot.core.approval.covering import DueRecord


class Dues(Protocol):
    """What became of the slots of covering changes: kept up where invocations are recorded and answered."""

    async def of(self, covered_by: int, slot: datetime) -> DueRecord | None:
        """Return what became of this slot; None if nobody asked yet. A change that never began is due again."""

    async def is_run_under_way(self, covered_by: int, segment_id: str) -> bool:
        """Return whether a covered run of a rule waits or runs for this segment, or is planned for this change.

        Nothing else keeps a rule from running: what waits for approval is planned again before it runs.
        """
