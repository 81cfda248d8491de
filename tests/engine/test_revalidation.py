"""Nobody acts on old sight: after a minute without an answer from the store, a run reads again before it writes."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.bigcommerce import AnyOf, SegmentChange
from bot.core.approval.changes import Change, Event, Run, State, StepState
from bot.core.approval.rule import Rule
from bot.core.items import Item
from bot.core.planning.plan import Plan, inverse_of
from bot.core.planning.plan_building import build_plan
from bot.core.planning.steps import (
    AddMembers,
    AnyStep,
    CreateProfiles,
    DeleteProfiles,
    DeleteSegment,
    PromotionRef,
    RemoveMembers,
    RetargetPromotion,
    SegmentRef,
)
from bot.core.store_view.cached_shop import Shop
from bot.engine.change_run import STEPS_AT_ONCE
from tests.engine.bench import Bench, bench

SEGMENTS, MEMBERS = "/segments", "/segments/{id}/shopper-profiles"


def ref(machine: Bench, name: str = "VIPs") -> SegmentRef:
    return SegmentRef(name=name, id=machine.segments()[name])


def outside(machine: Bench, count: int, name: str = "VIPs") -> tuple[str, ...]:
    """Profiles that are not in this segment."""
    everybody = {row["id"] for row in machine.store.shop.rows("SELECT id FROM profiles")}
    return tuple(sorted(everybody - machine.members(name))[:count])


def first_profiles(machine: Bench, count: int) -> dict[int, str]:
    """Profiles by customer."""
    rows = machine.store.shop.rows("SELECT customer_id, id FROM profiles ORDER BY customer_id LIMIT ?", count)
    return {row["customer_id"]: row["id"] for row in rows}


async def planned(machine: Bench, *steps: AnyStep) -> Plan:
    return await build_plan(steps, Shop(machine.client))


async def killed_after_start(machine: Bench, plan: Plan) -> Change:
    """Its process died right after its first step was put on record; nothing was sent."""
    change = await machine.approved(plan)
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    run = Run(position=0, state=StepState.STARTED, undo=await plan.steps[0].inverse(machine.client))
    return await machine.ledger.changes.save_run(change, run, at=machine.clock(), detail={})


async def resumed(machine: Bench, **later: float) -> Change:
    machine.clock.forward(**later)
    await machine.sweeps()
    return await machine.latest()


def waits_once(machine: Bench, method: str, path: str, **time: float) -> None:
    """The store takes the next such request after so long only."""

    async def slow(_seconds: float) -> None:
        machine.clock.forward(**time)

    machine.store.sleep = slow
    machine.store.faults.add(method, path, delay=1)


async def test_segments_that_shoppers_joined_while_the_bot_was_dead_are_not_deleted(machine: Bench) -> None:
    plan = await planned(machine, DeleteSegment(segment=ref(machine, "Lapsed")), DeleteSegment(segment=ref(machine)))
    await killed_after_start(machine, plan)
    joined = outside(machine, 5, "Lapsed")
    await machine.client.add_members(machine.segments()["Lapsed"], *joined)
    before = len(machine.writes())
    failed = await resumed(machine, days=3)
    assert (failed.state, machine.writes()[before:]) == (State.FAILED, [])
    assert {"Lapsed", "VIPs"} <= machine.segments().keys()
    assert failed.runs[0].error.startswith("The store changed after this was approved, so it was not done. Was: Delete")
    assert failed.can_be_retried
    assert not failed.can_be_undone


async def test_a_later_step_of_a_resumed_run_is_looked_at_too(machine: Bench) -> None:
    plan = await planned(machine, DeleteSegment(segment=ref(machine, "Lapsed")), DeleteSegment(segment=ref(machine)))
    await killed_after_start(machine, plan)
    await machine.client.add_members(machine.segments()["VIPs"], *outside(machine, 5))
    failed = await resumed(machine, days=3)
    assert [run.state for run in failed.runs] == [StepState.DONE, StepState.FAILED]
    assert ("Lapsed" in machine.segments(), "VIPs" in machine.segments()) == (False, True)
    assert failed.can_be_undone


async def test_a_resumed_delete_puts_back_who_was_in_it_last(machine: Bench) -> None:
    """As many as were approved, but one left and another one joined: the way back is renewed."""
    await killed_after_start(machine, await planned(machine, DeleteSegment(segment=ref(machine))))
    (joined,), left = outside(machine, 1), min(machine.members("VIPs"))
    await machine.client.remove_members(machine.segments()["VIPs"], left)
    await machine.client.add_members(machine.segments()["VIPs"], joined)
    members = machine.members("VIPs")
    done = await resumed(machine, days=3)
    assert done.state is State.DONE
    await machine.carry_out(Plan(steps=inverse_of(tuple(run.undo for run in done.done)), undoes=done.number))
    assert machine.members("VIPs") == members


async def test_an_approved_change_that_starts_late_is_looked_at_first(machine: Bench) -> None:
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))
    await machine.client.add_members(machine.segments()["VIPs"], *outside(machine, 1))
    machine.clock.forward(minutes=2)
    await machine.runs(change)
    assert ((await machine.latest()).state, "VIPs" in machine.segments()) == (State.FAILED, True)


async def test_what_was_approved_just_now_is_not_read_again(machine: Bench) -> None:
    change = await machine.delete()
    machine.clock.forward(minutes=5)
    change = await machine.approves(change, "UBEN")
    before = len(machine.store.requests())
    await machine.runs(change)
    asked = [one["method"] for one in machine.store.requests()[before:]]
    assert asked == ["GET", "DELETE", "GET"]


async def test_what_was_compared_before_slack_took_long_is_looked_at_again(path: Path) -> None:
    """Who signed first is looked up after the plan was made again; staff change the store meanwhile."""
    async with bench(path, rules=(Rule(steps=("delete_segment",), approvals=2),)) as machine:
        await machine.delete()
        await machine.decides("UBEN")
        vips, joined, reads = machine.segments()["VIPs"], outside(machine, 1), len(machine.store.requests())

        async def joins() -> None:
            if len(machine.store.requests()) > reads and not machine.members("VIPs") & set(joined):
                machine.clock.forward(minutes=2)
                await machine.client.add_members(vips, *joined)

        machine.people.takes_time = joins
        await machine.decides("UCLEO")
        assert ((await machine.latest()).state, "VIPs" in machine.segments()) == (State.FAILED, True)


async def test_a_pause_between_two_steps_is_a_gap(machine: Bench) -> None:
    plan = await planned(machine, DeleteSegment(segment=ref(machine, "Lapsed")), DeleteSegment(segment=ref(machine)))
    change = await machine.approved(plan)
    joined, vips = outside(machine, 3), machine.segments()["VIPs"]

    async def meanwhile(_seconds: float) -> None:
        machine.clock.forward(minutes=2)
        await machine.client.add_members(vips, *joined)

    machine.store.sleep = meanwhile
    machine.store.faults.add("DELETE", SEGMENTS, delay=1)
    await machine.runs(change)
    failed = await machine.latest()
    assert [run.state for run in failed.runs] == [StepState.DONE, StepState.FAILED]
    assert "VIPs" in machine.segments()


async def test_a_promotion_that_was_retargeted_in_a_pause_is_left_to_people(machine: Bench) -> None:
    step = RetargetPromotion(promotion=PromotionRef(id=4, name="Win back"), after=None)
    await killed_after_start(machine, await planned(machine, step))
    theirs = AnyOf((machine.segments()["VIPs"],))
    await machine.client.update_promotion(4, lambda now: now.with_targeting(theirs))
    failed = await resumed(machine, minutes=2)
    assert (failed.state, (await machine.client.promotion(4)).targeting) == (State.FAILED, theirs)


async def test_whom_a_promotion_reaches_may_change_in_a_pause(machine: Bench) -> None:
    """How many gain it is shown, and does not change what is done."""
    step = RetargetPromotion(promotion=PromotionRef(id=4, name="Win back"), after=None)
    await killed_after_start(machine, await planned(machine, step))
    await machine.client.delete_segments(machine.segments()["Newsletter"])
    (profile, *_) = sorted(machine.members("VIPs") - machine.members("Lapsed"))
    await machine.client.add_members(machine.segments()["Lapsed"], profile)
    assert (await resumed(machine, minutes=2)).state is State.DONE


async def test_memberships_that_profiles_would_take_with_them_are_looked_at(machine: Bench) -> None:
    """It may have begun to delete them: what is gone is its own doing, and what came is not."""
    ids = [row["customer_id"] for row in machine.store.shop.rows("SELECT customer_id FROM profiles LIMIT 4")]
    profiles = {
        row["customer_id"]: row["id"] for row in machine.store.shop.rows("SELECT customer_id, id FROM profiles")
    }
    step = DeleteProfiles(customer_ids=tuple(ids))
    await killed_after_start(machine, await planned(machine, step))
    await machine.client.delete_profiles(profiles[ids[0]])
    (waitlist,) = {machine.segments()["Spring launch waitlist"]}
    await machine.client.add_members(waitlist, profiles[ids[1]])
    before = len(machine.writes())
    failed = await resumed(machine, minutes=2)
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.UNSURE)
    assert machine.writes()[before:] == []


async def test_profiles_of_which_some_are_deleted_already_go_on(machine: Bench) -> None:
    ids = [row["customer_id"] for row in machine.store.shop.rows("SELECT customer_id FROM profiles LIMIT 4")]
    profiles = {
        row["customer_id"]: row["id"] for row in machine.store.shop.rows("SELECT customer_id, id FROM profiles")
    }
    change = await killed_after_start(machine, await planned(machine, DeleteProfiles(customer_ids=tuple(ids))))
    await machine.client.delete_profiles(profiles[ids[0]])
    done = await resumed(machine, minutes=2)
    assert (done.state, done.runs[0].undo) == (State.DONE, change.runs[0].undo)


async def test_profiles_that_are_all_deleted_already_are_done(machine: Bench) -> None:
    profiles = first_profiles(machine, 2)
    await killed_after_start(machine, await planned(machine, DeleteProfiles(customer_ids=tuple(profiles))))
    await machine.client.delete_profiles(*profiles.values())
    assert (await resumed(machine, minutes=2)).state is State.DONE


async def test_a_begun_step_whose_segment_was_renamed_is_not_finished(machine: Bench) -> None:
    """One of them may be the step's own doing, and the name is not: the rest is not what was approved."""
    ids, vips = outside(machine, 3), machine.segments()["VIPs"]
    await killed_after_start(machine, await planned(machine, AddMembers(segment=ref(machine), profile_ids=ids)))
    await machine.client.add_members(vips, ids[0])
    await machine.client.update_segment(vips, lambda now: SegmentChange(id=now.id, name="Best"))
    before = len(machine.writes())
    failed = await resumed(machine, minutes=2)
    assert (failed.state, failed.runs[0].state) == (State.FAILED, StepState.UNSURE)
    assert "Was: Add 3 shoppers to VIPs. Now: Add 3 shoppers to Best." in failed.runs[0].error
    assert machine.writes()[before:] == []


