"""What entries say besides what happened."""

from datetime import timedelta

import pytest

from bot.core.approval.changes import Run, StepState
from bot.ledger.entry_builders import milliseconds, step_ran
from tests.core.samples import change


@pytest.mark.parametrize(("took", "told"), [(0, 0), (0.0009, 0), (0.007, 7), (3.0015, 3001), (-1, 0)])
def test_a_time_is_told_in_whole_milliseconds_and_never_below_none(took: float, told: int) -> None:
    assert milliseconds(timedelta(seconds=took)) == told


@pytest.mark.parametrize("state", StepState)
def test_what_became_of_a_step_is_its_entrys_kind_and_outcome(state: StepState) -> None:
    entry = step_ran(change(number=7), Run(position=2, state=state), {"kind": "x"}, ("segment:v",), 12)
    assert (entry.kind, entry.outcome, entry.change) == (f"step {state.value}", state.value, 7)
    assert (entry.detail["step"], entry.detail["kind"], entry.subjects, entry.ms) == (2, "x", ("segment:v",), 12)
