import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.audit.entries import Entry, EntryKind, RecordedEntry, UnknownEntry
from bot.core.audit.hash_chain import GENESIS, canonical, seal
from bot.core.audit.reader import AuditFilter
from bot.ledger.sqlite.audit_log import stamp
from bot.ledger.sqlite.ledger import Ledger
from bot.ledger.sqlite.schema import migrations
from tests.core.samples import NOW

SET = "UPDATE entries SET body = json_set(body, '$.{}', {}) WHERE number = {}"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def written(path: Path, ledger: Ledger) -> Path:
    for number in range(4):
        await ledger.note(Entry(EntryKind.REFUSED, "UANA", "C1", "segment delete", None, {"n": number}), at=NOW)
    return path


@pytest.fixture
def by_hand(written: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(written, isolation_level=None)) as connection:
        yield connection


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET body = '{}' WHERE number = 2",
        "UPDATE entries SET seal = '' WHERE number = 2",
        "DELETE FROM entries WHERE number = 2",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries (number, body, seal) VALUES (2, '{}', '')",
    ],
)
def test_entries_are_never_changed_removed_or_replaced(by_hand: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="the audit log is append-only"):
        by_hand.execute(statement)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (SET.format("detail", "json('{}')", 2), "Entry 2 is not what was sealed after entry 1."),
        (SET.format("at", "'2020'", 3), "Entry 3 is not what was sealed after entry 2."),
        (SET.format("change", "1", 4), "Entry 4 is not what was sealed after entry 3."),
        ("DELETE FROM entries WHERE number = 1", "Entry 1 is missing: entry 2 stands in its place."),
        ("UPDATE entries SET number = 9 WHERE number = 4", "Entry 4 is missing: entry 9 stands in its place."),
        ("UPDATE entries SET seal = '' WHERE number = 2", "Entry 2 is not what was sealed after entry 1."),
    ],
)
def test_an_entry_edited_by_hand_is_found(
    ledger: Ledger, by_hand: sqlite3.Connection, statement: str, fault: str
) -> None:
    assert ledger.verify().holds
    for trigger in ("changed", "removed", "replaced"):
        by_hand.execute(f"DROP TRIGGER entries_are_never_{trigger}")
    by_hand.execute(statement)
    assert ledger.verify().fault == fault


async def test_entries_are_read_in_order_and_in_pages(written: Path, ledger: Ledger) -> None:
    everything = list(ledger.entries())
    assert [one.number for one in everything] == [1, 2, 3, 4]
    assert list(ledger.entries(after=1, limit=2)) == everything[1:3]
    assert everything[0].detail == {"n": 0}
    assert (everything[0].actor, everything[0].at) == ("UANA", "2026-05-04T09:30:00.000+00:00")
    assert ledger.verify().head == everything[-1].seal


def test_times_are_kept_in_utc_and_sort_as_text() -> None:
    berlin = timezone(timedelta(hours=2))
    assert stamp(datetime(2026, 5, 4, 11, 30, tzinfo=berlin)) == stamp(NOW)
    assert stamp(NOW) < stamp(NOW + timedelta(milliseconds=1)) < stamp(NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            RecordedEntry("refused", command="segment delete", detail={"said": "x", "reason": "No."}),
            "segment delete · No.",
        ),
        (RecordedEntry("asked", command="segment list", detail={"said": "/segment list"}), "/segment list"),
        (RecordedEntry("planned", command="segment list", detail={"need": ""}), "segment list"),
        (RecordedEntry("step done", detail={"told": "Delete VIPs"}), "Delete VIPs"),
        (RecordedEntry("answered"), ""),
    ],
)
def test_an_entry_is_told_in_one_line(entry: RecordedEntry, line: str) -> None:
    assert entry.description == line


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
        await ledger.note(entry, at=NOW + minutes * MINUTE)
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
        (AuditFilter(subjects=("segment:nobody",)), []),
        (AuditFilter(since=NOW + 3 * MINUTE), [6, 5, 4]),
        (AuditFilter(until=NOW + 3 * MINUTE), [3, 2, 1]),
        (AuditFilter(since=NOW + MINUTE, until=NOW + 4 * MINUTE, kind=EntryKind.STEP_DONE), [2]),
        (AuditFilter(subjects=("segment:v",), since=NOW + 2 * MINUTE), [6, 4]),
    ],
)
async def test_entries_are_found_by_all_that_is_told(told: Ledger, wanted: AuditFilter, numbers: list[int]) -> None:
    found = await told.recent(wanted, limit=10)
    assert [one.number for one in found] == numbers
    assert [one.number for one in told.found(wanted, oldest_first=True)] == numbers[::-1]
    assert [one.number for one in await told.recent(wanted, limit=1)] == numbers[:1]
    if numbers:
        older = await told.recent(wanted, limit=10, before=numbers[0])
        assert [one.number for one in older] == numbers[1:]