async def test_shoppers_whom_somebody_else_removed_meanwhile_stop_a_removal(machine: Bench) -> None:
    members = sorted(machine.members("VIPs"))
    step = RemoveMembers(segment=ref(machine), profile_ids=tuple(members[:3]))
    change = await machine.approved(await planned(machine, step))
    await machine.client.remove_members(step.segment.known_id, members[0])
    machine.clock.forward(minutes=2)
    await machine.runs(change)
    failed = await machine.latest()
    assert (failed.state, machine.members("VIPs")) == (State.FAILED, set(members[1:]))
    assert "Someone else has seen to 1 item of it." in failed.runs[0].error


async def ten_members(machine: Bench) -> list[str]:
    """More than the store's shop has in VIPs."""
    await machine.client.add_members(machine.segments()["VIPs"], *outside(machine, 10 - len(machine.members("VIPs"))))
    return sorted(machine.members("VIPs"))


@dataclass
class Slow:
    """A store that takes 40 seconds for as many batches as run at once, so that it answers all the time.

    Meanwhile these leave by other means.
    """

    machine: Bench
    leaving: tuple[str, ...]
    arrived: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, seconds: float) -> None:
        if not seconds:
            return
        self.arrived += 1
        now = self.released
        if self.arrived % STEPS_AT_ONCE == 0:
            self.released = asyncio.Event()
            self.machine.clock.forward(seconds=40)
            await self.machine.client.remove_members(self.machine.segments()["VIPs"], *self.leaving)
            now.set()
        await now.wait()


