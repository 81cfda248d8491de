"""Each slot of a rule comes once, whatever clocks do in the team's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.core.segment_rules.schedule import (
    ByHand,
    Daily,
    Hourly,
    Schedule,
    an_hour_before,
    describe_schedule,
    latest_slot,
    next_slot,
)
from tests.core.segment_rules.drawn import SCHEDULES
from tests.core.test_daily_times import BERLIN, ZONES
from tests.laws.values import LAW

SIX, HOURLY, MORNING = Daily(at=time(6)), Hourly(), datetime(2026, 11, 30, 5, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
YEARS = range(2020, 2031)


def changes_of(zone: ZoneInfo) -> list[date]:
    """The days of these years in whose course clocks change, the day before and the day after."""
    first = [date(YEARS[0], 1, 1) + timedelta(days=more) for more in range(366 * len(YEARS))]
    offsets = [datetime.combine(day, time(), zone).utcoffset() for day in first]
    changing = [day for day, now, then in zip(first, offsets, offsets[1:], strict=False) if now != then]
    return [day + timedelta(days=more) for day in changing or first[:1] for more in (-1, 0, 1)]


DAYS = {name: changes_of(ZoneInfo(name)) for name in ZONES}


def slots_between(schedule: Schedule, start: datetime, end: datetime, zone: ZoneInfo) -> list[datetime]:
    """The slots from ``start`` until before ``end``, one after the other."""
    found, at = [], start - SECOND
    while (at := next_slot(schedule, at, zone) or end) < end:
        found.append(at)
    return found


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(
    "at", [time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(6), time(23, 59)]
)
def test_each_day_around_a_change_of_clocks_has_one_daily_slot(name: str, at: time) -> None:
    zone = ZoneInfo(name)
    for day in DAYS[name]:
        start, end = (datetime.combine(day + timedelta(days=more), time(12), zone) for more in (-1, 0))
        assert len(slots_between(Daily(at=at), start, end, zone)) == 1, day


@pytest.mark.parametrize("name", ZONES)
def test_each_day_has_as_many_hourly_slots_as_hours(name: str) -> None:
    zone = ZoneInfo(name)
    for day in DAYS[name]:
        start, end = (datetime.combine(day + timedelta(days=more), time(), zone).astimezone(UTC) for more in (0, 1))
        hours = (end - start) / HOUR
        assert hours in (23, 23.5, 24, 24.5, 25)
        assert abs(len(slots_between(HOURLY, start, end, zone)) - hours) < 1


@LAW
@example(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC), Daily(at=time(2, 30)), "Europe/Berlin")
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), Daily(at=time(2, 30)), "Europe/Berlin")
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC)),
    SCHEDULES.filter(lambda schedule: schedule != ByHand()),
    st.sampled_from(ZONES),
)
def test_the_next_slot_is_the_latest_one_from_its_moment_on(now: datetime, schedule: Schedule, name: str) -> None:
    zone = ZoneInfo(name)
    before, after = latest_slot(schedule, now, zone), next_slot(schedule, now, zone)
    assert before
    assert after
    assert before <= now < after
    assert latest_slot(schedule, after, zone) == after
    assert latest_slot(schedule, after - SECOND, zone) == before
    assert next_slot(schedule, before, zone) == after
    assert after - before <= timedelta(hours=26)
    assert before.utcoffset() == after.utcoffset() == timedelta()


def test_a_rule_by_hand_has_no_slots() -> None:
    assert latest_slot(ByHand(), MORNING, BERLIN) is None
    assert next_slot(ByHand(), MORNING, BERLIN) is None


def test_slots_are_told_by_the_clock_of_the_zone() -> None:
    assert latest_slot(SIX, MORNING, BERLIN) == MORNING
    assert latest_slot(SIX, MORNING - SECOND, BERLIN) == MORNING - 24 * HOUR
    assert next_slot(SIX, MORNING, BERLIN) == MORNING + 24 * HOUR
    assert latest_slot(HOURLY, MORNING + 30 * SECOND, BERLIN) == MORNING
    assert next_slot(HOURLY, MORNING, BERLIN) == MORNING + HOUR


@pytest.mark.parametrize(
    ("schedule", "words"),
    [(Daily(at=time(6)), "every day at 06:00"), (HOURLY, "every hour"), (ByHand(), "only when you ask")],
)
def test_a_schedule_is_told_and_stored(schedule: Schedule, words: str) -> None:
    assert describe_schedule(schedule) == words
    stored: TypeAdapter[Schedule] = TypeAdapter(Schedule)
    assert stored.validate_json(stored.dump_json(schedule)) == schedule


@pytest.mark.parametrize("at", [time(6, 0, 1), time(6, 0, 0, 1), time(6, tzinfo=UTC)])
def test_a_daily_time_is_a_whole_minute_of_the_zone(at: time) -> None:
    with pytest.raises(ValidationError, match="whole minute"):
        Daily(at=at)
    assert Daily(at=time(2, 30, fold=1)).at.fold == 0


@pytest.mark.parametrize(("summary", "rules"), [((9, 30), (8, 30)), ((1, 0), (0, 0)), ((0, 15), (23, 15))])
def test_rules_run_an_hour_before_the_summary(summary: tuple[int, int], rules: tuple[int, int]) -> None:
    assert an_hour_before(time(*summary)) == Daily(at=time(*rules))
