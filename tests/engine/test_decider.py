"""What people say about changes that wait: taking some out, editing, breaking the glass, and a policy that changes."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.answers import mention
from bot.core.approval.changes import Change, Emergency, Event, State
from bot.core.approval.decisions import Decision, Verdict
from bot.core.approval.rule import Rule
from bot.core.errors import Impossible, NotAllowed, OldVersion, TooLate
from bot.core.items import Item
from bot.core.kept_lists import KeptList
from bot.core.people import Standing
from bot.core.planning.steps import RemoveMembers
from tests.engine.bench import Bench, bench
from tests.records import entries_of

TWO = (Rule(steps=("delete_segment",), approvals=2),)
MANAGED = (Rule(steps=("delete_segment",), approvals=1, approvers=frozenset({"UEVE"})),)
WAITLIST = "Spring launch waitlist"
OLD = "has a new version"
GLASS, NARROW = Verdict.BREAK, Verdict.NARROW


def whispers(machine: Bench) -> list[str]:
    return [text for _, text in machine.board.whispered]


async def clearing(machine: Bench) -> tuple[Change, list[str]]:
    """A change that waits, and would take everybody out of VIPs; and who they are."""
    await machine.asks("segment clear", segment="VIPs")
    return await machine.latest(), sorted(machine.members("VIPs"))


def customers(machine: Bench, count: int) -> list[str]:
    """Ids of customers who have a profile, as people type them."""
    rows = machine.store.shop.rows("SELECT customer_id FROM profiles ORDER BY customer_id")
    return [str(row["customer_id"]) for row in rows][:count]


def profiles(*ids: str) -> tuple[Item, ...]:
    return tuple(map(Item.profile, ids))


async def test_a_list_that_an_earlier_version_wrote_out_still_holds() -> None:
    async with bench(customers=400) as machine:
        change, _ = await clearing(machine)
        (step,) = change.plan.steps
        assert isinstance(step, RemoveMembers)
        assert isinstance(step.profile_ids, KeptList)

        async def holds(ids: tuple[str, ...]) -> bool:
            plan = change.plan.model_copy(update={"steps": (step.model_copy(update={"profile_ids": ids}),)})
            return await machine.engine.decider.renewing.still_holds(change.model_copy(update={"plan": plan}))

        assert await holds(tuple(step.profile_ids))
        assert not await holds(tuple(step.profile_ids)[1:])


# Taking some out


async def test_what_is_left_is_a_new_version_and_who_was_taken_out_stays_where_they_are(machine: Bench) -> None:
    before, (first, *others) = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, version=1, items=profiles(first))
    after = await machine.latest()
    assert (after.state, after.version, after.approvals, after.without) == (State.WAITING, 2, (), profiles(first))
    assert (after.plan.items, after.asked) == (profiles(*others), before.plan.headline)
    (entry,) = [one for one in entries_of(machine.ledger) if one.kind == "narrow"]
    assert (entry.actor, entry.detail["without"]) == ("UBEN", [f"profile:{first}"])
    assert after.drift == (f"{mention('UBEN')} left out 1 item. Before: {before.plan.headline}",)
    await machine.decides("UCLEO", version=1)
    assert OLD in whispers(machine)[-1]
    assert machine.writes() == []
    await machine.decides("UCLEO", version=2)
    assert ((await machine.latest()).state, machine.members("VIPs")) == (State.DONE, {first})


async def test_who_took_some_out_may_approve_the_rest(machine: Bench) -> None:
    _, (first, *_others) = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, items=profiles(first))
    await machine.decides("UBEN", version=2)
    assert machine.members("VIPs") == {first}


async def test_taking_some_out_twice_takes_both_out_and_what_was_asked_for_at_first_is_kept(machine: Bench) -> None:
    before, (first, second, *_others) = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, items=profiles(first))
    await machine.decides("UCLEO", verdict=NARROW, items=profiles(second))
    after = await machine.latest()
    assert (after.version, after.without, after.asked) == (3, profiles(first, second), before.plan.headline)
    await machine.decides("UBEN")
    assert machine.members("VIPs") == {first, second}


async def test_votes_start_over_where_two_are_needed(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete("VIPs", "Lapsed")
        await machine.decides("UBEN")
        await machine.decides("UCLEO", verdict=NARROW, items=(Item.segment(machine.segments()["VIPs"]),))
        assert (await machine.latest()).approvals == ()
        await machine.decides("UCLEO")
        assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])
        await machine.decides("UBEN")
        assert (await machine.latest()).state is State.DONE
        assert machine.segments().keys() & {"VIPs", "Lapsed"} == {"VIPs"}


async def test_what_was_taken_out_stays_out_when_the_store_changed_before_the_click(machine: Bench) -> None:
    _, (first, second, *others) = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, items=profiles(first))
    await machine.client.remove_members(machine.segments()["VIPs"], second)
    await machine.decides("UBEN", version=2)
    renewed = await machine.latest()
    assert (renewed.version, renewed.plan.items, renewed.without) == (3, profiles(*others), profiles(first))
    await machine.decides("UBEN", version=3)
    assert machine.members("VIPs") == {first}


async def test_what_became_so_little_that_nobody_would_have_to_look_is_looked_at_all_the_same(machine: Bench) -> None:
    ids = customers(machine, 30)
    await machine.asks("segment add", segment=WAITLIST, shoppers=ids)
    items = (await machine.latest()).plan.items
    await machine.decides("UBEN", verdict=NARROW, items=items[2:])
    narrowed = await machine.latest()
    assert narrowed.state is State.WAITING
    assert narrowed.need.why == "needs 1 approval: it was asked for before it became less"
    await machine.decides("UBEN", version=2)
    assert ((await machine.latest()).state, machine.members(WAITLIST)) == (State.DONE, {one.id for one in items[:2]})


async def test_what_the_rest_is_in_is_told_and_not_what_all_were_in(machine: Bench) -> None:
    vips = machine.segments()["VIPs"]
    ids = [str(one.id) async for one in machine.client.customers() if vips in one.segment_ids][:3]
    await machine.asks("shopper delete", shoppers=ids)
    assert "Takes 3 shoppers out of VIPs." in (await machine.latest()).plan.warnings
    await machine.decides("UBEN", verdict=NARROW, items=tuple(map(Item.customer, map(int, ids[1:]))))
    narrowed = await machine.latest()
    assert narrowed.plan.warnings[0] == "Takes 1 shopper out of VIPs."
    assert narrowed.plan.lines == ("Delete 1 shopper profile",)
    await machine.decides("UBEN", version=2)
    assert (await machine.latest()).state is State.DONE


async def test_nothing_can_be_narrowed_to_nothing(machine: Bench) -> None:
    before, everybody = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, items=profiles(*everybody))
    assert whispers(machine)[-1] == "Nothing would be left to do. Reject the change instead."
    assert await machine.latest() == before


@pytest.mark.parametrize(
    ("by", "sentence"),
    [("UANA", "You asked for change 1, so someone else"), ("UDAN", "You can't approve change 1.")],
)
async def test_only_who_may_approve_takes_some_out(machine: Bench, by: str, sentence: str) -> None:
    before, (first, *_others) = await clearing(machine)
    await machine.decides(by, verdict=NARROW, items=profiles(first))
    assert whispers(machine)[-1].startswith(sentence)
    assert await machine.latest() == before


async def test_some_are_taken_out_only_of_what_is_shown_and_still_waits(machine: Bench) -> None:
    _, (first, *_others) = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, version=2, items=profiles(first))
    assert OLD in whispers(machine)[-1]
    await machine.decides("UBEN", verdict=Verdict.REJECT)
    await machine.decides("UBEN", verdict=NARROW, version=1, items=profiles(first))
    assert whispers(machine)[-1].startswith("Too late: change 1 is already rejected by ")


async def test_who_approves_hears_nothing_of_a_click_and_what_became_of_typed_words(machine: Bench) -> None:
    _, everybody = await clearing(machine)
    told = len(whispers(machine))
    await machine.decides("UBEN", verdict=NARROW, items=profiles(everybody[0]))
    assert len(whispers(machine)) == told
    email = machine.store.shop.rows(
        "SELECT email FROM customers JOIN profiles ON customers.id = customer_id WHERE profiles.id = ?", everybody[1]
    )[0]["email"]
    await machine.asks("change except", "UBEN", number=1, items=[email])
    assert whispers(machine)[-1] == "Change 1 covers only the rest now, and needs approval again."
    assert (await machine.latest()).without == profiles(*everybody[:2])


# Editing


async def test_an_edit_is_a_new_version_that_waits_anew(machine: Bench) -> None:
    before = await machine.delete("VIPs")
    await machine.decides("UBEN", verdict=Verdict.WITHDRAW)  # refused, and leaves it as it is
    machine.clock.forward(hours=20)
    await machine.edits("segment delete", segments=["Lapsed"])
    after = await machine.latest()
    assert (after.number, after.state, after.version, after.approvals) == (1, State.WAITING, 2, ())
    assert (after.args, after.asked) == ({"segments": ["Lapsed"]}, before.plan.headline)
    assert timedelta(hours=23, minutes=59) < after.expires_at - machine.clock() <= timedelta(hours=24)
    assert after.drift == (f"{mention('UANA')} edited it. Before: {before.plan.headline}",)
    await machine.decides("UBEN", version=1)
    assert OLD in whispers(machine)[-1]
    machine.clock.forward(hours=5)
    await machine.decides("UBEN", version=2)
    assert (await machine.latest()).state is State.DONE
    assert machine.segments().keys() & {"VIPs", "Lapsed"} == {"VIPs"}


async def test_votes_for_what_was_edited_do_not_count(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete("VIPs")
        await machine.decides("UBEN")
        await machine.edits("segment delete", segments=["Lapsed"])
        await machine.decides("UCLEO", version=2)
        assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])


async def test_an_edit_begins_with_everybody_again(machine: Bench) -> None:
    _, everybody = await clearing(machine)
    await machine.decides("UBEN", verdict=NARROW, items=profiles(everybody[0]))
    await machine.edits("segment clear", segment="VIPs")
    edited = await machine.latest()
    assert (edited.version, edited.without, set(edited.plan.items)) == (3, (), set(profiles(*everybody)))


async def test_an_edit_to_what_needs_nobody_is_looked_at_all_the_same(machine: Bench) -> None:
    ids = customers(machine, 30)
    await machine.asks("segment add", segment=WAITLIST, shoppers=ids)
    await machine.edits("segment add", segment=WAITLIST, shoppers=ids[:2])
    edited = await machine.latest()
    assert (edited.state, edited.need.approvals, len(edited.plan.items)) == (State.WAITING, 1, 2)
    await machine.decides("UBEN", version=2)
    assert ((await machine.latest()).state, len(machine.members(WAITLIST))) == (State.DONE, 2)


@pytest.mark.parametrize("by", ["UBEN", "UDAN"])
async def test_only_the_requester_edits(machine: Bench, by: str) -> None:
    before = await machine.delete("VIPs")
    await machine.edits("segment delete", by, segments=["Lapsed"])
    assert whispers(machine)[-1] == f"Only {mention('UANA')}, who asked, can edit change 1."
    with pytest.raises(NotAllowed):
        await machine.engine.decider.may_edit(1, 1, by)
    assert await machine.latest() == before


async def test_only_what_is_shown_and_still_waits_is_edited(machine: Bench) -> None:
    decider = machine.engine.decider
    await machine.delete("VIPs")
    assert (await decider.may_edit(1, 1, "UANA")).number == 1
    await machine.edits("segment delete", segments=["Lapsed"])
    with pytest.raises(OldVersion):
        await decider.may_edit(1, 1, "UANA")
    await machine.decides("UBEN", version=2)
    done = await machine.latest()
    await machine.edits("segment delete", segments=["Newsletter"])
    assert whispers(machine)[-1] == "Too late: change 1 is already done."
    assert (await machine.latest(), "Newsletter" in machine.segments()) == (done, True)


async def test_an_edit_that_cannot_be_done_leaves_the_change_as_it_was(machine: Bench) -> None:
    before = await machine.delete("VIPs")
    await machine.edits("segment delete", segments=["Nope"])
    assert "No segment is called “Nope”" in whispers(machine)[-1]
    assert await machine.latest() == before
    assert machine.kinds()[-2:] == ["asked", "refused"]


async def test_an_edit_after_the_time_expires_the_change(machine: Bench) -> None:
    await machine.delete("VIPs")
    machine.clock.forward(hours=24)
    await machine.edits("segment delete", segments=["Lapsed"])
    assert ((await machine.latest()).state, whispers(machine)[-1]) == (
        State.EXPIRED,
        "Too late: change 1 has expired.",
    )


# Breaking the glass


BREAKERS: dict[str, Any] = {"breakers": frozenset({"UHEAD", "UBEN"})}


async def test_a_breaker_lets_it_run_and_everybody_who_may_approve_is_told(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        await machine.delete()
        await machine.decides("UHEAD", verdict=GLASS, version=1, reason="Wrong price in the shop.")
        done = await machine.latest()
        assert (done.state, done.approvals, "VIPs" in machine.segments()) == (State.DONE, (), False)
        assert done.emergency == Emergency(actor="UHEAD", reason="Wrong price in the shop.", at=machine.clock())
        assert machine.board.notified == [(1, "glass", "UBEN"), (1, "glass", "UCLEO")]
        broken = [entry for entry in entries_of(machine.ledger) if entry.kind == "break glass"]
        assert [(one.actor, one.detail["reason"]) for one in broken] == [("UHEAD", "Wrong price in the shop.")]
        await machine.sweeps()
        assert len(machine.board.notified) == 2


async def test_who_breaks_the_glass_is_not_told_of_it(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        await machine.delete()
        await machine.decides("UBEN", verdict=GLASS, reason="Now.")
        assert machine.board.notified == [(1, "glass", "UCLEO")]


async def test_those_are_told_whose_approvals_count_for_this_change(path: Path) -> None:
    async with bench(path, rules=MANAGED, **BREAKERS) as machine:
        machine.people.approvers |= {"UEVE"}
        await machine.delete()
        await machine.decides("UHEAD", verdict=GLASS, reason="Now.")
        assert machine.board.notified == [(1, "glass", "UEVE")]


@pytest.mark.parametrize("by", ["UCLEO", "UANA"])
async def test_nobody_else_breaks_the_glass(path: Path, by: str) -> None:
    async with bench(path, **BREAKERS) as machine:
        before = await machine.delete()
        await machine.decides(by, verdict=GLASS, reason="Now.")
        assert whispers(machine)[-1].startswith("You can't run a change without its approvals.")
        assert (await machine.latest(), machine.writes(), machine.board.notified) == (before, [], [])


async def test_the_glass_holds_where_nobody_is_named(machine: Bench) -> None:
    before = await machine.delete()
    await machine.decides("UBEN", verdict=GLASS, reason="Now.")
    assert (await machine.latest(), machine.writes()) == (before, [])


async def test_a_store_that_changed_is_shown_to_a_breaker_before_anything_runs(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        await machine.delete()
        await machine.client.remove_members(machine.segments()["VIPs"], min(machine.members("VIPs")))
        await machine.decides("UHEAD", verdict=GLASS, version=1, reason="Now.")
        renewed = await machine.latest()
        assert (renewed.state, renewed.version, renewed.emergency) == (State.WAITING, 2, None)
        assert OLD in whispers(machine)[-1]
        assert machine.board.notified == []
        await machine.decides("UHEAD", verdict=GLASS, version=2, reason="Now.")
        assert (await machine.latest()).state is State.DONE


async def test_the_glass_is_broken_only_for_what_is_shown_and_still_waits(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        await machine.delete()
        await machine.decides("UHEAD", verdict=GLASS, version=2, reason="Now.")
        assert OLD in whispers(machine)[-1]
        machine.clock.forward(hours=24)
        await machine.decides("UHEAD", verdict=GLASS, version=1, reason="Now.")
        assert whispers(machine)[-1] == "Too late: change 1 has expired."
        assert machine.writes() == []


async def test_an_emergency_whose_process_died_waits_again_where_the_store_changed(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        change = await machine.delete()
        emergency = Emergency(actor="UHEAD", reason="Now.", at=machine.clock())
        await machine.ledger.changes.move(
            change, Event.BREAK, at=machine.clock(), actor="UHEAD", update={"emergency": emergency}
        )
        await machine.client.remove_members(machine.segments()["VIPs"], *machine.members("VIPs"))
        machine.clock.forward(seconds=1)
        await machine.sweeps()
        again = await machine.latest()
        assert (again.state, again.emergency, "VIPs" in machine.segments()) == (State.WAITING, None, True)


async def test_an_emergency_is_reviewed_once_and_by_somebody_else(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        await machine.delete()
        await machine.decides("UBEN", verdict=GLASS, reason="Now.")
        for by in ("UBEN", "UANA"):
            await machine.decides(by, verdict=Verdict.REVIEW)
            assert whispers(machine)[-1] == (
                "Change 1 has to be reviewed by someone who neither asked for it nor ran it."
            )
        await machine.decides("UDAN", verdict=Verdict.REVIEW)
        assert whispers(machine)[-1].startswith("You can't approve change 1.")
        before = await machine.latest()
        assert before.emergency
        assert before.emergency.reviewed_by is None
        await machine.decides("UCLEO", verdict=Verdict.REVIEW)
        after = await machine.latest()
        assert after.emergency == before.emergency.model_copy(update={"reviewed_by": "UCLEO"})
        assert (after.state, after.updated_at) == (State.DONE, before.updated_at)
        assert machine.board.drawn[-1].emergency == after.emergency
        await machine.decides("UCLEO", verdict=Verdict.REVIEW)
        assert whispers(machine)[-1] == f"Change 1 was reviewed by {mention('UCLEO')} already."
        assert machine.kinds().count("review") == 1


async def test_what_nobody_broke_the_glass_for_has_nothing_to_review(machine: Bench) -> None:
    await machine.delete()
    await machine.decides("UBEN")
    await machine.decides("UCLEO", verdict=Verdict.REVIEW)
    assert whispers(machine)[-1] == "Change 1 has no emergency to review."


async def test_a_review_while_it_runs_waits_until_it_is_over(path: Path) -> None:
    async with bench(path, **BREAKERS) as machine:
        refused: list[str] = []

        async def reviewed(_seconds: float) -> None:
            with pytest.raises(Impossible) as caught:
                await machine.engine.decider.decide(Decision(number=1, verdict=Verdict.REVIEW), "UCLEO")
            refused.append(str(caught.value))

        await machine.delete("VIPs", "Lapsed")
        machine.store.sleep = reviewed
        machine.store.faults.add("DELETE", "/segments", delay=60)
        await machine.decides("UBEN", verdict=GLASS, reason="Now.")
        assert refused == ["Change 1 has not finished yet. Review it when it has."]
        assert ((await machine.latest()).state, machine.kinds().count("start")) == (State.DONE, 1)


# At once


async def test_two_who_sign_at_once_both_count(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete()
        decider = machine.engine.decider
        click = Decision(number=1, verdict=Verdict.APPROVE, version=1)
        await asyncio.gather(decider.decide(click, "UBEN"), decider.decide(click, "UCLEO"))
        await machine.tasks.settled()
        done = await machine.latest()
        assert (done.state, {one.actor for one in done.approvals}) == (State.DONE, {"UBEN", "UCLEO"})
        assert (machine.kinds().count("sign"), machine.kinds().count("approve")) == (1, 1)


async def test_two_who_click_at_once_after_the_store_changed_get_one_new_version(machine: Bench) -> None:
    await machine.delete()
    await machine.client.remove_members(machine.segments()["VIPs"], min(machine.members("VIPs")))
    decider = machine.engine.decider
    click = Decision(number=1, verdict=Verdict.APPROVE, version=1)
    told = await asyncio.gather(decider.decide(click, "UBEN"), decider.decide(click, "UCLEO"), return_exceptions=True)
    assert [isinstance(one, TooLate) for one in told] == [True, True]
    assert ((await machine.latest()).version, machine.writes()) == (2, ["DELETE"])


async def test_an_edit_and_an_approval_at_once_never_run_what_nobody_approved(machine: Bench) -> None:
    await machine.delete("VIPs")
    decider = machine.engine.decider
    click = Decision(number=1, verdict=Verdict.APPROVE, version=1)
    edit = machine.edit("segment delete", segments=["Lapsed"])
    await asyncio.gather(decider.decide(click, "UBEN"), machine.engine.intake.take(edit), return_exceptions=True)
    await machine.tasks.settled()
    assert "Lapsed" in machine.segments()
    assert ((await machine.latest()).state is State.DONE) is ("VIPs" not in machine.segments())


# A policy that changes while something waits


async def test_a_stricter_policy_is_shown_before_anything_runs(machine: Bench, path: Path) -> None:
    await machine.delete()
    async with machine.another(path, rules=TWO) as other:
        await other.decides("UBEN", version=1)
        renewed = await machine.latest()
        assert (renewed.state, renewed.version, renewed.approvals) == (State.WAITING, 2, ())
        assert renewed.need.why == "needs 2 approvals: deletes a segment that 2 live promotions use"
        assert renewed.drift == (f"Under the current policy, it {renewed.need.why}.",)
        assert OLD in whispers(machine)[-1]
        await other.decides("UBEN", version=2)
        assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])
        await other.decides("UCLEO", version=2)
        assert (await machine.latest()).state is State.DONE


async def test_a_policy_that_names_others_asks_them(machine: Bench, path: Path) -> None:
    await machine.delete()
    machine.people.approvers |= {"UEVE"}
    async with machine.another(path, rules=MANAGED) as other:
        await other.decides("UBEN", version=1)
        renewed = await machine.latest()
        assert (renewed.version, renewed.need.approvers, renewed.deciders) == (2, frozenset({"UEVE"}), ("UEVE",))
        await other.decides("UBEN", version=2)
        assert whispers(machine)[-1].startswith("You can't approve change 1.")
        await other.decides("UEVE", version=2)
        assert (await machine.latest()).state is State.DONE


async def test_store_and_policy_that_both_changed_are_both_told(machine: Bench, path: Path) -> None:
    await machine.delete()
    await machine.client.remove_members(machine.segments()["VIPs"], *machine.members("VIPs"))
    async with machine.another(path, rules=TWO) as other:
        await other.decides("UBEN", version=1)
    was, now, policy = (await machine.latest()).drift
    assert (was[:5], now[:5], policy[:29]) == ("Was: ", "Now: ", "Under the current policy, it ")


async def test_a_policy_by_which_nobody_could_approve_leaves_nothing_to_decide(machine: Bench, path: Path) -> None:
    await machine.delete()
    machine.people.standings["UCLEO"] = Standing.GUEST
    async with machine.another(path, rules=TWO) as other:
        await other.decides("UBEN", version=1)
    stale = await machine.latest()
    assert (stale.state, machine.writes()) == (State.STALE, [])
    assert stale.reason == (
        "This needs 2 approvals, and only 1 person other than its requester can give one, so it can't be approved. "
        "Whoever runs the bot can name more approvers (the APPROVERS setting)."
    )
    assert whispers(machine)[-1] == f"Change 1 is no longer possible: {stale.reason}"


async def test_what_is_approved_and_left_behind_waits_again_by_a_stricter_policy(machine: Bench, path: Path) -> None:
    change = await machine.delete()
    await machine.approves(change, "UBEN")
    machine.clock.forward(seconds=1)
    async with machine.another(path, rules=TWO) as other:
        await other.sweeps()
    assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])


async def test_a_silent_slack_spoils_nothing_at_the_click(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        await machine.delete()
        await machine.client.remove_members(machine.segments()["VIPs"], min(machine.members("VIPs")))
        before = await machine.latest()
        machine.people.approvers, machine.people.silent = frozenset({"UBEN"}), True
        await machine.decides("UBEN", version=1)
        assert (
            ". Who may approve could not be read from Slack just now, so nothing was changed. Try again in a"
            in (whispers(machine)[-1])
        )
        assert await machine.latest() == before
        change = await machine.approves(before, "UBEN", "UCLEO")
        machine.clock.forward(seconds=1)
        await machine.sweeps()
        assert await machine.latest() == change


# Who may decide


async def test_the_card_names_those_who_may_decide_and_never_the_requester(machine: Bench) -> None:
    assert (await machine.delete()).deciders == ("UBEN", "UCLEO")
    assert (await machine.delete("Lapsed", by="UBEN")).deciders == ("UCLEO",)
    machine.people.standings["UBEN"] = Standing.GUEST
    assert (await machine.delete("Newsletter")).deciders == ("UCLEO",)


async def test_what_needs_nobody_names_nobody(machine: Bench) -> None:
    await machine.asks("segment create", name="Loyal")
    assert (await machine.latest()).deciders == ()


async def test_of_very_many_a_few_are_named(path: Path) -> None:
    many = frozenset(f"U{number}" for number in range(40))
    rule = Rule(steps=("delete_segment",), approvals=1, approvers=many)
    async with bench(path, rules=(rule,)) as machine:
        machine.people.approvers = many
        assert (await machine.delete()).deciders == ("U0", "U1", "U10", "U11", "U12")


async def test_a_rule_says_who_asks_and_nobody_else_is_asked_for(path: Path) -> None:
    rule = Rule(steps=("delete_segment",), approvals=1, requesters=frozenset({"UANA"}))
    async with bench(path, rules=(rule,)) as machine:
        await machine.delete(by="UANA")
        await machine.asks("segment delete", "UDAN", segments=["Lapsed"])
        assert whispers(machine)[-1] == f"You can't ask for this. {mention('UANA')} can."
        assert [one.number for one in await machine.ledger.changes.latest("all", "", 9)] == [1]


async def test_an_undo_asks_the_same_people(path: Path) -> None:
    async with bench(path, rules=MANAGED) as machine:
        machine.people.approvers |= {"UEVE"}
        await machine.delete()
        await machine.decides("UEVE")
        await machine.asks("change undo", number=1)
        undo = await machine.latest()
        assert (undo.need.approvals, undo.need.approvers) == (1, frozenset({"UEVE"}))
        retargets = "changes whom a promotion reaches that is live"
        assert undo.need.why == f"needs 1 approval: {retargets} and undoes what was approved"
