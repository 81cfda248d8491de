"""A change belongs to one living process at a time."""

from datetime import datetime, timedelta

import pytest

from bot.bigcommerce import Allotment, Demand
from bot.core.approval.changes import Event, Run, State, StepState
from bot.core.errors import NotRecorded
from bot.ledger.ledger import Ledger
from bot.ledger.ports.leases import LivingProcess
from bot.ledger.sql.schema_version import SCHEMA
from tests.core.samples import NOW, delete
from tests.ledger.planned import LATER, asked, planned
from tests.ledger.subject import Subject

APPROVED = (Event.POST, Event.APPROVE)
SECOND = timedelta(seconds=1)
STEP_RUN = Run(position=0, state=StepState.STARTED, undo=(delete(),))


async def test_a_change_belongs_to_one_process_at_a_time(ledger: Ledger, other: Ledger) -> None:
    await planned(ledger, owner="one")
    assert not await other.leases.claim(1, owner="two", now=NOW)
    assert not await ledger.leases.claim(1, owner="one", now=NOW)
    await ledger.leases.release(1, owner="two")
    assert await ledger.leases.holds(1, owner="one")
    await ledger.leases.release(1, owner="one")
    await other.leases.renew(owner="two", until=LATER, now=NOW)
    assert await other.leases.claim(1, owner="two", now=NOW)
    assert (await ledger.leases.holds(1, owner="one"), await ledger.leases.holds(1, owner="two")) == (False, True)


async def test_others_live_while_their_leases_last(ledger: Ledger, other: Ledger) -> None:
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    assert not await ledger.leases.others_live(owner="one", now=NOW)
    await other.leases.renew(owner="two", until=LATER, now=NOW)
    assert await ledger.leases.others_live(owner="one", now=LATER)
    assert not await ledger.leases.others_live(owner="one", now=LATER + SECOND)


async def test_a_renewal_counts_those_who_live_while_their_leases_last(ledger: Ledger, other: Ledger) -> None:
    async def living(now: datetime) -> int:
        return (await ledger.leases.renew(owner="one", until=LATER + SECOND, now=now)).living

    assert await living(NOW) == 1
    await other.leases.renew(owner="two", until=LATER, now=NOW)
    assert [await living(now) for now in (NOW, LATER, LATER + SECOND)] == [2, 2, 1]
    await other.leases.resign(owner="two")
    assert await living(NOW) == 1


async def test_who_lives_is_told_with_since_when(ledger: Ledger, other: Ledger) -> None:
    await ledger.leases.renew(owner="two", until=LATER, now=NOW)
    await other.leases.renew(owner="one", until=LATER + SECOND, now=NOW + SECOND)
    await other.leases.renew(owner="one", until=LATER + SECOND, now=NOW + 2 * SECOND)
    first, second = LivingProcess(NOW, SCHEMA, True), LivingProcess(NOW + SECOND, SCHEMA, True)
    assert await other.leases.living(LATER) == (first, second)
    assert await other.leases.living(LATER + SECOND) == (second,)
    assert await other.leases.living(LATER + 2 * SECOND) == ()


async def test_places_at_the_store_are_given_to_one_process_at_a_time(ledger: Ledger, other: Ledger) -> None:
    first = await ledger.leases.renew(owner="one", until=LATER, now=NOW, demand=Demand(held=0, wanted=10))
    second = await other.leases.renew(owner="two", until=LATER + SECOND, now=NOW, demand=Demand(held=0, wanted=10))
    assert (first, second) == (Allotment(10, 10, living=1), Allotment(0, 5, living=2))
    shrinking = await ledger.leases.renew(owner="one", until=LATER, now=NOW, demand=Demand(held=7, wanted=10))
    assert shrinking == Allotment(7, 5, living=2)
    assert (await other.leases.renew(owner="two", until=LATER + SECOND, now=NOW, demand=Demand(3, 10))).places == 3


async def test_places_of_a_dead_process_are_free_after_its_lease(ledger: Ledger, other: Ledger) -> None:
    hungry = Demand(held=0, wanted=10)
    await ledger.leases.renew(owner="one", until=LATER, now=NOW, demand=hungry)
    for now, places in ((LATER, 0), (LATER + SECOND, 10)):
        given = await other.leases.renew(owner="two", until=LATER + 9 * SECOND, now=now, demand=hungry)
        assert given.places == places


async def test_a_change_of_a_silent_process_is_free(ledger: Ledger) -> None:
    await planned(ledger, owner="one")
    assert await ledger.leases.unattended(State.PLANNED, now=LATER) == ()
    assert await ledger.leases.unattended(State.PLANNED, now=LATER + SECOND) == (1,)
    assert await ledger.leases.unattended(State.RUNNING, now=LATER + SECOND) == ()
    await ledger.leases.renew(owner="two", until=LATER + 9 * SECOND, now=NOW)
    assert await ledger.leases.claim(1, owner="two", now=LATER + SECOND)
    assert await ledger.leases.unattended(State.PLANNED, now=LATER + SECOND) == ()


