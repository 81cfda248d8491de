"""Clocks that are set, and sleep, while two processes live: none takes from the other what it holds."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.engine.process import HEARTBEAT, LEASE, USUAL_LEASE, Heartbeat, Process
from bot.engine.tasks import Tasks
from tests.engine.bench import Bench

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def process(machine: Bench, owner: str, elapsed: Callable[[], float]) -> Process:
    """One more process, whose own seconds go by whatever the clock says."""
    return Process(owner, machine.clock, Tasks(), machine.ledger, elapsed)


async def test_a_clock_set_ahead_takes_nothing_from_the_living(machine: Bench) -> None:
    seconds = [1000.0]
    one, two = (process(machine, owner, lambda: seconds[0]) for owner in ("one", "two"))

    async def passes(time: timedelta, *alive: Process) -> None:
        """Time passes, and then these processes renew their leases."""
        machine.clock.now += time
        seconds[0] += time.total_seconds()
        for each in alive:
            await each.live()

    await machine.delete()
    await passes(HEARTBEAT, one, two)
    assert await one.claim(1)
    machine.clock.now += HOUR
    await two.live()
    assert not await two.claim(1)
    assert await machine.ledger.leases.is_held(1, now=two.lease_time())
    await passes(HEARTBEAT, one, two)
    for _ in range(LEASE // HEARTBEAT + 1):
        await passes(HEARTBEAT, one, two)
        assert not await two.claim(1)
    assert two.lease_time() == machine.clock()
    await passes(LEASE + SECOND, two)
    assert await two.claim(1)


async def test_a_clock_set_ahead_a_moment_ago_takes_nothing_from_the_living(machine: Bench) -> None:
    one, two = (process(machine, owner, lambda: 1000.0) for owner in ("one", "two"))
    await machine.delete()
    await two.live()
    assert await one.claim(1)
    machine.clock.now += HOUR
    assert not await two.claim(1)


async def test_a_clock_set_ahead_frees_what_a_dead_process_held_after_a_lease(machine: Bench) -> None:
    seconds = [1000.0]
    one, two = (process(machine, owner, lambda: seconds[0]) for owner in ("one", "two"))
    await machine.delete()
    await one.live()
    await two.live()
    assert await one.claim(1)
    machine.clock.now += HOUR
    await two.live()
    assert not await two.claim(1)
    machine.clock.now += LEASE
    seconds[0] += LEASE.total_seconds()
    await two.live()
    assert await two.claim(1)


def test_only_what_no_seconds_went_by_for_was_set_ahead() -> None:
    start = datetime(2026, 5, 4, tzinfo=UTC)
    beats = Heartbeat()
    beats.beat(start, elapsed=100)
    beats.beat(start + HOUR, elapsed=100 + 3600)
    assert beats.set_ahead(100 + 3600) == timedelta(0)
    beats.beat(start + 2 * HOUR + HEARTBEAT + SECOND, elapsed=100 + 7200)
    ahead_until = 100 + 7200 + LEASE.total_seconds()
    assert beats.set_ahead(ahead_until - 1) == HEARTBEAT + SECOND
    assert beats.set_ahead(ahead_until) == timedelta(0)
    assert beats.until == ahead_until


def test_a_lease_is_renewed_once_a_heartbeat_and_when_the_clock_was_set_back() -> None:
    start, beats = datetime(2026, 5, 4, tzinfo=UTC), Heartbeat()
    assert beats.is_due(start)
    beats.beat(start, elapsed=100)
    ages = (timedelta(0), HEARTBEAT - SECOND, HEARTBEAT, timedelta(microseconds=-1))
    assert [beats.is_due(start + age) for age in ages] == [False, False, True, True]


async def test_who_slept_for_longer_than_a_lease_renews_it_before_anything_is_claimed(machine: Bench) -> None:
    seconds = [1000.0]
    asleep, awake = (process(machine, owner, lambda: seconds[0]) for owner in ("asleep", "awake"))
    await machine.delete()
    await asleep.live()
    machine.clock.now += LEASE + SECOND
    seconds[0] += (LEASE + SECOND).total_seconds()
    await awake.live()
    assert await asleep.claim(1, role="renderer")
    assert not await awake.claim(1, role="renderer")


async def test_a_lease_that_lasts_is_not_renewed_for_each_claim(machine: Bench) -> None:
    start = machine.clock.now
    one = process(machine, "one", lambda: (machine.clock.now - start).total_seconds())
    await one.live()
    until = one.heartbeat.until
    machine.clock.now += LEASE - timedelta(seconds=USUAL_LEASE.needed)
    assert (await one.claimant(), one.heartbeat.until) == ("one", until)
    machine.clock.now += SECOND / 2
    assert (await one.claimant(), one.heartbeat.until) == ("one", one.elapsed() + LEASE.total_seconds())
