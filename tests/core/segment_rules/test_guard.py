"""What the runs of a rule may move without asking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.guard import Difference, Guard
from bot.core.segment_rules.rule import NeverOrdered
from bot.core.segment_rules.schedule import ByHand
from tests.laws.values import LAW

GUARD, NONE = Guard(), Difference()
FEW = st.integers(0, 60)


@pytest.mark.parametrize(
    ("size", "is_live", "limit"),
    [
        *((0, False, 0), (9, False, 0), (52, False, 5), (500, False, 50), (501, False, 50), (60_000, False, 50)),
        *((52, True, 5), (250, True, 25), (260, True, 25), (60_000, True, 25)),
    ],
)
def test_a_tenth_may_move_and_at_most_fifty_or_for_a_live_promotion_25(size: int, is_live: bool, limit: int) -> None:
    assert GUARD.limit(size, is_live=is_live) == limit
    assert not GUARD.exceeded(Difference(limit, 0), NONE, size=size, is_live=is_live)
    assert GUARD.exceeded(Difference(limit + 1, 0), NONE, size=size, is_live=is_live)
    assert GUARD.exceeded(Difference(0, limit + 1), NONE, size=size, is_live=is_live)


@pytest.mark.parametrize(
    ("run", "before", "size", "is_live", "why"),
    [
        (Difference(4, 19), NONE, 52, False, ["5 may leave in 24 hours without asking (10% of 52)"]),
        (
            Difference(4, 2),
            Difference(3, 2),
            52,
            False,
            ["5 may join in 24 hours without asking (10% of 52), and 3 joined already"],
        ),
        (Difference(51), NONE, 900, False, ["50 may join in 24 hours without asking (the most for any segment)"]),
        (
            Difference(1_000, 26),
            Difference(0, 1_200),
            900,
            True,
            [
                "25 may join in 24 hours without asking (a live promotion uses it)",
                "25 may leave in 24 hours without asking (a live promotion uses it), and 1,200 left already",
            ],
        ),
        (
            Difference(0, 3),
            NONE,
            3,
            False,
            [
                "0 may leave in 24 hours without asking (10% of 3)",
                "a rule never empties its segment without asking",
            ],
        ),
        (Difference(5, 5), Difference(0, 0), 52, False, []),
        (NONE, Difference(80, 80), 52, False, []),
    ],
)
def test_a_run_beyond_a_limit_says_which(
    run: Difference, before: Difference, size: int, is_live: bool, why: list[str]
) -> None:
    assert [*GUARD.exceeded(run, before, size=size, is_live=is_live)] == why


@pytest.mark.parametrize(
    ("size", "limit"), [(0, 0), (9, 0), (10, 1), (99, 9), (100, 10), (495, 49), (500, 50), (999, 50)]
)
def test_a_tenth_may_move_and_no_part_of_one(size: int, limit: int) -> None:
    assert Guard().limit(size, is_live=False) == limit


def test_whatever_was_approved_a_segment_is_never_emptied_unasked() -> None:
    anything = Guard(percent=100, most=10**6, most_live=10**6)
    assert not anything.exceeded(Difference(0, 51), NONE, size=52, is_live=True)
    assert anything.exceeded(Difference(0, 52), NONE, size=52, is_live=True)
    assert len(anything.exceeded(Difference(2, 54), NONE, size=52, is_live=True)) == 2
    assert len(anything.exceeded(Difference(2, 53), NONE, size=52, is_live=True)) == 1


@LAW
@given(st.lists(st.builds(Difference, FEW, FEW), max_size=24), st.integers(0, 600), st.booleans())
def test_a_day_of_runs_without_asking_never_moves_more_than_the_largest_limit(
    runs: list[Difference], size: int, is_live: bool
) -> None:
    joins = leaves = largest = 0
    for run in runs:
        if not GUARD.exceeded(run, Difference(joins, leaves), size=size, is_live=is_live):
            largest = max(largest, GUARD.limit(size, is_live=is_live))
            joins, leaves, size = joins + run.joins, leaves + run.leaves, size + run.joins - run.leaves
    assert max(joins, leaves) <= largest <= (25 if is_live else 50)


@LAW
@given(st.integers(1, 10**6), st.booleans(), st.integers(0, 10**6))
def test_a_fall_of_30_percent_always_asks(size: int, is_live: bool, joins: int) -> None:
    assert GUARD.exceeded(Difference(joins, -(-size * 3 // 10)), NONE, size=size, is_live=is_live)


def test_what_was_approved_is_told() -> None:
    assert str(Difference(12, 3)) == "+12 −3"
    assert str(Difference(1_200, 0)) == "+1,200 −0"
    assert GUARD.describe() == (
        "when more than 10% (at most 50) would join or leave in a day, or 25 where a live promotion uses it"
    )


def test_what_was_stored_before_rules_had_schedules_runs_by_hand() -> None:
    stored = '{"rule": {"kind": "never_ordered"}, "words": "never ordered"}'
    assert Followed.model_validate_json(stored) == Followed(rule=NeverOrdered(), words="never ordered")
    assert Followed.model_validate_json(stored).schedule == ByHand()
    assert Followed.model_validate_json(stored).guard == GUARD
