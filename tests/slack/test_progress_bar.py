"""The card of a long run: a bar, how many of all, how fast, how long still; and who stops it, or runs before it."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.approval.changes import Change, Run, State, StepState
from bot.slack.change_notices import describe_outcome
from tests.core.samples import NOW, add, change, plan
from tests.slack.test_card import texts
from tests.slack.test_card import words as spaced_words

LONG = plan(add(500), add(500), add(500), add(380))


def words(of: Change) -> str:
    return " ".join(spaced_words(of).split())


def running(done: int, **fields: Any) -> Change:
    runs = tuple(Run(position=at, state=StepState.DONE) for at in range(done))
    begun = Run(position=done, state=StepState.STARTED)
    return change(state=State.RUNNING, plan=LONG, runs=(*runs, begun), **fields)


def test_a_long_run_shows_a_bar_its_pace_and_the_time_left() -> None:
    told = words(running(2, per_second=21.6))
    assert told.startswith("*:arrow_forward: Running* Add 1,880 shoppers to VIPs ▰")
    assert f"{'▰' * 10}{'▱' * 10} 53%" in told
    assert "1,000 of 1,880 · 22 a second · about 40 seconds left" in told
    assert texts(running(2)) == ["Stop"]


@pytest.mark.parametrize(
    ("per_second", "left"),
    [(0.0, ""), (0.4, ""), (500.0, "about 10 seconds left"), (2.0, "about 16 minutes left"), (1.0, "31 minutes left")],
)
def test_the_time_left_is_told_roughly_and_only_if_it_is_known(per_second: float, left: str) -> None:
    told = words(running(0, per_second=per_second))
    assert "0% 0 of 1,880" in told
    assert left in told
    assert bool(left) is ("a second" in told)


def test_a_whole_bar_is_full() -> None:
    assert f"{'▰' * 20} 100% 1,880 of 1,880" in words(running(4))


def test_a_run_that_is_to_stop_says_so_and_has_no_button() -> None:
    stopping = running(2, stopped_by="UCLEO")
    assert "*Stopping after this batch* as <@UCLEO> asked" in words(stopping)
    assert texts(stopping) == []


@pytest.mark.parametrize(
    ("seconds", "words_"),
    [(0.2, "1 second"), (56.4, "56 seconds"), (130, "2 minutes"), (2.2 * 3600, "2 hours")],
)
def test_how_long_it_took_is_told_in_the_end(seconds: float, words_: str) -> None:
    ended = {"updated_at": NOW + timedelta(seconds=seconds), "started_at": NOW}
    assert words(running(4).model_copy(update={"state": State.DONE, **ended})).count(f" in {words_} ") == 1


def test_what_ran_in_one_batch_or_before_this_version_does_not_say_how_long_it_took() -> None:
    assert " in 1 second" not in words(change(state=State.DONE, plan=plan(add(500)), started_at=NOW))
    assert " in 1 second" not in words(change(state=State.DONE, plan=LONG))


def test_a_change_that_runs_behind_another_one_says_so() -> None:
    told = words(change(state=State.APPROVED, plan=LONG, behind=41))
    assert "*Approved, runs after change 41*, which changes the same segment" in told


def refused(position: int, left: int, **fields: Any) -> Run:
    items = LONG.steps[position].items[:left]
    told: dict[str, Any] = {
        "state": StepState.UNSURE,
        "error": "The store says no.",
        "left": items,
        "others_go_on": True,
    }
    return Run(position=position, **told | fields)


def test_a_change_whose_shoppers_were_refused_in_part_is_partly_done_and_tries_them_again() -> None:
    done = [Run(position=at, state=StepState.DONE, undo=(add(1),)) for at in range(3)]
    partly = change(state=State.FAILED, plan=LONG, runs=(*done, refused(3, 12)))
    told = words(partly)
    assert told.startswith(":warning: *Partly done*")
    assert ": 1,868 of 1,880 " in told
    assert "The store says no. Left: Add 12 shoppers to VIPs." in told
    assert texts(partly) == ["Try 12 Again", "Undo"]
    outcome = "Change 42 is partly done, 1,868 of 1,880: Add 1,880 shoppers to VIPs. Reason: The store says no."
    assert describe_outcome(partly) == outcome


@pytest.mark.parametrize(
    "run",
    [
        refused(0, 12, others_go_on=False),
        Run(position=0, state=StepState.FAILED, others_go_on=True),
        Run(position=0, state=StepState.STARTED),
    ],
)
def test_what_broke_off_or_did_nothing_has_failed(run: Run) -> None:
    failed = change(state=State.FAILED, plan=plan(add(500)), runs=(run,))
    assert "Partly done" not in words(failed)
    assert "Try Again" in texts(failed)
