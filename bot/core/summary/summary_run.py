"""The state machine of a day's summary: its states, the moves between them, and the next move. Pure.

A run is marked as POSTING just before its summary is sent. If the process dies at that moment, or Slack never responds,
nobody can know whether it was posted: it becomes UNSURE and is not posted again; a person who does not find it in the
channel posts it with ``/summary post``. Slack's responses are believed: after a refusal, a 429 or a 500 it is retried.
(Slack's documentation warns that a 500 may have had effects all the same; the small chance of a second summary is
accepted, since otherwise each bad minute of Slack's would cost a morning's summary.)
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

CATCH_UP = timedelta(hours=6)
"""A summary is skipped if no process could run it for longer than this: nobody would take it for this morning's."""
PATIENCE = timedelta(hours=1)
"""How long it is retried after the first try, if the store or Slack is down temporarily."""
PAUSE = timedelta(minutes=1)
"""The pause between two tries."""
LATE = "No bot was running to post it within six hours of its time."
RESTORED = "A backup of the ledger was restored after its time, so it may be in the channel already."
BROKE_OFF = "The bot stopped while posting it, so it may or may not be in the channel."


class SummaryState(StrEnum):
    """The states of a day's summary."""

    BEGUN = "begun"  # the very first day, whose time may have passed already
    UNDER_WAY = "under way"
    POSTING = "posting"  # from now on no other process can know whether it was sent
    POSTED = "posted"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNSURE = "unsure"  # its process died while posting, or Slack never responded


MOVES: dict[SummaryState, frozenset[SummaryState]] = {
    SummaryState.UNDER_WAY: frozenset(
        {SummaryState.POSTING, SummaryState.UNDER_WAY, SummaryState.SKIPPED, SummaryState.FAILED}
    ),
    SummaryState.POSTING: frozenset(
        {SummaryState.POSTED, SummaryState.UNDER_WAY, SummaryState.UNSURE, SummaryState.FAILED}
    ),
    # A run that another process took for unsure, while Slack was slow, may turn out to be posted.
    SummaryState.UNSURE: frozenset({SummaryState.POSTED}),
}
"""The state machine of a run. UNDER_WAY again means: postponed."""
UNSETTLED = frozenset({SummaryState.UNDER_WAY, SummaryState.POSTING})


@dataclass(frozen=True)
class SummaryRun:
    """A local day's summary: its state, its owner, when it was first tried (UTC), and why it ended.

    ``reported``: approvers have been notified of that reason.
    """

    day: date
    state: SummaryState
    owner: str
    first_at: datetime
    reason: str = ""
    reported: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.state not in UNSETTLED


@dataclass(frozen=True)
class Settle:
    """Settle the run in this state."""

    state: SummaryState
    reason: str = ""


@dataclass(frozen=True)
class Postpone:
    """Try the run again, not before this time."""

    until: datetime


def origins(run: SummaryRun, state: SummaryState) -> frozenset[SummaryState]:
    """Return the states from which a run that was loaded as ``run`` may move to ``state``."""
    late = {SummaryState.UNSURE} if run.state is SummaryState.POSTING and state is SummaryState.POSTED else set()
    return frozenset(one for one in {run.state, *late} if state in MOVES.get(one, ()))


def is_late(day: date, *, due: date, came: datetime, now: datetime) -> bool:
    """Return whether this day's summary comes too late: another one is ``due`` since ``came``, or it is too old."""
    return day < due or now - came > CATCH_UP


def on_pick_up(run: SummaryRun, *, late: bool, restored: bool = False) -> Settle | None:
    """Return how a run that has no owner ends at once; None if it is to be tried.

    ``restored``: the ledger was restored since this summary was due, so another ledger may know that it was posted.
    """
    if run.state is SummaryState.POSTING:
        return Settle(SummaryState.UNSURE, BROKE_OFF)
    if restored:
        return Settle(SummaryState.SKIPPED, RESTORED)
    return Settle(SummaryState.SKIPPED, LATE) if late else None


def on_failure(run: SummaryRun, reason: str, *, now: datetime) -> Postpone | Settle:
    """Return what follows a temporary failure: another try in a minute, and none after an hour."""
    if now - run.first_at < PATIENCE:
        return Postpone(now + PAUSE)
    return Settle(SummaryState.FAILED, reason)


def on_silence(code: str) -> Settle:
    """Return what follows if Slack never responded (``code``: what was seen instead)."""
    return Settle(SummaryState.UNSURE, f"Slack did not answer ({code}), so it may or may not be in the channel.")


def is_news(reason: str, previous: SummaryRun | None) -> bool:
    """Return whether approvers have to be notified why there is no summary: once, and not again every morning."""
    return previous is None or not previous.reported or previous.reason != reason
