"""How far a change is: which is long, and what its steps did and left."""

import pytest

from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.approval.run_progress import failed_runs, is_long, is_partly_done, shoppers_done, shoppers_left
from bot.core.planning.steps import BATCH
from tests.core.samples import add, change, plan

DONE, FAILED, UNSURE, STARTED = (
    Run(position=at, state=state, others_go_on=True)
    for at, state in enumerate((StepState.DONE, StepState.FAILED, StepState.UNSURE, StepState.STARTED))
)


def of_three(*runs: Run, state: State = State.FAILED) -> Change:
    return change(plan=plan(add(1), add(2), add(3)), runs=runs, state=state)


def test_more_than_one_batch_is_long() -> None:
    assert [is_long(change(plan=plan(*steps))) for steps in ((add(BATCH),), (add(BATCH), add(1)))] == [False, True]


def test_what_is_done_and_left_is_counted_in_shoppers() -> None:
    found = of_three(DONE, FAILED, UNSURE)
    assert (shoppers_done(found), shoppers_left(found)) == (1, 5)
    assert failed_runs(found) == (FAILED, UNSURE)
    assert (shoppers_done(of_three(STARTED)), shoppers_left(of_three())) == (0, 6)


@pytest.mark.parametrize(
    ("found", "partly"),
    [
        (of_three(DONE, FAILED, DONE.model_copy(update={"position": 2})), True),
        (of_three(DONE, FAILED, UNSURE), True),
        (of_three(DONE, FAILED), False),  # the last one was not tried
        (of_three(DONE, FAILED, UNSURE, state=State.RUNNING), False),
        (of_three(DONE, FAILED, UNSURE.model_copy(update={"others_go_on": False})), False),
        (of_three(FAILED.model_copy(update={"position": 0}), FAILED), False),
        (of_three(DONE), False),
    ],
)
def test_a_change_that_failed_only_for_some_is_partly_done(found: Change, partly: bool) -> None:
    assert is_partly_done(found) is partly
