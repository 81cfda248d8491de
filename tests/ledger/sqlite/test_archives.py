"""Backups and archives: nothing is lost on the way, and what was moved away still proves itself."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql.audit_log import append
from bot.ledger.sqlite.append_only import GUARDED, guards
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.atomic_files import new_file
from bot.ledger.sqlite.database import Database
from tests.core.samples import NOW
from tests.disks import held
from tests.ledger.logs import DAY, LATER, NAMES, log_of
from tests.ledger.sqlite.files import Shell, unguarded, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of seven entries, one a day."""
    made = tmp_path / "ledger.sqlite"
    write(made, log_of(*NAMES))
    return made


@pytest.fixture
def ledger(path: Path) -> Iterator[Shell]:
    with Shell.open(path) as opened:
        yield opened


def archive(ledger: Shell, target: Path, days: float) -> tuple[int, int]:
    """Archive what is older than so many days after NOW: the first and the last entry that were moved."""
    moved = ledger.archive(target, before=NOW + days * DAY, at=LATER)
    return moved.first, moved.last


def numbers(path: Path) -> list[int]:
    with Shell.read(path) as file:
        return [entry.number for entry in file.entries()]


def kinds(path: Path) -> list[str]:
    with Shell.read(path) as file:
        return [entry.kind for entry in file.entries()]


def tables(path: Path, *names: str) -> list[int]:
    """How many rows these tables have."""
    with closing(sqlite3.connect(path)) as db:
        return [db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names]


def leftovers(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir() if ".part" in one.name}


# Backups


def test_a_backup_is_the_whole_file_in_one(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with Shell.read(path) as file:
        proof = file.backup(copy)
    assert (proof.holds, proof.entries) == (True, 7)
    assert [one.name for one in tmp_path.glob("copy*")] == ["copy.sqlite"]
    assert copy.read_bytes()[18:20] == b"\x01\x01", "it needs no file of writes beside it, wherever it is read"
    assert numbers(copy) == numbers(path)
    with Shell.open(copy) as again:
        assert again.verify() == proof


def test_a_backup_is_of_one_moment_whoever_writes_meanwhile(path: Path, ledger: Shell, tmp_path: Path) -> None:
    with Shell.read(path) as file, ledger.database.transaction() as db:
        append(db, Entry(EntryKind.REFUSED), LATER)
        assert file.backup(tmp_path / "before.sqlite").entries == 7
    with Shell.read(path) as file:
        assert file.backup(tmp_path / "after.sqlite").entries == 8


def test_a_backup_overwrites_nothing(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("mine")
    with Shell.read(path) as file, pytest.raises(NotCopied, match=r"There is a file .*other\.txt already"):
        file.backup(other)
    assert other.read_text() == "mine"
    assert not leftovers(tmp_path)


def test_a_copy_whose_chain_is_broken_is_not_kept(path: Path, tmp_path: Path) -> None:
    with unguarded(path) as db:
        db.execute("DELETE FROM entries WHERE number = 3")
    with Shell.read(path) as file, pytest.raises(NotCopied, match="Entry 3 is missing"):
        file.backup(tmp_path / "copy.sqlite")
    assert {one.name for one in tmp_path.iterdir()} <= {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"}


def test_a_missing_directory_is_told_by_its_name(path: Path, tmp_path: Path) -> None:
    with Shell.read(path) as file, pytest.raises(NotCopied, match=r"^There is no directory .*nowhere\.$"):
        file.backup(tmp_path / "nowhere" / "copy.sqlite")


def test_what_appeared_meanwhile_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    with pytest.raises(NotCopied, match=r"There is a file .*copy\.sqlite already"), new_file(target):
        target.write_text("mine")
    assert target.read_text() == "mine"
    assert not leftovers(tmp_path)


# Archives


def test_the_guards_stand_again_afterwards(path: Path, ledger: Shell, tmp_path: Path) -> None:
    archive(ledger, tmp_path / "old.sqlite", 3)
    for file in (path, tmp_path / "old.sqlite"):
        with closing(sqlite3.connect(file)) as db:
            for statement in (f"DELETE FROM {table}" for table in ("entries", "subjects")):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    db.execute(statement)
            (standing,) = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()
            assert standing == sum(len(guards(table)) for table in GUARDED)


@pytest.mark.parametrize(
    "trace",
    [
        "INSERT INTO processes (owner, lease_until) VALUES ('one', '')",
        "INSERT INTO changes (state, revision, requester, expires_at, plan, body) VALUES ('', 1, '', '', '', '{}')",
    ],
)
def test_a_ledger_does_not_pass_for_an_archive(path: Path, ledger: Shell, trace: str) -> None:
    with unguarded(path) as db:
        (own,) = db.execute("SELECT seal FROM entries WHERE number = 2").fetchone()
        (head,) = db.execute("SELECT seal FROM entries WHERE number = 7").fetchone()
        db.execute("DELETE FROM entries WHERE number <= 2")
        db.execute("DELETE FROM subjects WHERE entry <= 2")
        db.execute("INSERT INTO archives VALUES (2, ?), (7, ?)", (own, head))
        db.execute(trace)
    assert not ledger.is_archive
    assert ledger.verify().fault.startswith("Entries up to 2 are gone")


def test_what_broke_off_before_anything_was_removed_is_done_again(path: Path, ledger: Shell, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with held(path), closing(Database.open(path, patience=0)) as impatient, pytest.raises(NotRecorded):
        asyncio.run(SqliteArchives(impatient).archive(old, before=NOW + 3 * DAY, at=LATER))
    assert (numbers(old), numbers(path)) == ([1, 2, 3], [1, 2, 3, 4, 5, 6, 7])
    assert ledger.verify().holds
    assert archive(ledger, old, 5) == (1, 3)
    assert (numbers(old), numbers(path), ledger.verify().holds) == ([1, 2, 3], [4, 5, 6, 7, 8], True)
