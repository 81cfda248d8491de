"""Rows that entries are found by: written in batches, and moved with their entries."""

import sqlite3
from collections.abc import Coroutine
from contextlib import closing, suppress
from pathlib import Path

import pytest

from bot.core.approval.changes import Event
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.index_terms import is_segment
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_index import AT_ONCE, BATCH, OF_SEGMENTS
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW, uuid
from tests.ledger.logs import DAY
from tests.ledger.planned import moved, planned
from tests.ledger.test_audit_index import about, deletion
from tests.records import verified

MANY = AT_ONCE + BATCH + 1
CROWD = tuple(f"customer:{number}" for number in range(1, MANY + 1))
BIG = Entry(EntryKind.STEP_DONE, change=7, subjects=("segment:1", *CROWD[:-1]))


def finish(working: Coroutine[None, None, None]) -> None:
    with suppress(StopIteration):
        while True:
            working.send(None)


async def is_found(ledger: Ledger, subject: str) -> bool:
    return [one.number for one in await ledger.audit.recent(AuditFilter(subjects=(subject,)), limit=9)] == [1]


def rows(path: Path, table: str = "subjects") -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_an_entry_about_very_many_is_indexed_in_batches(path: Path, ledger: Ledger) -> None:
    await ledger.audit.append(BIG, at=NOW)
    assert (await ledger.audit.entry(1)).subjects == BIG.subjects
    assert await is_found(ledger, "segment:1")
    assert rows(path) == 1
    # Each batch is a transaction of its own, between which others come to their turn.
    working = ledger.catch_up()
    for done in range(BATCH, MANY, BATCH):
        working.send(None)
        assert rows(path) == 1 + done
        assert verified(ledger).holds
        async with open_sqlite(path) as other:
            await other.audit.append(Entry(EntryKind.ASKED), at=NOW)
    finish(working)
    assert (rows(path), rows(path, "unindexed"), verified(ledger).fault) == (MANY, 0, "")
    for one in ("segment:1", CROWD[0], CROWD[-2]):
        assert await is_found(ledger, one)


async def test_an_entry_about_some_is_found_at_once(path: Path, ledger: Ledger) -> None:
    await ledger.audit.append(Entry(EntryKind.STEP_DONE, subjects=CROWD[:AT_ONCE]), at=NOW)
    assert await is_found(ledger, CROWD[AT_ONCE - 1])
    assert rows(path, "unindexed") == 0


async def test_what_broke_off_is_gone_on_with_after_a_restart(path: Path) -> None:
    async with open_sqlite(path) as ledger:
        await ledger.audit.append(BIG, at=NOW)
        working = ledger.catch_up()
        working.send(None)
        working.close()
    assert rows(path) == 1 + BATCH
    async with open_sqlite(path) as again:
        await again.catch_up()
        assert await is_found(again, CROWD[-2])
    assert (rows(path), rows(path, "unindexed")) == (MANY, 0)


async def test_of_two_processes_one_writes_each_batch(path: Path, ledger: Ledger) -> None:
    await ledger.audit.append(BIG, at=NOW)
    working = ledger.catch_up()
    working.send(None)
    async with open_sqlite(path) as other:
        await other.catch_up()
    finish(working)
    assert rows(path) == MANY


async def test_an_archive_knows_what_its_changes_touched(path: Path, ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1))
    await ledger.audit.append(Entry(EntryKind.CARD_LOST, change=change.number), at=NOW)
    await moved(ledger, change, Event.WITHDRAW)
    await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW + DAY)
    old = path.with_name("old.sqlite")
    with open_audit_file(path, to_archive=True) as file:
        await file.archives.archive(old, before=NOW + DAY, at=NOW + 100 * DAY)
    async with open_sqlite(old) as archive:
        assert await about(archive, uuid(1)) == ["planned", "card lost", "withdraw"]
    assert await about(ledger, uuid(1)) == []


async def test_an_archive_indexes_entries_that_were_not_indexed_yet(path: Path, ledger: Ledger) -> None:
    await ledger.audit.append(BIG, at=NOW)
    await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW + DAY)
    with open_audit_file(path, to_archive=True) as file:
        await file.archives.archive(path.with_name("old.sqlite"), before=NOW + DAY, at=NOW + 100 * DAY)
    assert (rows(path.with_name("old.sqlite")), rows(path), rows(path, "unindexed")) == (MANY, 0, 0)
    await ledger.catch_up()


@pytest.mark.parametrize("subject", ["segment:", "segment:ü", "segment", "segment;", "segments:1", "profile:1", ""])
def test_sql_takes_for_a_segment_what_everybody_does(subject: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        (found,) = db.execute(f"SELECT {OF_SEGMENTS} FROM (SELECT ? AS subject)", (subject,)).fetchone()
    assert bool(found) == is_segment(subject)
