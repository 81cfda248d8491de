"""Archives: the oldest entries of a ledger, in a file of SQLite, whatever engine the ledger is on.

Nothing is lost on the way, and what was moved away still proves itself.
"""

import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.approval.changes import Event
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.hash_chain import Verification
from bot.core.audit.seal_keys import NO_KEYS
from bot.core.errors import NotRecorded
from bot.core.summary.history import Snapshot
from bot.ledger.archives import verify_together
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import AuditFile, NotCopied
from bot.ledger.sql.archived_entries import remove
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.copying import copy_ledger
from bot.ledger.sqlite.archive_files import span_of, write_archive
from bot.ledger.sqlite.archiving import BATCH
from bot.ledger.sqlite.archiving import archive as archive_from
from bot.ledger.sqlite.audit_file import open_audit_file
from tests.core.samples import NOW
from tests.laws.values import FEW
from tests.ledger.hands import tampered
from tests.ledger.logs import DAY, LATER, NAMES, log_of, logs
from tests.ledger.mortal import KilledError, Mortal
from tests.ledger.planned import running
from tests.ledger.sqlite.files import unguarded
from tests.ledger.subject import SUBJECTS, PostgresSubject, SqliteSubject, Subject


async def write(subject: Subject, log: list[Entry], *, days: float = 1) -> None:
    """Put the log on record, one entry in so many days from NOW on."""

    def write_all(db: Any) -> None:
        for number, entry in enumerate(log):
            append(db, entry, NOW + number * days * DAY)

    async with subject.open() as ledger:
        await database(ledger).write(write_all)


def database(ledger: Ledger) -> Any:
    return ledger.storage


@pytest.fixture
async def log(subject: Subject) -> Subject:
    """A log of seven entries, one a day."""
    await write(subject, log_of(*NAMES))
    return subject


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tmp_path / "old.sqlite"


async def archive(subject: Subject, target: Path, days: float) -> tuple[int, int]:
    """Archive what is older than so many days after NOW: the first and the last entry that were moved."""
    with subject.shell() as file:
        moved = await file.archives.archive(target, before=NOW + days * DAY, at=LATER)
    return moved.first, moved.last


async def entries(file: AuditFile) -> list[RecordedEntry]:
    return await file.log.export(AuditFilter(), list)


async def recorded(subject: Subject) -> list[RecordedEntry]:
    with subject.shell() as file:
        return await entries(file)


async def archived(path: Path) -> list[RecordedEntry]:
    with open_audit_file(path) as file:
        assert (await file.archives.verify()).holds
        assert await file.archives.is_archive()
        return await entries(file)


async def numbers(subject: Subject | Path) -> list[int]:
    found = await (archived(subject) if isinstance(subject, Path) else recorded(subject))
    return [one.number for one in found]


async def verify(subject: Subject) -> Verification:
    with subject.shell() as file:
        return await file.archives.verify()


async def joined(subject: Subject, archives: list[Path], against: str = "") -> Verification:
    """What verifying these files with the ledger as one chain finds."""
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(open_audit_file(path)).archives) for path in archives]
        whole = [*files, ("ledger", stack.enter_context(subject.shell()).archives)]
        return await verify_together(whole, against)


def left_in(folder: Path) -> list[str]:
    """The archives in a folder, and what was not finished."""
    return sorted(one.name for one in folder.glob("old*"))


async def count(subject: Subject, table: str) -> int:
    async with subject.open() as ledger:
        ((rows,),) = await database(ledger).read(lambda db: db.execute(f"SELECT count(*) FROM {table}").fetchall())
        return int(rows)


async def test_what_is_old_is_moved_and_both_hold(log: Subject, old: Path) -> None:
    before = await recorded(log)
    assert await archive(log, old, 3) == (1, 3)
    assert await archived(old) == before[:3]
    assert await numbers(log) == [4, 5, 6, 7, 8]
    proof = await verify(log)
    assert (proof.fault, proof.entries, proof.archived) == ("", 5, 3)
    with log.shell() as file, open_audit_file(old) as away:
        assert not await file.archives.is_archive()
        about = AuditFilter(subjects=("customer:1",))
        assert [one.number for one in await away.log.recent(about, limit=9)] == [2]
        assert await file.log.recent(about, limit=9) == ()
        last = (await entries(file))[-1]
    detail = {"first": 1, "last": 3, "head": before[2].seal, "file": "old.sqlite", "entries": 3}
    assert (last.kind, last.detail.items() >= detail.items(), last.outcome) == ("archived", True, "archived")
    assert await count(log, "subjects") == 8
    assert left_in(old.parent) == ["old.sqlite"]


