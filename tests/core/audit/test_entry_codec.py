"""Entries as the texts that are sealed."""

from datetime import datetime, timedelta, timezone

from bot.core.timestamps import timestamp
from tests.core.samples import NOW


def test_times_are_kept_in_utc_and_sort_as_text() -> None:
    berlin = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 5, 4, 11, 30, tzinfo=berlin)) == timestamp(NOW)
    assert timestamp(NOW) < timestamp(NOW + timedelta(milliseconds=1)) < timestamp(NOW + timedelta(days=1))
