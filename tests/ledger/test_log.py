import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.core.entries import Entry, Sealed
from bot.ledger.ledger import Ledger
from bot.ledger.log import stamp
from tests.core.samples import NOW


@pytest.fixture
async def written(path: Path, ledger: Ledger) -> Path:
    for number in range(4):
        await ledger.note(Entry("refused", "UANA", "C1", "segment delete", None, {"n": number}), at=NOW)
    return path


@pytest.fixture
def by_hand(written: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(written, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET detail = '{}' WHERE number = 2",
        "DELETE FROM entries WHERE number = 2",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries SELECT number, at, 'forged', actor, channel, command, change, detail, "
        "previous, seal FROM entries WHERE number = 2",
    ],
)
def test_entries_are_never_changed_removed_or_replaced(by_hand: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="the audit log is append-only"):
        by_hand.execute(statement)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE entries SET detail = '{}' WHERE number = 2", "Entry 2 is not what was sealed."),
        ("UPDATE entries SET at = '2020' WHERE number = 3", "Entry 3 is not what was sealed."),
        ("UPDATE entries SET change = 1 WHERE number = 4", "Entry 4 is not what was sealed."),
        ("DELETE FROM entries WHERE number = 1", "Entry 1 is missing: entry 2 stands in its place."),
        ("UPDATE entries SET number = 9 WHERE number = 4", "Entry 4 is missing: entry 9 stands in its place."),
        ("UPDATE entries SET previous = seal WHERE number = 2", "Entry 2 does not follow the entry before it."),
    ],
)
def test_an_entry_edited_by_hand_is_found(
    ledger: Ledger, by_hand: sqlite3.Connection, statement: str, fault: str
) -> None:
    assert ledger.verify().holds
    for trigger in ("changed", "removed", "replaced"):
        by_hand.execute(f"DROP TRIGGER entries_are_never_{trigger}")
    by_hand.execute(statement)
    assert ledger.verify().fault == fault


async def test_entries_are_read_in_order_and_in_pages(written: Path, ledger: Ledger) -> None:
    everything = list(ledger.entries())
    assert [one.number for one in everything] == [1, 2, 3, 4]
    assert list(ledger.entries(after=1, limit=2)) == everything[1:3]
    assert everything[0].detail == {"n": 0}
    assert (everything[0].actor, everything[0].at) == ("UANA", "2026-05-04T09:30:00.000+00:00")
    assert ledger.verify().head == everything[-1].seal


def test_times_are_kept_in_utc_and_sort_as_text() -> None:
    berlin = timezone(timedelta(hours=2))
    assert stamp(datetime(2026, 5, 4, 11, 30, tzinfo=berlin)) == stamp(NOW)
    assert stamp(NOW) < stamp(NOW + timedelta(milliseconds=1)) < stamp(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (Sealed("refused", command="segment delete", detail={"said": "x", "reason": "No."}), "segment delete · No."),
        (Sealed("asked", command="segment list", detail={"said": "/segment list"}), "segment list · /segment list"),
        (Sealed("planned", command="segment list", detail={"need": ""}), "segment list"),
        (Sealed("step done", detail={"told": "Delete VIPs"}), "Delete VIPs"),
        (Sealed("answered"), ""),
    ],
)
def test_an_entry_is_told_in_one_line(entry: Sealed, line: str) -> None:
    assert entry.told == line
