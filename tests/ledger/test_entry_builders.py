"""What entries say besides what happened."""

from datetime import timedelta

import pytest

from bot.core.approval.changes import Run, State, StepState
from bot.core.audit.entries import EntryKind
from bot.ledger.entry_builders import milliseconds, moved, step_ran
from tests.core.samples import change


@pytest.mark.parametrize(("took", "told"), [(0, 0), (0.0009, 0), (0.007, 7), (3.0015, 3001), (-1, 0)])
def test_a_time_is_told_in_whole_milliseconds_and_never_below_none(took: float, told: int) -> None:
    assert milliseconds(timedelta(seconds=took)) == told


@pytest.mark.parametrize("state", StepState)
def test_what_became_of_a_step_is_its_entrys_kind_and_outcome(state: StepState) -> None:
    entry = step_ran(change(number=7), Run(position=2, state=state), {"kind": "x"}, ("segment:v",), 12)
    assert (entry.kind, entry.outcome, entry.change) == (f"step {state.value}", state.value, 7)
    assert (entry.detail["step"], entry.detail["kind"], entry.subjects, entry.ms) == (2, "x", ("segment:v",), 12)


def test_what_became_of_a_change_is_its_entrys_outcome_and_says_how_long_it_took() -> None:
    for took, ms in ((timedelta(milliseconds=7), 7), (None, None)):
        entry = moved(EntryKind.APPROVE, change(state=State.APPROVED), "UBEN", {"version": 1}, took)
        assert (entry.kind, entry.actor, entry.outcome, entry.ms) == ("approve", "UBEN", "approved", ms)
        assert entry.detail["version"] == 1