async def slowly_removed(machine: Bench, members: list[str], *batches: list[str], leaving: str) -> Change:
    """One batch for each of the first six members takes its time, twice as many as run at once; then come these."""
    vips = ref(machine)
    every = [*([one] for one in members[: 2 * STEPS_AT_ONCE]), *batches]
    steps = (RemoveMembers(segment=vips, profile_ids=tuple(batch)) for batch in every)
    change = await machine.approved(await planned(machine, *steps))
    machine.store.sleep = Slow(machine, (leaving,))
    for _ in range(2):
        machine.store.faults.add("DELETE", f"/segments/{vips.id}/shopper-profiles", delay=1, times=STEPS_AT_ONCE)
        machine.store.faults.add("DELETE", f"/segments/{vips.id}/shopper-profiles")
    await machine.runs(change)
    return await machine.latest()


async def test_removals_leave_out_who_left_long_before_their_turn(machine: Bench) -> None:
    members = await ten_members(machine)
    done = await slowly_removed(machine, members, members[6:], leaving=members[6])
    assert done.state is State.DONE
    (undo,) = done.runs[6].undo
    assert set(undo.items) == {Item.profile(one) for one in members[7:]}


async def test_a_removal_whose_shoppers_all_left_before_its_turn_puts_nobody_back(machine: Bench) -> None:
    members = await ten_members(machine)
    done = await slowly_removed(machine, members, [members[6]], leaving=members[6])
    assert (done.state, [run.error for run in done.runs]) == (State.DONE, [""] * 7)
    assert done.runs[6].undo == ()


