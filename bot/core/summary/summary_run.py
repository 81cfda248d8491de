"""The run of a day's summary: its states, the moves between them, and which move is next. Pure.

A run is marked as POSTING just before its summary is sent. If the process dies in that very moment, or Slack never
answers, nobody can know whether it was posted: then it is UNSURE, it is not posted again, and a person who does not
find it in the channel has it posted by ``/summary post``. What Slack answered is believed: after its no, a 429 or a 500
it is tried again. (Of a 500 Slack says that something may have happened all the same; that one chance in many of a
second summary is taken, for otherwise each bad minute of Slack's would cost a morning's.)
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

CATCH_UP = timedelta(hours=6)
"""A summary that no process could see to for longer than this is skipped: nobody would take it for this morning's."""
PATIENCE = timedelta(hours=1)
"""For so long after the first try it is tried again, where the store or Slack is down for the moment."""
PAUSE = timedelta(minutes=1)
"""Between two tries."""
LATE = "No bot was running to post it within six hours of its time."
BROKE_OFF = "The bot stopped while posting it, so it may or may not be in the channel."


class SummaryState(StrEnum):
    """What became of a day's summary."""

    BEGUN = "begun"  # the first day of all, whose time may have passed already
    UNDER_WAY = "under way"
    POSTING = "posting"  # from now on nobody else can know whether it was sent
    POSTED = "posted"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNSURE = "unsure"  # its process died while posting, or Slack never answered


MOVES: dict[SummaryState, frozenset[SummaryState]] = {
    SummaryState.UNDER_WAY: frozenset(
        {SummaryState.POSTING, SummaryState.UNDER_WAY, SummaryState.SKIPPED, SummaryState.FAILED}
    ),
    SummaryState.POSTING: frozenset(
        {SummaryState.POSTED, SummaryState.UNDER_WAY, SummaryState.UNSURE, SummaryState.FAILED}
    ),
    # One that another process took for unsure, while Slack took its time, may turn out to be posted.
    SummaryState.UNSURE: frozenset({SummaryState.POSTED}),
}
"""The whole life of a run. UNDER_WAY again means: postponed."""
UNSETTLED = frozenset({SummaryState.UNDER_WAY, SummaryState.POSTING})


@dataclass(frozen=True)
class SummaryRun:
    """A local day's summary: its state, who holds it, when it was first tried (UTC), and why it ended as it did.

    ``reported``: approvers were told that reason.
    """

    day: date
    state: SummaryState
    owner: str
    first_at: datetime
    reason: str = ""
    reported: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is done about it."""
        return self.state not in UNSETTLED


@dataclass(frozen=True)
class Settle:
    """Settle the run in this state."""

    state: SummaryState
    reason: str = ""


@dataclass(frozen=True)
class Postpone:
    """Try the run again, not before then."""

    until: datetime


def origins(run: SummaryRun, state: SummaryState) -> frozenset[SummaryState]:
    """Return the states from which a run that was loaded as this one may move to ``state``."""
    late = {SummaryState.UNSURE} if run.state is SummaryState.POSTING and state is SummaryState.POSTED else set()
    return frozenset(one for one in {run.state, *late} if state in MOVES.get(one, ()))


def is_late(day: date, *, due: date, came: datetime, now: datetime) -> bool:
    """Return whether this day's summary comes too late: the one that is ``due`` since ``came`` is another, or old."""
    return day < due or now - came > CATCH_UP


def on_pick_up(run: SummaryRun, *, late: bool) -> Settle | None:
    """Return how a run that nobody has in hand ends at once; None where it is to be tried."""
    if run.state is SummaryState.POSTING:
        return Settle(SummaryState.UNSURE, BROKE_OFF)
    return Settle(SummaryState.SKIPPED, LATE) if late else None


def on_failure(run: SummaryRun, reason: str, *, now: datetime) -> Postpone | Settle:
    """Return what follows a try that failed for the moment: another one in a minute, and after an hour none."""
    if now - run.first_at < PATIENCE:
        return Postpone(now + PAUSE)
    return Settle(SummaryState.FAILED, reason)


def on_silence(code: str) -> Settle:
    """Return what follows where Slack never answered (``code``: what was seen instead)."""
    return Settle(SummaryState.UNSURE, f"Slack did not answer ({code}), so it may or may not be in the channel.")


def is_news(reason: str, previous: SummaryRun | None) -> bool:
    """Return whether approvers have to be told why there is no summary: once, and not every morning anew."""
    return previous is None or not previous.reported or previous.reason != reason
