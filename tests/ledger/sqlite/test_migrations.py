"""Files of earlier releases: each migration keeps what they hold."""

import json
import logging
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.approval.brief import Brief
from bot.core.approval.changes import Card, Event, Run, State, StepState
from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.hash_chain import GENESIS, canonical, seal
from bot.core.planning.steps import Applied, SegmentRef
from bot.core.timestamps import timestamp
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW, VIPS, change, delete, plan
from tests.core.summary.days import TODAY, snapshot
from tests.ledger.planned import moved
from tests.ledger.sqlite.files import Shell, older, unguarded

HOUR = timedelta(hours=1)
LOYAL = SegmentRef(name="Loyal", id="6a8e0f62-0000-4000-8000-000000000002")
CREATED = Run(position=0, state=StepState.DONE, applied=Applied(created=LOYAL))


async def touching(ledger: Ledger, segment: SegmentRef) -> list[int]:
    return [one.number for one in await ledger.changes.touching(segment.known_id, 9)]


async def test_a_file_before_decisions_keeps_its_changes(path: Path) -> None:
    with older(path, before="0003_decisions") as db:
        kept = change(number=1, state=State.WAITING, expires_at=NOW + HOUR)
        body = kept.model_dump_json(
            exclude={"number", "plan", "state", "revision", "runs", "card", "deciders", "without", "asked", "emergency"}
        )
        row = (1, "waiting", 1, "UANA", "2026-05-04T10:30:00.000+00:00", plan(delete()).model_dump_json(), body)
        db.execute(
            "INSERT INTO changes (number, state, revision, requester, expires_at, plan, body, card_channel, card_ts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 'C2', '1.0')",
            row,
        )
        db.execute("INSERT INTO briefs VALUES (1, ?)", (Brief.of(kept).model_dump_json(),))
    async with open_sqlite(path) as ledger:
        found = await ledger.changes.load(1)
        assert (found.plan, found.deciders, found.emergency) == (plan(delete()), (), None)
        assert found.card == Card(channel="C2", ts="1.0")
        await ledger.changes.queue_reminders(expiring=NOW + 2 * HOUR, at=NOW)
        assert await ledger.changes.notices() == ((1, "reminder", ""),)
        found = await moved(ledger, found, Event.APPROVE, Event.START)
        await ledger.changes.request_stop(found, actor="UBEN", at=NOW)
        assert await ledger.changes.stop_requested_by(1) == "UBEN"
        run = Run(position=0, state=StepState.DONE)
        assert (await ledger.changes.save_run(found, run, at=NOW, detail={})).runs == (run,)


def put_away(db: sqlite3.Connection, number: int, kept: str) -> None:
    body = change(number=number).model_dump_json(exclude={"number", "plan", "state", "revision", "runs"})
    db.execute(
        "INSERT INTO changes (number, state, revision, requester, expires_at, plan, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, "done", 1, "UANA", "2026-05-05T09:30:00.000+00:00", kept, body),
    )


