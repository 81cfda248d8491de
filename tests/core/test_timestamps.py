from datetime import UTC, datetime, timedelta, timezone

from bot.core.timestamps import timestamp


def test_times_are_stored_in_utc_to_the_millisecond() -> None:
    noon = datetime(2026, 5, 4, 12, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(noon) == "2026-05-04T10:00:00.000+00:00"
    assert timestamp(datetime(2026, 5, 4, 10, 0, 0, 999_999, UTC)) == "2026-05-04T10:00:00.999+00:00"
