"""What is approved for a time: it is looked at before, runs then, and can be taken back until then."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Change, State
from bot.core.approval.decisions import Verdict
from bot.core.approval.rule import Rule
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench, bench

HOUR = timedelta(hours=1)
AGAIN = (1, "again", "")
PASSING = Undeliverable("ratelimited")
FINAL = Undeliverable("channel_not_found", final=True)


async def now_is(machine: Bench, change: Change, *, before: timedelta) -> None:
    """It is so long before its time."""
    due = change.due_at
    assert due
    machine.clock.now = due - before
    await machine.sweeps()


def leaves(machine: Bench) -> None:
    """Somebody leaves VIPs, past the bot."""
    with machine.store.shop.db as db:
        (vips,) = db.execute("SELECT position FROM segments WHERE name = 'VIPs'").fetchone()
        (profile,) = db.execute("SELECT min(profile) FROM members WHERE segment = ?", (vips,)).fetchone()
        db.execute("DELETE FROM members WHERE segment = ? AND profile = ?", (vips, profile))


async def clearing(machine: Bench, words: str = "in 48 hours") -> Change:
    """Somebody asked for VIPs to be cleared later, and Ben approved it."""
    await machine.asks("segment clear", segment="VIPs", at=words)
    machine.clock.forward(minutes=1)
    await machine.decides("UBEN")
    return await machine.latest()


async def read_to(machine: Bench) -> datetime:
    """Until when customers and orders are read."""
    found = (await machine.ledger.facts.freshness()).read_to
    assert found
    return found


async def test_it_waits_for_its_time_and_runs_once(machine: Bench) -> None:
    change = await clearing(machine)
    assert (change.state, machine.writes()) == (State.APPROVED, [])
    assert change.args["at"]
    for before in (24, 2, 1 / 60):
        await now_is(machine, change, before=before * HOUR)
        assert machine.writes() == []
    await machine.runner.run(1)
    assert machine.writes() == []
    await now_is(machine, change, before=0 * HOUR)
    assert machine.members("VIPs") == set()
    await now_is(machine, change, before=-HOUR)
    assert machine.kinds().count("start") == 1


async def test_one_of_several_processes_runs_it_and_one_looks_before(machine: Bench, path: Path) -> None:
    change = await clearing(machine)
    async with machine.another(path) as other:
        for before in (24, 2, 0):
            await now_is(machine, change, before=before * HOUR)
            reads = len(machine.store.requests())
            await now_is(other, change, before=before * HOUR)
            assert len(machine.store.requests()) == reads
    assert machine.kinds().count("start") == 1


async def test_what_another_process_looks_at_is_looked_at_once(machine: Bench, path: Path) -> None:
    change = await clearing(machine)
    assert change.due_at
    machine.clock.now = change.due_at - HOUR
    async with machine.another(path) as other:
        await machine.engine.process.claim(1)
        await other.sweeps()
        assert (await machine.ledger.changes.scheduled())[0].looked_at < machine.clock.now
        await machine.engine.process.release(1)
        housekeepers = (machine.engine.housekeeper, other.engine.housekeeper)
        reads = len(machine.store.requests())
        await machine.sweeps()
        once = len(machine.store.requests()) - reads
        for one in housekeepers:
            await one._look_again(1)
        assert len(machine.store.requests()) - reads == once > 0


async def test_what_is_gone_before_its_time_is_no_longer_possible(machine: Bench) -> None:
    change = await clearing(machine)
    machine.forget("VIPs")
    await now_is(machine, change, before=2 * HOUR)
    assert (await machine.latest()).state is State.STALE


async def test_what_differs_before_its_time_waits_again_and_is_told_under_its_card(machine: Bench) -> None:
    change = await clearing(machine)
    leaves(machine)
    await now_is(machine, change, before=2 * HOUR)
    found = await machine.latest()
    assert (found.state, found.due_at, found.expires_at) == (State.WAITING, change.due_at, change.due_at)
    assert machine.board.notified == [AGAIN]
    await machine.decides("UCLEO")
    assert (await machine.latest()).state is State.APPROVED
    await now_is(machine, change, before=0 * HOUR)
    assert machine.members("VIPs") == set()


async def test_what_was_approved_again_meanwhile_is_not_said_to_wait(machine: Bench) -> None:
    change = await clearing(machine)
    leaves(machine)
    machine.board.broken["notify"] = PASSING
    await now_is(machine, change, before=2 * HOUR)
    await machine.decides("UCLEO")
    machine.board.broken.clear()
    machine.clock.forward(minutes=5)
    await machine.sweeps()
    assert (machine.board.notified, await machine.ledger.changes.notices()) == ([], ())


async def test_where_nobody_can_be_told_that_it_waits_again_it_is_on_record_once(machine: Bench) -> None:
    change = await clearing(machine)
    leaves(machine)
    machine.board.broken["notify"] = FINAL
    await now_is(machine, change, before=2 * HOUR)
    await machine.sweeps()
    assert machine.kinds().count("again not delivered") == 1
    assert await machine.ledger.changes.notices() == ()


async def test_what_differs_at_its_time_runs_once_it_is_approved_again(machine: Bench) -> None:
    change = await clearing(machine)
    await now_is(machine, change, before=HOUR / 60)
    leaves(machine)
    await now_is(machine, change, before=0 * HOUR)
    found = await machine.latest()
    assert (found.state, found.due_at) == (State.WAITING, None)
    assert found.expires_at > machine.clock.now
    await machine.decides("UCLEO")
    assert machine.members("VIPs") == set()


async def test_a_store_that_does_not_answer_before_its_time_is_looked_at_the_next_time(
    machine: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    change = await clearing(machine)
    machine.store.faults.add("GET", "*", status=503, times=None)
    await now_is(machine, change, before=2 * HOUR)
    assert "is tried again later" in caplog.text
    assert (await machine.latest()).state is State.APPROVED
    machine.store.faults.clear()
    await now_is(machine, change, before=0 * HOUR)
    assert machine.members("VIPs") == set()


async def test_it_is_withdrawn_or_stopped_until_its_time_and_not_after(machine: Bench) -> None:
    await clearing(machine)
    await machine.decides("UDAN", verdict=Verdict.WITHDRAW)
    assert (await machine.latest()).state is State.APPROVED
    await machine.decides("UANA", verdict=Verdict.WITHDRAW)
    assert (await machine.latest()).state is State.WITHDRAWN
    await machine.asks("segment create", name="Loyal", at="in 3 hours")
    await machine.decides("UBEN", 2, Verdict.STOP)
    stopped = await machine.latest()
    assert (stopped.state, stopped.settled_by) == (State.CANCELLED, "UBEN")
    await machine.asks("segment create", name="Loyal", at="in 3 hours")
    machine.clock.forward(hours=3)
    for verdict in (Verdict.WITHDRAW, Verdict.STOP):
        await machine.decides("UANA", 3, verdict)
        assert (await machine.latest()).state is State.APPROVED
    await machine.sweeps()
    assert "Loyal" in machine.segments()


async def test_an_edit_moves_it_to_another_time_or_to_now(machine: Bench) -> None:
    await machine.asks("segment clear", segment="VIPs", at="in 48 hours")
    await machine.edits("segment clear", segment="VIPs", at="in 3 hours")
    assert (await machine.latest()).due_at == (await machine.latest()).expires_at
    await machine.edits("segment clear", segment="VIPs", at="")
    assert (await machine.latest()).due_at is None
    await machine.decides("UBEN")
    assert machine.members("VIPs") == set()


async def test_what_was_cleared_for_one_time_is_counted_together_when_it_starts(path: Path) -> None:
    rules = (Rule(steps=("add_members",), shoppers=3, per="24h", approvals=1),)
    async with bench(path, rules=rules) as machine:
        before = len(machine.members("VIPs"))
        await machine.asks("segment add", segment=["VIPs"], shoppers=["#13, #14"], at="in 72 hours")
        machine.clock.forward(hours=30)
        await machine.asks("segment add", segment=["VIPs"], shoppers=["#15, #16"], at="in 42 hours")
        machine.clock.forward(hours=42)
        await machine.sweeps()
        states = [(await machine.ledger.changes.load(number)).state for number in (1, 2)]
        assert len(machine.members("VIPs")) <= before + 2
        assert State.DONE in states


async def test_what_a_rule_goes_by_is_read_each_hour_until_its_time(machine: Bench) -> None:
    await machine.asks("segment rule", segment="VIPs", rule="accepts marketing", at="in 3 days")
    await machine.asks("segment rule", segment="VIPs", rule="accepts marketing", at="in 3 days")
    machine.clock.forward(hours=2)
    await machine.sweeps()
    assert machine.clock() - await read_to(machine) == 2 * HOUR
    await machine.decides("UBEN")
    for _ in range(2):
        machine.clock.forward(hours=2)
        await machine.sweeps()
        assert await read_to(machine) == machine.clock()


async def test_whoever_asked_for_later_hears_what_became_of_it(machine: Bench) -> None:
    await machine.asks("segment create", name="Loyal", at="in 3 hours")
    machine.clock.forward(hours=3)
    await machine.sweeps()
    assert [one.number for one in machine.board.heard] == [1]
