"""What a person decides about a Change."""

from enum import StrEnum

from bot.core.frozen_value import Value
from bot.core.items import StoredItems


class Verdict(StrEnum):
    """The decisions that a person can make about a Change."""

    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    NARROW = "narrow"
    STOP = "stop"
    BREAK = "break glass"
    REVIEW = "review"
    KEEP = "keep"


CONSEQUENCES = {
    Verdict.APPROVE: "You approved change {number}.",
    Verdict.REJECT: "You rejected change {number}.",
    Verdict.WITHDRAW: "You withdrew change {number}.",
    Verdict.NARROW: "Change {number} covers only the rest now, and needs approval again.",
    Verdict.STOP: "Change {number} is stopping after this batch.",
    Verdict.BREAK: "Change {number} is running; everyone who can approve is told.",
    Verdict.REVIEW: "You reviewed change {number}.",
    Verdict.KEEP: "Whom change {number} added stay: nothing of it ends.",
}
"""The outcome for the Change, by verdict, as a sentence."""


class Decision(Value):
    """A person's decision about a Change.

    ``version`` is that of the card whose button was clicked; None where there was no card. ``items`` are to be taken
    out.
    """

    number: int
    verdict: Verdict
    version: int | None = None
    reason: str = ""
    items: StoredItems = ()

    @property
    def recorded_text(self) -> str:
        """The decision as the log records it: ``approve change 42``."""
        return f"{self.verdict.value} change {self.number}"
