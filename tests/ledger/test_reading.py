"""The log read at length, and by what segments were called."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW
from tests.ledger.subject import Subject


async def note(ledger: Ledger, *subjects: str, kind: EntryKind = EntryKind.STEP_DONE, **detail: object) -> None:
    await ledger.audit.append(Entry(kind, "UANA", subjects=subjects, detail=detail), at=NOW)


async def test_what_is_exported_is_streamed_oldest_first(ledger: Ledger) -> None:
    for kind in (EntryKind.ASKED, EntryKind.PLANNED, EntryKind.ASKED):
        await note(ledger, kind=kind)
    exported = await ledger.audit.export(AuditFilter(kind=EntryKind.ASKED), lambda found: [one.number for one in found])
    assert exported == [1, 3]


def test_who_stops_leaves_a_long_read_behind(subject: Subject) -> None:
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def read(_: Iterator[RecordedEntry]) -> None:
        begun.set()
        go_on.wait(2)
        over.set()

    async def stopped() -> None:
        async with subject.open() as ledger:
            reading = asyncio.create_task(ledger.audit.export(AuditFilter(), read))
            assert await asyncio.to_thread(begun.wait, 10)
            assert not reading.done()

    asyncio.run(stopped())  # which waits for what asyncio has in threads
    assert not over.is_set()
    go_on.set()
    assert over.wait(10)


async def test_segments_are_found_by_what_changes_called_them(ledger: Ledger) -> None:
    await note(ledger, "segment:1", before=None, after={"id": "1", "name": "VIPs"})
    await note(ledger, "segment:2", before={"name": "Gold"}, after={"name": "vips"})
    await note(ledger, "segment:3", "profile:9", before={"name": "VIPs", "members": 1}, after=None)
    await note(ledger, "segment:1", before={"name": "VIPs"}, after={"name": "Gold"})
    await note(ledger, "segment:4", before={"members": 1}, after={"members": 0})
    await note(ledger, "segment:5", kind=EntryKind.STEP_STARTED, before={"name": "VIPs"})
    await note(ledger, "segment:6", before={"name": 3}, after=["VIPs"])
    assert await ledger.audit.segments_named("VIPs") == ("1", "2", "3")
    assert await ledger.audit.segments_named("GOLD") == ("2", "1")
    assert await ledger.audit.segments_named("%") == ()


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
    assert [one.number for one in await ledger.audit.recent(wanted, limit=9)] == found
    assert [one.number for one in await ledger.audit.recent(wanted, limit=9, before=4)] == [n for n in found if n < 4]
