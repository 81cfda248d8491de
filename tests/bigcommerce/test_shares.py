"""Processes share what the store takes at once: in all never more, and each that lives has its part."""

import asyncio
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bigcommerce.shares import AT_ONCE, RESERVED, Allotment, Claim, Demand, Share, allot
from tests.laws.values import PURE

LEASE, NEEDED, HEARTBEAT = 15.0, 11.0, 2.0


@pytest.mark.parametrize(
    ("wanted", "goals"),
    [
        ([0], [8]),
        ([10], [10]),
        ([0, 0], [4, 4]),
        ([10, 0], [8, 2]),
        ([10, 10], [5, 5]),
        ([5, 0], [5, 2]),
        ([10, 0, 0], [6, 2, 2]),
        ([10, 10, 0], [4, 4, 2]),
        ([10, 10, 10], [3, 3, 3]),
        ([0, 0, 0], [2, 2, 2]),
        ([10] * 5, [2] * 5),
        ([10, 0, 0, 0, 0], [2] * 5),
        ([10] * 10, [1] * 10),
        ([10] * 11, [1] * 11),
    ],
)
def test_who_works_uses_what_idle_processes_do_not_need(wanted: list[int], goals: list[int]) -> None:
    found = [
        allot(Demand(0, one), [Claim(0, other) for at, other in enumerate(wanted) if at != number]).goal
        for number, one in enumerate(wanted)
    ]
    assert found == goals


def test_what_others_have_on_record_is_not_given() -> None:
    assert allot(Demand(0, 10), [Claim(10, 10)]) == Allotment(0, 5, living=2)
    assert allot(Demand(0, 10), [Claim(7, 10)]) == Allotment(3, 5, living=2)
    assert allot(Demand(0, 10), [Claim(8, 10), Claim(8, 10)]) == Allotment(0, 3, living=3)


def test_a_process_keeps_on_record_what_is_still_in_use() -> None:
    given = allot(Demand(held=9, wanted=10), [Claim(1, 10)])
    assert (given.places, given.usable, given.of_others) == (9, 5, 1)


def test_alone_nothing_is_left_to_others() -> None:
    assert allot(Demand(0, 0), []).of_others == 0


def test_a_process_that_asked_the_store_nothing_has_and_wants_nothing() -> None:
    share = Share()
    assert (share.in_use, share.demand().wanted) == (0, 0)


@dataclass
class Replica:
    """A process whose requests begin and end at random; ``asleep`` until then it does nothing."""

    share: Share = field(default_factory=Share)
    in_use: int = 0
    wanted: int = 0
    asleep: float = 0.0
    beats_at: float = 0.0
    lease_until: float = -1.0
    record: Claim = field(default_factory=lambda: Claim(0, 0))
    starved_since: float | None = None


@dataclass
class Fleet:
    """Replicas on one record, whose seconds go by as they are told."""

    rng: random.Random
    now: float = 1000.0
    living: list[Replica] = field(default_factory=list)
    dead: list[Replica] = field(default_factory=list)

    def join(self) -> Replica:
        one = Replica(beats_at=self.now)
        one.share.divide(lambda: self.now, self._nothing)
        self.living.append(one)
        return one

    async def _nothing(self) -> None:
        """Ask for nothing out of turn."""

    def dies(self, one: Replica) -> None:
        """It is killed: the store ends what it had under way long before its lease is over."""
        self.living.remove(one)
        self.dead.append(one)

    def sleeps(self, one: Replica, seconds: float) -> None:
        """It is stopped in the middle; the store answers what was under way, and it hears so when it wakes up."""
        one.asleep = self.now + seconds

    def happens(self, event: str, one: Replica, which: int) -> None:
        """Something happens to this one, or to all."""
        match event:
            case "join" if len(self.living) < 5:
                self.join().wanted = AT_ONCE
            case "die":
                self.dies(one)
            case "sleep" | "nap":
                self.sleeps(one, LEASE * (1.5 if event == "sleep" else 0.5))
            case "busy" | "idle":
                one.wanted = 3 * which if event == "busy" else 0

    def others(self, of: Replica) -> list[Claim]:
        return [one.record for one in (*self.living, *self.dead) if one is not of and one.lease_until >= self.now]

    def beat(self, one: Replica) -> None:
        demand = one.share.demand()
        given = allot(demand, self.others(one))
        one.record, one.lease_until = Claim(given.places, demand.wanted), self.now + LEASE
        one.share.take(given, until=self.now + LEASE - NEEDED)
        one.beats_at = self.now + HEARTBEAT

    def moment(self) -> None:
        """Let a tenth of a second go by, in which each who is awake begins and ends requests."""
        self.now += 0.1
        for one in self.living:
            if self.now < one.asleep:
                continue
            self._ends_some(one)
            if self.now >= one.beats_at or one.share.has_too_many:
                self.beat(one)
            self._begins_some(one)
        self._look()

    def _ends_some(self, one: Replica) -> None:
        one.in_use -= sum(self.rng.random() < 0.3 for _ in range(one.in_use))
        one.share.use(one.in_use, max(one.in_use, one.wanted))

    def _begins_some(self, one: Replica) -> None:
        while one.in_use < min(one.share.usable, one.wanted):
            one.in_use += 1
            one.share.use(one.in_use, max(one.in_use, one.wanted))
            assert one.share.may_send

    def _look(self) -> None:
        """What is surely under way, and what may be by the next moment, is never more than the store takes."""
        awake = [one for one in self.living if self.now >= one.asleep]
        asleep = [one for one in self.living if self.now < one.asleep and one.lease_until >= self.now]
        used = sum(one.in_use for one in (*awake, *asleep))
        may_begin = sum(max(one.in_use, one.share.usable) for one in awake)
        assert used <= AT_ONCE
        assert may_begin + sum(one.in_use for one in asleep) <= AT_ONCE
        for one in awake:
            has_some = one.share.usable > 0
            one.starved_since = None if has_some else one.starved_since or self.now
            assert has_some or self.now - (one.starved_since or 0) <= LEASE + HEARTBEAT


