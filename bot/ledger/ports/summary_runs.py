"""The port to the runs of the daily summary: one per local day, so that no day is posted twice."""

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.core.summary.history import Snapshot
from bot.core.summary.summary_run import SummaryRun, SummaryState


class SummaryRuns(Protocol):
    """The runs of the summary. Each method is a compare-and-swap: None or False if another process moved the run."""

    async def load(self, day: date) -> SummaryRun | None:
        """Return this day's run; None if it was not tried yet."""

    async def open(self, day: date, *, at: datetime) -> SummaryRun:
        """Start this day's run, unless it exists. A ledger's first day is only marked and recorded.

        A day before the first one is the first from now on: a clock was ahead then, or is behind now. Once the days
        come that were first before, they are days like any other.
        """

    async def unattended(
        self, *, owner: str, now: datetime, pause: timedelta, judged_by: datetime
    ) -> tuple[SummaryRun, ...]:
        """Return the runs that are not settled, not postponed, and not held by another living process; oldest first.

        ``judged_by``: the time by which leases are judged.
        Runs that ``owner`` holds are included: it lost track of them. No run is postponed for longer than ``pause``: if
        it seems so, a clock went back.
        """

    async def claim(self, run: SummaryRun, *, owner: str, now: datetime) -> SummaryRun | None:
        """Claim this run for ``owner``."""

    async def begin_posting(self, run: SummaryRun, snapshot: Snapshot) -> SummaryRun | None:
        """Mark the run as being posted, and save its snapshot. None: it must not be posted.

        So exactly what is posted is kept, and there is history even of a day on which Slack was down.
        """

    async def postpone(self, run: SummaryRun, *, until: datetime) -> None:
        """Release this run, not to be tried again before this time."""

    async def settle(
        self, run: SummaryRun, state: SummaryState, *, at: datetime, reason: str = "", channel: str = "", **detail: Any
    ) -> bool:
        """Record the outcome of this run. One that another process settled as unsure may still become posted."""

    async def mark_reported(self, run: SummaryRun) -> None:
        """Record that approvers were notified why this day's summary failed."""

    async def previous(self, day: date) -> SummaryRun | None:
        """Return the latest earlier run that ended as posted or failed."""
