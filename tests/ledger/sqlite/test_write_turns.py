"""Whoever writes waits in line for a lock that another program holds, and the event loop goes on meanwhile."""

import ast
import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.audit.entries import Entry, EntryKind
from bot.core.errors import NotRecorded
from bot.ledger.ledger import Ledger
from bot.ledger.sql.database import statement
from bot.ledger.sqlite.database import Database
from tests.core.samples import NOW
from tests.disks import frozen, held
from tests.ledger.planned import LATER, ask
from tests.records import entries_of
from tests.test_layers import MODULES, tree_of


async def delivered(ledger: Ledger, id_: str = "1") -> bool:
    """Record a delivery."""
    return await ledger.invocations.record(ask(id_), owner="one", at=NOW, detail={"said": "x"})


async def begun(*tasks: asyncio.Task[object]) -> None:
    """Let these run until each waits for something."""
    for _ in range(3 * len(tasks)):
        await asyncio.sleep(0)


async def test_what_waits_is_recorded_in_order_once_the_lock_is_gone(path: Path, ledger: Ledger) -> None:
    kinds = (EntryKind.REFUSED, EntryKind.ANSWERED, EntryKind.FORM, EntryKind.REFUSED)
    with held(path):
        waiting = [asyncio.create_task(ledger.audit.append(Entry(kind), at=NOW)) for kind in kinds]
        await begun(*waiting)
        assert entries_of(ledger) == []
    await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW)
    assert [entry.kind for entry in entries_of(ledger)] == [*kinds, EntryKind.ASKED]
    await asyncio.gather(*waiting)


async def test_each_of_many_is_told_in_time_that_the_file_is_held(path: Path, ledger: Ledger) -> None:
    with held(path):
        began = asyncio.get_running_loop().time()
        writes = [ledger.audit.append(Entry(EntryKind.REFUSED), at=NOW) for _ in range(40)]
        told = await asyncio.gather(*writes, delivered(ledger), return_exceptions=True)
        assert asyncio.get_running_loop().time() - began < 3  # Slack waits three seconds for an acknowledgement
    assert {str(error) for error in told} == {str(NotRecorded("another program holds the ledger's file"))}
    assert entries_of(ledger) == []


async def test_a_writer_that_gives_up_leaves_the_line_to_the_others(path: Path, ledger: Ledger) -> None:
    with held(path):
        first, second, third = waiting = [
            asyncio.create_task(ledger.leases.renew(owner=owner, until=LATER, now=NOW))
            for owner in ("one", "two", "three")
        ]
        await begun(*waiting)
        for gone in (first, second):
            gone.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert [first.cancelled(), second.cancelled(), third.cancelled()] == [True, True, False]
    with closing(sqlite3.connect(path)) as read:
        assert read.execute("SELECT owner FROM processes").fetchall() == [("three",)]


async def test_a_delivery_that_nobody_waits_for_any_more_is_left_out(path: Path, ledger: Ledger) -> None:
    with held(path):
        gone, stays = asyncio.create_task(delivered(ledger, "1")), asyncio.create_task(delivered(ledger, "2"))
        await begun(gone, stays)
        gone.cancel()
        await begun(gone)
    assert await stays
    assert await delivered(ledger, "1")


async def test_a_refused_delivery_that_nobody_waits_for_is_told_to_nobody(ledger: Ledger) -> None:
    with frozen(ledger):
        gone, stays = asyncio.create_task(delivered(ledger, "1")), asyncio.create_task(delivered(ledger, "2"))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(NotRecorded):
            await stays


async def test_another_fault_than_a_lock_is_told_at_once(path: Path) -> None:
    with closing(Database.open(path, patience=9_999)) as database:
        database.close()
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            await database.write(statement("DELETE FROM touches"))


def test_only_a_file_of_its_own_is_written_without_waiting_in_line() -> None:
    """Everything else would block the event loop while another program holds the file."""
    calls = {
        (path.name, node.func.attr)
        for path in MODULES
        if path.parent.name != "postgres"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "transaction"
    }
    assert calls == {("archive_files.py", "transaction")}
