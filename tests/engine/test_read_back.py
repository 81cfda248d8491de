"""What a store says of a write is compared with what it shows, before anybody hears that it was done or was not."""

from collections.abc import AsyncIterator

import pytest

from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.planning.steps import AddMembers, AnyStep, CreateProfiles, DeleteProfiles, RemoveMembers
from tests.core.samples import plan
from tests.engine.bench import Bench, bench
from tests.engine.test_revalidation import outside, ref
from tests.engine.test_runner import CREATE, delete

MEMBERS = "/segments/{id}/shopper-profiles"
KEPT = "The store says that this is done, but does not show it."


@pytest.fixture
async def machine() -> AsyncIterator[Bench]:
    async with bench() as made:
        yield made


async def run_of(machine: Bench, step: AnyStep) -> tuple[Change, Run]:
    change = await machine.carry_out(plan(step))
    (run,) = change.runs
    return change, run


def some_members(machine: Bench, count: int = 2) -> tuple[str, ...]:
    return tuple(sorted(machine.members("VIPs"))[:count])


@pytest.mark.parametrize("status", [400, 409, 507])
async def test_a_segment_whose_creation_was_refused_and_that_is_there_may_be_anybodys(
    machine: Bench, status: int
) -> None:
    title = {"title": "Cannot have multiple segments with the same name."}
    machine.store.faults.add("POST", "/segments", status=status, body=title, carried_out=True)
    change, run = await run_of(machine, CREATE)
    assert (change.state, run.state, change.can_be_undone) == (State.FAILED, StepState.UNSURE, False)
    assert "was lost" not in run.error
    assert run.error.endswith(
        ". There is a segment named “Loyal” now, and no one can tell whether this change made it or someone else did. "
        "Look at it with `/segment show`."
    )


async def test_what_was_refused_and_is_done_is_done(machine: Bench) -> None:
    machine.store.faults.add("DELETE", "/segments", status=404, carried_out=True)
    change, run = await run_of(machine, delete(machine))
    assert (change.state, run.error) == (State.DONE, "")


@pytest.mark.parametrize("status", [200, 201, 204])
async def test_a_deletion_that_does_nothing_is_not_called_done(machine: Bench, status: int) -> None:
    machine.store.faults.add("DELETE", "/segments", status=status, body="null")
    change, run = await run_of(machine, delete(machine))
    assert (change.state, run.state, change.can_be_undone) == (State.FAILED, StepState.UNSURE, True)
    assert run.error == f"{KEPT} It may have been carried out anyway."


async def test_a_removal_that_does_nothing_tells_who_is_left(machine: Bench) -> None:
    members = some_members(machine)
    machine.store.faults.add("DELETE", MEMBERS, status=204, body="")
    _, run = await run_of(machine, RemoveMembers(segment=ref(machine), profile_ids=members))
    assert (run.state, {one.id for one in run.left}) == (StepState.UNSURE, set(members))
    assert run.error.startswith(KEPT)


async def test_profiles_that_are_still_there_are_not_called_deleted(machine: Bench) -> None:
    sql = "SELECT customer_id AS id FROM profiles LIMIT 2"
    owners = tuple(row["id"] for row in machine.store.shop.rows(sql))
    machine.store.faults.add("DELETE", "/shopper-profiles", status=204, body="")
    _, run = await run_of(machine, DeleteProfiles(customer_ids=owners))
    assert (run.state, len(run.left)) == (StepState.UNSURE, 2)
    assert run.error.startswith(KEPT)


@pytest.mark.parametrize("adds", [True, False])
async def test_nothing_was_done_to_the_members_of_a_segment_that_is_gone(machine: Bench, adds: bool) -> None:
    segment, members, others = ref(machine), some_members(machine), outside(machine, 2)
    machine.forget("VIPs")
    step = (
        AddMembers(segment=segment, profile_ids=others) if adds else RemoveMembers(segment=segment, profile_ids=members)
    )
    change, run = await run_of(machine, step)
    assert (change.state, run.state, run.left, change.done) == (State.FAILED, StepState.FAILED, (), ())
    assert run.error == "The store has no such segment, or no longer has it. Check the name or id."


@pytest.mark.parametrize("is_done", [True, False])
async def test_of_profiles_that_were_refused_the_store_tells_who_got_one(machine: Bench, is_done: bool) -> None:
    sql = "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM profiles) LIMIT 2"
    without = tuple(row["id"] for row in machine.store.shop.rows(sql))
    machine.store.faults.add("POST", "/shopper-profiles", status=404, carried_out=is_done)
    change, run = await run_of(machine, CreateProfiles(customers=without))
    assert run.state is (StepState.UNSURE if is_done else StepState.FAILED)
    assert ("carried out anyway" in run.error) is is_done
    assert bool(change.can_be_undone) is is_done
