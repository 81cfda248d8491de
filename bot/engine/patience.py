"""How long people wait for the store."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """Seconds for which people wait for what is read from the store, before they are answered without it.

    ``home``: who opens a Home tab. ``rule``: who asks for a rule, until all orders are read; a form is answered within
    two. ``question``: who is asked what they meant, until it is known whether each of it can be done at all.
    """

    home: float = 0.5
    rule: float = 1.0
    question: float = 2.0


USUAL = Patience()
