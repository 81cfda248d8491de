"""A backup that is restored: nothing in it is open any more, its log says so, and no ledger is ever overwritten."""

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Event, Run, State, StepState
from bot.core.audit.seal_keys import SealKeys
from bot.core.items import Item
from bot.ledger.errors import UnusableLedger
from bot.ledger.ledger import Ledger
from bot.ledger.ports.audit_file import NotCopied
from bot.ledger.sql.restoring import UNANSWERED, WAS_OPEN, WAS_RUNNING
from bot.ledger.sqlite.archive_files import write_archive
from bot.ledger.sqlite.archives import SqliteArchives
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import open_sqlite
from bot.ledger.sqlite.restoring import restore
from tests.core.samples import NOW, delete, plan
from tests.ledger.planned import asked, kinds, moved, planned, running
from tests.ledger.sqlite.files import unguarded

LATER = NOW + timedelta(seconds=3)
"""When the leases of the processes that the backup knows have not ended yet."""


@pytest.fixture
async def backup(tmp_path: Path) -> Path:
    """A backup with a change in each open state, a finished one, and a request that nobody answered."""
    target = tmp_path / "backup.sqlite"
    async with open_sqlite(tmp_path / "original.sqlite") as ledger:
        await planned(ledger, "1")
        await moved(ledger, await planned(ledger, "2"), Event.POST)
        await moved(ledger, await planned(ledger, "3"), Event.POST, Event.APPROVE)
        begun = await running(ledger, "4")
        begun = await ledger.changes.save_run(begun, Run(position=0, state=StepState.STARTED), at=NOW, detail={})
        await moved(ledger, await running(ledger, "5"), Event.FINISH)
        await asked(ledger, "6")
        with closing(Database.open_read_only(tmp_path / "original.sqlite")) as database:
            await SqliteArchives(database).backup(target)
    return target


@pytest.fixture
async def restored(backup: Path, tmp_path: Path) -> AsyncIterator[Ledger]:
    """The ledger that was restored from it."""
    path = tmp_path / "ledger.sqlite"
    outcome = await restore(backup, path, at=LATER)
    async with open_sqlite(path) as ledger:
        assert outcome.closed == (1, 2, 3, 4)
        assert (outcome.entries, outcome.head) == await ledger.audit.head()
        yield ledger


async def test_what_was_open_in_a_backup_is_closed_and_says_why(restored: Ledger) -> None:
    changes = [await restored.changes.load(number) for number in range(1, 6)]
    assert [one.state for one in changes] == [*[State.CLOSED] * 4, State.DONE]
    assert {one.reason for one in changes[:4]} == {WAS_OPEN}
    assert await restored.changes.count("pending", "") == 0
    assert await restored.changes.unreported_outcomes() == (1, 2, 3, 4, 5)


async def test_a_step_that_had_begun_in_a_backup_is_unsure(restored: Ledger) -> None:
    (run,) = (await restored.changes.load(4)).runs
    assert (run.state, run.error) == (StepState.UNSURE, WAS_RUNNING)
    (entry,) = [one for one in await restored.audit.entries() if one.kind == "step unsure"]
    assert entry.detail["uncertain"] is True
    assert entry.subjects == tuple(map(str, map(Item.segment, plan().segment_ids)))


async def test_a_step_that_had_ended_in_a_backup_stays_done(tmp_path: Path) -> None:
    original = tmp_path / "original.sqlite"
    async with open_sqlite(original) as ledger:
        begun = await running(ledger, "1", plan=plan(delete("VIPs"), delete("Lapsed")))
        for position, state in ((0, StepState.STARTED), (0, StepState.DONE), (1, StepState.STARTED)):
            begun = await ledger.changes.save_run(begun, Run(position=position, state=state), at=NOW, detail={})
    await restore(original, tmp_path / "ledger.sqlite", at=LATER)
    async with open_sqlite(tmp_path / "ledger.sqlite") as ledger:
        closed = await ledger.changes.load(1)
    assert [run.state for run in closed.runs] == [StepState.DONE, StepState.UNSURE]
    assert closed.state is State.CLOSED