def affect(db: Any) -> None:
    """Say of two entries that they had an effect on a segment."""
    db.executemany("INSERT INTO effects VALUES (?, 'a', 1, 0)", [(2,), (6,)])


async def test_effects_go_with_their_entries(log: Subject, old: Path) -> None:
    async with log.open() as ledger:
        await database(ledger).write(affect)
    await archive(log, old, 4)
    with closing(sqlite3.connect(old)) as away:
        assert away.execute("SELECT entry, added FROM effects").fetchall() == [(2, 1)]
    assert await count(log, "effects") == 1


@pytest.mark.parametrize("table", ["entries", "subjects", "effects"])
async def test_the_guards_stand_again_afterwards(log: Subject, old: Path, table: str) -> None:
    async with log.owned() as ledger:
        await database(ledger).write(affect)
        await archive(log, old, 3)
        with pytest.raises(Exception, match="append-only"):
            await database(ledger).write(lambda db: db.execute(f"DELETE FROM {table}").rowcount)


async def test_a_running_bot_goes_on_with_the_chain(log: Subject, old: Path) -> None:
    async with log.open() as bot:
        await archive(log, old, 3)
        assert await database(bot).write(lambda db: append(db, Entry(EntryKind.REFUSED), LATER)) == 9
        assert (await bot.audit.verify()).entries == 6


async def test_the_last_entry_stays(log: Subject, tmp_path: Path) -> None:
    assert await archive(log, tmp_path / "old.sqlite", 80) == (1, 6)
    assert [one.kind for one in await recorded(log)] == ["finish", "archived"]
    assert await archive(log, tmp_path / "older.sqlite", 80) == (7, 7)
    assert [one.kind for one in await recorded(log)] == ["archived", "archived"]
    with pytest.raises(NotCopied, match="no entries from before that date"):
        await archive(log, tmp_path / "oldest.sqlite", 80)
    assert left_in(tmp_path) == ["old.sqlite", "older.sqlite"]


async def test_only_what_is_old_throughout_is_moved(subject: Subject, old: Path) -> None:
    async with subject.open() as ledger:
        for day in (0, 5, 1, 2, 9):  # a clock was set back in between
            await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW + day * DAY)
    assert await archive(subject, old, 3) == (1, 1)


async def test_all_since_an_emergency_that_nobody_reviewed_stays(subject: Subject, tmp_path: Path) -> None:
    await write(subject, log_of("asked", "break glass", "finish", "asked"))
    assert await archive(subject, tmp_path / "old.sqlite", 50) == (1, 1)
    async with subject.open() as ledger:
        await ledger.audit.append(Entry(EntryKind.REVIEW, "UBEN", change=7), at=NOW + 5 * DAY)
    assert (await archive(subject, tmp_path / "older.sqlite", 50))[0] == 2


async def test_all_since_the_last_snapshot_stays(log: Subject, old: Path) -> None:
    async with log.open() as bot:
        await bot.history.save(Snapshot((NOW + 8 * DAY).date(), NOW, 2, 0, ()))
        await bot.history.save(Snapshot((NOW + 9 * DAY).date(), NOW, 4, 0, ()))
    assert await archive(log, old, 80) == (1, 4)


async def test_all_of_a_change_that_runs_stays(subject: Subject, old: Path) -> None:
    await write(subject, [Entry(EntryKind.ASKED)] * 2, days=-1)
    async with subject.open() as ledger:
        await running(ledger)
    first = next(one.number for one in await recorded(subject) if one.change)
    assert await archive(subject, old, 80) == (1, first - 1)