async def test_a_process_is_forgotten_only_once_its_lease_is_over(ledger: Ledger) -> None:
    await planned(ledger, owner="one")
    await ledger.leases.forget_silent(LATER)
    assert await ledger.leases.unattended(State.PLANNED, now=LATER) == ()
    await ledger.leases.forget_silent(LATER + SECOND)
    assert await ledger.leases.unattended(State.PLANNED, now=LATER) == (1,)


async def test_a_living_process_keeps_only_what_it_holds(ledger: Ledger) -> None:
    await planned(ledger, "1", owner="one")
    await planned(ledger, "2", owner="two")
    await asked(ledger, "3", owner="one")
    await ledger.leases.renew(owner="one", until=LATER + 10 * SECOND, now=NOW)
    assert await ledger.leases.unattended(State.PLANNED, now=LATER + SECOND) == (2,)
    assert await ledger.invocations.claim_abandoned(owner="two", now=LATER + SECOND) == ()


async def test_a_process_that_resigns_frees_what_it_holds(ledger: Ledger) -> None:
    await planned(ledger, "1", owner="one")
    await planned(ledger, "2", owner="two")
    await asked(ledger, "3", owner="one")
    await ledger.leases.resign(owner="one")
    assert await ledger.leases.unattended(State.PLANNED, now=NOW) == (1,)
    assert [one.id for one, _ in await ledger.invocations.claim_abandoned(owner="two", now=NOW)] == ["3"]


async def test_places_that_are_in_use_as_a_process_resigns_are_free_after_its_lease(
    ledger: Ledger, other: Ledger
) -> None:
    await planned(ledger, "1", owner="one")
    await ledger.leases.renew(owner="one", until=LATER, now=NOW, demand=Demand(held=0, wanted=10))
    await ledger.leases.resign(owner="one", in_use=3)
    assert await other.leases.unattended(State.PLANNED, now=NOW) == (1,)
    for now, places in ((NOW, 7), (LATER, 7), (LATER + SECOND, 10)):
        found = await other.leases.renew(owner="two", until=LATER + SECOND, now=now, demand=Demand(held=7, wanted=10))
        assert found.places == places


async def test_a_lease_further_ahead_than_any_can_be_ends_like_the_others(ledger: Ledger, other: Ledger) -> None:
    """A clock was a year ahead when the process renewed its lease; it was killed, and the clock corrected."""
    await planned(ledger, owner="one")
    await ledger.leases.renew(owner="one", until=LATER + timedelta(days=365), now=NOW)
    assert await other.leases.is_held(1, now=LATER + timedelta(days=364))
    await other.leases.renew(owner="two", until=LATER, now=NOW)
    assert await other.leases.is_held(1, now=LATER)
    assert await other.leases.unattended(State.PLANNED, now=LATER) == ()
    assert not await other.leases.is_held(1, now=LATER + SECOND)
    assert await other.leases.claim(1, owner="two", now=LATER + SECOND)


async def test_one_process_renders_while_another_runs(ledger: Ledger, other: Ledger) -> None:
    await planned(ledger, owner="one")
    await other.leases.renew(owner="two", until=LATER, now=NOW)
    assert await other.leases.claim(1, owner="two", now=NOW, role="renderer")
    assert not await ledger.leases.claim(1, owner="one", now=NOW, role="renderer")
    await other.leases.release(1, owner="two", role="renderer")
    assert await ledger.leases.claim(1, owner="one", now=NOW, role="renderer")
    assert await ledger.leases.holds(1, owner="one")


async def test_a_failed_release_is_written_with_the_next_renewal(subject: Subject, ledger: Ledger) -> None:
    await planned(ledger)
    with subject.jammed(ledger):
        await ledger.leases.release(1, owner="one")
    assert await ledger.leases.holds(1, owner="one")
    assert not await ledger.leases.claim(1, owner="two", now=NOW)
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    assert await ledger.leases.claim(1, owner="two", now=NOW)


async def test_a_failed_release_is_written_without_a_renewal(subject: Subject, ledger: Ledger) -> None:
    await planned(ledger)
    with subject.jammed(ledger):
        await ledger.leases.release(1, owner="one")
        with pytest.raises(NotRecorded):
            await ledger.leases.retry_releases()
    await ledger.leases.retry_releases()
    assert await ledger.leases.claim(1, owner="two", now=NOW)
    await ledger.leases.retry_releases()
    assert await ledger.leases.holds(1, owner="two")


async def test_a_lease_claimed_again_is_not_released_late(subject: Subject, ledger: Ledger) -> None:
    await planned(ledger)
    with subject.jammed(ledger):
        await ledger.leases.release(1, owner="one")
    assert await ledger.leases.claim(1, owner="one", now=LATER + SECOND)
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    assert await ledger.leases.holds(1, owner="one")


async def test_a_home_tab_claimed_again_is_not_released_late(subject: Subject, ledger: Ledger) -> None:
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    await ledger.home_tabs.mark_opened("UANA", at=NOW)
    assert await ledger.home_tabs.claim("UANA", owner="one", now=NOW)
    with subject.jammed(ledger):
        await ledger.home_tabs.release("UANA", owner="one")
    assert await ledger.home_tabs.claim("UANA", owner="one", now=LATER + SECOND)
    await ledger.leases.renew(owner="one", until=LATER, now=NOW)
    assert await ledger.home_tabs.claim("UANA", owner="two", now=NOW) is None
