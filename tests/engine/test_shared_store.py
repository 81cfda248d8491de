"""Processes on one ledger share what the store takes at once, whatever their clocks do, and however long they sleep."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from bot.bigcommerce import Share, Store, connect
from bot.bigcommerce.shares import AT_ONCE
from bot.engine.process import HEARTBEAT, LEASE, USUAL_LEASE, Process
from bot.engine.tasks import Tasks
from bot.ledger.ledger import Ledger
from tests.bigcommerce.conftest import listed, profile
from tests.carried import Carried
from tests.disks import frozen
from tests.engine.bench import Bench

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Replicas:
    """Processes that live on one ledger; their seconds go by as they are told."""

    def __init__(self, machine: Bench) -> None:
        self.machine = machine
        self.seconds = 1000.0

    async def join(self, owner: str, ledger: Ledger | None = None) -> Process:
        share, machine = Share(ask_again=0.001), self.machine
        one = Process(owner, machine.clock, Tasks(), ledger or machine.ledger, lambda: self.seconds, share=share)
        await one.live()
        return one

    async def passes(self, time: timedelta, *alive: Process) -> None:
        """Time passes, and then these renew their leases."""
        self.machine.clock.now += time
        self.seconds += time.total_seconds()
        for each in alive:
            await each.live()


@pytest.fixture
async def replicas(machine: Bench) -> Replicas:
    await machine.engine.stop()  # it is one of them no more
    return Replicas(machine)


def usable(*processes: Process) -> list[int]:
    return [one.share.usable for one in processes]


def works(process: Process, wanted: int = AT_ONCE) -> None:
    process.share.use(process.share.usable, wanted)


async def test_one_that_starts_has_some_at_once_and_its_part_in_seconds(replicas: Replicas) -> None:
    old = await replicas.join("old")
    new = await replicas.join("new")
    assert usable(old, new) == [8, 2]
    await replicas.passes(HEARTBEAT, old)
    await replicas.passes(SECOND, old)
    await replicas.passes(SECOND, new)
    assert usable(old, new) == [4, 4]


async def test_what_is_under_way_is_not_given_to_one_that_starts(replicas: Replicas) -> None:
    old = await replicas.join("old")
    works(old)
    await old.renew()
    works(old)
    new = await replicas.join("new")
    works(new)
    for _ in range(3):
        await replicas.passes(HEARTBEAT, old, new)
    assert (old.share.may_send, usable(old, new)) == (True, [5, 0])
    old.share.use(6, AT_ONCE)
    await replicas.passes(SECOND, old)
    await replicas.passes(SECOND, new)
    assert usable(old, new) == [5, 4]
    old.share.use(5, AT_ONCE)
    await replicas.passes(SECOND, old)
    await replicas.passes(SECOND, new)
    assert usable(old, new) == [5, 5]


async def test_a_stopped_one_frees_its_places_at_once_and_a_killed_one_after_its_lease(replicas: Replicas) -> None:
    one, killed, stopped = [await replicas.join(owner) for owner in ("one", "killed", "stopped")]
    for _ in range(3):
        await replicas.passes(HEARTBEAT, one, killed, stopped)
    works(one)
    assert usable(one, killed, stopped) == [2, 2, 2]
    await stopped.stop()
    await replicas.passes(HEARTBEAT, one)
    assert usable(one, stopped) == [8, 0]
    await replicas.passes(LEASE, one)
    await replicas.passes(HEARTBEAT, one)
    assert usable(one, killed) == [AT_ONCE, 0]


async def test_a_clock_set_ahead_frees_no_places_of_the_living(replicas: Replicas) -> None:
    one = await replicas.join("one")
    two = await replicas.join("two")
    works(two)
    replicas.machine.clock.now += HOUR
    await two.live()
    assert usable(one, two) == [8, 2]
    await replicas.passes(HEARTBEAT, one)
    await replicas.passes(SECOND, one, two)
    assert usable(one, two) == [2, 8]


async def test_a_clock_set_back_gives_no_place_twice(replicas: Replicas) -> None:
    one, two = await replicas.join("one"), await replicas.join("two")
    replicas.machine.clock.now -= HOUR
    for _ in range(4):
        works(one)
        works(two)
        await replicas.passes(HEARTBEAT, one, two)
        assert one.share.allotment.places + two.share.allotment.places <= AT_ONCE
    assert usable(one, two) == [5, 5]


@asynccontextmanager
async def store_of(process: Process, network: "Network") -> AsyncIterator[Store]:
    async with connect("https://store.example", "s", "t", transport=Carried(network), share=process.share) as store:
        yield store


class Network(httpx.AsyncBaseTransport):
    """Counts what is under way, and answers when it is told to."""

    def __init__(self) -> None:
        self.under_way = 0
        self.answer = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.under_way += 1
        await self.answer.wait()
        self.under_way -= 1
        return listed(profile(1))


async def turns() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_requests_of_two_processes_are_ten_at_most(replicas: Replicas) -> None:
    one, two, network = await replicas.join("one"), await replicas.join("two"), Network()
    async with store_of(one, network) as first, store_of(two, network) as second:
        asked = [asyncio.create_task(store.profile_count()) for store in (first, second) for _ in range(30)]
        await turns()
        assert network.under_way == AT_ONCE
        network.answer.set()
        assert await asyncio.gather(*asked) == [1] * 60


class Sleeper(Carried):
    """A network on which a process sleeps after its connection stands, before it asks whether it may send."""

    def __init__(self, network: Network, replicas: Replicas, sleeps: timedelta, *others: Process) -> None:
        super().__init__(network)
        self.sleeps = (replicas, sleeps, others)
        self.slept = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        replicas, sleeps, others = self.sleeps
        if not self.slept:
            await replicas.passes(sleeps, *others)
        self.slept += 1
        return await super().handle_async_request(request)


async def test_who_slept_takes_another_turn_before_it_sends(replicas: Replicas) -> None:
    one, two, network = await replicas.join("one"), await replicas.join("two"), Network()
    works(two)
    network.answer.set()
    sleeper = Sleeper(network, replicas, LEASE + SECOND, two)
    async with connect("https://store.example", "s", "t", transport=sleeper, share=one.share) as store:
        asked = asyncio.create_task(store.profile_count())
        await turns()
        assert (sleeper.slept, asked.done(), usable(one, two)) == (1, False, [0, AT_ONCE])
        for _ in range(3):
            two.share.use(0, 0)
            await replicas.passes(HEARTBEAT, two)
        assert await asked == 1
    assert sleeper.slept == 2


async def test_nothing_is_sent_while_the_ledger_cannot_be_written(replicas: Replicas, machine: Bench) -> None:
    one, network = await replicas.join("one"), Network()
    network.answer.set()
    async with store_of(one, network) as store:
        with frozen(machine.ledger):
            await replicas.passes(LEASE - timedelta(seconds=USUAL_LEASE.needed))
            assert await store.profile_count() == 1
            await replicas.passes(SECOND)
            asked = asyncio.create_task(store.profile_count())
            await turns()
            assert not asked.done()
        assert await asked == 1


async def test_what_nobody_waits_for_any_more_keeps_its_place_until_the_store_answers(replicas: Replicas) -> None:
    one, network = await replicas.join("one"), Network()
    async with store_of(one, network) as store:
        asked = [asyncio.create_task(store.profile_count()) for _ in range(30)]
        await turns()
        for each in asked[:5]:
            each.cancel()
        await turns()
        assert (network.under_way, one.share.in_use) == (AT_ONCE, AT_ONCE)
        network.answer.set()
        assert await asyncio.gather(*asked[5:]) == [1] * 25
        assert one.share.in_use == 0


async def test_what_is_not_sent_yet_is_not_sent_once_nobody_waits_for_it(replicas: Replicas) -> None:
    one, two, network = await replicas.join("one"), await replicas.join("two"), Network()
    waiting = asyncio.Event()

    class Connecting(Carried):
        """A network on which connections take a while."""

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await waiting.wait()
            return await super().handle_async_request(request)

    async with connect("https://store.example", "s", "t", transport=Connecting(network), share=two.share) as store:
        asked = asyncio.create_task(store.profile_count())
        await turns()
        asked.cancel()
        await turns()
        waiting.set()
        await turns()
        assert (network.under_way, one.share.in_use) == (0, 0)


async def test_what_a_stopped_one_has_under_way_keeps_its_place_until_its_lease_ends(replicas: Replicas) -> None:
    one, two, network = await replicas.join("one"), await replicas.join("two"), Network()
    async with store_of(one, network) as store:
        for _ in range(30):
            one.tasks.start(store.profile_count())
        await turns()
        assert network.under_way == 8
        await one.tasks.stop()
        await one.stop()
        for _ in range(3):
            works(two)
            await replicas.passes(HEARTBEAT, two)
        assert usable(one, two) == [0, 2]
        await replicas.passes(LEASE, two)
        await replicas.passes(HEARTBEAT, two)
        assert usable(one, two) == [0, AT_ONCE]


def test_a_process_takes_its_part_of_the_share_that_it_is_given(machine: Bench) -> None:
    share = Share()
    one = Process.named_at_random(machine.ledger, machine.clock, machine.clock.elapsed, USUAL_LEASE, share=share)
    assert one.share is share
