"""A file that takes nothing: which words it gets, what is owed meanwhile, and a disk that is really full."""

import logging
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.ledger.ledger import Ledger
from bot.ledger.sql.database import statement
from bot.ledger.sql.error_log import EVERY, ErrorLog
from bot.ledger.sql.ledger import ledger_on
from bot.ledger.sqlite.connection import Connection
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import open_sqlite
from bot.ledger.sqlite.storage_errors import reason
from tests.core.samples import NOW
from tests.disks import fits, frozen, full, held
from tests.records import database_of, entries_of, verified

SECOND = timedelta(seconds=1)


def failing(ledger: Ledger) -> str:
    """Why an entry cannot be put on record."""
    with pytest.raises(NotRecorded) as told, database_of(ledger).transaction() as db:
        db.execute("INSERT INTO touches VALUES (?, 1)", ("x" * 10_000,))
    return told.value.reason


def test_each_reason_has_its_words(path: Path, ledger: Ledger) -> None:
    with held(path):
        assert failing(ledger) == "another program holds the ledger's file"
    with frozen(ledger):
        assert failing(ledger) == "the ledger's file may only be read"
    with full(ledger):
        assert failing(ledger) == "the disk is full"
    assert fits(ledger, Entry(EntryKind.REFUSED))
    assert verified(ledger).holds


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)


async def test_a_damaged_file_takes_nothing(path: Path, ledger: Ledger) -> None:
    await ledger.close()
    damage(path)
    with closing(Database(sqlite3.connect(path, isolation_level=None, factory=Connection))) as broken:
        assert failing(ledger_on(broken)) == "the ledger's file is damaged"


async def test_what_is_not_the_files_fault_stays_what_it_is(ledger: Ledger) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"), database_of(ledger).transaction() as db:
        db.execute("INSERT INTO entries (number, body) VALUES (1, '{}')")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await database_of(ledger).write(statement("DELETE FROM nowhere"))
    assert reason(sqlite3.ProgrammingError("closed")) == ""


def test_it_is_said_once_a_minute_for_each_reason(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 0.0, 1.0, EVERY - 1, EVERY, EVERY, EVERY + 1])
    trouble = ErrorLog(lambda: next(times))
    for why in ("full", "full", "full", "full", "full"):
        trouble.log(why, "disk I/O error")
    assert [one.levelno for one in caplog.records] == [logging.ERROR] * 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where the system lets the tests have one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_disk_that_is_really_full_refuses_and_has_room_again(disk: Path) -> None:
    async with open_sqlite(disk / "ledger.sqlite") as ledger:
        assert fits(ledger, Entry(EntryKind.REFUSED))
        ballast = disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        while fits(ledger, Entry(EntryKind.REFUSED)):
            pass
        with pytest.raises(NotRecorded, match="the disk is full"):
            await ledger.audit.append(Entry(EntryKind.REFUSED), at=NOW)
        noted = len(entries_of(ledger))
        ballast.unlink()
        assert fits(ledger, Entry(EntryKind.REFUSED))
        assert (verified(ledger).entries, verified(ledger).holds) == (noted + 1, True)
