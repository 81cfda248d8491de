"""Changes that an approved change covers: they go without a click, at the time that was approved with it. Pure."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.frozen_value import Value

LONGEST_WAIT = timedelta(hours=1)
"""The longest wait before what could not be asked for at its time is asked for again."""
PATIENCE = 4
"""Attempts that fail for a reason that may pass before somebody is told."""
_REFERENCE = re.compile("reference [0-9A-F]+")


class Covered(Value):
    """Which change covers another one, and the time (``slot``) that it is for.

    ``lapse``: why it does not cover it after all, to end "needs 1 approval: …"; empty while it does. What lapsed once
    waits for people: that time passes is no approval.
    """

    change: int
    slot: datetime
    lapse: str = ""


class DueState(StrEnum):
    """What became of the latest attempt at a slot."""

    ASKED = "asked"
    AGAIN = "again"  # it failed for a reason that may pass
    OVER = "over"


class DueRecord(Value):
    """What the ledger has of a slot of a covering change: how often it was attempted, and what became of it.

    ``change``: the one that came of it. ``told``: the reason that its owner was told last; empty once it succeeded.
    """

    covered_by: int
    slot: datetime
    attempts: int
    at: datetime
    state: DueState
    told: str = ""
    change: int | None = None

    def is_due_again(self, now: datetime) -> bool:
        """Return whether another attempt is due: each wait is twice as long; none, where the clock was set back."""
        wait = min(timedelta(minutes=2 ** min(self.attempts - 1, 10)), LONGEST_WAIT)
        return self.state is DueState.AGAIN and not timedelta(0) <= now - self.at < wait

    def is_to_tell(self, reason: str, *, passes: bool) -> bool:
        """Return whether its owner is to be told of this failure: not twice of one reason, nor if it may pass soon.

        Each error that nobody foresaw has a reference of its own: that alone is no other reason.
        """
        before, now = (_REFERENCE.sub("", one) for one in (self.told, reason))
        return now != before and (not passes or self.attempts >= PATIENCE)
