"""What one person sees on their Home tab, as a value."""

import hashlib

from bot.core.answers import Chart
from bot.core.approval.changes import Brief
from bot.core.value import Value


class Sized(Value):
    """A segment's name, its shoppers, and how many promotions use it; None: they cannot be read."""

    name: str
    shoppers: int
    promotions: int | None


class StoreOverview(Value):
    """The segments at a glance: how many, the store's shoppers in all, the largest segments and the largest movers.

    ``movers``: None where none moved since the last snapshot, or there is none.
    ``fault``: why the store could not be read; then there is nothing else.
    """

    segments: int = 0
    shoppers: int = 0
    largest: tuple[Sized, ...] = ()
    movers: Chart | None = None
    fault: str = ""


class Home(Value):
    """One person's Home tab. ``refusal``: why they may not use the bot; then there is nothing else.

    ``waiting`` Changes wait for this person, ``waits`` being those that expire first; ``doubt``: why that is not known.
    ``mine`` are those that they asked for. ``overview``: None while the store is being asked.
    """

    refusal: str = ""
    doubt: str = ""
    waiting: int = 0
    waits: tuple[Brief, ...] = ()
    mine: tuple[Brief, ...] = ()
    overview: StoreOverview | None = None

    @property
    def digest(self) -> str:
        """The tab's SHA-256 (hex): two tabs with one digest look the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
