"""The log read at length: apart from what else goes on, by what segments were called, and where it cannot be read."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import current_thread, main_thread

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.reader import AuditFilter
from bot.ledger.sqlite.ledger import Ledger
from tests.core.samples import NOW


async def note(ledger: Ledger, *subjects: str, kind: EntryKind = EntryKind.STEP_DONE, **detail: object) -> None:
    await ledger.note(Entry(kind, "UANA", subjects=subjects, detail=detail), at=NOW)


async def test_what_is_exported_is_read_in_a_thread_the_oldest_first(ledger: Ledger) -> None:
    for kind in (EntryKind.ASKED, EntryKind.PLANNED, EntryKind.ASKED):
        await note(ledger, kind=kind)
    threads = []

    def numbers(entries: object) -> list[int]:
        threads.append(current_thread())
        return [one.number for one in entries]  # type: ignore[attr-defined]

    assert await ledger.exported(AuditFilter(kind=EntryKind.ASKED), numbers) == [1, 3]
    assert threads[0] is not main_thread()


async def test_a_log_in_memory_is_read_where_it_is() -> None:
    with closing(Ledger.open(":memory:")) as ledger:
        await note(ledger)
        assert (await ledger.checked()).entries == 1
        assert await ledger.exported(AuditFilter(), lambda entries: len(list(entries))) == 1


async def test_segments_are_found_by_what_changes_called_them(ledger: Ledger) -> None:
    await note(ledger, "segment:1", before=None, after={"id": "1", "name": "VIPs"})
    await note(ledger, "segment:2", before={"name": "Gold"}, after={"name": "vips"})
    await note(ledger, "segment:3", "profile:9", before={"name": "VIPs", "members": 1}, after=None)
    await note(ledger, "segment:1", before={"name": "VIPs"}, after={"name": "Gold"})
    await note(ledger, "segment:4", before={"members": 1}, after={"members": 0})
    await note(ledger, "segment:5", kind=EntryKind.STEP_STARTED, before={"name": "VIPs"})
    await note(ledger, "segment:6", before={"name": 3}, after=["VIPs"])
    assert await ledger.segments_called("VIPs") == ("1", "2", "3")
    assert await ledger.segments_called("GOLD") == ("2", "1")
    assert await ledger.segments_called("%") == ()


@pytest.mark.parametrize(
    ("subjects", "besides", "found"),
    [
        (("segment:1",), (), [4, 3, 1]),
        (("segment:1",), ("customer:7",), [4, 3]),
        (("segment:1", "segment:2"), ("customer:7", "profile:a"), [4, 3, 2]),
        (("segment:2",), ("customer:7",), []),
        (("segment:1", "customer:7"), ("segment:1", "customer:7"), [4, 3, 1]),
    ],
)
async def test_entries_are_found_that_are_about_one_thing_besides_another(
    ledger: Ledger, subjects: tuple[str, ...], besides: tuple[str, ...], found: list[int]
) -> None:
    await note(ledger, "segment:1")
    await note(ledger, "segment:2", "profile:a")
    await note(ledger, "segment:1", "customer:7", "profile:a")
    await note(ledger, "segment:1", "customer:7")
    wanted = AuditFilter(subjects=subjects, besides=besides)
    assert [one.number for one in await ledger.recent(wanted, limit=9)] == found
    assert [one.number for one in await ledger.recent(wanted, limit=9, before=4)] == [n for n in found if n < 4]


async def test_a_database_that_cannot_be_read_is_a_fault(path: Path, ledger: Ledger) -> None:
    await note(ledger)
    with closing(sqlite3.connect(path, isolation_level=None)) as by_hand:
        by_hand.execute("DROP VIEW audit")
        by_hand.execute("ALTER TABLE entries RENAME TO others")
    assert (await ledger.checked()).fault == "The database cannot be read (no such table: entries)."
