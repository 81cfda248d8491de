"""Damaged pages are found before something is written between them, and the log of writes does not grow for ever."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry
from bot.core.errors import LedgerLost
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_log import PAGE
from bot.ledger.sql.database import statement
from bot.ledger.sqlite import file_checks
from bot.ledger.sqlite.file_checks import MOST_LOGGED
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW
from tests.disks import logged, no_file_beyond, read_by_others, write_more_than_is_logged
from tests.ledger.logs import DAY
from tests.ledger.sqlite.files import Shell, damage
from tests.records import create_ledger, database_of, entries_of, record


async def test_damage_is_found_before_anything_is_written(path: Path) -> None:
    create_ledger(path)
    async with open_sqlite(path) as ledger:
        await ledger.refuse_damage()
    damage(path, "restored")
    async with open_sqlite(path) as ledger:
        with pytest.raises(LedgerLost) as told:
            await ledger.refuse_damage()
    assert told.value.reason == "the ledger's file is damaged"
    assert "put the latest backup in its place with `segment-bot ledger restore BACKUP`" in told.value.for_operator


def test_a_check_that_cannot_be_made_is_damage(path: Path) -> None:
    path.write_bytes(b"no database at all, but long enough to be read as one" * 100)
    with closing(sqlite3.connect(path)) as db:
        assert file_checks.damage(db) == "file is not a database"


def index_on(db: sqlite3.Connection, column: str) -> None:
    """Say that an index of changes is on this column, without writing it anew."""
    sql = f"CREATE INDEX changes_by_requester ON changes ({column})"
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'changes_by_requester'", (sql,))
    db.execute("PRAGMA writable_schema = RESET")


def test_verifying_finds_what_no_entry_shows(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An index that tells something else than its table, which only a thorough check sees."""
    record(path, [(Entry(EntryKind.ASKED), NOW)])
    columns = "(state, revision, requester, expires_at, plan, body)"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        index_on(db, "plan")
        db.execute(f"INSERT INTO changes {columns} VALUES ('', 1, 'a', '', 'b', '{{}}')")
        index_on(db, "requester")
        assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    assert main(["audit", "verify", "--database", str(path)]) == 1
    assert "The log is not intact. The database is damaged (row 1 missing from index" in capsys.readouterr().err


async def test_the_log_of_writes_is_emptied_once_nobody_reads_from_it(path: Path, ledger: Ledger) -> None:
    with read_by_others(path):
        await write_more_than_is_logged(ledger)
        await ledger.storage.trim()
        assert logged(path) > MOST_LOGGED
    await ledger.storage.trim()
    assert logged(path) == 0


async def test_a_log_of_writes_that_cannot_be_emptied_goes_on(
    path: Path, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    with read_by_others(path):
        await write_more_than_is_logged(ledger)
    kept = logged(path)
    with no_file_beyond(MOST_LOGGED // 2):
        for _ in range(2):
            await ledger.storage.trim()
    assert [one.getMessage() for one in caplog.records] == [
        "The ledger's log of writes (-wal) cannot be emptied, and grows until it can: "
        "the disk reports an error (disk I/O error)"
    ]
    await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW)
    assert logged(path) > kept
    await ledger.storage.trim()
    assert (logged(path), len(entries_of(ledger))) == (0, 1)


async def test_the_log_of_writes_keeps_no_more_on_disk_than_is_allowed(ledger: Ledger) -> None:
    ((most,),) = await database_of(ledger).read(statement("PRAGMA journal_size_limit", ()))
    assert most == MOST_LOGGED


def test_a_log_of_writes_that_is_short_or_not_there_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "some.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        file_checks.empty_log_of_writes(db, path)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE homes (user)")
        before = logged(path)
        file_checks.empty_log_of_writes(db, path)
        assert logged(path) == before > 0


async def test_an_export_that_nobody_takes_keeps_no_log_of_writes(path: Path, ledger: Ledger) -> None:
    """Whoever pipes it into a pager may leave it there for days."""
    record(path, ((Entry(EntryKind.ASKED), NOW) for _ in range(PAGE + 1)))

    def taken_slowly(entries: Iterator[RecordedEntry]) -> list[int]:
        first = next(entries).number
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0  # nothing was in its way
        return [first, *(entry.number for entry in entries)]

    assert await ledger.audit.export(AuditFilter(), taken_slowly) == list(range(1, PAGE + 2))


async def test_an_export_goes_on_behind_entries_that_were_archived(path: Path, ledger: Ledger) -> None:
    record(path, ((Entry(EntryKind.ASKED), NOW + number * DAY / PAGE) for number in range(2 * PAGE)))

    def archived_meanwhile(entries: Iterator[RecordedEntry]) -> list[int]:
        first = next(entries).number
        with Shell.open(path) as shell:
            old = path.with_name("old.sqlite")
            assert shell.archive(old, before=NOW + 1.5 * DAY, at=NOW + 100 * DAY).last > PAGE
        return [first, *(entry.number for entry in entries)]

    numbers = await ledger.audit.export(AuditFilter(), archived_meanwhile)
    assert numbers[:PAGE] == list(range(1, PAGE + 1))
    assert (numbers[PAGE], numbers == sorted(numbers)) == (PAGE + PAGE // 2 + 1, True)
