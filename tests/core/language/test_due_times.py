"""Times to come, as people type them."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.errors import Misuse, Question
from bot.core.language.due_times import describe_due, format_due, parse_due, remark_on_clocks
from tests.laws.values import LAW

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = datetime(2026, 11, 27, 12, 0, 30, tzinfo=UTC)
MEANT = {
    "friday 16:00": "2026-11-27 16:00",
    "Friday 09:00": "2026-12-04 09:00",
    "on fri at 4pm": "2026-11-27 16:00",
    "this saturday 9am": "2026-11-28 09:00",
    "tomorrow 9:00": "2026-11-28 09:00",
    "tomorrow noon": "2026-11-28 12:00",
    "today 18:00:45": "2026-11-27 18:00",
    "16:00": "2026-11-27 16:00",
    "9:00": "2026-11-28 09:00",
    "in 3 hours": "2026-11-27 16:00",
    "2d": "2026-11-29 13:00",
    "2026-12-01 09:00": "2026-12-01 09:00",
    "24 Dec 9am": "2026-12-24 09:00",
    "3 Jan 9am": "2027-01-03 09:00",
    "friday, 4 dec 2026 09:00": "2026-12-04 09:00",
    "2027–10–31 02:30": "2027-10-31 02:30",
}
ASKED = {
    "friday": ["2026-12-04 00:00", "2026-12-04 09:00"],
    "tomorrow": ["2026-11-28 00:00", "2026-11-28 09:00"],
    "next monday 10:00": ["2026-11-30 10:00", "2026-12-07 10:00"],
    "3/4 10:00": ["2027-04-03 10:00", "2027-03-04 10:00"],
}
REFUSED = {
    "yesterday 10:00": "couldn't read",
    "last friday 10:00": "couldn't read",
    "3 days ago": "couldn't read",
    "march 10:00": "couldn't read",
    "31 feb 09:00": "couldn't read",
    "25:00": "couldn't read",
    "in 99999 weeks": "couldn't read|more than a year",
    "soon": "couldn't read",
    ", ,": "couldn't read",
    "today": "is past",
    "2026-11-01 09:00": "is past",
    "2028-12-01 09:00": "more than a year ahead",
    "2027-03-28 02:30": r"Clocks in Europe/Berlin skip 02:30 on 2027-03-28: say 03:30",
}


def parsed(words: str, zone: ZoneInfo = BERLIN) -> datetime:
    return parse_due(words, now=FRIDAY, zone=zone, field="at")


@pytest.mark.parametrize("words", MEANT)
def test_a_time_to_come_is_read(words: str) -> None:
    assert format_due(parsed(words), BERLIN) == MEANT[words]


@pytest.mark.parametrize("words", ASKED)
def test_a_time_that_may_be_several_is_asked_about(words: str) -> None:
    with pytest.raises(Question, match=r"Nothing was done yet\. Times are those of Europe/Berlin") as caught:
        parsed(words)
    assert [one.values["at"] for one in caught.value.readings] == ASKED[words]
    for one in ASKED[words]:
        assert format_due(parsed(one), BERLIN) == one


@pytest.mark.parametrize("words", REFUSED)
def test_a_time_at_which_nothing_can_be_done_is_refused(words: str) -> None:
    with pytest.raises(Misuse, match=REFUSED[words]) as caught:
        parsed(words)
    assert caught.value.field == "at"


@pytest.mark.parametrize("words", ["," * 20_000, "at " * 7_000])
def test_long_words_do_not_take_long(words: str) -> None:
    began = time.process_time()
    with pytest.raises(Misuse, match="couldn't read"):
        parsed(words)
    assert time.process_time() - began < 0.5


def test_of_a_time_that_clocks_show_twice_it_is_told_which_one_it_is() -> None:
    first = parsed("2027-10-31 02:30")
    assert describe_due(first) == "2027-10-31 00:30 UTC"
    told = "Clocks in Europe/Berlin show 02:30 twice on 2027-10-31: this is the {} time."
    assert remark_on_clocks(first, BERLIN) == (told.format("first"),)
    assert remark_on_clocks(first + timedelta(hours=1), BERLIN) == (told.format("second"),)
    assert remark_on_clocks(first + timedelta(hours=2), BERLIN) == ()


@LAW
@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    ahead=st.integers(1, 365 * 24 * 60),
    zone=st.sampled_from(sorted(available_timezones())).map(ZoneInfo),
)
def test_what_is_written_is_read_again_as_the_same_moment(now: datetime, ahead: int, zone: ZoneInfo) -> None:
    moment = now.replace(second=0, microsecond=0) + timedelta(minutes=ahead)
    local = moment.astimezone(zone)
    if not local.fold and not (local.utcoffset() or timedelta()).seconds % 60:
        assert parse_due(format_due(moment, zone), now=now, zone=zone, field="at") == moment
