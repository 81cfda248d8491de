"""Reminders of what expires soon, and notices that survive whatever happens."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.approval.rule import Rule
from bot.core.planning.steps import CreateSegment, Naming
from bot.core.store_view.cached_shop import Shop
from bot.core.timestamps import timestamp
from bot.engine.housekeeper import REMIND
from bot.engine.ports import Undeliverable
from bot.engine.process import HEARTBEAT, LEASE
from bot.ledger.sqlite.file_checks import MOST_LOGGED
from tests.core.samples import plan
from tests.disks import logged, no_file_beyond, read_by_others, write_more_than_is_logged
from tests.engine.bench import Bench, bench
from tests.harness import Stuck
from tests.records import database_of

HOUR = timedelta(hours=1)
TWO = (Rule(steps=("delete_segment",), approvals=2),)
PASSING = Undeliverable("ratelimited")
FINAL = Undeliverable("channel_not_found", final=True)
ROOM = 1_000_000
REMINDER = (1, "reminder", "")


async def soon(machine: Bench) -> None:
    """Time passes until a reminder is due."""
    machine.clock.forward(seconds=(timedelta(hours=24) - REMIND).total_seconds())


async def test_what_expires_soon_is_reminded_of_once(machine: Bench) -> None:
    await machine.delete()
    machine.clock.forward(hours=21)
    await machine.sweeps()
    assert machine.board.notified == []
    machine.clock.forward(hours=1)
    for _ in range(3):
        await machine.sweeps()
    machine.clock.forward(hours=1)
    await machine.sweeps()
    assert machine.board.notified == [REMINDER]
    assert machine.kinds().count("remind") == 1


async def test_it_is_reminded_of_once_although_two_processes_sweep(machine: Bench, path: Path) -> None:
    await machine.delete()
    await soon(machine)
    async with machine.another(path) as other:
        await machine.engine.housekeeper.run_due()
        await other.sweeps()
        await machine.tasks.settled()
    assert machine.board.notified == [REMINDER]


@pytest.mark.parametrize(("hours", "quiet", "due"), [(24, 21.9, 22), (8, 5.9, 6), (2, 1.4, 1.5), (0.5, 0.3, 0.38)])
async def test_what_waits_for_a_short_time_is_reminded_of_in_its_last_quarter(
    path: Path, hours: float, quiet: float, due: float
) -> None:
    async with bench(path, approval_hours=hours) as machine:
        await machine.delete()
        machine.clock.forward(hours=quiet)
        await machine.sweeps()
        assert machine.board.notified == []
        machine.clock.forward(hours=due - quiet)
        await machine.sweeps()
        await machine.sweeps()
        assert machine.board.notified == [REMINDER]


async def test_a_new_version_is_reminded_of_again_and_a_signature_is_not(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete("VIPs", "Lapsed")
        await soon(machine)
        await machine.sweeps()
        await machine.decides("UBEN")
        await machine.sweeps()
        assert machine.board.notified == [REMINDER]
        await machine.decides("UCLEO", verdict=Verdict.NARROW, items=(machine.segments()["VIPs"],))
        await machine.sweeps()
        await machine.sweeps()
        assert machine.board.notified == [REMINDER] * 2


async def test_an_edit_waits_anew_and_is_reminded_of_in_its_own_time(machine: Bench) -> None:
    await machine.delete()
    await soon(machine)
    await machine.sweeps()
    await machine.edits("segment delete", segments=["Lapsed"])
    machine.clock.forward(hours=21)
    await machine.sweeps()
    assert machine.board.notified == [REMINDER]
    machine.clock.forward(hours=1)
    await machine.sweeps()
    assert machine.board.notified == [REMINDER] * 2


async def test_nothing_is_reminded_of_that_was_decided_or_has_expired(machine: Bench) -> None:
    await machine.delete()
    await machine.delete("Lapsed")
    await machine.decides("UBEN", 1, Verdict.REJECT)
    machine.clock.forward(hours=24)
    await machine.sweeps()
    await machine.sweeps()
    assert (await machine.ledger.changes.load(2)).state is State.EXPIRED
    assert machine.board.notified == []


async def test_a_reminder_that_came_too_late_is_dropped_unsaid(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["notify"] = PASSING
    await soon(machine)
    await machine.sweeps()
    assert await machine.ledger.changes.notices() == (REMINDER,)
    await machine.decides("UBEN", verdict=Verdict.REJECT)
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert (machine.board.notified, await machine.ledger.changes.notices()) == ([], ())


async def test_what_slack_did_not_take_stays_due_and_is_told_by_the_next_sweep(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["notify"] = PASSING
    await soon(machine)
    for _ in range(3):
        await machine.sweeps()
    assert machine.board.notified == []
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    await machine.sweeps()
    assert machine.board.notified == [REMINDER]
    assert "reminder not delivered" not in machine.kinds()


async def test_what_can_never_be_told_is_on_record_once_and_dropped(path: Path) -> None:
    async with bench(path, breakers=frozenset({"UHEAD"})) as machine:
        await machine.delete()
        machine.board.broken["notify"] = FINAL
        await machine.decides("UHEAD", verdict=Verdict.BREAK, reason="Now.")
        await machine.sweeps()
        assert await machine.ledger.changes.notices() == ()
        assert machine.kinds().count("glass not delivered") == 2  # Ben and Cleo


async def test_a_notice_survives_the_death_of_its_process(path: Path) -> None:
    async with bench(path, breakers=frozenset({"UHEAD"})) as machine:
        await machine.delete()
        machine.board.broken["notify"] = PASSING
        await machine.decides("UHEAD", verdict=Verdict.BREAK, reason="Now.")
        assert (await machine.latest()).state is State.DONE
        await machine.dies()
        machine.board.broken.clear()
        async with machine.another(path) as other:
            await other.sweeps()
            assert await other.ledger.changes.notices() == ()
        assert machine.board.notified == [(1, "glass", "UBEN"), (1, "glass", "UCLEO")]


async def test_a_reminder_waits_while_another_process_is_at_the_card(machine: Bench) -> None:
    await machine.delete()
    await soon(machine)
    await machine.ledger.leases.renew(owner="other", until=machine.clock() + HOUR, now=machine.clock())
    assert await machine.ledger.leases.claim(1, owner="other", now=machine.clock(), role="renderer")
    await machine.sweeps()
    assert machine.board.notified == []
    await machine.ledger.leases.release(1, owner="other", role="renderer")
    await machine.sweeps()
    assert machine.board.notified == [REMINDER]


async def test_what_a_process_had_in_hand_is_free_at_once_when_it_stops(machine: Bench, path: Path) -> None:
    await machine.delete()
    assert await machine.engine.process.claim(1)
    async with machine.another(path) as other:
        assert not await other.engine.process.claim(1)
        await machine.engine.stop()
        assert await other.engine.process.claim(1)


async def test_each_renewal_tells_a_process_how_many_live(machine: Bench, path: Path) -> None:
    async def living() -> int:
        machine.clock.forward(seconds=HEARTBEAT.total_seconds())
        await machine.sweeps()
        return machine.engine.process.share.allotment.living

    assert await living() == 1
    async with machine.another(path) as other:
        await other.sweeps()
        assert await living() == 2
        await other.engine.stop()
        assert await living() == 1


async def test_an_idle_process_renews_its_lease_once_a_heartbeat(machine: Bench) -> None:
    renewed = []
    for _ in range(8):
        machine.clock.forward(seconds=1)
        await machine.sweeps()
        renewed += database_of(machine.ledger).execute("SELECT lease_until FROM processes").fetchone()
    assert len(set(renewed)) == 5  # at the start, and in each second sweep
    assert LEASE >= 3 * HEARTBEAT  # two of them may fail
    machine.clock.forward(days=-1)
    await machine.sweeps()
    (until,) = database_of(machine.ledger).execute("SELECT lease_until FROM processes").fetchone()
    assert until == timestamp(machine.clock() + LEASE)


# Approved changes that a dead process left


async def test_sweeps_while_a_plan_is_compared_start_its_change_once(machine: Bench) -> None:
    reading, writing = Stuck(), Stuck()
    machine.store.sleep = lambda seconds: (writing if seconds > 1 else reading)(seconds)
    await machine.approved(
        plan(CreateSegment(segment=Naming(name="Loyal"))), command="segment create", args={"name": "Loyal"}
    )
    machine.store.faults.add("GET", "/segments", delay=1)
    machine.store.faults.add("POST", "/segments", delay=2)
    await machine.engine.housekeeper.run_due()
    await reading.reached.wait()
    await machine.engine.housekeeper.run_due()
    for _ in range(20):  # whoever was started by the second sweep would be at its write by then
        await Shop(machine.client).segments()
    reading.release.set()
    await writing.reached.wait()
    for _ in range(20):
        await Shop(machine.client).segments()
    writing.release.set()
    await machine.tasks.settled()
    assert machine.writes() == ["POST"]
    assert [machine.kinds().count(kind) for kind in ("start", "step started", "step done", "finish")] == [1] * 4


# A long log of writes


async def test_what_is_due_is_done_although_the_log_of_writes_cannot_be_emptied(machine: Bench, path: Path) -> None:
    await machine.delete()
    await write_more_than_is_logged(machine.ledger)  # to the file: with what is logged now, it would be the longer one
    with read_by_others(path):
        await write_more_than_is_logged(machine.ledger)
    machine.clock.forward(hours=25)
    with no_file_beyond(logged(path) + ROOM):
        await machine.sweeps()
        assert (await machine.latest()).state is State.EXPIRED
        await machine.engine.stop()
    assert logged(path) > MOST_LOGGED
    assert database_of(machine.ledger).execute("SELECT owner FROM processes").fetchall() == []


async def test_a_disk_without_room_takes_what_is_due_once_the_log_of_writes_is_emptied(
    machine: Bench, path: Path
) -> None:
    await machine.delete()
    with read_by_others(path):
        await write_more_than_is_logged(machine.ledger)
    machine.clock.forward(hours=25)
    with no_file_beyond(logged(path)):
        await machine.sweeps()
    assert (await machine.latest()).state is State.EXPIRED
