"""Backups and archives: nothing is lost on the way, and what was moved away still proves itself."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.errors import NotRecorded
from bot.core.summary.history import Snapshot
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql.audit_log import append
from bot.ledger.sqlite.append_only import GUARDED, guards
from bot.ledger.sqlite.archives import BATCH, SqliteArchives
from bot.ledger.sqlite.atomic_files import new_file
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW
from tests.disks import held
from tests.laws.values import FEW
from tests.ledger.logs import DAY, logs
from tests.ledger.sqlite.files import Shell, at_once, joined, unguarded, write, written
from tests.records import record

NAMES = ("asked", "planned", "post", "approve", "start", "step done", "finish")
LATER = NOW + 100 * DAY


def log_of(*kinds: str) -> list[Entry]:
    return [
        Entry(EntryKind(kind), "UANA", change=7, subjects=("segment:a", f"customer:{place}"))
        for place, kind in enumerate(kinds)
    ]


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


# Archives


def test_what_is_old_is_moved_and_both_files_hold(path: Path, ledger: Shell, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    before = ledger.entries()
    assert archive(ledger, old, 3) == (1, 3)
    assert numbers(old) == [1, 2, 3]
    assert numbers(path) == [4, 5, 6, 7, 8]
    with Shell.read(old) as file:
        assert (file.is_archive, file.verify().holds, file.entries()) == (True, True, before[:3])
        assert file.about("customer:1") == [2]
    proof = ledger.verify()
    assert (proof.fault, proof.entries, proof.archived) == ("", 5, 3)
    assert not ledger.is_archive
    last = ledger.entries()[-1]
    detail = {"first": 1, "last": 3, "head": before[2].seal, "file": "old.sqlite", "entries": 3}
    assert (last.kind, last.detail.items() >= detail.items(), last.outcome) == ("archived", True, "archived")
    assert ledger.about("customer:1") == []
    assert tables(path, "subjects") == [8]
    assert not leftovers(tmp_path)


def test_effects_go_with_their_entries(path: Path, ledger: Shell, tmp_path: Path) -> None:
    with ledger.database.transaction() as db:
        db.executemany("INSERT INTO effects VALUES (?, 'a', 1, 0)", [(2,), (6,)])
    archive(ledger, tmp_path / "old.sqlite", 4)
    assert (tables(tmp_path / "old.sqlite", "effects"), tables(path, "effects")) == ([1], [1])


def test_the_guards_stand_again_afterwards(path: Path, ledger: Shell, tmp_path: Path) -> None:
    archive(ledger, tmp_path / "old.sqlite", 3)
    for file in (path, tmp_path / "old.sqlite"):
        with closing(sqlite3.connect(file)) as db:
            for statement in (f"DELETE FROM {table}" for table in ("entries", "subjects")):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    db.execute(statement)
            (standing,) = db.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'").fetchone()
            assert standing == sum(len(guards(table)) for table in GUARDED)


def test_a_running_bot_goes_on_with_the_chain(path: Path, ledger: Shell, tmp_path: Path) -> None:
    with Shell.open(path) as bot, Shell.read(path) as looking:
        archive(ledger, tmp_path / "old.sqlite", 3)
        with bot.database.transaction() as db:
            assert append(db, Entry(EntryKind.REFUSED), LATER) == 9
        assert (bot.verify().fault, looking.verify().entries) == ("", 6)


def test_the_last_entry_stays(path: Path, ledger: Shell, tmp_path: Path) -> None:
    assert archive(ledger, tmp_path / "old.sqlite", 80) == (1, 6)
    assert kinds(path) == ["finish", "archived"]
    assert archive(ledger, tmp_path / "older.sqlite", 80) == (7, 7)
    assert kinds(path) == ["archived", "archived"]
    with pytest.raises(NotCopied, match="no entries from before that date"):
        archive(ledger, tmp_path / "oldest.sqlite", 80)
    assert not (tmp_path / "oldest.sqlite").exists()


def test_only_what_is_old_throughout_is_moved(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    with Shell.open(path) as made, made.database.transaction() as db:
        for day in (0, 5, 1, 2, 9):  # a clock was set back in between
            append(db, Entry(EntryKind.ASKED), NOW + day * DAY)
    with Shell.open(path) as file:
        assert archive(file, tmp_path / "old.sqlite", 3) == (1, 1)


def test_all_since_an_emergency_that_nobody_reviewed_stays(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    write(path, log_of("asked", "break glass", "finish", "asked"))
    with Shell.open(path) as file:
        assert archive(file, tmp_path / "old.sqlite", 50) == (1, 1)
        with file.database.transaction() as db:
            append(db, Entry(EntryKind.REVIEW, "UBEN", change=7), NOW + 5 * DAY)
        assert archive(file, tmp_path / "older.sqlite", 50)[0] == 2


async def test_all_since_the_last_snapshot_stays(path: Path, ledger: Shell, tmp_path: Path) -> None:
    async with open_sqlite(path) as bot:
        await bot.history.save(Snapshot((NOW + 8 * DAY).date(), NOW, 2, 0, ()))
        await bot.history.save(Snapshot((NOW + 9 * DAY).date(), NOW, 4, 0, ()))
    assert archive(ledger, tmp_path / "old.sqlite", 80) == (1, 4)


def test_a_missing_directory_is_told_by_its_name(path: Path, tmp_path: Path) -> None:
    with Shell.read(path) as file, pytest.raises(NotCopied, match=r"^There is no directory .*nowhere\.$"):
        file.backup(tmp_path / "nowhere" / "copy.sqlite")


def test_what_appeared_meanwhile_is_not_overwritten(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite"
    with pytest.raises(NotCopied, match=r"There is a file .*copy\.sqlite already"), new_file(target):
        target.write_text("mine")
    assert target.read_text() == "mine"
    assert not leftovers(tmp_path)


def test_the_last_days_stay(ledger: Shell, tmp_path: Path) -> None:
    with pytest.raises(NotCopied, match=f"last 10 days stay in the ledger: {NOW.date()} is the latest date"):
        ledger.archive(tmp_path / "old.sqlite", before=NOW + DAY, at=NOW + 10 * DAY)
    assert ledger.archive(tmp_path / "old.sqlite", before=NOW + DAY, at=NOW + 11 * DAY).last == 1


def test_a_log_that_does_not_hold_is_not_archived(path: Path, ledger: Shell, tmp_path: Path) -> None:
    with unguarded(path) as db:
        db.execute("UPDATE entries SET body = replace(body, 'UANA', 'UBEN') WHERE number = 2")
    with pytest.raises(NotCopied, match=r"is not intact, so nothing was written\. Entry 2"):
        archive(ledger, tmp_path / "old.sqlite", 3)
    assert numbers(path) == [1, 2, 3, 4, 5, 6, 7]
    assert not list(tmp_path.glob("old*"))


# Broken off in between


def test_what_broke_off_before_anything_was_removed_is_done_again(path: Path, ledger: Shell, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    with held(path), closing(Database.open(path, patience=0)) as impatient, pytest.raises(NotRecorded):
        asyncio.run(SqliteArchives(impatient).archive(old, before=NOW + 3 * DAY, at=LATER))
    assert (numbers(old), numbers(path)) == ([1, 2, 3], [1, 2, 3, 4, 5, 6, 7])
    assert ledger.verify().holds
    assert archive(ledger, old, 5) == (1, 3)
    assert (numbers(old), numbers(path), ledger.verify().holds) == ([1, 2, 3], [4, 5, 6, 7, 8], True)


def test_what_broke_off_within_the_removal_is_gone_on_with(path: Path, ledger: Shell, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    ledger.archives.write_archive(old, 5)
    at_once(ledger.archives.remove(2, old.name, LATER))
    assert ledger.verify().archived == 2
    assert archive(ledger, old, 5) == (3, 5)
    assert (ledger.verify().fault, ledger.verify().archived) == ("", 5)
    assert joined([old, path]).holds


def test_many_entries_go_in_parts_so_that_nobody_waits_long(tmp_path: Path) -> None:
    path, old = tmp_path / "ledger.sqlite", tmp_path / "old.sqlite"
    with Shell.open(path) as made, made.database.transaction() as db:
        for number in range(2 * BATCH + 10):
            append(db, Entry(EntryKind.ASKED), NOW + timedelta(seconds=number))
    with Shell.open(path) as file:
        assert archive(file, old, 50) == (1, 2 * BATCH + 9)
        assert [one.detail["last"] for one in file.entries(after=2 * BATCH + 10)] == [BATCH, 2 * BATCH, 2 * BATCH + 9]
        assert (file.verify().fault, len(numbers(old))) == ("", 2 * BATCH + 9)
    assert joined([path, old]).fault == ""


def another_logs_archive(target: Path) -> None:
    source = target.with_name("another.sqlite")
    write(source, log_of(*NAMES[::-1]))
    with Shell.open(source) as file:
        archive(file, target, 3)


def a_gap(target: Path) -> None:
    """An archive that begins behind where the ledger does."""
    source = target.with_name("same.sqlite")
    write(source, log_of(*NAMES))
    with Shell.open(source) as file:
        archive(file, target.with_name("first.sqlite"), 2)
        archive(file, target, 4)


def a_ledger(target: Path) -> None:
    write(target, log_of(*NAMES))


def too_young(target: Path) -> None:
    """An archive of entries that are not that old."""
    source = target.with_name("young.sqlite")
    write(source, log_of(*NAMES))
    with Shell.open(source) as file:
        archive(file, target, 5)


def no_database(target: Path) -> None:
    target.write_text("notes " * 1000)


@pytest.mark.parametrize("make", [another_logs_archive, a_gap, a_ledger, too_young, no_database])
def test_nothing_is_removed_for_a_file_that_holds_something_else(
    path: Path, ledger: Shell, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    old = tmp_path / "old.sqlite"
    make(old)
    content = old.read_bytes()
    with pytest.raises(NotCopied, match="holds something else"):
        archive(ledger, old, 4)
    assert (numbers(path), old.read_bytes()) == ([1, 2, 3, 4, 5, 6, 7], content)


def test_of_two_who_archive_at_once_one_is_told(path: Path, ledger: Shell, tmp_path: Path) -> None:
    archive(ledger, tmp_path / "old.sqlite", 3)
    with pytest.raises(NotCopied, match="Someone else is archiving right now"):
        at_once(ledger.archives.remove(3, "other.sqlite", LATER))
    assert ledger.verify().holds


# The chain over several files


def test_entries_that_are_gone_without_a_word_are_missed(path: Path, ledger: Shell) -> None:
    with unguarded(path) as db:
        (own,) = db.execute("SELECT seal FROM entries WHERE number = 2").fetchone()
        db.execute("DELETE FROM entries WHERE number <= 2")
        db.execute("DELETE FROM subjects WHERE entry <= 2")
        db.execute("INSERT INTO archives VALUES (2, ?)", (own,))
    told = "Entries up to 2 are gone, and no entry of the log says that they were archived."
    assert (ledger.verify().fault, ledger.verify().archived) == (told, 2)


@pytest.mark.parametrize(
    ("kind", "last", "head"),
    [(EntryKind.ARCHIVED, 2, 2), (EntryKind.ARCHIVED, 4, 2), (EntryKind.ARCHIVED, 2, 4), (EntryKind.ASKED, 4, 4)],
    ids=["fewer were archived", "another head", "another number", "no archive"],
)
def test_no_more_may_be_missing_than_an_entry_says_were_archived(
    kind: EntryKind, last: int, head: int, path: Path, ledger: Shell
) -> None:
    with unguarded(path) as db:
        seals = dict(db.execute("SELECT number, seal FROM entries").fetchall())
        record(path, [(Entry(kind, detail={"last": last, "head": seals[head]}), NOW)])
        db.execute("DELETE FROM entries WHERE number <= 4")
        db.execute("DELETE FROM subjects WHERE entry <= 4")
        db.execute("INSERT INTO archives VALUES (4, ?)", (seals[4],))
    assert ledger.verify().fault.startswith("Entries up to 4 are gone, and no entry of the log says")


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


def test_a_missing_archive_is_named(path: Path, ledger: Shell, tmp_path: Path) -> None:
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    archive(ledger, first, 2)
    archive(ledger, second, 4)
    seen = ledger.entries()[0].seal
    whole = joined([path, second, first], seen)
    assert (whole.fault, whole.entries, whole.witness, whole.archived) == ("", 9, 5, 0)
    assert joined([first, path]).fault == (
        "ledger.sqlite begins behind entry 4, and the entries before it end with entry 2."
    )
    assert joined([second, path]).fault == (
        "second.sqlite begins behind entry 2, and the entries before it end with entry 0."
    )


def test_archives_of_another_log_do_not_join(path: Path, ledger: Shell, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.sqlite"
    another_logs_archive(foreign)
    archive(ledger, tmp_path / "old.sqlite", 3)
    assert joined([foreign, path]).fault == "ledger.sqlite does not go on from the seal of entry 3."


def test_a_changed_archive_is_named(path: Path, ledger: Shell, tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite"
    archive(ledger, old, 3)
    with unguarded(old) as db:
        db.execute("UPDATE entries SET body = replace(body, 'UANA', 'UBEN') WHERE number = 2")
    assert joined([old, path]).fault.startswith("old.sqlite: Entry 2 is not what was sealed")


@FEW
@given(logs, st.lists(st.integers(0, 9), max_size=4))
def test_whatever_is_archived_when_the_whole_log_is_as_it_was(log: list[Entry], days: list[int]) -> None:
    with written(log) as path:
        archives: list[Path] = []
        with Shell.open(path) as file:
            before = file.entries()
            for day in sorted(days):
                target = path.with_name(f"{len(archives)}.sqlite")
                try:
                    archive(file, target, day)
                except NotCopied:
                    assert not target.exists()
                else:
                    archives.append(target)
                assert file.verify().holds
        entries = [one for part in (*archives, path) for one in _entries(part)]
        assert entries[: len(before)] == before
        assert [one.kind for one in entries[len(before) :]] == ["archived"] * len(archives)
        whole = joined([path, *archives], before[-1].seal)
        assert (whole.fault, whole.entries, whole.witness) == ("", len(entries), len(before))


def _entries(path: Path) -> list[RecordedEntry]:
    with Shell.read(path) as file:
        assert file.verify().holds
        return file.entries()


async def test_an_archived_entry_differs_from_one_that_never_was() -> None:
    with (
        written([Entry(EntryKind.ASKED), Entry(EntryKind.ANSWERED)]) as path,
        open_audit_file(path, to_archive=True) as file,
    ):
        await file.archives.archive(path.with_name("old.sqlite"), before=NOW + DAY, at=NOW + 100 * DAY)
        assert (await file.log.entry(2)).kind == "answered"
        with pytest.raises(UnknownEntry, match="There is no entry 9 in the log"):
            await file.log.entry(9)
        with pytest.raises(UnknownEntry, match="Entry 1 was moved to an archive"):
            await file.log.entry(1)
