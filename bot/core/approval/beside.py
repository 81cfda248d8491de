"""Another change that waits and touches the same things, as a card names it. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.frozen_value import Value


class Beside(Value):
    """Its number, what it does, and where its card is, if that is known.

    ``runs_at``: it is approved, and waits for that time only; None: for a decision.
    """

    number: int
    headline: str
    url: str = ""
    runs_at: datetime | None = None


def names_same(drawn: Sequence[Beside], others: Sequence[Beside]) -> bool:
    """Return whether a card that was drawn with some names the others as they are; one without its link is named."""
    return [one.model_copy(update={"url": ""}) for one in drawn] == [
        one.model_copy(update={"url": ""}) for one in others
    ]