EVENTS = st.sampled_from(["join", "die", "sleep", "nap", "busy", "idle", "wait", "wait long"])


@PURE
@given(st.lists(st.tuples(EVENTS, st.integers(0, 4)), max_size=40), st.integers(0, 10**6))
def test_however_they_come_and_go_there_are_never_more_than_ten(events: list[tuple[str, int]], seed: int) -> None:
    fleet = Fleet(random.Random(seed))
    for event, which in events:
        fleet.happens(event, fleet.living[which % len(fleet.living)] if fleet.living else fleet.join(), which)
        for _ in range(60 if event == "wait long" else 7):
            fleet.moment()


def fleet_of(*wanted: int) -> Fleet:
    fleet = Fleet(random.Random(7))
    for one in wanted:
        fleet.join().wanted = one
    return fleet


def passes(fleet: Fleet, seconds: float) -> None:
    for _ in range(round(seconds * 10)):
        fleet.moment()


def test_a_newcomer_gets_its_part_within_two_heartbeats() -> None:
    fleet = fleet_of(10)
    passes(fleet, 3)
    newcomer = fleet.join()
    newcomer.wanted = 10
    passes(fleet, 2 * HEARTBEAT + 0.5)
    assert [one.share.usable for one in fleet.living] == [5, 5]


def test_what_a_dead_one_had_is_free_after_its_lease() -> None:
    fleet = fleet_of(10, 10)
    passes(fleet, 10)
    one, other = fleet.living
    fleet.dies(one)
    passes(fleet, LEASE - HEARTBEAT)
    assert other.share.usable == 5
    passes(fleet, 2 * HEARTBEAT)
    assert other.share.usable == 10


def test_an_idle_one_lends_its_places_and_gets_them_back() -> None:
    fleet = fleet_of(10, 0, 0)
    passes(fleet, 10)
    assert [one.share.usable for one in fleet.living] == [6, RESERVED, RESERVED]
    fleet.living[1].wanted = 10
    passes(fleet, 3 * HEARTBEAT)
    assert [one.share.usable for one in fleet.living] == [4, 4, RESERVED]


def test_who_slept_longer_than_a_lease_sends_nothing_before_it_asks() -> None:
    fleet = fleet_of(10, 10)
    passes(fleet, 10)
    sleeper, other = fleet.living
    fleet.sleeps(sleeper, LEASE * 2)
    passes(fleet, LEASE + HEARTBEAT)
    assert (sleeper.in_use, other.share.usable) == (5, 10)
    assert (sleeper.share.may_send, sleeper.share.usable) == (False, 0)
    fleet.beat(sleeper)
    assert (sleeper.share.may_send, sleeper.share.usable) == (False, 0)


async def test_who_has_fewer_than_it_wants_asks_once_a_second() -> None:
    now, asked = [0.0], list[float]()
    share = Share()

    async def ask() -> None:
        asked.append(now[0])
        share.take(Allotment(5, 5, living=1), until=100)

    share.divide(lambda: now[0], ask)
    share.use(0, 8)
    await share.change()
    waiting = asyncio.create_task(share.change())
    await asyncio.sleep(0)
    assert (asked, waiting.done(), share.usable) == ([0], False, 5)
    share.changed.set()
    await waiting
    now[0] = 1.0
    await share.change()
    assert asked == [0, 1]


async def test_who_waits_goes_on_as_soon_as_it_is_given_a_place() -> None:
    share = Share()
    async with asyncio.timeout(5):
        waiting = asyncio.create_task(share.change())
        await asyncio.sleep(0)
        assert not waiting.done()
        share.take(Allotment(1, 1, living=1), until=100)
        await waiting


async def test_who_waits_asks_again_although_no_clock_moves() -> None:
    asked = list[int]()

    async def ask() -> None:
        asked.append(1)

    share = Share(ask_again=0.001)
    share.divide(lambda: 7.0, ask)
    share.use(0, 1)
    for _ in range(3):
        await share.change()
    assert len(asked) == 2


async def test_who_leaves_uses_nothing_and_asks_nobody() -> None:
    share = Share()
    assert (share.usable, share.may_send, share.has_too_many) == (AT_ONCE, True, False)
    share.leave()
    share.use(0, 1)
    await share.change()
    assert (share.usable, share.may_send) == (0, False)
