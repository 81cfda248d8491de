"""The port that commands read changes through."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from bot.core.approval.brief import Brief
from bot.core.approval.changes import Change
from bot.core.approval.due import End
from bot.core.audit.entries import RecordedEntry

Scope = Literal["mine", "pending", "all"]
SCOPE_WORDS: Mapping[str, Scope] = {
    **dict.fromkeys(("mine", "my", "me", "own"), "mine"),
    **dict.fromkeys(("pending", "waiting", "open"), "pending"),
    **dict.fromkeys(("all", "every", "each", "everything"), "all"),
}
"""What people say for them."""


def describe_untold(number: int) -> str:
    """Write that an emergency was not heard of by everyone yet."""
    return f"Change {number} ran without approval, and not everyone who can approve it could be told yet."


class ChangesReader(Protocol):
    """Read access to the changes."""

    async def load(self, number: int) -> Change:
        """Return one change in full. Raises UnknownChange."""

    async def count(self, scope: Scope, actor: str) -> int:
        """Return the number of changes in this scope."""

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        """Return the latest changes, newest first: those that ``actor`` requested, the open ones, or all."""

    async def to_come(self, limit: int) -> tuple[Brief, ...]:
        """Return the approved changes that run at a time of their own, the next one first."""

    async def since_first_to_end(self, segment_ids: Sequence[str]) -> tuple[int, ...]:
        """Return the changes that ran on a segment since the first whose additions are to end, as they began.

        None if nothing is to end there. ``segment_ids`` are all that it has had.
        """

    async def renewing(self) -> tuple[int, ...]:
        """Return the changes that ran and created profiles again, under new ids, which had been deleted."""

    async def missed_ends(
        self, segment_ids: Sequence[str], since: datetime, *, in_part: bool = False
    ) -> tuple[End, ...]:
        """Return the ends of additions that came since then and found nobody in a segment, since it was gone.

        They come once it is brought back. ``segment_ids`` are all that it has had. ``in_part``: also those that took
        out some, since only others were gone.
        """

    async def to_end(self, limit: int) -> tuple[tuple[Brief, datetime], ...]:
        """Return the changes whose additions are to end, each with its time, the next one first."""

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        """Return the latest changes that touch this segment, newest first."""

    async def maker_of(self, segment_id: str) -> str:
        """Return who alone had this segment created, by the sealed log; empty if it does not say.

        Empty, too, if its creation needed somebody's approval, or brought a deleted segment back.
        """

    async def is_as_sealed(self, entry: RecordedEntry) -> bool:
        """Return whether the tables have what a Step did as its entry sealed it; earlier versions sealed nothing."""

    async def untold(self) -> tuple[int, ...]:
        """Return the numbers of the changes of whose emergency not everyone who can approve was told yet."""
