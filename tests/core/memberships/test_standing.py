"""Whether somebody was in a segment, by what came before and after: every order of moves, sure ones and others."""

from datetime import timedelta

import pytest

from bot.core.audit.entries import RecordedEntry
from bot.core.memberships.moves import Beginning, Move
from bot.core.memberships.standing import Standing, Window, standing
from tests.core.samples import NOW, change

DAY = timedelta(days=1)
LOG = Beginning(NOW - 9 * DAY, 0)


def move(days: int, *, joined: bool = True, is_sure: bool = True) -> Move:
    """So many days ago."""
    return Move(NOW - days * DAY, RecordedEntry("step done"), change(), joined, is_sure)


def stood(
    *moves: Move, is_in_now: bool = True, days: int = 0, after: Move | None = None, log: Beginning = LOG
) -> Standing:
    return standing(moves, after, is_in_now=is_in_now, at=NOW - days * DAY, now=NOW, log=log)


@pytest.mark.parametrize("joined", [True, False])
@pytest.mark.parametrize("days", [0, 1])
def test_the_last_move_counts_where_all_agrees(joined: bool, days: int) -> None:
    last = move(2, joined=joined)
    moves = (last, move(3, joined=not joined))
    assert stood(*moves, is_in_now=joined, days=days) == Standing(joined, last)
    assert stood(*moves, days=days, after=move(0, joined=not joined)) == Standing(joined, last)


def test_who_is_out_and_was_never_moved_was_never_in() -> None:
    assert stood(is_in_now=False) == Standing(is_in=False)
    assert stood(is_in_now=False, days=9) == Standing(is_in=False)
    assert stood(days=3, after=move(1)) == Standing(is_in=False)


def test_nobody_can_tell_of_times_before_the_log() -> None:
    for is_in_now in (True, False):
        assert stood(is_in_now=is_in_now, days=10) == Standing(is_in=None)


@pytest.mark.parametrize("is_sure", [True, False])
def test_what_no_move_explains_was_done_by_another_hand(is_sure: bool) -> None:
    assert stood() == Standing(True, None, Window(None, NOW))
    assert stood(days=1) == Standing(None, None, Window(None, NOW))
    later = move(1, joined=False, is_sure=is_sure)
    assert stood(days=3, after=later) == Standing(None, None, Window(None, later.at))
    before = move(5)
    assert stood(before, is_in_now=False) == Standing(False, before, Window(before.at, NOW))
    assert stood(before, days=3, after=move(1)) == Standing(None, before, Window(before.at, NOW - DAY))


def test_an_unsure_move_counts_if_what_comes_later_agrees() -> None:
    unsure, sure = move(2, joined=False, is_sure=False), move(3)
    assert stood(unsure, sure, is_in_now=False) == Standing(False, unsure)
    assert stood(unsure, sure) == Standing(True, sure)
    assert stood(move(2, is_sure=False), is_in_now=False) == Standing(is_in=False)
