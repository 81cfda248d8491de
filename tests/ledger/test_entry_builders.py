"""What entries say besides what happened."""

from datetime import timedelta

import pytest

from bot.ledger.entry_builders import milliseconds


@pytest.mark.parametrize(("took", "told"), [(0, 0), (0.0009, 0), (0.007, 7), (3.0015, 3001), (-1, 0)])
def test_a_time_is_told_in_whole_milliseconds_and_never_below_none(took: float, told: int) -> None:
    assert milliseconds(timedelta(seconds=took)) == told
