"""What entries are found by: those of a change by all segments that the change touches."""

from bot.core.approval.changes import Event, Run, StepState
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item
from bot.core.planning.plan import Plan
from bot.core.planning.steps import Applied, CreateSegment, DeleteSegment, Naming, SegmentRef
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW, plan, uuid
from tests.ledger.planned import moved, planned

CREATION = plan(CreateSegment(segment=Naming(name="Stars")))
CREATED = Run(position=0, state=StepState.DONE, applied=Applied(created=SegmentRef(name="Stars", id=uuid(7))))


def deletion(*numbers: int) -> Plan:
    return plan(*(DeleteSegment(segment=SegmentRef(name="VIPs", id=uuid(number))) for number in numbers))


async def about(ledger: Ledger, segment: str) -> list[str]:
    found = await ledger.audit.recent(AuditFilter(subjects=(str(Item.segment(segment)),)), limit=99)
    return [one.kind for one in reversed(found)]


async def test_a_created_segment_finds_all_entries_of_its_change(ledger: Ledger) -> None:
    change = await planned(ledger, plan=CREATION)
    change = await moved(ledger, change, Event.POST, Event.APPROVE, Event.START)
    started = Run(position=0, state=StepState.STARTED)
    change = await ledger.changes.save_run(change, started, at=NOW, detail={})
    assert await about(ledger, uuid(7)) == []
    change = await ledger.changes.save_run(change, CREATED, at=NOW, detail={})
    change = await moved(ledger, change, Event.FINISH)
    kinds = ["planned", "post", "approve", "start", "step started", "step done", "finish"]
    assert await about(ledger, uuid(7)) == kinds


async def test_each_segment_finds_all_entries_of_its_change(ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1, 2))
    await ledger.audit.append(Entry(EntryKind.CARD_LOST, change=change.number), at=NOW)
    await ledger.audit.append(
        Entry(EntryKind.STEP_DONE, change=change.number, subjects=(str(Item.segment(uuid(1))),)), at=NOW
    )
    assert await about(ledger, uuid(1)) == await about(ledger, uuid(2)) == ["planned", "card lost", "step done"]
    assert (await ledger.audit.entry(4)).subjects == (str(Item.segment(uuid(1))),)


async def test_a_new_plans_segments_find_all_entries_of_the_change(ledger: Ledger) -> None:
    change = await planned(ledger, plan=deletion(1))
    change = await moved(ledger, change, Event.POST)
    renewed = deletion(2)
    await ledger.changes.move(change, Event.REPLAN, at=NOW, update={"plan": renewed})
    assert await about(ledger, uuid(2)) == ["planned", "post", "replan"]
    assert await about(ledger, uuid(1)) == ["planned", "post"]


async def test_an_entry_about_very_many_is_found_by_each(ledger: Ledger) -> None:
    crowd = tuple(f"customer:{number}" for number in range(1, 3_001))
    await ledger.audit.append(Entry(EntryKind.STEP_DONE, subjects=("segment:1", *crowd)), at=NOW)
    await ledger.catch_up()
    for subject in ("segment:1", crowd[0], crowd[-1]):
        assert [one.number for one in await ledger.audit.recent(AuditFilter(subjects=(subject,)), limit=9)] == [1]
    assert (await ledger.audit.verify()).holds
