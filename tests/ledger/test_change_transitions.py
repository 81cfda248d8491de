"""Whom a move of a change concerns."""

import pytest

from bot.core.approval.changes import State
from bot.ledger.change_transitions import concerns_everybody
from tests.core.samples import change


@pytest.mark.parametrize(
    ("before", "after", "everybody"),
    [
        (State.PLANNED, State.WAITING, True),
        (State.WAITING, State.APPROVED, True),
        (State.WAITING, State.WAITING, True),
        (State.RUNNING, State.DONE, True),
        (State.RUNNING, State.RUNNING, False),
        (State.APPROVED, State.RUNNING, False),
        (State.APPROVED, State.CANCELLED, False),
        (State.PLANNED, State.APPROVED, False),
    ],
)
def test_what_waited_or_ran_concerns_everybody(before: State, after: State, everybody: bool) -> None:
    assert concerns_everybody(before, change(state=after)) is everybody
