"""The audit log: what is appended is sealed, found again, and verified."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.entry_codec import content_of
from bot.core.audit.hash_chain import GENESIS, canonical, seal
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_log import append
from bot.ledger.sql.database import Connection, SealedEntry
from tests.core.samples import NOW
from tests.ledger.subject import Subject

SET = "UPDATE entries SET body = json_set(body, '$.{}', {}) WHERE number = {}"
MINUTE = timedelta(minutes=1)


async def test_entries_are_read_in_order_and_in_pages(ledger: Ledger) -> None:
    for number in range(4):
        await ledger.audit.append(Entry(EntryKind.REFUSED, "UANA", detail={"n": number}), at=NOW)
    everything = await ledger.audit.entries()
    assert [one.number for one in everything] == [1, 2, 3, 4]
    assert await ledger.audit.entries(after=1, limit=2) == everything[1:3]
    assert everything[0].detail == {"n": 0}
    assert (everything[0].actor, everything[0].at) == ("UANA", "2026-05-04T09:30:00.000+00:00")
    assert (await ledger.audit.verify()).head == everything[-1].seal


async def test_entries_of_another_log_are_followed_by_the_next(ledger: Ledger) -> None:
    def write(db: Connection) -> int:
        first = append(db, Entry(EntryKind.ASKED), NOW)
        _, before, _ = db.last_entry() or (0, "", "")
        content = content_of(Entry(EntryKind.ANSWERED), number=first + 1, at=NOW, workspace="")
        body = canonical(content)
        db.load_entries([SealedEntry(first + 1, before, content, body, seal(before, body), "")])
        return append(db, Entry(EntryKind.REFUSED), NOW)

    storage: Any = ledger.storage
    assert await storage.write(write) == 3
    assert [one.kind for one in await ledger.audit.entries()] == ["asked", "answered", "refused"]
    assert (await ledger.audit.verify()).holds


# Looking for entries

TOLD = (
    Entry(EntryKind.ASKED, "UANA", command="segment add"),
    Entry(EntryKind.STEP_DONE, change=7, subjects=("segment:v", "profile:p", "profile:q")),
    Entry(EntryKind.ASKED, "UBEN", command="segment add"),
    Entry(EntryKind.APPROVE, "UBEN", change=7, subjects=("segment:v",)),
    Entry(EntryKind.ANSWERED, "UANA", subjects=("customer:1", "profile:p")),
    Entry(EntryKind.STEP_DONE, change=8, subjects=("segment:w", "segment:v")),
)


@pytest.fixture
async def told(ledger: Ledger) -> Ledger:
    """A log of six entries, a minute apart."""
    for minutes, entry in enumerate(TOLD):
        await ledger.audit.append(entry, at=NOW + minutes * MINUTE)
    return ledger


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (AuditFilter(), [6, 5, 4, 3, 2, 1]),
        (AuditFilter(actor="UBEN"), [4, 3]),
        (AuditFilter(kind=EntryKind.ASKED), [3, 1]),
        (AuditFilter(actor="UBEN", kind=EntryKind.ASKED), [3]),
        (AuditFilter(change=7), [4, 2]),
        (AuditFilter(subjects=("segment:v",)), [6, 4, 2]),
        (AuditFilter(subjects=("customer:1", "profile:p")), [5, 2]),
        (AuditFilter(subjects=("segment:v",), kind=EntryKind.STEP_DONE), [6, 2]),
        (AuditFilter(subjects=("segment:v",), change=7, actor="UBEN"), [4]),
        (AuditFilter(subjects=("segment:no one",)), []),
        (AuditFilter(since=NOW + 3 * MINUTE), [6, 5, 4]),
        (AuditFilter(until=NOW + 3 * MINUTE), [3, 2, 1]),
        (AuditFilter(since=NOW + MINUTE, until=NOW + 4 * MINUTE, kind=EntryKind.STEP_DONE), [2]),
        (AuditFilter(subjects=("segment:v",), since=NOW + 2 * MINUTE), [6, 4]),
    ],
)
async def test_entries_match_every_field_of_the_filter(told: Ledger, wanted: AuditFilter, numbers: list[int]) -> None:
    found = await told.audit.recent(wanted, limit=10)
    assert [one.number for one in found] == numbers
    assert await told.audit.export(wanted, lambda found: [one.number for one in found]) == numbers[::-1]
    assert [one.number for one in await told.audit.recent(wanted, limit=1)] == numbers[:1]
    if numbers:
        older = await told.audit.recent(wanted, limit=10, before=numbers[0])
        assert [one.number for one in older] == numbers[1:]


async def test_an_entry_comes_back_whole(subject: Subject) -> None:
    entry = Entry(
        EntryKind.STEP_DONE, "UANA", "C1", "segment add", 7, {"b": [1], "a": {"x": None}}, "done", ("segment:v",), 12
    )
    async with subject.open(workspace="T1") as ledger:
        await ledger.audit.append(entry, at=NOW)
        await ledger.audit.append(replace(entry, workspace="T2"), at=NOW)
        first, second = await ledger.audit.entry(1), await ledger.audit.entry(2)
        assert await ledger.audit.head() == (2, second.seal)
    assert (first.workspace, second.workspace) == ("T1", "T2")
    assert first == RecordedEntry(**vars(entry) | {"workspace": "T1"}, number=1, at=first.at, seal=first.seal)


async def test_an_unknown_entry_raises(ledger: Ledger) -> None:
    assert await ledger.audit.head() == (0, GENESIS)
    with pytest.raises(UnknownEntry, match="There is no entry 1 in the log"):
        await ledger.audit.entry(1)


async def test_the_chain_is_checked_apart_from_what_is_written_meanwhile(told: Ledger) -> None:
    seen = (await told.audit.entry(3)).seal
    checking = asyncio.create_task(told.audit.verify(seen[:16]))
    await told.audit.append(Entry(EntryKind.ASKED), at=NOW)
    proof = await checking
    assert (proof.holds, proof.witness, proof.entries in (6, 7)) == (True, 3, True)
    assert (await told.audit.verify("f" * 64)).witness is None
