"""The table of lists: what somebody changed in it is found and never acted upon, and what nobody names goes at last."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Change, Event, Run, StepState
from bot.core.errors import Impossible
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AddMembers, added, removed
from bot.ledger.ledger import Ledger
from bot.ledger.sql import audit_log, kept_lists
from bot.ledger.sql.kept_lists import RECENT
from tests.core.samples import NOW, VIPS, delete, plan, uuid
from tests.ledger.planned import moved, planned, running
from tests.ledger.sqlite.files import Shell, older
from tests.records import database_of, verified

IDS = tuple(map(uuid, range(700)))
CHANGED = "UPDATE lists SET body = replace(body, '00000007', '00009999')"
GONE = "DELETE FROM lists"


def lists(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [digest for (digest,) in db.execute("SELECT digest FROM lists ORDER BY digest")]


def edit(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(statement).rowcount
        db.commit()


def digests(found: Plan) -> set[str]:
    return {step.profile_ids.digest for step in found.steps}  # type: ignore[union-attr]


async def removing(ledger: Ledger) -> Change:
    return await moved(ledger, await planned(ledger, plan=Plan(steps=removed(VIPS, IDS))), Event.POST)


async def test_the_same_list_is_kept_once(ledger: Ledger, path: Path) -> None:
    change = await running(ledger, plan=Plan(steps=added(VIPS, IDS)))
    assert len(lists(path)) == 2
    undo = removed(VIPS, IDS[:500])
    await ledger.changes.save_run(change, Run(position=0, state=StepState.STARTED, undo=undo), at=NOW, detail={})
    assert len(lists(path)) == 2


@pytest.mark.parametrize("statement", [CHANGED, GONE])
async def test_a_list_in_other_hands_is_never_read(ledger: Ledger, path: Path, statement: str) -> None:
    change = await removing(ledger)
    found = await ledger.changes.load(change.number)
    edit(path, statement)
    assert (found.plan.shoppers, found.plan.lines) == (change.plan.shoppers, change.plan.lines)
    with pytest.raises(Impossible, match="not in the ledger as it was stored"):
        assert found.plan.items


@pytest.mark.parametrize("statement", [CHANGED, GONE])
async def test_a_change_whose_list_is_in_other_hands_is_closed_and_then_whole_again(
    ledger: Ledger, path: Path, statement: str
) -> None:
    change = await removing(ledger)
    assert (await ledger.changes.contradiction(1), verified(ledger).fault) == ("", "")
    edit(path, statement)
    told = "A list of shoppers that change 1 names is not in the table lists as it was stored."
    assert await ledger.changes.contradiction(1) == told
    assert verified(ledger).fault == told
    await ledger.changes.move(change, Event.CONTRADICT, at=NOW, detail={"reason": told})
    assert verified(ledger).fault == ""


async def test_a_list_of_a_run_in_other_hands_is_found(ledger: Ledger, path: Path) -> None:
    change = await running(ledger, plan=plan(AddMembers(segment=VIPS, profile_ids=IDS[:30])))
    undo = removed(VIPS, IDS[:30])
    await ledger.changes.save_run(change, Run(position=0, state=StepState.STARTED, undo=undo), at=NOW, detail={})
    assert verified(ledger).holds
    edit(path, CHANGED)
    assert "A list of shoppers that change 1 names" in verified(ledger).fault


async def test_a_list_that_no_change_names_and_someone_changed_is_found(ledger: Ledger, path: Path) -> None:
    change = await removing(ledger)
    await ledger.changes.move(change, Event.NARROW, at=NOW, update={"plan": plan(), "version": 2})
    assert verified(ledger).holds
    edit(path, CHANGED)
    assert verified(ledger).fault == "The table lists has a list that someone changed."


async def test_a_list_that_someone_planted_is_found_when_a_change_names_it(ledger: Ledger, path: Path) -> None:
    (digest, _) = sorted(digests(Plan(steps=removed(VIPS, IDS))))
    edit(path, f"INSERT INTO lists VALUES ('{digest}', '[]')")
    await removing(ledger)
    assert "A list of shoppers that change 1 names" in await ledger.changes.contradiction(1)


async def test_lists_that_no_change_names_go_when_entries_are_archived(ledger: Ledger, path: Path) -> None:
    change = await removing(ledger)
    left = Plan(steps=removed(VIPS, IDS[:40]))
    narrowed = await ledger.changes.move(change, Event.NARROW, at=NOW, update={"plan": left, "version": 2})
    assert len(lists(path)) == 3
    await ledger.changes.move(narrowed, Event.REJECT, at=NOW)
    shell = Shell(database_of(ledger))
    await shell.archives.archive(
        path.with_name("1.sqlite"), before=NOW + timedelta(days=1), at=NOW + timedelta(days=90)
    )
    assert lists(path) == sorted(digests(left))
    assert [item.id for item in (await ledger.changes.load(1)).plan.items] == list(IDS[:40])
    assert verified(ledger).holds


async def test_a_list_that_a_change_began_to_name_meanwhile_stays(ledger: Ledger, path: Path) -> None:
    change = await removing(ledger)
    await ledger.changes.move(change, Event.NARROW, at=NOW, update={"plan": plan(), "version": 2})
    database = database_of(ledger)
    since, _ = audit_log.head(database.connection)
    unnamed = kept_lists.unnamed(database.connection)
    assert len(unnamed) == 2
    await planned(ledger, "2", plan=Plan(steps=removed(VIPS, IDS[:500])))
    await database.write(lambda db: kept_lists.forget(db, unnamed, since=since))
    assert set(lists(path)) == digests(Plan(steps=removed(VIPS, IDS[:500])))


async def test_the_lists_that_were_read_last_stay_in_memory(ledger: Ledger, path: Path) -> None:
    await planned(ledger, plan=Plan(steps=removed(VIPS, tuple(map(uuid, range(500 * (RECENT + 2)))))))
    steps = (await ledger.changes.load(1)).plan.steps
    for step in steps:
        assert step.items
    edit(path, GONE)
    assert all(step.items for step in steps[-RECENT:])
    with pytest.raises(Impossible):
        assert steps[0].items


async def test_what_an_earlier_version_wrote_out_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with older(path, before="0012_lists") as db:
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'lists'").fetchone()
    with Shell.read(path) as file:
        assert file.verify().holds


async def test_an_old_change_with_its_lists_written_out_is_compared_by_who_is_in_it(ledger: Ledger, path: Path) -> None:
    old = plan(AddMembers(segment=VIPS, profile_ids=IDS[:30]))
    change = await planned(ledger, plan=old)
    found = (await ledger.changes.load(change.number)).plan
    assert (found, found.fingerprint, lists(path)) == (old, old.fingerprint, [])
    assert found.does_as(Plan(steps=added(VIPS, IDS[:30])))
    assert await ledger.changes.contradiction(change.number) == ""


async def test_many_lists_are_written_before_the_change_that_names_them(ledger: Ledger, path: Path) -> None:
    ids = tuple(map(uuid, range(500 * (kept_lists.AT_ONCE + 2))))
    change = await planned(ledger, plan=Plan(steps=removed(VIPS, ids)))
    assert len(lists(path)) == len(change.plan.steps) == kept_lists.AT_ONCE + 2
    assert [item.id for item in (await ledger.changes.load(1)).plan.items] == list(ids)


async def test_only_many_lists_are_written_by_themselves(ledger: Ledger, path: Path) -> None:
    few, many = (Plan(steps=removed(VIPS, tuple(map(uuid, range(500 * count))))) for count in (10, 11))
    await kept_lists.keep_beforehand(database_of(ledger), few)
    assert lists(path) == []
    await kept_lists.keep_beforehand(database_of(ledger), many)
    assert len(lists(path)) == 11


async def test_a_long_plan_is_compared_with_the_log_like_any(ledger: Ledger, path: Path) -> None:
    steps = tuple(delete(f"Segment {number}", description="x" * 200) for number in range(60))
    await planned(ledger, plan=plan(*steps))
    assert await ledger.changes.contradiction(1) == ""
    edit(path, "UPDATE changes SET plan = replace(plan, 'Segment 7\"', 'Segment 8\"')")
    assert "has another plan" in await ledger.changes.contradiction(1)
