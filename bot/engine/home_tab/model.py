"""The model of a person's Home tab."""

import hashlib

from bot.core.answers import Chart
from bot.core.approval.brief import Brief
from bot.core.frozen_value import Value
from bot.core.store_view.orphaned_promotions import Orphan


class SegmentSize(Value):
    """A segment's name, its size, and the number of promotions that use it (None: they cannot be read)."""

    name: str
    shoppers: int
    promotions: int | None


class StoreOverview(Value):
    """The segments at a glance: their number, the number of memberships, the largest segments and the largest movers.

    ``movers`` is None if none moved since the last snapshot, or there is no snapshot. ``orphans`` are promotions that
    name a segment which is gone. ``fault`` is why the store could not be read; then all else is empty.
    """

    segments: int = 0
    memberships: int = 0
    largest: tuple[SegmentSize, ...] = ()
    movers: Chart | None = None
    orphans: tuple[Orphan, ...] = ()
    fault: str = ""


class Home(Value):
    """One person's Home tab. ``refusal``: why they may not use the bot; then all else is empty.

    ``waiting`` is the number of Changes that wait for this person, ``waits`` those that expire first, and
    ``others`` the next ones; ``doubt``: why that is unknown. ``mine`` are those that they requested. ``untold`` are
    the numbers of Changes of whose emergency not everyone was told. ``overview`` is None while it is being fetched.
    """

    refusal: str = ""
    doubt: str = ""
    waiting: int = 0
    waits: tuple[Brief, ...] = ()
    others: tuple[Brief, ...] = ()
    mine: tuple[Brief, ...] = ()
    untold: tuple[int, ...] = ()
    overview: StoreOverview | None = None

    @property
    def digest(self) -> str:
        """The tab's SHA-256 (hex): tabs with equal digests look the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()
