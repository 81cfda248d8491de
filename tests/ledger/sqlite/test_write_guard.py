"""A file that is taken away under a running bot takes nothing more, and whoever runs the bot learns why."""

import logging
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import LedgerLost
from bot.ledger.ledger import Ledger
from bot.ledger.sql.database import statement
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.write_guard import ENDINGS, QUIET_SECONDS, WriteGuard
from tests.core.samples import NOW
from tests.ledger.planned import asked
from tests.records import create_ledger, entries_of


def deleted(path: Path) -> None:
    path.unlink()


def moved_away(path: Path) -> None:
    path.rename(path.with_name("moved.sqlite"))


def restored(path: Path) -> None:
    """A backup takes its place, as ``mv`` puts it there."""
    create_ledger(path.with_name("backup.sqlite"))
    path.with_name("backup.sqlite").replace(path)


def pointed_elsewhere(path: Path) -> None:
    """The name is a link from now on."""
    path.rename(path.with_name("elsewhere.sqlite"))
    shutil.copyfile(path.with_name("elsewhere.sqlite"), path.with_name("other.sqlite"))
    path.symlink_to(path.with_name("other.sqlite"))


@pytest.mark.parametrize("taken_away", [deleted, moved_away, restored, pointed_elsewhere])
async def test_a_file_taken_away_takes_nothing_more(
    path: Path, ledger: Ledger, taken_away: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    assert await asked(ledger, "1")
    taken_away(path)
    for _ in range(3):
        with pytest.raises(LedgerLost) as told:
            await ledger.audit.append(Entry(EntryKind.REFUSED), at=NOW)
        with pytest.raises(LedgerLost):
            await asked(ledger, "2")
    assert told.value.reason == "the ledger's file was deleted or replaced"
    assert str(path) in told.value.for_operator
    errors = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert [told.value.for_operator in one.getMessage() for one in errors] == [True]
    assert len(entries_of(ledger)) == 1


@pytest.mark.parametrize("ending", ENDINGS)
async def test_none_of_its_files_may_be_missing(path: Path, ledger: Ledger, ending: str) -> None:
    """Without the log of writes, or what its readers share, two bots would no longer see each other."""
    os.unlink(f"{path}{ending}")
    with pytest.raises(LedgerLost):
        await ledger.leases.renew(owner="one", until=NOW, now=NOW)


async def test_a_file_that_is_put_back_goes_on(path: Path, ledger: Ledger) -> None:
    away = f"{path}.away"
    os.rename(path, away)
    with pytest.raises(LedgerLost):
        await asked(ledger)
    os.rename(away, path)
    assert await asked(ledger)


async def test_a_relative_name_is_watched_wherever_the_bot_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(Database.open("ledger.sqlite")) as database:
        monkeypatch.chdir("/")
        await database.write(statement("DELETE FROM touches"))


def much_later() -> float:
    """A time at which the folder has been quiet for long."""
    return time.time() + 2 * QUIET_SECONDS


Guarded = tuple[WriteGuard, sqlite3.Connection, Path]


@pytest.fixture(params=[time.time, much_later])
def guarded(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Guarded]:
    """A guard of a file that is open, by a link, in a folder of its own."""
    path, link = tmp_path / "data" / "ledger.sqlite", tmp_path / "ledger.sqlite"
    path.parent.mkdir()
    create_ledger(path)
    link.symlink_to(path)
    with closing(Database.open(link)) as database:
        guard = WriteGuard(link, now=request.param)
        for _ in range(2):
            guard.check(database.connection)
        yield guard, database.connection, path


def folder_moved_away(path: Path) -> None:
    path.parent.rename(path.parent.with_name("before"))


def folder_replaced(path: Path) -> None:
    folder_moved_away(path)
    shutil.copytree(path.parent.with_name("before"), path.parent)


def link_pointed_elsewhere(path: Path) -> None:
    link = path.parent.parent / path.name
    link.unlink()
    create_ledger(link)


@pytest.mark.parametrize(
    "taken_away",
    [deleted, moved_away, restored, pointed_elsewhere, folder_moved_away, folder_replaced, link_pointed_elsewhere],
)
def test_a_file_is_missed_whether_its_folder_was_quiet_or_not(
    guarded: Guarded, taken_away: Callable[[Path], None]
) -> None:
    guard, connection, path = guarded
    taken_away(path)
    for _ in range(2):
        with pytest.raises(LedgerLost):
            guard.check(connection)


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_of_its_files_is_missed_and_found_again(guarded: Guarded, ending: str) -> None:
    guard, connection, path = guarded
    os.rename(f"{path}{ending}", f"{path}.away")
    for _ in range(2):
        with pytest.raises(LedgerLost):
            guard.check(connection)
    os.rename(f"{path}.away", f"{path}{ending}")
    for _ in range(2):
        guard.check(connection)


@pytest.mark.parametrize("now", [time.time, much_later])
def test_a_file_that_was_deleted_while_it_was_opened_is_missed(path: Path, now: Callable[[], float]) -> None:
    create_ledger(path)
    with closing(Database.open(path)) as database:
        deleted(path)
        guard = WriteGuard(path, now=now)
        for _ in range(2):
            with pytest.raises(LedgerLost):
                guard.check(database.connection)


def test_other_files_may_come_and_go(guarded: Guarded) -> None:
    guard, connection, path = guarded
    for _ in range(2):
        path.with_name("summary.csv").touch()
        guard.check(connection)
        path.with_name("summary.csv").unlink()
        guard.check(connection)
