"""Whether a shopper was in a segment at some time, and by what: as far as moves on record and the store tell. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from bot.core.memberships.moves import Beginning, Move


class Window(NamedTuple):
    """Between which times it was; ``since`` None: at any time before, too."""

    since: datetime | None
    until: datetime


class Standing(NamedTuple):
    """Whether a shopper is in (None: nobody can tell), and the last move on record that counts.

    ``hand``: when somebody must have moved them who left no trace in the log: nothing on record explains it.
    """

    is_in: bool | None
    by: Move | None = None
    hand: Window | None = None


def standing(
    moves: Sequence[Move], after: Move | None, *, is_in_now: bool, at: datetime, now: datetime, log: Beginning
) -> Standing:
    """Return where a shopper stood ``at`` that time, by the moves before it (newest first) and the first one ``after``.

    What comes later tells how it was before: who is put in was out. A move of which nobody knows whether it was carried
    out counts if what comes later agrees with it.
    """
    later_in, later_at = (not after.joined, after.at) if after else (is_in_now, now)
    by = next((one for one in moves if one.is_sure or one.joined == later_in), None)
    if by is None and at < log.at:
        return Standing(None)
    if later_in == (by is not None and by.joined):
        return Standing(later_in, by)
    return Standing(later_in if at >= now else None, by, Window(by.at if by else None, later_at))
