"""Entries about very many shoppers: sealed at once, and found by all of them soon afterwards."""

import sqlite3
from collections.abc import Coroutine
from contextlib import closing, suppress
from pathlib import Path

from bot.core.entries import Entry, Wanted
from bot.ledger.archives import Archives
from bot.ledger.index import AT_ONCE, PART
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW
from tests.ledger.logs import DAY

MANY = AT_ONCE + PART + 1
CROWD = tuple(f"customer:{number}" for number in range(1, MANY + 1))
BIG = Entry("step done", change=7, subjects=("segment:1", *CROWD[:-1]))


def finish(working: Coroutine[None, None, None]) -> None:
    with suppress(StopIteration):
        while True:
            working.send(None)


def is_found(ledger: Ledger, subject: str) -> bool:
    return [one.number for one in ledger.found(Wanted(subjects=(subject,)))] == [1]


def rows(path: Path, table: str = "subjects") -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_an_entry_about_very_many_is_sealed_whole_and_found_by_them_in_parts(path: Path, ledger: Ledger) -> None:
    await ledger.note(BIG, at=NOW)
    assert (await ledger.entry(1)).subjects == BIG.subjects
    assert rows(path) == 0
    # Each part is a transaction of its own, between which others come to their turn.
    working = ledger.catch_up()
    for done in range(PART, MANY, PART):
        working.send(None)
        assert rows(path) == done
        with closing(Ledger.open(path)) as other:
            await other.note(Entry("asked"), at=NOW)
    finish(working)
    assert (rows(path), rows(path, "unindexed")) == (MANY, 0)
    assert all(is_found(ledger, one) for one in ("segment:1", CROWD[0], CROWD[-2]))


async def test_an_entry_about_some_is_found_at_once(path: Path, ledger: Ledger) -> None:
    await ledger.note(Entry("step done", subjects=CROWD[:AT_ONCE]), at=NOW)
    assert is_found(ledger, CROWD[AT_ONCE - 1])
    assert rows(path, "unindexed") == 0


async def test_what_broke_off_is_gone_on_with_after_a_restart(path: Path) -> None:
    with closing(Ledger.open(path)) as ledger:
        await ledger.note(BIG, at=NOW)
        working = ledger.catch_up()
        working.send(None)
        working.close()
    assert rows(path) == PART
    with closing(Ledger.open(path)) as again:
        await again.catch_up()
        assert is_found(again, CROWD[-2])
    assert (rows(path), rows(path, "unindexed")) == (MANY, 0)


async def test_of_two_processes_one_writes_each_part(path: Path, ledger: Ledger) -> None:
    await ledger.note(BIG, at=NOW)
    working = ledger.catch_up()
    working.send(None)
    with closing(Ledger.open(path)) as other:
        await other.catch_up()
    finish(working)
    assert rows(path) == MANY


async def test_an_archive_has_all_of_an_entry_that_was_not_found_by_all_yet(path: Path, ledger: Ledger) -> None:
    await ledger.note(BIG, at=NOW)
    await ledger.note(Entry("asked"), at=NOW + DAY)
    with closing(Archives.open(path)) as file:
        file.archive(path.with_name("old.sqlite"), before=NOW + DAY, at=NOW + 100 * DAY)
    assert (rows(path.with_name("old.sqlite")), rows(path), rows(path, "unindexed")) == (MANY, 0, 0)
    await ledger.catch_up()