async def test_the_last_days_stay(log: Subject, old: Path) -> None:
    with log.shell() as file:
        with pytest.raises(NotCopied, match=f"last 10 days stay in the ledger: {NOW.date()} is the latest date"):
            await file.archives.archive(old, before=NOW + DAY, at=NOW + 10 * DAY)
        assert (await file.archives.archive(old, before=NOW + DAY, at=NOW + 11 * DAY)).last == 1


async def test_a_log_that_does_not_hold_is_not_archived(log: Subject, old: Path) -> None:
    with tampered(log) as execute:
        execute("UPDATE entries SET body = replace(body, 'UANA', 'UBEN') WHERE number = 2")
    with pytest.raises(NotCopied, match=r"is not intact, so nothing was written\. Entry 2"):
        await archive(log, old, 3)
    assert await numbers(log) == [1, 2, 3, 4, 5, 6, 7]
    assert left_in(old.parent) == []


async def test_an_archived_entry_differs_from_one_that_never_was(subject: Subject, old: Path) -> None:
    await write(subject, [Entry(EntryKind.ASKED), Entry(EntryKind.ANSWERED)])
    await archive(subject, old, 1)
    with subject.shell() as file:
        assert (await file.log.entry(2)).kind == "answered"
        with pytest.raises(UnknownEntry, match="There is no entry 9 in the log"):
            await file.log.entry(9)
        with pytest.raises(UnknownEntry, match="Entry 1 was moved to an archive"):
            await file.log.entry(1)


# Broken off in between


async def test_wherever_archiving_is_killed_nothing_is_lost(subject: Subject, old: Path) -> None:
    await write(subject, [Entry(EntryKind.ASKED)] * (2 * BATCH + 10), days=1 / 1440)
    before, kills = await recorded(subject), 0
    async with subject.owned() as ledger:
        while True:
            try:
                await archive_from(Mortal(database(ledger), 2), old, before=NOW + 50 * DAY, at=LATER)
            except KilledError:
                kills += 1
                assert (await verify(subject)).holds
                assert {*await numbers(old), *await numbers(subject)} >= {one.number for one in before}
            else:
                break
    assert kills == 2
    left = [one for one in await recorded(subject) if one.kind != "archived"]
    assert [*await archived(old), *left] == before
    assert (await joined(subject, [old])).fault == ""


async def test_what_broke_off_before_anything_was_removed_is_done_again(log: Subject, old: Path) -> None:
    async with log.owned() as ledger:
        with pytest.raises(KilledError):
            await archive_from(Mortal(database(ledger), 0), old, before=NOW + 3 * DAY, at=LATER)
    assert (await numbers(old), await numbers(log)) == ([1, 2, 3], [1, 2, 3, 4, 5, 6, 7])
    assert (await verify(log)).holds
    assert await archive(log, old, 5) == (1, 3)
    assert (await numbers(old), await numbers(log)) == ([1, 2, 3], [4, 5, 6, 7, 8])


async def test_what_broke_off_within_the_removal_is_gone_on_with(log: Subject, old: Path) -> None:
    async with log.owned() as ledger:
        await database(ledger).read_apart(lambda db: write_archive(db, old, 5))
        await database(ledger).write(lambda db: remove(db, 2, old.name, LATER))
    assert (await verify(log)).archived == 2
    assert await archive(log, old, 5) == (3, 5)
    assert ((await verify(log)).fault, (await verify(log)).archived) == ("", 5)
    assert (await joined(log, [old])).holds


async def test_many_entries_go_in_parts_so_that_nobody_waits_long(subject: Subject, old: Path) -> None:
    await write(subject, [Entry(EntryKind.ASKED)] * (2 * BATCH + 10), days=1 / 86400)
    assert await archive(subject, old, 50) == (1, 2 * BATCH + 9)
    found = await recorded(subject)
    assert [one.detail["last"] for one in found[1:]] == [BATCH, 2 * BATCH, 2 * BATCH + 9]
    assert len(await numbers(old)) == 2 * BATCH + 9
    assert (await joined(subject, [old])).fault == ""


async def another_logs_archive(target: Path) -> None:
    with SqliteSubject.fresh() as other:
        await write(other, log_of(*NAMES[::-1]))
        await archive(other, target, 3)


async def a_gap(target: Path) -> None:
    """An archive that begins behind where the ledger does."""
    with SqliteSubject.fresh() as same:
        await write(same, log_of(*NAMES))
        await archive(same, target.with_name("first.sqlite"), 2)
        await archive(same, target, 4)


