"""A ledger with a bit of everything, and edits of its tables by hand: each is found, and the untouched ledger holds."""

import asyncio
import json
import lzma
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.core.approval.changes import Change, Emergency, Event, Run, StepState
from bot.core.approval.need import Approval, Need
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.seal_keys import NO_KEYS, SealKeys
from bot.core.planning.plan import Plan
from bot.core.planning.steps import Applied, CreateSegment, DeleteSegment, Naming, SegmentRef
from bot.core.summary.history import Size, Snapshot
from bot.core.summary.summary_run import SummaryState
from bot.ledger.ledger import Ledger
from bot.ledger.sql.audit_index import AT_ONCE
from bot.ledger.sqlite.database import Database
from bot.ledger.sqlite.ledger import open_sqlite
from tests.core.samples import NOW, VIPS, plan, uuid
from tests.disks import MEMORY
from tests.ledger.planned import LATER, ask, asked, planned
from tests.ledger.sqlite.files import Shell, unguarded
from tests.records import read_ledger, verified

DAY = timedelta(days=1)
OLD = NOW - 30 * DAY
TWICE = Need(approvals=2, why="needs 2 approvals: deletes a segment")
FREE = Need(approvals=0, why="needs no approval")
MARCH, LOYAL, AGAIN = date(2026, 3, 1), uuid(7), uuid(8)
CROWD = tuple(f"customer:{number}" for number in range(1, AT_ONCE + 700))


async def approve(ledger: Ledger, change: Change, *people: str) -> Change:
    """These people approve, the last one for good."""
    for place, actor in enumerate(people, 1):
        event = Event.APPROVE if place == len(people) and place == change.need.approvals else Event.SIGN
        detail = {"version": change.version, "fingerprint": change.plan.fingerprint}
        update = {"approvals": (*change.approvals, Approval(actor=actor, at=NOW))}
        change = await ledger.changes.move(change, event, at=NOW, actor=actor, detail=detail, update=update)
    return change


async def move(ledger: Ledger, change: Change, event: Event, **others: Any) -> Change:
    return await ledger.changes.move(change, event, at=NOW, **others)


async def step(ledger: Ledger, change: Change, run: Run, **detail: Any) -> Change:
    segments = tuple(f"segment:{id_}" for id_ in change.plan.segment_ids)
    created = (f"segment:{run.applied.created.id}",) if run.applied and run.applied.created else ()
    return await ledger.changes.save_run(change, run, at=NOW, detail=detail, subjects=(*segments, *created))


async def carried_out(ledger: Ledger, change: Change, run: Run, **detail: Any) -> Change:
    change = await move(ledger, change, Event.START)
    change = await step(ledger, change, Run(position=0, state=StepState.STARTED))
    return await move(ledger, await step(ledger, change, run, **detail), Event.FINISH)


def creation(name: str, id_: str, *, old_id: str = "", undoes: int | None = None) -> tuple[Plan, Run]:
    made = plan(CreateSegment(segment=Naming(name=name), old_id=old_id), undoes=undoes)
    created = Applied(created=SegmentRef(name=name, id=id_))
    return made, Run(position=0, state=StepState.DONE, applied=created, undo=(DeleteSegment(segment=VIPS),))


async def fill(ledger: Ledger) -> None:
    """Changes that were done, undone, signed, narrowed, stopped, forced and are running; days, requests, an index."""
    made, run = creation("Loyal", LOYAL)
    change = await planned(ledger, "1", plan=made, need=FREE)
    change = await move(ledger, change, Event.CLEAR)
    await carried_out(ledger, change, run, after={"name": "Loyal"}, effects={LOYAL: (3, 0)})
    change = await approve(
        ledger, await move(ledger, await planned(ledger, "2", need=TWICE), Event.POST), "UBEN", "UCLEO"
    )
    gone = Run(
        position=0, state=StepState.DONE, undo=(CreateSegment(segment=Naming(name="VIPs"), old_id=VIPS.known_id),)
    )
    await carried_out(ledger, change, gone, before={"name": "VIPs"}, effects={VIPS.known_id: (0, 40)})
    made, run = creation("VIPs", AGAIN, old_id=VIPS.known_id, undoes=2)
    change = await planned(ledger, "3", plan=made, need=FREE)
    await carried_out(ledger, await move(ledger, change, Event.CLEAR), run, after={"name": "VIPs"})
    change = await move(ledger, await planned(ledger, "4", need=TWICE), Event.POST)
    await approve(ledger, change, "UBEN")
    change = await move(ledger, await planned(ledger, "5", plan=plan(*deletions(1, 2))), Event.POST)
    renewed = {"plan": plan(*deletions(2)), "version": 2}
    await move(ledger, change, Event.NARROW, actor="UBEN", update=renewed, detail={"version": 2})
    change = await approve(ledger, await move(ledger, await planned(ledger, "6"), Event.POST), "UBEN")
    change = await move(ledger, change, Event.START)
    change = await step(ledger, change, Run(position=0, state=StepState.STARTED))
    await ledger.changes.request_stop(change, actor="UBEN", at=NOW)
    change = await move(ledger, await planned(ledger, "7", need=TWICE), Event.POST)
    forced = {"emergency": Emergency(actor="UHEAD", reason="Now.", at=NOW)}
    seen = {"version": 1, "fingerprint": change.plan.fingerprint}
    await move(ledger, change, Event.BREAK, actor="UHEAD", detail=seen, update=forced)
    await asked(ledger, "8")
    await asked(ledger, "9")
    await ledger.invocations.settle(ask("9"), EntryKind.ANSWERED, at=LATER, detail={})
    await days(ledger)
    await ledger.audit.append(Entry(EntryKind.ANSWERED, "UANA", subjects=("segment:s", *CROWD)), at=NOW)