async def test_a_file_before_segments_learns_what_its_changes_touch(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with older(path, before="0002_homes_and_segments") as db:
        put_away(db, 1, plan(delete(members=3)).model_dump_json())
        put_away(db, 2, json.dumps({"steps": [{"kind": "of another time"}]}))
        for number, run in ((1, CREATED), (2, Run(position=0, state=StepState.STARTED))):
            db.execute("INSERT INTO runs VALUES (?, ?, ?)", (number, 0, run.model_dump_json()))
    async with open_sqlite(path) as ledger:
        assert (await touching(ledger, VIPS), await touching(ledger, LOYAL)) == ([1], [1])
        headlines = [one.headline for one in await ledger.changes.latest("all", "", 9)]
    assert headlines == [plan(delete(members=3)).headline]
    assert [one.getMessage().split(":")[0] for one in caplog.records] == ["Change 2 is left out of all lists"]


async def test_a_log_whose_detail_is_no_text_of_json_is_the_chains_concern(path: Path) -> None:
    async with open_sqlite(path) as ledger:
        await ledger.audit.append(Entry(EntryKind.CARD_LOST, change=1), at=NOW)
        assert (await ledger.audit.verify()).holds
    with unguarded(path) as db:
        body = db.execute("SELECT json_set(body, '$.detail', 'x') FROM entries").fetchone()[0]
        db.execute("UPDATE entries SET body = ?, seal = ?", (body, seal(GENESIS, body)))
    async with open_sqlite(path) as ledger:
        assert (await ledger.audit.verify()).holds


async def test_a_file_before_the_summarys_days_is_verified_as_it_is(path: Path) -> None:
    with older(path, before="0006_days"):
        pass
    with Shell.read(path) as shell:
        assert shell.verify().fault == ""


async def test_a_file_before_history_has_none(path: Path) -> None:
    with older(path, before="0005_history"):
        pass
    async with open_sqlite(path) as ledger:
        assert await ledger.history.latest(TODAY) is None
        await ledger.history.save(snapshot(1, {"VIPs": 40}))
        assert await ledger.history.last_reported(TODAY) == snapshot(1, {"VIPs": 40})


async def test_a_log_of_an_older_file_keeps_its_seals(path: Path) -> None:
    with older(path, before="0004_record") as db:
        head = GENESIS
        for number in (1, 2):
            content = {
                "number": number, "at": timestamp(NOW), "kind": "asked", "actor": "UANA", "channel": "C1",
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
    async with open_sqlite(path) as ledger:
        assert ((await ledger.audit.verify()).holds, await ledger.audit.head()) == (True, (2, head))
        found = await ledger.audit.entry(2)
        assert (found.detail, found.subjects, found.outcome, found.ms) == ({"said": "ü"}, (), "", None)
        touching = await ledger.audit.recent(AuditFilter(subjects=("segment:v",)), limit=9)
        assert [one.number for one in touching] == [2]
        assert await ledger.audit.segments_named("stars") == ("1", "2", "3")
        assert await ledger.audit.segments_named("STRASSE") == ("3",)
        await ledger.audit.append(Entry(EntryKind.ASKED), at=NOW)
        assert (await ledger.audit.verify()).entries == 3


def put_in_ledger(db: sqlite3.Connection, number: int, entry: str, own: str) -> None:
    put_away(db, number, plan().model_dump_json())
    body = canonical({"number": number, "at": timestamp(NOW), "kind": entry, "change": number})
    db.execute("INSERT INTO entries (number, body, seal) VALUES (?, ?, ?)", (number, body, own))
    db.execute("UPDATE changes SET body = json_remove(body, '$.nonce') WHERE number = ?", (number,))


async def nonces(path: Path, seals: tuple[str, ...], *, archived: str = "") -> list[str]:
    """The nonces that changes get whose first entries have these seals, and of one more, whose entries are archived."""
    with older(path, before="0007_nonces") as db:
        for number, own in enumerate(seals, start=1):
            put_in_ledger(db, number, "planned", own)
        put_in_ledger(db, 9, "planned", "")
        db.execute("UPDATE changes SET number = 8 WHERE number = 9")
        if archived:
            db.execute("INSERT INTO archives VALUES (1, ?)", (archived,))
    async with open_sqlite(path) as ledger:
        return [(await ledger.changes.load(number)).nonce for number in (*range(1, len(seals) + 1), 8)]


async def test_changes_of_ledgers_that_diverged_get_different_nonces(tmp_path: Path) -> None:
    one = await nonces(tmp_path / "one.sqlite", ("a", "b"))
    same = await nonces(tmp_path / "same.sqlite", ("a", "c"))
    archived = await nonces(tmp_path / "archived.sqlite", ("a", "b"), archived="d")
    assert (one[0], one[1] == same[1]) == (same[0], False)
    assert one[2] != archived[2]
    every = {*one, *same, *archived}
    assert len(every) == 5
    assert all(len(nonce) == 16 for nonce in every)
