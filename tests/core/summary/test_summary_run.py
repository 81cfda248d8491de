"""The life of a day's summary as a table: every move leads to where its states say."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.summary.summary_run import (
    BROKE_OFF,
    CATCH_UP,
    LATE,
    MOVES,
    PATIENCE,
    PAUSE,
    UNSETTLED,
    Postpone,
    Settle,
    SummaryRun,
    SummaryState,
    is_late,
    is_news,
    on_failure,
    on_pick_up,
    on_silence,
    origins,
)

TODAY = date(2027, 5, 4)
NINE = datetime(2027, 5, 4, 9, tzinfo=UTC)


def run(state: SummaryState = SummaryState.UNDER_WAY, *, reason: str = "", reported: bool = False) -> SummaryRun:
    return SummaryRun(TODAY, state, "me", NINE, reason, reported)


def test_every_unsettled_run_can_come_to_an_end() -> None:
    assert all(MOVES[state] - UNSETTLED for state in UNSETTLED)
    assert all(run(state).is_settled == (state not in UNSETTLED) for state in SummaryState)


def test_nothing_leads_back_to_a_run_that_is_posted_again() -> None:
    settled = set(SummaryState) - UNSETTLED
    assert not any(MOVES.get(state, frozenset()) & UNSETTLED for state in settled)


def test_only_what_is_being_posted_can_turn_out_to_be_posted() -> None:
    assert origins(run(SummaryState.POSTING), SummaryState.POSTED) == {SummaryState.POSTING, SummaryState.UNSURE}
    assert origins(run(SummaryState.UNDER_WAY), SummaryState.POSTED) == frozenset()


@pytest.mark.parametrize("state", sorted(MOVES[SummaryState.POSTING] - {SummaryState.POSTED}))
def test_what_another_process_took_for_unsure_stays_so_but_when_posted(state: SummaryState) -> None:
    assert origins(run(SummaryState.POSTING), state) == {SummaryState.POSTING}


def test_a_run_that_broke_off_while_posting_is_unsure() -> None:
    for late in (False, True):
        assert on_pick_up(run(SummaryState.POSTING), late=late) == Settle(SummaryState.UNSURE, BROKE_OFF)


def test_a_run_is_tried_unless_it_is_too_late() -> None:
    assert on_pick_up(run(), late=False) is None
    assert on_pick_up(run(), late=True) == Settle(SummaryState.SKIPPED, LATE)


def test_yesterdays_summary_and_one_of_long_ago_are_late() -> None:
    yesterday = TODAY - timedelta(days=1)
    assert not is_late(TODAY, due=TODAY, came=NINE, now=NINE + CATCH_UP)
    assert is_late(TODAY, due=TODAY, came=NINE, now=NINE + CATCH_UP + timedelta(seconds=1))
    assert is_late(yesterday, due=TODAY, came=NINE, now=NINE)


def test_a_failed_try_is_repeated_for_an_hour() -> None:
    last = NINE + PATIENCE - timedelta(seconds=1)
    assert on_failure(run(), "No.", now=last) == Postpone(last + PAUSE)
    assert on_failure(run(), "No.", now=NINE + PATIENCE) == Settle(SummaryState.FAILED, "No.")


def test_silence_leaves_a_run_unsure() -> None:
    reason = "Slack did not answer (no answer), so it may or may not be in the channel."
    assert on_silence("no answer") == Settle(SummaryState.UNSURE, reason)


@pytest.mark.parametrize(
    ("previous", "news"),
    [
        (None, True),
        (run(SummaryState.POSTED), True),
        (run(SummaryState.FAILED, reason="No.", reported=False), True),
        (run(SummaryState.FAILED, reason="No.", reported=True), False),
        (run(SummaryState.FAILED, reason="Never.", reported=True), True),
    ],
    ids=["first", "posted before", "no one heard", "known", "another reason"],
)
def test_approvers_are_told_a_reason_once(previous: SummaryRun | None, news: bool) -> None:
    assert is_news("No.", previous) is news


def test_every_decision_is_a_move_of_the_table() -> None:
    assert SummaryState.UNSURE in MOVES[SummaryState.POSTING]
    assert SummaryState.SKIPPED in MOVES[SummaryState.UNDER_WAY]
    for state in UNSETTLED:
        assert {SummaryState.UNDER_WAY, SummaryState.FAILED} <= MOVES[state]
