"""What stands between a caller and the store: it is asked for before each request that writes."""

from dataclasses import dataclass, field
from typing import Protocol

from bot.bigcommerce.errors import StoreError
from bot.bigcommerce.turns import Lane


class HeldBack(StoreError):
    """A write that its caller's fence did not let out: nothing of it was sent."""

    sentence = "This was not sent to the store."


class Fence(Protocol):
    """Decides whether a caller may write now, and hears what came of its requests."""

    async def permit(self) -> None:
        """Let a write out, last before its first byte. Raises HeldBack, or whatever else ends the caller's work."""

    def ended(self, *, wrote: bool, answered: bool) -> None:
        """Hear that a request is over; `wrote`: it was a write; `answered`: the store said what it did, or why not."""


class NoFence:
    """The fence of whoever may always write."""

    async def permit(self) -> None:
        """Let everything out."""

    def ended(self, *, wrote: bool, answered: bool) -> None:
        """Take no notice."""


@dataclass(frozen=True)
class Caller:
    """In whose name requests are sent: by their X-Correlation-Id, a UUID made of this, behind their fence."""

    correlation_id: str | None = None
    fence: Fence = field(default_factory=NoFence)
    lane: Lane = Lane.AWAITED
