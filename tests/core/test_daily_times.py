"""Each local day has one moment at which its daily time is due, whatever clocks do in the zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.daily_times import due, moment
from tests.laws.values import LAW, examples

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",  # clocks went back at 0:01, to the day before
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/Havana",  # clocks go back from 1:00 to midnight
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Pacific/Apia",  # there was no 2011-12-30
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
NEVER = {("Pacific/Apia", date(2011, 12, 30))}
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.dates(date(2000, 1, 1), date(2035, 12, 31))
times = st.times() | st.builds(time, st.sampled_from((0, 1, 2, 3, 23)), st.integers(0, 59))


def on(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), UTC)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 4, 6, 59, 59, tzinfo=UTC), date(2026, 5, 3)),
        (datetime(2026, 5, 4, 7, tzinfo=UTC), date(2026, 5, 4)),
        (datetime(2026, 5, 4, 23, tzinfo=UTC), date(2026, 5, 4)),
        (datetime(2026, 5, 5, 9, tzinfo=BERLIN), date(2026, 5, 5)),
    ],
)
def test_a_day_is_due_until_the_next_one_is(now: datetime, day: date) -> None:
    assert due(now, time(9), BERLIN) == (day, on(day, 7))


def test_a_skipped_time_is_as_long_after_midnight_as_usual() -> None:
    spring = date(2026, 3, 29)
    assert moment(spring, time(2, 30), BERLIN) == on(spring, 1, 30)
    assert moment(spring, time(3, 30), BERLIN) == on(spring, 1, 30)
    assert due(on(spring, 1, 30) - SECOND, time(2, 30), BERLIN)[0] == date(2026, 3, 28)


def test_a_time_that_clocks_show_twice_comes_the_first_time() -> None:
    autumn = date(2026, 10, 25)
    assert moment(autumn, time(2, 30), BERLIN) == on(autumn, 0, 30)
    assert moment(autumn, time(2, 30, fold=1), BERLIN) == on(autumn, 0, 30)
    assert due(on(autumn, 1, 30), time(2, 30), BERLIN) == (autumn, on(autumn, 0, 30))


def test_clocks_set_back_over_midnight_do_not_bring_back_a_day() -> None:
    zone, autumn = ZoneInfo("America/St_Johns"), date(2010, 11, 7)
    came = moment(autumn, time(0, 0, 30), zone)
    later = came + timedelta(minutes=10)
    assert later.astimezone(zone).date() == date(2010, 11, 6)
    assert due(later, time(0, 0, 30), zone) == (autumn, came)


def test_a_day_that_a_zone_never_had_is_never_due() -> None:
    zone = ZoneInfo("Pacific/Apia")
    came = moment(date(2011, 12, 31), time(9), zone)
    assert due(came - SECOND, time(9), zone)[0] == date(2011, 12, 29)
    assert due(came, time(9), zone)[0] == date(2011, 12, 31)


@settings(LAW, max_examples=examples(150))
@given(zones, days, times)
@example(ZoneInfo("America/St_Johns"), date(2010, 11, 6), time(0, 0, 30))
@example(ZoneInfo("America/Sao_Paulo"), date(2018, 11, 4), time(0, 30))
def test_a_day_is_due_exactly_from_its_moment_until_the_next(zone: ZoneInfo, day: date, at: time) -> None:
    """So days neither vanish nor double, and each has one moment."""
    following = [one for one in (day, day + timedelta(days=1)) if (zone.key, one) not in NEVER]
    for one in following:
        came = moment(one, at, zone)
        assert due(came, at, zone) == (one, came)
        assert due(came - timedelta(microseconds=1), at, zone)[0] < one
        assert abs(came.astimezone(zone).replace(tzinfo=None) - datetime.combine(one, at)) <= HOUR
    for earlier, later in pairwise(following):
        just_before = moment(later, at, zone) - timedelta(microseconds=1)
        assert due(just_before, at, zone) == (earlier, moment(earlier, at, zone))


@settings(LAW, max_examples=examples(5))
@given(zones, st.integers(2000, 2035), times)
@example(ZoneInfo("Pacific/Apia"), 2011, time(9))
def test_over_a_year_every_day_is_due_once_and_in_order(zone: ZoneInfo, year: int, at: time) -> None:
    now, seen = datetime(year, 1, 2, tzinfo=UTC), list[date]()
    while now.year == year:
        day, came = due(now, at, zone)
        seen += [day] if not seen or seen[-1] != day else []
        assert came <= now
        now += timedelta(minutes=97)
    whole = {seen[0] + timedelta(days=days) for days in range((seen[-1] - seen[0]).days + 1)}
    assert seen == sorted(day for day in whole if (zone.key, day) not in NEVER)