async def a_ledger(target: Path) -> None:
    other = SqliteSubject.empty(target.parent)
    await write(other, log_of(*NAMES))
    other.path.rename(target)


async def too_young(target: Path) -> None:
    """An archive of entries that are not that old."""
    with SqliteSubject.fresh() as young:
        await write(young, log_of(*NAMES))
        await archive(young, target, 5)


async def no_database(target: Path) -> None:
    shutil.copy(__file__, target)


@pytest.mark.parametrize("make", [another_logs_archive, a_gap, a_ledger, too_young, no_database])
async def test_nothing_is_removed_for_a_file_that_holds_something_else(
    log: Subject, tmp_path: Path, make: Callable[[Path], Awaitable[None]]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    old = tmp_path / "elsewhere" / "old.sqlite"
    await make(old)
    content = old.read_bytes()
    with pytest.raises(NotCopied, match="holds something else"):
        await archive(log, old, 4)
    assert (await numbers(log), old.read_bytes()) == ([1, 2, 3, 4, 5, 6, 7], content)


async def test_of_two_who_archive_at_once_one_is_told(log: Subject, old: Path) -> None:
    await archive(log, old, 3)
    async with log.owned() as ledger:
        with pytest.raises(NotCopied, match="Someone else is archiving right now"):
            await database(ledger).write(lambda db: remove(db, 3, "other.sqlite", LATER))
    assert (await verify(log)).holds


async def test_where_nothing_can_be_recorded_nothing_is_removed(log: Subject, old: Path) -> None:
    async with log.open() as ledger:
        with log.jammed(ledger), pytest.raises(NotRecorded):
            await archive_from(database(ledger), old, before=NOW + 3 * DAY, at=LATER)
    assert (await numbers(old), await numbers(log)) == ([1, 2, 3], [1, 2, 3, 4, 5, 6, 7])


# The chain over several files


async def test_entries_that_are_gone_without_a_word_are_missed(log: Subject) -> None:
    own = (await recorded(log))[1].seal
    with tampered(log) as execute:
        execute("DELETE FROM entries WHERE number <= 2")
        execute("DELETE FROM subjects WHERE entry <= 2")
        execute(f"INSERT INTO archives VALUES (2, '{own}')")
    told = "Entries up to 2 are gone, and no entry of the log says that they were archived."
    assert ((await verify(log)).fault, (await verify(log)).archived) == (told, 2)


async def test_an_archive_of_entries_that_are_still_there_hides_none_of_them(log: Subject) -> None:
    seals = [one.seal for one in await recorded(log)]
    with tampered(log) as execute:
        execute(f"INSERT INTO archives VALUES (2, '{seals[1]}')")
    found = await verify(log)
    assert (found.archived, found.entries) == (0, len(seals))


@pytest.mark.parametrize(
    ("kind", "last", "head"),
    [(EntryKind.ARCHIVED, 2, 2), (EntryKind.ARCHIVED, 4, 2), (EntryKind.ARCHIVED, 2, 4), (EntryKind.ASKED, 4, 4)],
    ids=["fewer were archived", "another head", "another number", "no archive"],
)
async def test_no_more_may_be_missing_than_an_entry_says_were_archived(
    kind: EntryKind, last: int, head: int, log: Subject
) -> None:
    seals = {one.number: one.seal for one in await recorded(log)}
    async with log.open() as ledger:
        await ledger.audit.append(Entry(kind, detail={"last": last, "head": seals[head]}), at=NOW)
    with tampered(log) as execute:
        execute("DELETE FROM entries WHERE number <= 4")
        execute("DELETE FROM subjects WHERE entry <= 4")
        execute(f"INSERT INTO archives VALUES (4, '{seals[4]}')")
    assert (await verify(log)).fault.startswith("Entries up to 4 are gone, and no entry of the log says")


async def test_a_file_that_is_an_archive_tells_what_it_holds(log: Subject, tmp_path: Path) -> None:
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    moved = [await archive(log, first, 2), await archive(log, second, 4)]
    spans = [span_of(one, NO_KEYS) for one in (first, second)]
    assert [(one.first, one.last) for one in spans if one] == moved == [(1, 2), (3, 4)]


async def test_a_missing_archive_is_named(log: Subject, tmp_path: Path) -> None:
    first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
    await archive(log, first, 2)
    await archive(log, second, 4)
    seen = (await recorded(log))[0].seal
    whole = await joined(log, [second, first], seen)
    assert (whole.fault, whole.entries, whole.witness, whole.archived) == ("", 9, 5, 0)
    told = "ledger begins behind entry 4, and the entries before it end with entry 2."
    assert (await joined(log, [first])).fault == told
    told = "second.sqlite begins behind entry 2, and the entries before it end with entry 0."
    assert (await joined(log, [second])).fault == told


async def test_archives_of_another_log_do_not_join(log: Subject, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.sqlite"
    await another_logs_archive(foreign)
    await archive(log, tmp_path / "old.sqlite", 3)
    assert (await joined(log, [foreign])).fault == "ledger does not go on from the seal of entry 3."


async def test_a_changed_archive_is_named(log: Subject, old: Path) -> None:
    await archive(log, old, 3)
    with unguarded(old) as db:
        db.execute("UPDATE entries SET body = replace(body, 'UANA', 'UBEN') WHERE number = 2")
    assert (await joined(log, [old])).fault.startswith("old.sqlite: Entry 2 is not what was sealed")


@FEW
@given(logs, st.lists(st.integers(0, 9), max_size=4), st.sampled_from(SUBJECTS))
async def test_whatever_is_archived_when_the_whole_log_is_as_it_was(
    log: list[Entry], days: list[int], kind: type[Subject]
) -> None:
    with kind.fresh() as subject, SqliteSubject.fresh() as away:
        await write(subject, log)
        before, archives = await recorded(subject), list[Path]()
        for day in sorted(days):
            target = away.path.with_name(f"{len(archives)}.sqlite")
            try:
                await archive(subject, target, day)
            except NotCopied:
                assert not target.exists()
            else:
                archives.append(target)
            assert (await verify(subject)).holds
        found = [one for path in archives for one in await archived(path)] + await recorded(subject)
        assert found[: len(before)] == before
        assert [one.kind for one in found[len(before) :]] == ["archived"] * len(archives)
        whole = await joined(subject, archives, before[-1].seal)
        assert (whole.fault, whole.entries, whole.witness) == ("", len(found), len(before))


# Two engines


def content(path: Path) -> list[str]:
    """All that stands in an archive, apart from when its tables were made."""
    with closing(sqlite3.connect(path)) as file:
        return [line for line in file.iterdump() if "_sqlite_migrations" not in line]


async def same_ledgers(one: Subject, other: Subject, at: datetime) -> None:
    """Two ledgers with a change in them, of which one is a copy of the other."""
    async with one.open(workspace="T1") as ledger:
        await running(ledger)
        await ledger.audit.append(Entry(EntryKind.REFUSED, change=1, subjects=("segment:a", "customer:7")), at=NOW)
        change = await ledger.changes.load(1)
        await ledger.changes.move(change, Event.FINISH, at=NOW)
        async with other.owned() as copy:
            await copy_ledger(database(ledger), database(copy), names=("one", "other"), clock=lambda: at)


async def test_an_archive_is_the_same_from_either_engine(tmp_path: Path) -> None:
    with SqliteSubject.fresh() as one, PostgresSubject.fresh() as other:
        await same_ledgers(one, other, NOW + timedelta(days=50))
        first, second = tmp_path / "first.sqlite", tmp_path / "second.sqlite"
        assert await archive(one, first, 20) == await archive(other, second, 20)
        assert content(first) == content(second)
        for ledger in (one, other):
            for away in (first, second):
                assert (await joined(ledger, [away])).fault == ""


async def test_the_bots_role_is_told_who_may_archive(old: Path) -> None:
    with PostgresSubject.fresh() as subject:
        await write(subject, log_of(*NAMES))
        with subject.bots_shell() as file, pytest.raises(NotCopied, match="as the role that owns the tables"):
            await file.archives.archive(old, before=NOW + 3 * DAY, at=LATER)
        assert left_in(old.parent) == []
