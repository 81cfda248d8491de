"""Entries as the texts that are sealed."""

import json
from datetime import datetime, timedelta, timezone

from bot.core.audit.entry_codec import decode
from bot.core.timestamps import timestamp
from tests.core.samples import NOW


def test_times_are_kept_in_utc_and_sort_as_text() -> None:
    berlin = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 5, 4, 11, 30, tzinfo=berlin)) == timestamp(NOW)
    assert timestamp(NOW) < timestamp(NOW + timedelta(milliseconds=1)) < timestamp(NOW + timedelta(days=1))


def test_entries_of_the_first_version_are_read_whose_detail_is_text() -> None:
    content = {"kind": "planned", "actor": "UANA", "number": 1, "at": NOW.isoformat()}
    old = decode(json.dumps({**content, "detail": '{"need": "x"}'}), "seal")
    new = decode(json.dumps({**content, "detail": {"need": "x"}, "subjects": ["segment:a"]}), "seal")
    assert (old.detail, old.subjects, old.seal) == ({"need": "x"}, (), "seal")
    assert (new.detail, new.subjects) == ({"need": "x"}, ("segment:a",))