async def test_the_log_says_what_was_restored_and_holds(restored: Ledger, backup: Path) -> None:
    async with open_sqlite(backup) as original:
        entries, head = await original.audit.head()
    added = [one for one in await restored.audit.entries() if one.number > entries]
    assert [one.kind for one in added] == ["restored", *["restore"] * 3, "step unsure", "restore", "refused"]
    assert added[0].detail == {"file": "backup.sqlite", "entries": entries, "head": head, "changes": [1, 2, 3, 4]}
    assert added[-1].detail["reason"] == UNANSWERED
    assert (await restored.audit.verify(head)).witness == entries


async def test_nothing_of_a_restored_ledger_is_claimed_or_answered_again(restored: Ledger) -> None:
    much_later = NOW + timedelta(hours=1)
    for state in State:
        if state not in (State.CLOSED, State.DONE):
            assert await restored.leases.unattended(state, now=much_later) == ()
    assert await restored.invocations.claim_abandoned(owner="two", now=much_later) == ()


async def test_a_restored_undo_can_be_asked_for_again(tmp_path: Path) -> None:
    original = tmp_path / "original.sqlite"
    async with open_sqlite(original) as ledger:
        await moved(ledger, await running(ledger, "1"), Event.FINISH)
        await running(ledger, "2", plan=plan(undoes=1))
        assert (await ledger.changes.load(1)).undone_by == 2
    await restore(original, tmp_path / "ledger.sqlite", at=LATER)
    async with open_sqlite(tmp_path / "ledger.sqlite") as ledger:
        assert (await ledger.changes.load(1)).undone_by is None


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
async def test_no_ledger_is_overwritten(backup: Path, tmp_path: Path, ending: str) -> None:
    there = tmp_path / f"ledger.sqlite{ending}"
    there.write_bytes(b"somebody's")
    with pytest.raises(NotCopied, match=rf"Stop the bot .* move it away \({there.name}\), and restore again"):
        await restore(backup, tmp_path / "ledger.sqlite", at=LATER)
    assert there.read_bytes() == b"somebody's"


async def test_a_backup_whose_log_is_broken_is_not_restored(backup: Path, tmp_path: Path) -> None:
    with unguarded(backup) as db:
        db.execute("UPDATE entries SET body = json_set(body, '$.actor', 'UEVE') WHERE number = 3")
    with pytest.raises(NotCopied, match="Entry 3 is not what was sealed"):
        await restore(backup, tmp_path / "ledger.sqlite", at=LATER)
    assert not (tmp_path / "ledger.sqlite").exists()


async def test_an_archive_is_not_restored(tmp_path: Path) -> None:
    original, archive = tmp_path / "original.sqlite", tmp_path / "archive.sqlite"
    async with open_sqlite(original) as ledger:
        await planned(ledger, "1")
        assert await kinds(ledger) == ["asked", "planned"]
    with closing(Database.open(original)) as database:
        write_archive(database.connection, archive, 1)
    with pytest.raises(NotCopied, match="is an archive"):
        await restore(archive, tmp_path / "ledger.sqlite", at=LATER)


async def test_a_file_that_is_no_ledger_is_not_restored(tmp_path: Path) -> None:
    (tmp_path / "no.sqlite").write_bytes(b"no database")
    with pytest.raises(UnusableLedger):
        await restore(tmp_path / "no.sqlite", tmp_path / "ledger.sqlite", at=LATER)


async def test_a_signed_backup_is_restored_only_if_its_signatures_hold(tmp_path: Path) -> None:
    path, keys = tmp_path / "signed.sqlite", SealKeys.parse("k" * 64)
    async with open_sqlite(path, keys=keys) as ledger:
        await planned(ledger, "1")
    assert (await restore(path, tmp_path / "ledger.sqlite", at=LATER, keys=keys)).closed == (1,)
    with unguarded(path) as db:
        db.execute("UPDATE entries SET mac = replace(replace(mac, '0', 'f'), '1', 'e')")
    with pytest.raises(NotCopied, match="The log of the backup is not intact"):
        await restore(path, tmp_path / "other.sqlite", at=LATER, keys=keys)
