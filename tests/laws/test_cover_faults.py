"""A law of what goes without a click: whichever row somebody edits, it waits, or goes no further than before."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.temporary import in_by
from bot.core.errors import UnknownChange
from bot.core.segment_rules.followed import RUN, FollowedBy
from bot.engine.covers import WINDOW
from bot.ledger.ledger import Ledger
from tests.engine.bench import Bench, bench
from tests.engine.ruled import RULED, SOURCE, asks_for_rule, join, next_hour, ruled
from tests.engine.test_ending import ADA, BEN, adds, approves
from tests.engine.test_rule_runs import WIDE
from tests.ledger.sqlite.files import unguarded
from tests.records import create_ledger, read_ledger

Edit = tuple[str, tuple[Any, ...]]
OF_ENDS = ("ends", "restored", "touches", "changes", "runs", "lists")
OF_RULES = ("segment_rules", "restored", "touches", "changes", "runs", "effects", "subjects")
UNREADABLE = (UnknownChange, ValueError, KeyError)
"""What is raised where the tables lack a change, or hold something else: then nothing is planned."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite"
    create_ledger(path)
    return path


@pytest.fixture
async def machine(path: Path) -> AsyncIterator[Bench]:
    async with bench(path) as made:
        yield made


def edits_of(path: Path, *tables: str) -> Iterator[Edit]:
    """Every edit of one row of these tables: it is gone, or has a value of another row, or stands there so as well."""
    with closing(sqlite3.connect(path)) as db:
        for table in tables:
            columns = [name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
            rows = db.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            it = " AND ".join(f"{one} IS ?" for one in columns)
            for at, row in enumerate(rows):
                yield f"DELETE FROM {table} WHERE {it}", row
                for column, value, other in zip(columns, row, rows[at - 1], strict=True):
                    if value != other:
                        yield f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {it}", (other, *row)
                        put = ", ".join("?" if one == column else one for one in columns)
                        yield f"INSERT OR IGNORE INTO {table} SELECT {put} FROM {table} WHERE {it}", (other, *row)


def edited(path: Path, edits: Iterable[Edit]) -> Iterator[tuple[str, Ledger]]:
    """The ledger after each of these edits by hand, with what it was."""
    copy = path.with_name("edited.sqlite")
    for statement, values in edits:
        with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(copy)) as into:
            db.backup(into)
        with unguarded(copy) as db:
            is_edited = db.execute(statement, values).rowcount
        if is_edited:
            with read_ledger(copy) as ledger:
                yield f"{statement[:80]} {str(values)[:80]}", ledger


async def taken_out(ledger: Ledger, added: int) -> frozenset[tuple[str, str]]:
    """Whom the end of this change takes out now without a click, of which segment."""
    change = await ledger.changes.load(added)
    until, pairs = change.plan.until, set[tuple[str, str]]()
    is_due = until and added in [end.number for end in await ledger.changes.ends_due(until)]
    if until is None or not is_due or await ledger.changes.cover_fault(added, after=until - WINDOW):
        return frozenset()
    for step in change.plan.steps:
        for id_ in step.segment_ids:
            now, *_ = await ledger.history.ids_of(id_)
            pairs |= {(now, one) for one in await in_by(added, now, ledger.changes, ledger.history)}
    return frozenset(pairs)


async def test_an_edited_row_takes_out_nobody_else(machine: Bench, path: Path) -> None:
    await adds(machine, ADA, BEN)
    await adds(machine, ADA, until="")
    await adds(machine, BEN, segment="Lapsed", until="in 2 days")
    await machine.asks("segment delete", segments=["VIPs"])
    await approves(machine)
    await machine.asks("change undo", number=4)
    await approves(machine)
    numbers = range(1, (await machine.latest()).number + 1)
    before = {number: await taken_out(machine.ledger, number) for number in numbers}
    assert [number for number, pairs in before.items() if len(pairs) == 1] == [1, 3]
    gone = "INSERT OR REPLACE INTO restored (old, segment, change) SELECT segment, ?, change FROM restored"
    edits = (*edits_of(path, *OF_ENDS), (gone, (machine.segments()["Wholesale"],)))
    for what, ledger in edited(path, edits):
        for number, pairs in before.items():
            try:
                more = await taken_out(ledger, number) - pairs
            except UNREADABLE:
                continue
            assert not more, what


async def followed(ledger: Ledger, machine: Bench) -> dict[str, tuple[FollowedBy, tuple[int, int]]]:
    """The rules that run now without a click, each with the moves that its guard counts."""
    after, found = machine.clock() - WINDOW, dict[str, tuple[FollowedBy, tuple[int, int]]]()
    for segment_id, rule in (await ledger.segment_rules.all()).items():
        if not await ledger.changes.cover_fault(rule.change, after=after):
            found[segment_id] = (rule, await ledger.changes.moved_by_runs(RUN, segment_id, after=after))
    return found


async def test_an_edited_row_runs_no_other_rule_and_none_further(machine: Bench, path: Path) -> None:
    await ruled(machine, guard=WIDE)
    await machine.runs(await machine.approves(await asks_for_rule(machine), "UBEN"))
    join(machine)
    await next_hour(machine)
    ids = machine.segments()
    before = await followed(machine.ledger, machine)
    assert {one: (rule.change, moves) for one, (rule, moves) in before.items()} == {ids[RULED]: (2, (1, 0))}
    moved = ("INSERT INTO restored (old, segment, change) VALUES (?, ?, 1)", (ids[SOURCE], ids["Wholesale"]))
    for what, ledger in edited(path, (*edits_of(path, *OF_RULES), moved)):
        try:
            now = await followed(ledger, machine)
        except UNREADABLE:
            continue
        for segment_id, (rule, moves) in now.items():
            assert segment_id in before, what
            assert rule == before[segment_id][0], what
            assert all(one >= other for one, other in zip(moves, before[segment_id][1], strict=True)), what
