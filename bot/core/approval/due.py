"""Changes that run or end at a time of their own: how long approval is waited for, when the store is read. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.frozen_value import Value

END = "change end"
"""The command that takes out again whom an addition put in until a time."""
LOOKS = (timedelta(hours=24), timedelta(hours=2), timedelta(minutes=15))
"""How long before its time an approved change is planned again, so that people can decide about what differs."""


class Scheduled(Value):
    """An approved change that is to run at a time of its own; ``looked_at``: when its plan was last compared."""

    number: int
    due_at: datetime
    looked_at: datetime


class End(Value):
    """A change whose additions are to be taken out again at a time."""

    number: int
    at: datetime


def expiry_of(now: datetime, approval_time: timedelta, due_at: datetime | None) -> datetime:
    """Return until when approval is waited for: not beyond the time at which the change is to run."""
    usual = now + approval_time
    return min(usual, due_at) if due_at and due_at > now else usual


def looks_due(scheduled: Iterable[Scheduled], now: datetime) -> tuple[int, ...]:
    """Return the numbers of those whose plan has to be compared with the store now, before their time."""
    return tuple(one.number for one in scheduled if any(_is_due(one, one.due_at - lead, now) for lead in LOOKS))


def _is_due(one: Scheduled, look_at: datetime, now: datetime) -> bool:
    return one.looked_at < look_at <= now < one.due_at
