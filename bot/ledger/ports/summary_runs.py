"""The runs of the daily summary: one for each local day, so that no day is posted twice."""

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot.core.summary.history import Snapshot
from bot.core.summary.summary_run import SummaryRun, SummaryState


class SummaryRuns(Protocol):
    """The runs of the summary. Each step is a compare-and-swap: None or False where another process moved the run."""

    async def load(self, day: date) -> SummaryRun | None:
        """Return this day's run; None where nobody tried yet."""

    async def open(self, day: date, *, at: datetime) -> SummaryRun | None:
        """Begin this day's summary, if nobody did. A ledger's first day is only marked, and recorded.

        None, and nothing is begun, for a day before that first one: a clock is wrong.
        """

    async def unattended(self, *, owner: str, now: datetime, pause: timedelta) -> tuple[SummaryRun, ...]:
        """Return the runs that are not settled, not postponed, and held by no other living process; oldest first.

        Those that ``owner`` holds are among them: it lost them on the way. No run is postponed for longer than
        ``pause``: where it looks so, a clock went back.
        """

    async def claim(self, run: SummaryRun, *, owner: str, now: datetime) -> SummaryRun | None:
        """Claim this run for ``owner``."""

    async def begin_posting(self, run: SummaryRun, snapshot: Snapshot) -> SummaryRun | None:
        """Mark the run as being posted, and save its snapshot. None: it must not be posted.

        So what is posted is what is kept, and there is history also of a day on which Slack was down.
        """

    async def postpone(self, run: SummaryRun, *, until: datetime) -> None:
        """Release this run, not to be tried again until then."""

    async def settle(
        self, run: SummaryRun, state: SummaryState, *, at: datetime, reason: str = "", channel: str = "", **detail: Any
    ) -> bool:
        """Record what became of this run. What another process settled as unsure may turn out to be posted."""

    async def mark_reported(self, run: SummaryRun) -> None:
        """Remember that approvers were told why this day's summary failed."""

    async def previous(self, day: date) -> SummaryRun | None:
        """Return the latest earlier run that ended as posted or failed."""
