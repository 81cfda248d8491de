from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misuse, Question
from bot.core.language.days import is_month_first
from bot.core.language.time_expressions import (
    HOW,
    Span,
    before_another_time,
    describe_age,
    format_time,
    parse_age,
    parse_span,
)
from tests.laws.values import LAW

BERLIN, CAIRO, KATHMANDU = map(ZoneInfo, ("Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu"))
NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
"""Half past midnight of the next day in Berlin."""


def meant(text: str, zone: ZoneInfo = BERLIN) -> Span:
    return parse_span(text, now=NOW, zone=zone, field="since")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_counts_up_to_ten_are_said_in_words_too() -> None:
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    assert [parse_age(f"{word} days") for word in words] == [timedelta(days=count) for count in range(1, 11)]
    assert (parse_age("a day"), parse_age("an hour")) == (timedelta(days=1), timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-24", "2026-11-23T23:00", "2026-11-24T23:00"),
        (" 2026–11–24 ", "2026-11-23T23:00", "2026-11-24T23:00"),
        ("2026-1-2", "2026-01-01T23:00", "2026-01-02T23:00"),
        ("today", "2026-11-24T23:00", "2026-11-25T23:00"),
        ("Yesterday", "2026-11-23T23:00", "2026-11-24T23:00"),
        # Days on which the clocks are changed are as long as they are.
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
    ],
)
def test_a_day_is_from_midnight_to_midnight_where_the_people_are(text: str, first: str, last: str) -> None:
    assert meant(text) == (utc(first), utc(last))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24 09:30", "2026-11-24T08:30"),
        ("2026-11-24T9:30", "2026-11-24T08:30"),
        ("2026-11-24 09:30:15", "2026-11-24T08:30:15"),
        ("3d", "2026-11-21T23:30"),
        ("12h", "2026-11-24T11:30"),
        ("30 M", "2026-11-24T23:00"),
        ("0m", "2026-11-24T23:30"),
    ],
)
def test_a_time_and_an_age_are_a_moment(text: str, moment: str) -> None:
    assert meant(text) == (utc(moment), utc(moment))


# The day is a Wednesday, the 25th.
@pytest.mark.parametrize(
    ("text", "first", "days"),
    [
        ("28/11/2025", "2025-11-28", 1),
        ("11/28/2025", "2025-11-28", 1),
        ("28.11.25", "2025-11-28", 1),
        ("24.11.", "2026-11-24", 1),
        ("2026/11/24", "2026-11-24", 1),
        ("11/11/2026", "2026-11-11", 1),
        ("Nov 24", "2026-11-24", 1),
        ("24 November", "2026-11-24", 1),
        ("Nov 28", "2025-11-28", 1),
        ("November 24th, 2026", "2026-11-24", 1),
        ("24th of Nov 2026", "2026-11-24", 1),
        ("24-Nov-2026", "2026-11-24", 1),
        ("Tue, 24 Nov 2026", "2026-11-24", 1),
        ("29 Feb", "2024-02-29", 1),
        ("monday", "2026-11-23", 1),
        ("on Wednesday", "2026-11-25", 1),
        ("last Wed", "2026-11-18", 1),
        ("thu", "2026-11-19", 1),
        ("last week", "2026-11-16", 7),
        ("this week", "2026-11-23", 7),
        ("last month", "2026-10-01", 31),
        ("this month", "2026-11-01", 30),
    ],
)
def test_days_are_read_as_people_write_them(text: str, first: str, days: int) -> None:
    from_, until = meant(text)
    assert format_time(from_, BERLIN) == f"{first} 00:00:00"
    assert format_time(until, BERLIN) == f"{date.fromisoformat(first) + timedelta(days=days)} 00:00:00"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("november", "2026-11-01", "2026-11-30"),
        ("Dec", "2025-12-01", "2025-12-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("2026-11", "2026-11-01", "2026-11-30"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("q4 2025", "2025-10-01", "2025-12-31"),
        ("this quarter", "2026-10-01", "2026-12-31"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
    ],
)
def test_months_quarters_and_years_are_from_their_first_day_to_their_last(text: str, first: str, last: str) -> None:
    from_, until = meant(text)
    assert format_time(from_, BERLIN) == f"{first} 00:00:00"
    assert format_time(until, BERLIN) == f"{date.fromisoformat(last) + timedelta(days=1)} 00:00:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1w", "2026-11-17T23:30"),
        ("2 weeks ago", "2026-11-10T23:30"),
        ("the last two weeks", "2026-11-10T23:30"),
        ("past 3 days", "2026-11-21T23:30"),
        ("a week ago", "2026-11-17T23:30"),
        ("an hour ago", "2026-11-24T22:30"),
        ("3 days", "2026-11-21T23:30"),
        ("90 min", "2026-11-24T22:00"),
        ("now", "2026-11-24T23:30"),
        ("00:10", "2026-11-24T23:10"),
        ("12:15 am", "2026-11-24T23:15"),
        ("yesterday 1am", "2026-11-24T00:00"),
        ("yesterday 16:00", "2026-11-24T15:00"),
        ("yesterday at noon", "2026-11-24T11:00"),
        ("mon 4pm", "2026-11-23T15:00"),
        ("24 Nov, 9:30 a.m.", "2026-11-24T08:30"),
        ("sat 9:00", "2026-11-21T08:00"),
    ],
)
def test_times_are_read_as_people_write_them(text: str, moment: str) -> None:
    assert meant(text) == (utc(moment), utc(moment))


