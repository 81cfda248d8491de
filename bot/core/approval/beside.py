"""Another change that waits and touches the same things, as a card names it. Pure."""

from bot.core.frozen_value import Value


class Beside(Value):
    """Its number, what it does, and where its card is, if that is known."""

    number: int
    headline: str
    url: str = ""
