"""Half a year of segments that live: each time runs once, each end comes once, and the log explains who is where."""

import asyncio
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.approvals.mortal import NewSite, Site, in_file, on_server
from tests.disks import MEMORY
from tests.mornings.asked_why import told_wrongly
from tests.mornings.half_year import HalfYear
from tests.mornings.plain_rules import HOUR, slots_in
from tests.records import verified

BOTH_CHANGES = 184
"""Days in which clocks go back and forth."""
YEARS = (
    ("Europe/Berlin", datetime(2026, 9, 28, 12, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 1, tzinfo=UTC)),
    ("America/St_Johns", datetime(2026, 9, 28, 15, tzinfo=UTC)),
)
DAYS = (
    (in_file, "Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), 3),
    (in_file, "America/St_Johns", datetime(2027, 3, 13, 12, tzinfo=UTC), 3),
    (on_server, "Europe/Berlin", datetime(2027, 3, 27, 23, tzinfo=UTC), 1),
)
"""Around a change of clocks: on which engine, where, since when, and how many."""


async def lived(site: Site, zone: str, begun: datetime, days: int) -> None:
    half_year = HalfYear.of(site, zone, begun, f"half a year of {zone}")
    try:
        await half_year.begin()
        began = half_year.now
        for _ in range(days):
            await half_year.day()
        assert await told_wrongly(half_year, began) == []
        assert verified(half_year.ledger).holds
    finally:
        await half_year.close()


@pytest.mark.parametrize(("on", "zone", "begun", "days"), DAYS)
def test_some_days_around_a_change_of_clocks(on: NewSite, zone: str, begun: datetime, days: int) -> None:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, on(Path(folder)) as site:
        asyncio.run(lived(site, zone, begun, days))


@pytest.mark.parametrize(("zone", "begun"), YEARS)
def test_each_time_of_half_a_year_runs_once_and_each_end_comes_once(zone: str, begun: datetime, deep: bool) -> None:
    if not deep:
        pytest.skip("with --deep")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, in_file(Path(folder)) as site:
        asyncio.run(lived(site, zone, begun, BOTH_CHANGES))


@pytest.mark.parametrize(
    ("day", "found"), [((2026, 10, 25), [(0, 30)]), ((2027, 3, 28), [(1, 30)]), ((2027, 3, 29), [(0, 30)])]
)
def test_plain_slots_are_those_of_clocks_on_the_wall(day: tuple[int, int, int], found: list[tuple[int, int]]) -> None:
    zone, midnight = ZoneInfo("Europe/Berlin"), datetime(*day, tzinfo=UTC)
    slots = [slot for hour in range(24) for slot in slots_in(time(2, 30), midnight + hour * HOUR, zone)]
    assert [(slot.hour, slot.minute) for slot in slots] == found
