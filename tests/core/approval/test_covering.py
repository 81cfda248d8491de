"""What the bot asks itself is asked again with growing waits, and told once."""

from datetime import timedelta

import pytest

from bot.core.approval.covering import LONGEST_WAIT, PATIENCE, DueRecord, DueState
from bot.core.approval.need import Need, Requirement, for_reason
from tests.core.samples import NOW

MINUTE = timedelta(minutes=1)


def record(attempts: int = 1, state: DueState = DueState.AGAIN, told: str = "") -> DueRecord:
    return DueRecord(covered_by=1, slot=NOW, attempts=attempts, at=NOW, state=state, told=told)


@pytest.mark.parametrize(
    ("attempts", "wait"), [(1, MINUTE), (2, 2 * MINUTE), (5, 16 * MINUTE), (7, LONGEST_WAIT), (10**6, LONGEST_WAIT)]
)
def test_each_wait_is_twice_as_long_up_to_an_hour(attempts: int, wait: timedelta) -> None:
    one = record(attempts)
    assert not one.is_due_again(NOW)
    assert not one.is_due_again(NOW + wait - timedelta(seconds=1))
    assert one.is_due_again(NOW + wait)


def test_a_clock_that_was_set_back_holds_up_nothing() -> None:
    assert record().is_due_again(NOW - timedelta(seconds=1))


@pytest.mark.parametrize("state", [DueState.ASKED, DueState.OVER])
def test_what_is_under_way_or_over_is_not_asked_again(state: DueState) -> None:
    assert not record(state=state).is_due_again(NOW + timedelta(days=9))


@pytest.mark.parametrize(
    ("one", "reason", "passes", "is_told"),
    [
        (record(), "gone", False, True),
        (record(told="gone"), "gone", False, False),
        (record(told="gone"), "away", False, True),
        (record(told="It broke, reference 7F3A."), "It broke, reference 01BE.", False, False),
        (record(PATIENCE - 1), "away", True, False),
        (record(PATIENCE), "away", True, True),
        (record(PATIENCE, told="away"), "away", True, False),
    ],
)
def test_a_failure_is_told_once_and_what_may_pass_only_later(
    one: DueRecord, reason: str, passes: bool, is_told: bool
) -> None:
    assert one.is_to_tell(reason, passes=passes) is is_told


def test_a_reason_of_its_own_asks_for_one_approval_at_least() -> None:
    free = Need(approvals=0, why="needs no approval")
    assert for_reason(free, "it lapsed") == Need(approvals=1, why="needs 1 approval: it lapsed")
    two = Need(approvals=2, why="needs 2 approvals: moves many", requirements=(Requirement(approvals=2, why="many"),))
    assert for_reason(two, "it lapsed") == two.model_copy(
        update={"why": "needs 2 approvals: it lapsed, and moves many"}
    )