async def test_an_entry_has_all_that_was_told(path: Path) -> None:
    entry = Entry(
        EntryKind.STEP_DONE, "UANA", "C1", "segment add", 7, {"b": [1], "a": {"x": None}}, "done", ("segment:v",), 12
    )
    with closing(Ledger.open(path, workspace="T1")) as ledger:
        await ledger.note(entry, at=NOW)
        await ledger.note(replace(entry, workspace="T2"), at=NOW)
        first, second = await ledger.entry(1), await ledger.entry(2)
        assert await ledger.head() == (2, second.seal)
    assert (first.workspace, second.workspace) == ("T1", "T2")
    assert first == RecordedEntry(**vars(entry) | {"workspace": "T1"}, number=1, at=first.at, seal=first.seal)


async def test_a_number_that_no_entry_has_is_told(ledger: Ledger) -> None:
    assert await ledger.head() == (0, GENESIS)
    with pytest.raises(UnknownEntry, match="There is no entry 1 in the log"):
        await ledger.entry(1)


async def test_the_chain_is_checked_apart_from_what_is_written_meanwhile(told: Ledger) -> None:
    seen = (await told.entry(3)).seal
    checking = asyncio.create_task(told.checked(seen[:16]))
    await told.note(Entry(EntryKind.ASKED), at=NOW)
    proof = await checking
    assert (proof.holds, proof.witness, proof.entries in (6, 7)) == (True, 3, True)
    assert (await told.checked("f" * 64)).witness is None


async def test_what_is_searched_for_cannot_be_changed_apart_from_what_was_sealed(
    told: Ledger, by_hand: sqlite3.Connection
) -> None:
    for column in ("at", "kind", "actor", "detail", "subjects"):
        with pytest.raises(sqlite3.OperationalError, match="cannot UPDATE generated column"):
            by_hand.execute(f"UPDATE entries SET {column} = 'x'")


async def test_the_view_shows_plain_columns(told: Ledger, path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        row = db.execute("SELECT number, kind, change, subjects, detail FROM audit WHERE number = 2").fetchone()
    assert row == (2, "step done", 7, '["segment:v","profile:p","profile:q"]', "{}")


async def test_a_log_of_an_older_file_keeps_its_seals(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="0004_record")
        head = GENESIS
        for number in (1, 2):
            content = {
                "number": number, "at": stamp(NOW), "kind": "asked", "actor": "UANA", "channel": "C1",
                "command": "segment list", "change": number - 1, "detail": canonical({"said": "ü"}),
            }  # fmt: skip
            own = seal(head, canonical(content))
            db.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*content.values(), head, own))
            head = own
        db.execute("INSERT INTO touches VALUES ('v', 1)")
        run = {"position": 0, "state": "done", "applied": {"created": {"name": "Stars", "id": "1"}}}
        away = {"kind": "create_segment", "segment": {"name": "STARS"}, "old_id": "2"}
        renamed = {"kind": "update_segment", "segment": {"name": "x", "id": "3"}, "before": {"name": "Straße"}}
        for number, fields in enumerate((run, {"undo": [away]}, {"undo": [{**renamed, "after": {"name": "stars"}}]})):
            db.execute("INSERT INTO runs VALUES (1, ?, ?)", (number, json.dumps(fields)))
    with closing(Ledger.open(path)) as ledger:
        assert (ledger.verify().holds, await ledger.head()) == (True, (2, head))
        found = await ledger.entry(2)
        assert (found.detail, found.subjects, found.outcome, found.ms) == ({"said": "ü"}, (), "", None)
        touching = await ledger.recent(AuditFilter(subjects=("segment:v",)), limit=9)
        assert [one.number for one in touching] == [2]
        assert await ledger.segments_called("stars") == ("1", "2", "3")
        assert await ledger.segments_called("STRASSE") == ("3",)
        await ledger.note(Entry(EntryKind.ASKED), at=NOW)
        assert ledger.verify().entries == 3
