"""Changes for a time of their own."""

from datetime import timedelta

import pytest

from bot.core.approval.changes import State
from bot.core.approval.due import LOOKS, Scheduled, expiry_of, looks_due
from tests.core.samples import NOW, change

HOUR = timedelta(hours=1)
DUE = NOW + 48 * HOUR


def test_approval_is_waited_for_no_longer_than_the_time_itself() -> None:
    assert expiry_of(NOW, 24 * HOUR, None) == NOW + 24 * HOUR
    assert expiry_of(NOW, 24 * HOUR, DUE) == NOW + 24 * HOUR
    assert expiry_of(NOW, 72 * HOUR, DUE) == DUE
    assert expiry_of(DUE, 24 * HOUR, DUE) == DUE + 24 * HOUR


@pytest.mark.parametrize("lead", LOOKS)
def test_the_store_is_looked_at_once_at_each_of_some_times_before(lead: timedelta) -> None:
    at = DUE - lead
    one = Scheduled(number=1, due_at=DUE, looked_at=at - timedelta(seconds=1))
    assert looks_due([one], at - timedelta(seconds=1)) == ()
    assert looks_due([one], at) == (1,)
    assert looks_due([one.model_copy(update={"looked_at": at})], at) == ()
    assert looks_due([one], DUE) == ()


def test_only_what_is_approved_is_scheduled_and_nothing_is_early_once_its_time_has_come() -> None:
    later = change(state=State.APPROVED, due_at=DUE)
    assert later.scheduled_for == DUE
    assert later.is_early(DUE - HOUR)
    assert not later.is_early(DUE)
    assert not change(state=State.APPROVED).is_early(NOW)
    assert change(state=State.APPROVED).scheduled_for is None
    assert change(state=State.WAITING, due_at=DUE).scheduled_for is None