@pytest.mark.parametrize(
    ("text", "month_first", "ways"),
    [
        ("05/11/2026", False, ["2026-11-05", "2026-05-11"]),
        ("05/11/2026", True, ["2026-05-11", "2026-11-05"]),
        ("5.11.", False, ["2026-11-05", "2026-05-11"]),
        ("05-11-26 16:00", False, ["2026-11-05 16:00", "2026-05-11 16:00"]),
        ("16:00", False, ["2026-11-24 16:00", "2026-11-25 16:00"]),
        ("4:30:05 pm", False, ["2026-11-24 16:30:05", "2026-11-25 16:30:05"]),
    ],
)
def test_what_may_be_two_days_is_asked_about(text: str, month_first: bool, ways: list[str]) -> None:
    with pytest.raises(Question) as asked:
        parse_span(text, now=NOW, zone=BERLIN, field="since", month_first=month_first)
    assert str(asked.value) == f"Does “{text}” mean {ways[0]} or {ways[1]}? Nothing was done yet."
    assert [one.values for one in asked.value.readings] == [{"since": way} for way in ways]
    assert [format_time(meant(way)[0], BERLIN)[: len(way)] for way in ways] == ways


@pytest.mark.parametrize(
    ("locale", "zone", "first"),
    [
        ("en-US", "Europe/Berlin", True),
        ("en-GB", "America/New_York", False),
        ("", "America/New_York", True),
        ("", "US/Pacific", True),
        ("", "Europe/Berlin", False),
    ],
)
def test_the_month_comes_first_where_people_write_it_so(locale: str, zone: str, first: bool) -> None:
    assert is_month_first(locale, zone) is first


WRITTEN = (
    "{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0:%d/%m/%Y}", "{0:%m/%d/%Y}", "{0:%d.%m.%Y}", "{0:%d-%m-%Y}", "{0:%d %B %Y}",
    "{0:%B %d, %Y}", "{0:%b %d %Y}", "{0:%d %b %Y}", "{0:%d-%b-%Y}", "{0:%A, %d %B %Y}", "{0:%a %b %d %Y}",
)  # fmt: skip


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(WRITTEN), st.booleans())
@LAW
def test_a_day_is_read_as_it_was_written_or_asked_about(day: date, way: str, month_first: bool) -> None:
    read = days_read(way.format(day), month_first)
    assert day in read
    assert len(read) == 1 or {one.strftime("%m%d") for one in read} == {f"{day:%m%d}", f"{day:%d%m}"}


def days_read(text: str, month_first: bool) -> set[date]:
    """The day, or those that are asked about."""
    try:
        first, last = parse_span(text, now=NOW, zone=BERLIN, field="since", month_first=month_first)
    except Question as asked:
        return {date.fromisoformat(one.values["since"]) for one in asked.readings}
    days = (first.astimezone(BERLIN).date(), last.astimezone(BERLIN).date())
    return {days[0]} if days[1] - days[0] == timedelta(days=1) else set()


def test_an_ambiguous_hour_begins_at_its_first_and_ends_at_its_second() -> None:
    assert meant("2026-10-25 02:30") == (utc("2026-10-25T00:30"), utc("2026-10-25T01:30"))


def test_what_the_clocks_skip_is_as_long_after_the_skip() -> None:
    assert meant("2026-03-29 02:30") == (utc("2026-03-29T01:30"), utc("2026-03-29T01:30"))


def test_a_day_without_a_midnight_begins_when_the_clocks_skip_it() -> None:
    first, last = meant("2026-04-24", CAIRO)
    assert (first, last) == (utc("2026-04-23T22:00"), utc("2026-04-24T21:00"))


def test_zones_of_odd_minutes_count() -> None:
    assert meant("2026-11-24 05:45", KATHMANDU)[0] == utc("2026-11-24T00:00")


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "tomorrow", "2026-02-30", "2026-13-01", "2026-11-24 25:00", "2026-11-24 09:60", "28/13/2026",
        "0001-01-01", "9999-12-31", "0000-01-01", "-3d", "999999d", "d", "2026-11-24 09", "<!channel>", "31/02/2026",
        "13pm", "25:00", "last weeks", "mo", "mayday", "Mon, 24 Nov 2026", "30 Feb", "last week 9:00", "0am", "3y", "/",
    ],
)  # fmt: skip
def test_what_is_no_time_gets_a_sentence_that_shows_what_is(text: str) -> None:
    with pytest.raises(Misuse) as caught:
        meant(text)
    assert str(caught.value) == f"I couldn't read “{text}” as a date. {HOW}"
    assert (caught.value.field, caught.value.for_log) == ("since", "There is no such time.")


def test_a_time_is_written_in_the_given_zone() -> None:
    assert format_time(NOW, BERLIN) == "2026-11-25 00:30:00"
    assert format_time(NOW, ZoneInfo("UTC")) == "2026-11-24 23:30:00"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("24h", "24 hours"),
        ("7d", "7 days"),
        ("1d", "24 hours"),
        ("36h", "36 hours"),
        ("30m", "30 minutes"),
        ("1h", "1 hour"),
    ],
)
def test_ages_are_told_in_words(typed: str, told: str) -> None:
    age = parse_age(typed)
    assert age
    assert describe_age(age) == told


def test_what_is_no_age_is_none() -> None:
    assert parse_age("soon") is parse_age("") is parse_age("24") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada@x.org tomorrow", ("ada@x.org", "tomorrow")),
        ("ada@x.org, until Friday", ("ada@x.org", "until Friday")),
        ("ada@x.org from Monday on", ("ada@x.org", "from Monday on")),
        ("Till@x.org Friday@x.org", None),
    ],
)
def test_a_time_other_than_now_is_found(text: str, found: tuple[str, str] | None) -> None:
    assert before_another_time(text) == found
