"""Two changes of one segment run one after the other; on two segments, side by side."""

import asyncio
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Change, Event, State
from bot.core.errors import TooLate
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AddMembers, SegmentRef
from bot.engine.change_run import STEPS_AT_ONCE
from tests.core.samples import plan
from tests.engine.bench import Bench

MEMBERS = "/segments/{id}/shopper-profiles"


def addition(machine: Bench, name: str, at: int) -> Plan:
    ids = sorted({row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")} - machine.members(name))
    return plan(AddMembers(segment=SegmentRef(name=name, id=machine.segments()[name]), profile_ids=(ids[at],)))


async def asked(machine: Bench, name: str) -> str:
    """Ana adds somebody, which needs no approval; that profile."""
    (profile,) = addition(machine, name, 1).steps[0].items
    customers = {one.shopper_profile_id: one.id async for one in machine.client.customers()}
    await machine.asks("segment add", segment=name, shoppers=[f"#{customers[profile.id]}"])
    return profile.id


async def states(machine: Bench) -> list[State]:
    return [(await machine.ledger.changes.load(number)).state for number in (1, 2)]


async def under_way(machine: Bench) -> Change:
    """Another process has begun to add somebody to VIPs, and is at it."""
    change = await machine.approved(addition(machine, "VIPs", 0))
    assert await machine.engine.process.claim(change.number)
    return await machine.ledger.changes.move(change, Event.START, at=machine.clock())


async def test_a_change_waits_for_the_one_that_changes_its_segment_and_then_runs(machine: Bench) -> None:
    await under_way(machine)
    outsider = await asked(machine, "VIPs")
    waiting = await machine.ledger.changes.load(2)
    assert (waiting.state, waiting.behind) == (State.APPROVED, 1)
    assert machine.board.drawn[-1].behind == 1
    told = "Change 2 runs after change 1, which changes the same segment: Add 1 shopper to VIPs"
    assert machine.board.whispered[-1][1].startswith(told)
    await machine.sweeps()
    assert await states(machine) == [State.RUNNING, State.APPROVED]
    await machine.engine.process.release(1)
    await machine.sweeps()
    assert await states(machine) == [State.DONE, State.APPROVED]
    await machine.sweeps()
    assert await states(machine) == [State.DONE, State.DONE]
    assert (await machine.ledger.changes.load(2)).behind is None
    assert outsider in machine.members("VIPs")


async def test_a_change_of_another_segment_does_not_wait(machine: Bench) -> None:
    await under_way(machine)
    await asked(machine, "Lapsed")
    assert await states(machine) == [State.RUNNING, State.DONE]


async def test_of_two_that_start_at_the_same_moment_one_waits(machine: Bench, path: Path) -> None:
    """Both were loaded before either had started."""
    first, second = [await machine.approved(addition(machine, "VIPs", at)) for at in (0, 1)]
    async with machine.another(path) as other:
        await machine.ledger.changes.move(first, Event.START, at=machine.clock())
        with pytest.raises(TooLate, match="Change 1 runs first: both change one segment"):
            await other.ledger.changes.move(second, Event.START, at=machine.clock(), alone=True)


async def test_what_only_names_the_segment_does_not_wait(machine: Bench) -> None:
    """A promotion that is stopped in a hurry is not behind a long list."""
    await under_way(machine)
    await machine.asks("promotion disable", promotion="1")
    await machine.decides("UBEN", number=2)
    assert (await states(machine))[1] is State.DONE


async def test_two_long_runs_on_two_segments_share_the_store_fairly(machine: Bench) -> None:
    changes = []
    for name in ("VIPs", "Lapsed"):
        steps = [addition(machine, name, at).steps[0] for at in range(12)]
        changes.append(await machine.approved(plan(*steps)))
    await asyncio.gather(*map(machine.runs, changes))
    assert await states(machine) == [State.DONE, State.DONE]
    vips = machine.segments()["VIPs"]
    ahead = list(accumulate(1 if vips in one["path"] else -1 for one in machine.store.requests() if is_write(one)))
    assert len(ahead) == 24
    assert max(map(abs, ahead)) <= STEPS_AT_ONCE


def is_write(request: dict[str, Any]) -> bool:
    return bool(request["method"] == "POST")


async def test_how_fast_a_run_goes_is_known_as_soon_as_something_is_done(machine: Bench) -> None:
    paces, seen = machine.engine.process.paces, list[float]()

    async def take_ten_seconds(seconds: float) -> None:
        if seconds:
            seen.append(paces.per_second(1, machine.engine.process.elapsed()))
            machine.clock.forward(seconds=10)

    machine.store.sleep = take_ten_seconds
    machine.store.faults.add("POST", MEMBERS, delay=1, times=None)
    one, other = addition(machine, "VIPs", 0), addition(machine, "Lapsed", 0)
    assert (await machine.carry_out(plan(*one.steps, *other.steps))).state is State.DONE
    assert seen == [0, 0.1]
