"""Which changes came with a backup that was restored, on both engines: also when no entry is left that says so."""

from pathlib import Path

import pytest

from bot.core.approval.changes import Change, Emergency, Event
from bot.core.approval.need import Approval
from bot.core.audit.entries import Entry, EntryKind
from bot.ledger.ledger import Ledger
from tests.core.samples import NOW
from tests.ledger.asked_itself import asked, became, due
from tests.ledger.logs import DAY
from tests.ledger.planned import moved, planned
from tests.ledger.subject import Subject

LAPSE = "a backup was restored"


async def settled(ledger: Ledger, *ids: str) -> None:
    """These are asked for, and rejected."""
    for id_ in ids:
        await moved(ledger, await planned(ledger, id_), Event.POST, Event.REJECT)


async def restored(ledger: Ledger) -> None:
    await ledger.audit.append(Entry(EntryKind.RESTORED), at=NOW)


async def of_backup(ledger: Ledger) -> list[int]:
    """The changes that came with a backup, of the first nine numbers."""
    return [number for number in range(1, 10) if await ledger.changes.is_of_backup(number)]


async def test_what_was_asked_for_before_the_last_restore_came_with_a_backup(ledger: Ledger) -> None:
    assert await of_backup(ledger) == []
    await restored(ledger)
    assert await of_backup(ledger) == []
    await settled(ledger, "1", "2")
    assert await of_backup(ledger) == []
    await restored(ledger)
    assert await of_backup(ledger) == [1, 2]
    await settled(ledger, "3", "4")
    assert await of_backup(ledger) == [1, 2]
    await restored(ledger)
    assert await of_backup(ledger) == [1, 2, 3, 4]


async def test_archives_forget_no_restore(subject: Subject, tmp_path: Path) -> None:
    async with subject.open() as ledger:
        await settled(ledger, "1", "2")
        await restored(ledger)
        await settled(ledger, "3")
    for days in (40, 80):  # the second archive takes the entry of the first one away
        async with subject.open() as ledger:
            await ledger.audit.append(Entry(EntryKind.REFUSED, "UANA"), at=NOW + (days - 10) * DAY)
        with subject.shell() as file:
            before, at = NOW + (days - 20) * DAY, NOW + days * DAY
            await file.archives.archive(tmp_path / f"{days}.sqlite", before=before, at=at)
        async with subject.open() as ledger:
            assert EntryKind.RESTORED not in [entry.kind for entry in await ledger.audit.entries()]
            assert await of_backup(ledger) == [1, 2]
            assert (await ledger.audit.verify()).holds


@pytest.mark.parametrize(
    ("lapse", "events", "counts"),
    [
        (LAPSE, (Event.POST, Event.APPROVE, Event.START), True),
        (LAPSE, (Event.POST, Event.APPROVE), False),
        (LAPSE, (Event.POST, Event.REJECT), False),
        (LAPSE, (Event.CLEAR, Event.START), False),
        (LAPSE, (Event.POST, Event.BREAK, Event.START), False),
        ("2 may join", (Event.POST, Event.APPROVE, Event.START), False),
    ],
)
async def test_a_run_confirms_its_rule_if_it_says_so_and_was_approved_and_ran(
    ledger: Ledger, lapse: str, events: tuple[Event, ...], counts: bool
) -> None:
    await settled(ledger, "1")
    await restored(ledger)
    asks = due()
    await asked(ledger, asks)
    found = await became(ledger, asks, covered_by=asks.covered.model_copy(update={"lapse": lapse}))
    for event in events:
        found = await (broken(ledger, found) if event is Event.BREAK else moved(ledger, found, event))
    assert await ledger.changes.confirmed_by(1, LAPSE) == ((2,) if counts else ())
    await restored(ledger)
    assert await ledger.changes.confirmed_by(1, LAPSE) == ()


async def broken(ledger: Ledger, found: Change) -> Change:
    """Somebody signed it, and somebody else broke the glass for it."""
    signed, at = {"approvals": (Approval(actor="UCLEO", at=NOW),)}, NOW
    found = await ledger.changes.move(found, Event.SIGN, at=at, actor="UCLEO", update=signed)
    emergency = Emergency(actor="UBEN", reason="now", at=at)
    return await ledger.changes.move(found, Event.BREAK, at=at, actor="UBEN", update={"emergency": emergency})