async def test_late_removals_share_what_they_read(machine: Bench) -> None:
    """The segment's size and its members, once for both: each is read right before it is needed first."""
    members = await ten_members(machine)
    done = await slowly_removed(machine, members, [members[6]], [members[7]], leaving=members[9])
    asked = [one["method"] for one in machine.store.requests()]
    assert (done.state, asked[-6:]) == (State.DONE, ["GET", "GET", "DELETE", "DELETE", "GET", "GET"])


async def test_additions_wait_out_a_limit_and_look_again(machine: Bench) -> None:
    """Two minutes of 429: somebody else added one of them meanwhile, so people are asked."""
    ids = outside(machine, 3)
    change = await machine.approved(await planned(machine, AddMembers(segment=ref(machine), profile_ids=ids)))

    async def limited(_seconds: float) -> None:
        machine.clock.forward(minutes=2)
        await machine.client.add_members(machine.segments()["VIPs"], ids[0])

    machine.store.sleep = limited
    machine.store.faults.add("POST", MEMBERS, delay=1, status=429)
    await machine.runs(change)
    failed = await machine.latest()
    assert (failed.state, machine.members("VIPs") & set(ids)) == (State.FAILED, {ids[0]})
    assert failed.runs[0].error.startswith("The store changed after this was approved, so it was not done. Someone")


async def test_a_limit_in_which_nothing_changed_is_waited_out(machine: Bench) -> None:
    ids = outside(machine, 3)
    change = await machine.approved(await planned(machine, AddMembers(segment=ref(machine), profile_ids=ids)))
    waits_once(machine, "POST", MEMBERS, minutes=2)
    machine.store.faults.clear()
    machine.store.faults.add("POST", MEMBERS, delay=1, status=429)
    await machine.runs(change)
    done = await machine.latest()
    assert (done.state, set(ids) <= machine.members("VIPs")) == (State.DONE, True)
    assert machine.kinds().count("step started") == 1


async def test_profiles_that_were_made_in_a_pause_are_left_to_people(machine: Bench) -> None:
    lacking = tuple([one.id async for one in machine.client.customers() if not one.shopper_profile_id][:2])
    change = await machine.approved(await planned(machine, CreateProfiles(customers=lacking)))
    await machine.client.create_profiles(lacking[0])
    machine.clock.forward(minutes=2)
    await machine.runs(change)
    assert (await machine.latest()).state is State.FAILED


async def test_a_delete_whose_answer_was_lost_before_a_long_wait_is_looked_into(machine: Bench) -> None:
    """It may have been carried out: that is asked before it is sent again."""
    change = await machine.approved(await planned(machine, DeleteSegment(segment=ref(machine))))

    async def long(_seconds: float) -> None:
        machine.clock.forward(minutes=2)

    machine.store.sleep = long
    machine.store.faults.add("DELETE", SEGMENTS, delay=1, status=503, carried_out=True)
    await machine.runs(change)
    done = await machine.latest()
    assert (done.state, machine.writes(), done.can_be_undone) == (State.DONE, ["DELETE"], True)
