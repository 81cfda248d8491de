"""A Change as lists show it."""

from datetime import datetime

from bot.core.approval.changes import Change, State
from bot.core.approval.need import Approval, Need
from bot.core.frozen_value import Value
from bot.core.items import StoredItems


class Brief(Value):
    """A Change as lists show it: one line in place of its plan, which may hold 100,000 ids, and what it touches."""

    number: int
    state: State
    requester: str
    headline: str
    need: Need
    approvals: tuple[Approval, ...] = ()
    things: StoredItems = ()
    is_stopped: bool = False
    created_at: datetime
    expires_at: datetime
    due_at: datetime | None = None

    @classmethod
    def of(cls, change: Change) -> "Brief":
        """Summarize this Change."""
        same = {name: getattr(change, name) for name in cls.model_fields if name not in ("headline", "things")}
        return cls(headline=change.plan.headline, things=change.plan.things, **same)
