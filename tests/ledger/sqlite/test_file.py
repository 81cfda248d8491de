"""The file: who may open it, hold it, read it, and what is told where it is none."""

import asyncio
import filecmp
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread, current_thread, main_thread

import pytest

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry
from bot.core.errors import NotRecorded
from bot.core.summary.history import Size
from bot.core.summary.summary_run import SummaryState
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.sql import audit_log
from bot.ledger.sql.database import BUSY_SECONDS
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW
from tests.core.summary.days import TODAY, snapshot
from tests.ledger.planned import LATER, ask, asked, kinds, planned
from tests.records import read_ledger


def test_processes_may_open_a_new_ledger_at_the_same_instant(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def opened(path: Path) -> bool:
        together.wait()
        with closing(Database.open(path)) as database:
            return audit_log.verify(database.connection).holds

    with ThreadPoolExecutor(4) as starters:
        for number in range(20):
            path = tmp_path / f"{number}.sqlite"
            assert list(starters.map(opened, [path] * 4)) == [True] * 4
            with closing(sqlite3.connect(path)) as read:
                assert read.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_opening_waits_for_another_program_as_long_as_told(tmp_path: Path) -> None:
    path, began = tmp_path / "ledger.sqlite", time.monotonic()
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Database.open(path, patience=0)
    assert time.monotonic() - began < 4  # Python's own patience is 5 s


async def test_a_file_that_another_process_holds_is_told_quickly(path: Path, ledger: Ledger) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        told = await asyncio.gather(asked(ledger, "1"), asked(ledger, "2"), return_exceptions=True)
        assert [error.reason for error in told if isinstance(error, NotRecorded)] == [
            "another program holds the ledger's file"
        ] * 2
        holder.execute("ROLLBACK")
    assert await asked(ledger, "1")
    assert BUSY_SECONDS < 3  # Slack waits three seconds for an acknowledgement


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("not a database, " * 500)
    with pytest.raises(UnusableLedger, match="file is not a database"):
        open_sqlite(wrong)


def test_a_new_file_is_its_owners_alone(path: Path, ledger: Ledger) -> None:
    for one in path.parent.glob("ledger.sqlite*"):
        assert one.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableLedger, match="unable to open database file"):
        open_sqlite(tmp_path / "nowhere" / "ledger.sqlite")


async def test_reading_leaves_an_auditors_copy_as_it_is(path: Path, ledger: Ledger, tmp_path: Path) -> None:
    await planned(ledger)
    await ledger.close()
    copy = tmp_path / "copy of the ledger?.sqlite"
    shutil.copyfile(path, copy)
    with read_ledger(copy) as reading:
        assert (await reading.audit.verify()).holds
        assert await kinds(reading) == ["asked", "planned"]
        with pytest.raises(NotRecorded, match="may only be read"):
            await reading.audit.append(Entry(EntryKind.REFUSED), at=NOW)
    assert filecmp.cmp(copy, path, shallow=False)


async def test_a_log_is_read_while_the_bot_writes_it(path: Path, ledger: Ledger) -> None:
    with read_ledger(path) as reading:
        assert await kinds(reading) == []
        await asked(ledger)
        assert await kinds(reading) == ["asked"]


def test_reading_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    missing = tmp_path / "missing.sqlite"
    with pytest.raises(sqlite3.OperationalError, match="unable to open database file"):
        Database.open_read_only(missing)
    assert not missing.exists()


async def test_the_words_of_a_settled_invocation_are_gone(path: Path, ledger: Ledger) -> None:
    await asked(ledger, "1", values={"shoppers": ["ann@example.com"]})
    await ledger.invocations.settle(ask("1"), EntryKind.ANSWERED, at=NOW, detail={})
    with closing(sqlite3.connect(path)) as read:
        assert read.execute("SELECT body FROM asks").fetchall() == [(None,)]


async def test_silent_processes_are_forgotten_after_a_while(path: Path, ledger: Ledger) -> None:
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    await ledger.tidy(LATER)
    await ledger.tidy(LATER + timedelta(seconds=1))
    with closing(sqlite3.connect(path)) as read:
        assert read.execute("SELECT * FROM processes").fetchall() == []


async def test_a_ledger_in_memory_is_read_where_it_is() -> None:
    async with open_sqlite(":memory:") as ledger:
        await ledger.audit.append(Entry(EntryKind.REFUSED), at=NOW)
        assert (await ledger.audit.verify()).entries == 1
        await ledger.catch_up()
        await ledger.storage.trim()
        await ledger.refuse_damage()
        assert await ledger.audit.export(AuditFilter(), lambda entries: len(list(entries))) == 1


async def test_what_is_exported_is_read_in_a_thread(ledger: Ledger) -> None:
    def thread(entries: Iterator[RecordedEntry]) -> Thread:
        return current_thread()

    assert await ledger.audit.export(AuditFilter(), thread) is not main_thread()


async def test_a_database_that_cannot_be_read_is_a_fault(path: Path, ledger: Ledger) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as by_hand:
        by_hand.execute("DROP VIEW audit")
        by_hand.execute("ALTER TABLE entries RENAME TO others")
    assert (await ledger.audit.verify()).fault == "The database cannot be read (no such table: entries)."


async def test_lists_do_not_read_the_plans_of_100000_shoppers(path: Path, ledger: Ledger) -> None:
    made = await planned(ledger)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE changes SET plan = 'not even JSON'")
    (shown,) = await ledger.changes.latest("all", "", 9)
    assert (shown.number, shown.headline, shown.need) == (1, made.plan.headline, made.need)


async def test_a_snapshot_is_kept_whole_or_not_at_all(ledger: Ledger) -> None:
    twice = (Size("1", "VIPs", 40), Size("1", "VIPs", 41))
    with pytest.raises(sqlite3.IntegrityError):
        await ledger.history.save(snapshot(1, twice))
    assert await ledger.history.latest(TODAY) is None


async def test_a_summary_run_and_its_entry_are_written_together(ledger: Ledger, path: Path) -> None:
    await ledger.summaries.open(TODAY, at=NOW)
    day = await ledger.summaries.open(TODAY + timedelta(days=1), at=NOW)
    with closing(sqlite3.connect(path)) as by_hand, by_hand:
        by_hand.execute(
            "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT raise(ABORT, 'the disk is full'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="the disk is full"):
        await ledger.summaries.settle(day, SummaryState.FAILED, at=NOW)
    assert await ledger.summaries.load(day.day) == day
