"""Nothing is decided, run or planned that the sealed log does not say, and people hear of it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.audit.entries import Entry, EntryKind
from bot.core.timestamps import timestamp
from bot.engine.ports import Undeliverable
from bot.engine.process import LEASE
from bot.ledger.sql.authorization import FEW
from bot.ledger.sqlite.audit_file import open_audit_file
from tests.core.samples import invocation
from tests.engine.bench import Bench, People
from tests.records import database_of, entries_of, record, verified

PAUSE = LEASE.total_seconds() * 2
UNASKED = "This request is in the ledger, and the audit log does not say that it was asked"


def edit(machine: Bench, statement: str, *values: Any) -> None:
    """Somebody edits the ledger by hand."""
    path = database_of(machine.ledger).path
    assert path
    with closing(sqlite3.connect(path)) as db:
        assert db.execute(statement, values).rowcount == 1
        db.commit()


async def test_a_change_that_the_log_does_not_approve_is_closed_and_told(machine: Bench) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET state = 'approved'")
    await machine.sweeps()
    closed = await machine.latest()
    assert (closed.state, machine.writes(), "VIPs" in machine.segments()) == (State.CANCELLED, [], True)
    why = "Change 1 is “approved” in the table changes, and “waiting” in the log."
    assert closed.reason.startswith(why)
    assert machine.board.drawn[-1].state is State.CANCELLED
    assert sorted(machine.board.notified) == [(1, "contradict", name) for name in ("UANA", "UBEN", "UCLEO")]
    assert machine.board.heard == []
    told = entries_of(machine.ledger)[-1]
    assert (told.kind, told.detail["reason"]) == ("contradict", why)


async def test_a_change_that_is_not_gone_on_with_is_nobodys(machine: Bench, path: Path) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET state = 'approved'")
    await machine.sweeps()
    async with machine.another(path) as other:
        assert await other.engine.process.claim(1)


async def test_a_running_change_whose_runs_were_edited_is_not_gone_on_with(machine: Bench) -> None:
    change = await machine.approves(await machine.delete(), "UBEN")
    edit(machine, "UPDATE changes SET state = 'running'")
    machine.runner.start(change.number, planned_at=machine.clock.elapsed())
    await machine.tasks.settled()
    assert ((await machine.latest()).state, machine.writes()) == (State.CANCELLED, [])


async def test_two_processes_that_see_an_edited_change_close_it_once(machine: Bench, path: Path) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET state = 'approved'")
    machine.people = _Overtaken(machine)
    async with machine.another(path) as other:
        await other.runner.run(1)
    assert ((await machine.latest()).state, machine.kinds().count("contradict")) == (State.CANCELLED, 1)
    assert machine.writes() == []


async def test_an_edited_change_that_another_process_just_closed_breaks_no_sweep(
    machine: Bench, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET state = 'approved'")
    machine.people = _Overtaken(machine)
    async with machine.another(path) as other:
        await other.sweeps()
    assert ((await machine.latest()).state, machine.kinds().count("contradict")) == (State.CANCELLED, 1)
    broke = [one.getMessage() for one in caplog.records if one.exc_info]
    assert broke == []


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.REJECT, Verdict.WITHDRAW, Verdict.NARROW])
async def test_a_decision_about_an_edited_change_is_refused(machine: Bench, verdict: Verdict) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET requester = 'UEVE'")
    await machine.decides("UBEN", verdict=verdict)
    assert machine.board.whispered[-1][1].startswith("Change 1 has another requester in the table changes")
    assert (await machine.latest()).state is State.CANCELLED
    await machine.decides("UBEN", verdict=verdict)
    assert (await machine.latest()).state is State.CANCELLED


async def test_an_edited_change_is_not_edited(machine: Bench) -> None:
    await machine.delete()
    edit(machine, "UPDATE changes SET expires_at = '2099-01-01T00:00:00+00:00'")
    await machine.edits("segment delete", segments=["Lapsed"])
    assert (await machine.latest()).state is State.CANCELLED
    assert machine.kinds().count("edit") == 0


async def test_a_settled_change_that_was_edited_stays_as_it_is(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN", verdict=Verdict.REJECT)
    edit(machine, "UPDATE changes SET state = 'done'")
    await machine.decides("UBEN", verdict=Verdict.REVIEW)
    assert "in the table changes, and “rejected” in the log" in machine.board.whispered[-1][1]
    assert machine.kinds().count("contradict") == 0
    edit(machine, "UPDATE changes SET state = 'rejected'")


async def test_what_was_edited_by_hand_is_not_undone(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN")
    edit(machine, "UPDATE runs SET body = json_set(body, '$.undo[0].segment.name', 'Gold')")
    await machine.asks("change undo", number=1)
    assert machine.board.whispered[-1][1].startswith("Step 1 of change 1 is not in the table runs as it is in the log.")
    assert machine.kinds().count("planned") == 1
    edit(machine, "UPDATE runs SET body = json_set(body, '$.undo[0].segment.name', 'VIPs')")
    assert await machine.ledger.changes.contradiction(1) == ""


async def test_a_settled_change_whose_entries_are_archived_is_still_decided_late(
    machine: Bench, tmp_path: Path
) -> None:
    await machine.delete()
    await machine.decides("UBEN", verdict=Verdict.REJECT)
    machine.clock.forward(days=30)
    await machine.delete("Lapsed")
    path = database_of(machine.ledger).path
    assert path
    with open_audit_file(path, to_archive=True) as file:
        before = machine.clock() - timedelta(days=15)
        await file.archives.archive(tmp_path / "old.sqlite", before=before, at=machine.clock())
    await machine.decides("UBEN", number=1)
    assert machine.board.whispered[-1][1].startswith("Too late: change 1 is already rejected")
    edit(machine, "UPDATE changes SET state = 'approved' WHERE number = 1")
    await machine.sweeps()
    assert (await machine.ledger.changes.load(1)).reason.startswith("The log does not say that anyone asked")
    assert machine.writes() == []


async def test_a_planned_change_that_nobody_asked_for_is_not_posted(machine: Bench) -> None:
    await machine.delete()
    columns = "revision, requester, expires_at, plan, body"
    edit(machine, f"INSERT INTO changes (state, {columns}) SELECT 'planned', {columns} FROM changes")
    edit(machine, "INSERT INTO briefs SELECT 2, body FROM briefs")
    await machine.sweeps()
    assert (await machine.latest()).reason.startswith("The log does not say that anyone asked for change 2.")
    assert len(machine.board.posted) == 1


async def test_a_change_is_held_to_a_long_log_too(machine: Bench) -> None:
    change = await machine.approves(await machine.delete(), "UBEN")
    path = database_of(machine.ledger).path
    assert path
    record(path, ((Entry(EntryKind.ANSWERED, "UANA"), machine.clock()) for _ in range(FEW)))
    assert await machine.ledger.changes.contradiction(change.number) == ""
    assert await machine.ledger.changes.contradiction(99) == ""
    edit(machine, "UPDATE changes SET revision = 9")
    assert "The row of change 1" in await machine.ledger.changes.contradiction(change.number)
    edit(machine, "UPDATE changes SET revision = ?", change.revision)


def click(machine: Bench) -> tuple[str, str, str]:
    """A row of an approving click by Ben that he never made."""
    decision = Decision(number=1, verdict=Verdict.APPROVE, version=1)
    forged = invocation("forged", "UBEN", "approve", decision=decision)
    return "forged", timestamp(machine.clock()), forged.model_dump_json()


@pytest.mark.parametrize("broken", [False, True])
async def test_a_request_that_nobody_asked_is_refused_and_told(machine: Bench, *, broken: bool) -> None:
    await machine.delete()
    edit(machine, "INSERT INTO asks (id, at, body, owner, schema) VALUES (?, ?, ?, 'dead', 99)", *click(machine))
    if broken:
        machine.board.broken["warn"] = Undeliverable("not_in_channel")
    await machine.sweeps()
    assert (await machine.latest()).state is State.WAITING
    assert machine.board.whispered[-1][0] == "UBEN"
    assert machine.board.whispered[-1][1].startswith(UNASKED)
    assert [one.title.startswith(f"approve by UBEN: {UNASKED}") for one in machine.board.warned] == [True][broken:]
    assert machine.kinds()[-1] == "refused"
    assert verified(machine.ledger).fault == ""


async def test_a_request_answered_just_before_it_was_looked_up_alarms_nobody(machine: Bench) -> None:
    """A process that had been asleep answers it, after another one claimed it and before that reads the log."""
    await machine.delete()
    asked = machine.ask("segment delete", segments=["Lapsed"])
    await machine.engine.intake.take(asked)
    await machine.tasks.settled()
    before = (machine.kinds(), list(machine.board.whispered))
    assert not await machine.ledger.invocations.was_asked(asked)
    await machine.engine.housekeeper.answering.refuse_unasked(asked)
    assert (machine.kinds(), machine.board.whispered, machine.board.warned) == (*before, [])


async def test_an_answered_request_that_is_put_back_is_not_answered_again(machine: Bench) -> None:
    await machine.delete()
    asked = machine.ask("segment delete", segments=["Lapsed"])
    await machine.engine.intake.take(asked)
    await machine.tasks.settled()
    edit(machine, "UPDATE asks SET body = ?, owner = 'dead' WHERE id = ?", asked.model_dump_json(), asked.id)
    assert "was answered waits again" in verified(machine.ledger).fault
    await machine.sweeps()
    assert machine.board.whispered[-1][1].startswith(UNASKED)
    assert machine.kinds().count("planned") == 2


class _Overtaken(People):
    """Slack takes so long to name the approvers that another process has taken over by then."""

    def __init__(self, other: Bench) -> None:
        super().__init__()
        self._other = other

    async def members(self, ids: frozenset[str]) -> frozenset[str]:
        self._other.clock.forward(seconds=PAUSE)
        await self._other.sweeps()
        return await super().members(ids)
