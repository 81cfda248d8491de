"""A time that is typed without its key is when it is to run."""

import pytest

from bot.core.command import find
from bot.core.language.due_times import may_be_due
from bot.core.language.near_readings import Near
from bot.core.left_out_times import with_left_out_times
from commands import GROUPS

CREATE, SHOW = (find(GROUPS, f"segment {verb}").args for verb in ("create", "show"))


@pytest.mark.parametrize(
    ("left_out", "at"),
    [
        (("tomorrow", "9am"), "tomorrow 9am"),
        (("on", "friday", "16:00"), "friday 16:00"),
        (("please", "at", "24", "Dec", "9am"), "24 Dec 9am"),
    ],
)
def test_a_time_that_a_reading_leaves_out_is_when_it_runs(left_out: tuple[str, ...], at: str) -> None:
    left = Near({"name": "Gold"}, left_out)
    assert with_left_out_times(CREATE, [left]) == (Near({"name": "Gold", "at": at}),)
    assert with_left_out_times(SHOW, [left]) == (left,)
    said = Near({"name": "Gold", "at": "in 2 days"}, left_out)
    assert with_left_out_times(CREATE, [said]) == (said,)


@pytest.mark.parametrize("words", ["please", "until friday", "by tomorrow 9am", "Loyal friday", ""])
def test_other_words_stay_left_out(words: str) -> None:
    left = Near({"name": "Gold"}, tuple(words.split()))
    assert with_left_out_times(CREATE, [left]) == (left,)


@pytest.mark.parametrize("text", ["17", "#17", "please", "ada@example.com", "may", "Monday club", "5", ""])
def test_names_numbers_and_addresses_are_no_times(text: str) -> None:
    assert not may_be_due(text)
