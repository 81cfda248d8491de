"""When a rule runs, as people type it."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misuse, Question
from bot.core.segment_rules.schedule import ByHand, Daily, Hourly, Schedule, describe_schedule
from bot.core.segment_rules.schedule_words import parse_schedule, refuse_other_schedule, split_schedule
from tests.core.segment_rules.drawn import SCHEDULES
from tests.laws.values import LAW

USUAL, SIX, EVENING = Daily(at=time(8)), Daily(at=time(6)), Daily(at=time(18, 30))
MEANT: dict[str, Schedule] = {
    **dict.fromkeys(("daily", "Every day", "each day", "once a day", "every single day"), USUAL),
    **dict.fromkeys(("daily at 06:00", "every day at 6am", "Daily, 6:00", "6 am every day", "at 06:00 daily"), SIX),
    **dict.fromkeys(("every morning at 6:00 a.m.", "06:00", "6am", "at 6 AM", "runs daily at 06:00"), SIX),
    **dict.fromkeys(
        ("every evening at 18:30", "daily 6:30pm", "every day at 18:30.", "run it every night at 18:30"), EVENING
    ),
    "daily at noon": Daily(at=time(12)),
    "every day at midnight": Daily(at=time(0)),
    "daily at 18": Daily(at=time(18)),
    "daily at 0": Daily(at=time(0)),
    **dict.fromkeys(("hourly", "every hour", "Each hour", "once an hour", "running hourly"), Hourly()),
    **dict.fromkeys(("by hand", "by-hand", "manually", "manual", "on demand", "only by hand"), ByHand()),
    **dict.fromkeys(("only when asked", "when I ask", "Only when you ask", "on request"), ByHand()),
}
REFUSED = (
    *("weekly", "every monday", "every 2 hours", "every morning", "nightly", "06.00", "daily at", "daily at 25:00"),
    *("daily at 13pm", "daily at 06:61", "06:00:30", "yes", "at", "hourly daily", "daily at 06:00 and 18:00", "99"),
)
BEHIND = {
    "spent over 500 in 90 days every day at 6am": ("spent over 500 in 90 days", "every day at 6am"),
    "spent over 500 in 90 days, hourly": ("spent over 500 in 90 days", "hourly"),
    "never ordered; runs daily": ("never ordered", "runs daily"),
    "never ordered and run daily at 06:00": ("never ordered", "and run daily at 06:00"),
    "in VIPs or (never ordered) by hand": ("in VIPs or (never ordered)", "by hand"),
    "attribute Tier is Gold hourly": ("attribute Tier is Gold", "hourly"),
    "hourly": ("", "hourly"),
    "daily at 6": ("", "daily at 6"),
    "never ordered 6am daily.": ("never ordered", "6am daily"),
}
PLAIN = (
    *("spent over 500 in 90 days", "last ordered more than 1 day ago", "in “Daily”", "registered in the last 30 days"),
    *("in Non-hourly", "ordered at least 3 times in 12 months", "attribute Rhythm is “every day”", "weekly"),
)


@pytest.mark.parametrize(("text", "schedule"), MEANT.items())
def test_a_schedule_is_read_as_people_type_it(text: str, schedule: Schedule) -> None:
    assert parse_schedule(text, USUAL, field="runs") == schedule


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_schedule_is_told_with_what_to_type(text: str) -> None:
    with pytest.raises(Misuse, match="daily at 06:00") as refused:
        parse_schedule(text, USUAL, field="runs")
    assert refused.value.field == "runs"
    assert not isinstance(refused.value, Question)


@pytest.mark.parametrize(("hour", "readings"), [("6", ["06:00", "18:00"]), ("12", ["00:00", "12:00"])])
def test_an_hour_alone_is_asked_about(hour: str, readings: list[str]) -> None:
    with pytest.raises(Question, match=f"At which time is “daily at {hour}”") as asked:
        parse_schedule(f"daily at {hour}", USUAL, field="runs")
    assert [one.values["runs"] for one in asked.value.readings] == [f"every day at {one}" for one in readings]


@pytest.mark.parametrize(("text", "parts"), BEHIND.items())
def test_a_schedule_behind_the_words_of_a_rule_is_found(text: str, parts: tuple[str, str]) -> None:
    assert split_schedule(text) == parts


@pytest.mark.parametrize("text", PLAIN)
def test_a_rule_without_a_schedule_is_whole(text: str) -> None:
    assert split_schedule(text) is None


@LAW
@given(SCHEDULES, st.sampled_from(("never ordered", "spent over 5 in 90 days", "in “A b” or “hourly”")))
def test_what_is_told_of_a_schedule_is_read_as_just_that(schedule: Schedule, rule: str) -> None:
    words = describe_schedule(schedule)
    assert parse_schedule(words, USUAL, field="runs") == schedule
    assert split_schedule(f"{rule} {words}") == (rule, words)


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        ("spent over 500 in all every Monday at 6", "every Monday at 6"),
        ("in VIPs, runs weekly", "weekly"),
        ("each 2 hours", "each 2 hours"),
        ("in VIPs once a week", "once a week"),
        ("in VIPs; twice a day", "twice a day"),
        ("in VIPs on mondays", "on mondays"),
        ("in VIPs bi-weekly at 9:00", "bi-weekly at 9:00"),
        ("in Weekly", ""),
        ("in VIPs or Monthly", ""),
        ("Weekly readers", ""),
        ("never ordred", ""),
    ],
)
def test_other_times_than_rules_run_at_are_refused_by_what_they_can_do(words: str, runs: str) -> None:
    if not runs:
        refuse_other_schedule(words, field="rule")
        return
    with pytest.raises(Misuse, match=f"^No rule can run “{runs}”. A rule runs every day at a time"):
        refuse_other_schedule(words, field="rule")
