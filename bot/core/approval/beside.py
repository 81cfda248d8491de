"""Another change that waits and touches the same things, as a card names it. Pure."""

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
