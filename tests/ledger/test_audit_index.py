"""What entries are found by: also when they are about very many, or belong to a change that touched something."""

import sqlite3
from collections.abc import Coroutine
from contextlib import closing, suppress
from pathlib import Path

from bot.core.approval.changes import Event, Run, StepState
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.reader import AuditFilter
from bot.core.items import Item
from bot.core.planning.plan import Plan
from bot.core.planning.steps import Applied, CreateSegment, DeleteSegment, Naming, SegmentRef
from bot.ledger.sqlite.archives import Archives
from bot.ledger.sqlite.audit_index import AT_ONCE, PART
from bot.ledger.sqlite.ledger import Ledger
from tests.core.samples import NOW, plan, uuid
from tests.ledger.logs import DAY
from tests.ledger.planned import moved, planned

MANY = AT_ONCE + PART + 1
CROWD = tuple(f"customer:{number}" for number in range(1, MANY + 1))
BIG = Entry(EntryKind.STEP_DONE, change=7, subjects=("segment:1", *CROWD[:-1]))


def finish(working: Coroutine[None, None, None]) -> None:
    with suppress(StopIteration):
        while True:
            working.send(None)


def is_found(ledger: Ledger, subject: str) -> bool:
    return [one.number for one in ledger.found(AuditFilter(subjects=(subject,)))] == [1]


def rows(path: Path, table: str = "subjects") -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def test_an_entry_about_very_many_is_sealed_whole_and_found_by_them_in_parts(path: Path, ledger: Ledger) -> None:
    await ledger.note(BIG, at=NOW)
    assert (await ledger.entry(1)).subjects == BIG.subjects
    assert is_found(ledger, "segment:1")
    assert rows(path) == 1
    # Each part is a transaction of its own, between which others come to their turn.
    working = ledger.catch_up()
    for done in range(PART, MANY, PART):
        working.send(None)
        assert rows(path) == 1 + done
        assert ledger.verify().holds
        with closing(Ledger.open(path)) as other:
            await other.note(Entry(EntryKind.ASKED), at=NOW)
    finish(working)
    assert (rows(path), rows(path, "unindexed"), ledger.verify().fault) == (MANY, 0, "")
    assert all(is_found(ledger, one) for one in ("segment:1", CROWD[0], CROWD[-2]))


async def test_an_entry_about_some_is_found_at_once(path: Path, ledger: Ledger) -> None:
    await ledger.note(Entry(EntryKind.STEP_DONE, subjects=CROWD[:AT_ONCE]), at=NOW)
    assert is_found(ledger, CROWD[AT_ONCE - 1])
    assert rows(path, "unindexed") == 0


async def test_what_broke_off_is_gone_on_with_after_a_restart(path: Path) -> None:
    with closing(Ledger.open(path)) as ledger:
        await ledger.note(BIG, at=NOW)
        working = ledger.catch_up()
        working.send(None)
        working.close()
    assert rows(path) == 1 + PART
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


CREATION = plan(CreateSegment(segment=Naming(name="Stars")))
CREATED = Run(position=0, state=StepState.DONE, applied=Applied(created=SegmentRef(name="Stars", id=uuid(7))))


def deletion(*numbers: int) -> Plan:
    return plan(*(DeleteSegment(segment=SegmentRef(name="VIPs", id=uuid(number))) for number in numbers))


async def about(ledger: Ledger, segment: str) -> list[str]:
    found = await ledger.recent(AuditFilter(subjects=(str(Item.segment(segment)),)), limit=99)
    return [one.kind for one in reversed(found)]


async def test_all_of_the_change_that_created_a_segment_is_found_by_it(ledger: Ledger) -> None:
    change = await planned(ledger, plan=CREATION)
    change = await moved(ledger, change, Event.POST, Event.APPROVE, Event.START)
    started = Run(position=0, state=StepState.STARTED)
    change = await ledger.record_run(change, started, at=NOW, detail={})
    assert await about(ledger, uuid(7)) == []
    change = await ledger.record_run(change, CREATED, at=NOW, detail={})
    change = await moved(ledger, change, Event.FINISH)
    kinds = ["planned", "post", "approve", "start", "step started", "step done", "finish"]
    assert await about(ledger, uuid(7)) == kinds


async def test_all_of_a_change_is_found_by_each_of_its_segments(ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1, 2))
    await ledger.note(Entry(EntryKind.CARD_LOST, change=change.number), at=NOW)
    await ledger.note(Entry(EntryKind.STEP_DONE, change=change.number, subjects=(str(Item.segment(uuid(1))),)), at=NOW)
    assert await about(ledger, uuid(1)) == await about(ledger, uuid(2)) == ["planned", "card lost", "step done"]
    assert (await ledger.entry(4)).subjects == (str(Item.segment(uuid(1))),)


async def test_all_of_a_change_is_found_by_what_its_renewed_plan_touches(ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1))
    change = await moved(ledger, change, Event.POST)
    renewed = deletion(2)
    await ledger.move(change, Event.REPLAN, at=NOW, update={"plan": renewed})
    assert await about(ledger, uuid(2)) == ["planned", "post", "replan"]
    assert await about(ledger, uuid(1)) == ["planned", "post"]


async def test_an_archive_knows_what_its_changes_touched(path: Path, ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1))
    await ledger.note(Entry(EntryKind.CARD_LOST, change=change.number), at=NOW)
    await ledger.note(Entry(EntryKind.ASKED), at=NOW + DAY)
    old = path.with_name("old.sqlite")
    with closing(Archives.open(path)) as file:
        file.archive(old, before=NOW + DAY, at=NOW + 100 * DAY)
    with closing(Ledger.open(old)) as archive:
        assert await about(archive, uuid(1)) == ["planned", "card lost"]
    assert await about(ledger, uuid(1)) == []


async def test_an_archive_has_all_of_an_entry_that_was_not_found_by_all_yet(path: Path, ledger: Ledger) -> None:
    await ledger.note(BIG, at=NOW)
    await ledger.note(Entry(EntryKind.ASKED), at=NOW + DAY)
    with closing(Archives.open(path)) as file:
        file.archive(path.with_name("old.sqlite"), before=NOW + DAY, at=NOW + 100 * DAY)
    assert (rows(path.with_name("old.sqlite")), rows(path), rows(path, "unindexed")) == (MANY, 0, 0)
    await ledger.catch_up()