def deletions(*numbers: int) -> tuple[DeleteSegment, ...]:
    return tuple(DeleteSegment(segment=SegmentRef(name=f"S{number}", id=uuid(number))) for number in numbers)


async def days(ledger: Ledger) -> None:
    """A first day, one posted, one failed, one under way."""
    await ledger.summaries.open(MARCH, at=NOW)
    for number, state in enumerate((SummaryState.POSTED, SummaryState.FAILED), 1):
        day = MARCH + number * DAY
        run = await ledger.summaries.open(day, at=NOW)
        sizes = Snapshot(day, NOW, 4, 40, (Size("s1", "VIPs", 12), Size("s2", "Loyal", 3)))
        posting = await ledger.summaries.begin_posting(run, sizes)
        assert posting
        assert await ledger.summaries.settle(posting, state, at=NOW, reason="" if number == 1 else "Slack is down.")
    await ledger.summaries.open(MARCH + 3 * DAY, at=NOW)


@cache
def content(keys: SealKeys = NO_KEYS) -> bytes:
    """The ledger's file; its oldest entries are in an archive."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ledger.sqlite"
        asyncio.run(_write(path, keys))
        with closing(Database.open(path, keys=keys)) as database:
            shell = Shell(database)
            for number in (1, 2):
                shell.archive(path.with_name(f"{number}.sqlite"), before=OLD + (number + 0.5) * DAY, at=NOW)
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path.read_bytes()


async def _write(path: Path, keys: SealKeys) -> None:
    async with open_sqlite(path, keys=keys) as ledger:
        for number in range(4):
            await ledger.audit.append(Entry(EntryKind.REFUSED, "UANA"), at=OLD + number * DAY)
        await fill(ledger)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(content())
    return file


def fault(path: Path) -> str:
    with read_ledger(path) as ledger:
        return verified(ledger).fault


def test_a_ledger_with_a_bit_of_everything_holds(path: Path) -> None:
    with read_ledger(path) as ledger:
        proof = verified(ledger)
        assert (proof.fault, proof.archived, proof.signatures) == ("", 3, "")


CHANGES, RUNS, TOUCHES = "changes", "table runs", "table touches"
SUBJECTS, DAYS, ARCHIVES, ASKS = "table subjects", "The summary of", "table archives", "table asks"
RESTORED, NAMES, EFFECTS = "table restored", "names", "effects"
OTHER = json.dumps({"id": "8", "actor": "UBEN", "kind": "typed", "place": {}, "command": "segment delete"})
EDITS = (
    ("UPDATE changes SET state = 'approved' WHERE number = 4", "Change 4 is “approved” in the table changes"),
    ("UPDATE changes SET state = 'waiting' WHERE number = 1", "Change 1 is “waiting” in the table changes"),
    ("UPDATE changes SET requester = 'UEVE' WHERE number = 4", "Change 4 has another requester"),
    (
        "UPDATE changes SET plan = (SELECT plan FROM changes WHERE number = 5) WHERE number = 4",
        "Change 4 has another plan",
    ),
    ("UPDATE changes SET plan = json_set(plan, '$.remarks', json('[\"x\"]')) WHERE number = 4", "has another plan"),
    ("UPDATE changes SET plan = '{' WHERE number = 4", CHANGES),
    ("UPDATE changes SET body = json_set(body, '$.need.approvals', 1) WHERE number = 4", "The row of change 4"),
    (
        "UPDATE changes SET body = json_set(body, '$.approvals[0].actor', 'UEVE') WHERE number = 4",
        "The row of change 4",
    ),
    ("UPDATE changes SET body = json_set(body, '$.args', json('{}')) WHERE number = 4", "The row of change 4"),
    (
        "UPDATE changes SET body = json_set(body, '$.emergency.reviewed_by', 'UBEN') WHERE number = 7",
        "The row of change 7",
    ),
    ("UPDATE changes SET body = json_set(body, '$.version', 1) WHERE number = 5", "The row of change 5"),
    ("UPDATE changes SET expires_at = '2030-01-01' WHERE number = 4", "The row of change 4"),
    ("UPDATE changes SET revision = revision + 1 WHERE number = 4", "The row of change 4"),
    ("UPDATE changes SET revision = 1 WHERE number = 2", "The row of change 2"),
    ("UPDATE changes SET stopped_by = '' WHERE number = 6", "Change 6 was asked to stop by someone else"),
    ("UPDATE changes SET undone_by = NULL WHERE number = 2", "Change 2 was undone by something else"),
    ("UPDATE changes SET undone_by = 4 WHERE number = 1", "Change 1 was undone by something else"),
    ("DELETE FROM changes WHERE number = 4", "Change 4 is in the log, and not in the table changes"),
    (
        "INSERT INTO changes (state, revision, requester, expires_at, plan, body) "
        "SELECT state, revision, requester, expires_at, plan, body FROM changes WHERE number = 4",
        "Change 8 is in the table changes, and no entry says that it was asked for",
    ),
    ("UPDATE briefs SET body = json_set(body, '$.headline', 'x') WHERE change = 4", "changes and briefs"),
    ("DELETE FROM briefs WHERE change = 4", "changes and briefs"),
    ("UPDATE runs SET body = json_set(body, '$.state', 'failed') WHERE change = 2", RUNS),
    ("UPDATE runs SET body = json_set(body, '$.undo', json('[]')) WHERE change = 2", RUNS),
    ("UPDATE runs SET position = 1 WHERE change = 6", RUNS),
    ("DELETE FROM runs WHERE change = 6", RUNS),
    ("INSERT INTO runs SELECT change, 1, body FROM runs WHERE change = 2", RUNS),
    ("DELETE FROM touches WHERE change = 2", TOUCHES),
    (f"UPDATE touches SET segment = '{uuid(9)}' WHERE change = 3", SUBJECTS),
    ("DELETE FROM touches WHERE change = 3", TOUCHES),
    ("UPDATE effects SET removed = 4 WHERE removed = 40", EFFECTS),
    ("DELETE FROM effects WHERE added = 3", EFFECTS),
    ("INSERT INTO effects SELECT entry, 'other', 1, 0 FROM effects LIMIT 1", EFFECTS),
    ("INSERT INTO effects VALUES (9, 'other', 1, 0)", EFFECTS),
    ("UPDATE names SET name = 'gold' WHERE name = 'loyal'", NAMES),
    ("DELETE FROM names WHERE name = 'loyal'", NAMES),
    ("INSERT INTO names SELECT 'gold', segment, entry FROM names LIMIT 1", "table names"),
    ("INSERT INTO names SELECT 'gold', segment, 0 FROM names LIMIT 1", "table names"),
    ("INSERT INTO names VALUES ('gold', 'x', 999)", "table names"),
    ("UPDATE restored SET old = 'x'", RESTORED),
    ("DELETE FROM restored", RESTORED),
    ("INSERT INTO restored VALUES ('x', 'y', 2)", RESTORED),
    ("INSERT INTO restored VALUES ('x', 'y', 99)", RESTORED),
    ("DELETE FROM subjects WHERE subject = 'segment:s'", SUBJECTS),
    ("INSERT INTO subjects SELECT 'segment:x', at, number, actor, kind, 1 FROM entries WHERE number = 9", SUBJECTS),
    ("INSERT INTO subjects SELECT 'segment:x', at, number, actor, kind, 0 FROM entries WHERE number = 9", SUBJECTS),
    ("DELETE FROM subjects WHERE NOT own", SUBJECTS),
    ("UPDATE unindexed SET done = 500", SUBJECTS),
    ("UPDATE unindexed SET done = 9999", SUBJECTS),
    ("DELETE FROM unindexed", SUBJECTS),
    ("UPDATE unindexed SET entry = 9", SUBJECTS),
    ("INSERT INTO unindexed VALUES (999, 0)", SUBJECTS),
    ("UPDATE days SET state = 'posted' WHERE state = 'failed'", DAYS),
    ("UPDATE days SET state = 'under way' WHERE state = 'posted'", DAYS),
    ("UPDATE days SET state = 'posted' WHERE state = 'under way'", DAYS),
    ("UPDATE days SET reason = 'x' WHERE state = 'failed'", DAYS),
    ("UPDATE days SET first_at = '2020' WHERE state = 'posted'", DAYS),
    ("DELETE FROM days WHERE state = 'begun'", DAYS),
    ("INSERT INTO days (day, state, first_at, next_at) VALUES ('2026-04-01', 'skipped', '2027', '')", DAYS),
    (
        "INSERT INTO days (day, state, first_at, next_at) SELECT '2026-04-02', 'skipped', min(at), '' FROM entries",
        DAYS,
    ),
    ("UPDATE snapshots SET shoppers = 1 WHERE day = '2026-03-02'", DAYS),
    ("UPDATE sizes SET shoppers = 1 WHERE day = '2026-03-02' AND segment = 's1'", DAYS),
    ("DELETE FROM sizes WHERE day = '2026-03-03' AND segment = 's2'", DAYS),
    ("DELETE FROM archives WHERE last = 2", ARCHIVES),
    ("UPDATE archives SET seal = 'x' WHERE last = 2", ARCHIVES),
    ("INSERT INTO archives VALUES (0, 'x')", ARCHIVES),
    ("INSERT INTO archives VALUES (99, 'x')", ARCHIVES),
    (f"UPDATE asks SET body = '{OTHER}' WHERE id = '8'", ASKS),
    ("UPDATE asks SET body = '{' WHERE id = '8'", ASKS),
    ("UPDATE asks SET at = '2026-05-04T09:30:01.000+00:00' WHERE id = '8'", ASKS),
    ("DELETE FROM asks WHERE id = '8'", ASKS),
    ("UPDATE asks SET body = NULL WHERE id = '8'", ASKS),
    (f"INSERT INTO asks (id, at, body, owner) VALUES ('10', '2026-05-04T09:30:00.000+00:00', '{OTHER}', 'x')", ASKS),
)


@pytest.mark.parametrize(("statement", "told"), EDITS, ids=[one[0][:60] for one in EDITS])
def test_an_edit_by_hand_is_found_and_told(path: Path, statement: str, told: str) -> None:
    with unguarded(path) as db:
        assert db.execute(statement).rowcount > 0
    assert told in fault(path)


def test_a_request_that_was_answered_and_waits_again_is_found(path: Path) -> None:
    with unguarded(path) as db:
        db.execute("UPDATE asks SET body = ? WHERE id = '9'", (ask("9").model_dump_json(),))
    assert ASKS in fault(path)


RELEASED = Path(__file__).parent.parent / "released" / "0006_days" / "ledger.sqlite.xz"
WAITING = "number = (SELECT min(number) FROM changes WHERE state = 'waiting')"
RAN = "change = (SELECT max(change) FROM runs)"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (f"UPDATE changes SET state = 'approved' WHERE {WAITING}", "is “approved” in the table changes"),
        (f"UPDATE changes SET plan = json_set(plan, '$.steps[0].kind', 'x') WHERE {WAITING}", "another plan"),
        (f"UPDATE changes SET plan = '{{' WHERE {WAITING}", "cannot be read"),
        (
            f"UPDATE changes SET body = json_set(body, '$.approvals[#]', json_object('actor', 'UEVE')) WHERE {WAITING}",
            "other approvals",
        ),
        (f"UPDATE runs SET body = json_set(body, '$.state', 'failed') WHERE {RAN}", RUNS),
        ("UPDATE asks SET body = json_set(body, '$.actor', 'UEVE') WHERE body IS NOT NULL", ASKS),
        ("UPDATE asks SET body = '{' WHERE body IS NOT NULL", ASKS),
        ("UPDATE days SET state = 'skipped' WHERE state = 'posted'", DAYS),
        ("INSERT INTO archives VALUES (999, 'x')", ARCHIVES),
    ],
)
def test_an_edit_of_what_an_earlier_version_wrote_is_found(tmp_path: Path, statement: str, told: str) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(lzma.decompress(RELEASED.read_bytes()))
    assert fault(file) == ""
    with unguarded(file) as db:
        assert db.execute(statement).rowcount > 0
    assert told in fault(file)


async def test_what_is_left_of_a_change_after_an_archive_tells_what_its_row_is(tmp_path: Path) -> None:
    """A refused click is about it, too, and says nothing of its row."""
    path = tmp_path / "ledger.sqlite"
    async with open_sqlite(path) as ledger:
        change = await move(ledger, await planned(ledger, "1"), Event.POST)
        await ledger.audit.append(Entry(EntryKind.REFUSED, "UEVE", change=1), at=NOW + 20 * DAY)
        await ledger.changes.move(change, Event.EXPIRE, at=NOW + 20 * DAY)
    with closing(Database.open(path)) as database:
        shell = Shell(database)
        await shell.archives.archive(tmp_path / "old.sqlite", before=NOW + 10 * DAY, at=NOW + 30 * DAY)
    assert fault(path) == ""
    with unguarded(path) as db:
        db.execute("UPDATE changes SET body = json_set(body, '$.reason', 'x')")
    assert CHANGES in fault(path)
