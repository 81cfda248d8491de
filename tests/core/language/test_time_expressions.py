from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import Misuse
from bot.core.language.time_expressions import HOW, Span, describe_age, format_time, parse_age, parse_span

BERLIN, CAIRO, KATHMANDU = map(ZoneInfo, ("Europe/Berlin", "Africa/Cairo", "Asia/Kathmandu"))
NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
"""Half past midnight of the next day in Berlin."""


def meant(text: str, zone: ZoneInfo = BERLIN) -> Span:
    return parse_span(text, now=NOW, zone=zone, field="since")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


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
        "", "soon", "tomorrow", "24.11.2026", "2026-02-30", "2026-13-01", "2026-11-24 25:00", "2026-11-24 09:60",
        "0001-01-01", "9999-12-31", "0000-01-01", "3w", "-3d", "999999d", "d", "09:30", "2026-11-24 09", "<!channel>",
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
