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
from bot.ledger.sqlite.ledger import Ledger
from bot.ledger.sqlite.storage_errors import EVERY, Trouble, reason
from tests.core.samples import NOW
from tests.disks import fits, frozen, full, held
from tests.ledger.planned import LATER, planned

SECOND = timedelta(seconds=1)


def failing(ledger: Ledger) -> str:
    """Why an entry cannot be put on record."""
    with pytest.raises(NotRecorded) as told:
        ledger._write("INSERT INTO touches VALUES (?, 1)", ("x" * 10_000,))
    return told.value.reason


def test_each_reason_has_its_words(path: Path, ledger: Ledger) -> None:
    with held(path):
        assert failing(ledger) == "another program holds the ledger's file"
    with frozen(ledger):
        assert failing(ledger) == "the ledger's file may only be read"
    with full(ledger):
        assert failing(ledger) == "the disk is full"
    assert fits(ledger, Entry(EntryKind.REFUSED))
    assert ledger.verify().holds


def test_a_damaged_file_takes_nothing(path: Path, ledger: Ledger) -> None:
    ledger.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with closing(Ledger(ledger._db.__class__(path, isolation_level=None))) as broken:
        assert failing(broken) == "the ledger's file is damaged"


def test_what_is_not_the_files_fault_stays_what_it_is(ledger: Ledger) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="NOT NULL"), ledger._transaction() as db:
        db.execute("INSERT INTO entries (number, body) VALUES (1, '{}')")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        ledger._write("DELETE FROM nowhere")
    assert reason(sqlite3.ProgrammingError("closed")) == ""


def test_it_is_said_once_a_minute_for_each_reason(caplog: pytest.LogCaptureFixture) -> None:
    times = iter([0.0, 0.0, 1.0, EVERY - 1, EVERY, EVERY, EVERY + 1])
    trouble, error = Trouble(lambda: next(times)), sqlite3.OperationalError("disk I/O error")
    for why in ("full", "full", "full", "full", "full"):
        trouble.met(why, error)
    assert [one.levelno for one in caplog.records] == [logging.ERROR] * 2


async def test_a_lease_that_could_not_be_given_back_is_with_the_next_sign_of_life(ledger: Ledger) -> None:
    await planned(ledger)
    with frozen(ledger):
        await ledger.release(1, owner="one")
    assert await ledger.holds(1, owner="one")
    assert not await ledger.claim(1, owner="two", now=NOW)
    await ledger.renew(owner="one", until=LATER)
    assert await ledger.claim(1, owner="two", now=NOW)


async def test_a_lease_that_was_taken_again_is_not_given_back_late(ledger: Ledger) -> None:
    await planned(ledger)
    with frozen(ledger):
        await ledger.release(1, owner="one")
    assert await ledger.claim(1, owner="one", now=LATER + SECOND)
    await ledger.renew(owner="one", until=LATER)
    assert await ledger.holds(1, owner="one")


async def test_a_home_tab_that_was_taken_again_is_not_given_back_late(ledger: Ledger) -> None:
    await ledger.renew(owner="one", until=LATER)
    await ledger.opened("UANA", at=NOW)
    assert await ledger.claim_home("UANA", owner="one", now=NOW)
    with frozen(ledger):
        await ledger.release_home("UANA", owner="one")
    assert await ledger.claim_home("UANA", owner="one", now=LATER + SECOND)
    await ledger.renew(owner="one", until=LATER)
    assert await ledger.claim_home("UANA", owner="two", now=NOW) is None


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
    with closing(Ledger.open(disk / "ledger.sqlite")) as ledger:
        assert fits(ledger, Entry(EntryKind.REFUSED))
        ballast = disk / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        while fits(ledger, Entry(EntryKind.REFUSED)):
            pass
        with pytest.raises(NotRecorded, match="the disk is full"):
            await ledger.note(Entry(EntryKind.REFUSED), at=NOW)
        noted = len(list(ledger.entries()))
        ballast.unlink()
        assert fits(ledger, Entry(EntryKind.REFUSED))
        assert (ledger.verify().entries, ledger.verify().holds) == (noted + 1, True)
