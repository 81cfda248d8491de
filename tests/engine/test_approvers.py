"""Who may approve what several rules ask for, whose approval still counts, and what one person moved before."""

import asyncio
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.core.answers import mention
from bot.core.approval.changes import Change, Event, State
from bot.core.approval.need import Approval
from bot.core.approval.rule import Moved, Rule
from bot.core.people import Standing
from tests.engine.bench import Bench, bench

BEN, CLEO, EVE = frozenset({"UBEN"}), frozenset({"UCLEO"}), frozenset({"UEVE"})
TWO = (Rule(steps=("delete_segment",), approvals=2),)
WAITLIST = "Spring launch waitlist"


def rule(approvals: int = 1, **fields: Any) -> Rule:
    return Rule(steps=("delete_segment",), approvals=approvals, **fields)


def whispers(machine: Bench) -> list[str]:
    return [text for _, text in machine.board.whispered]


async def adding(machine: Bench, start: int, count: int, **fields: Any) -> Change:
    rows = machine.store.shop.rows("SELECT customer_id FROM profiles ORDER BY customer_id LIMIT ?, ?", start, count)
    await machine.asks("segment add", segment=WAITLIST, shoppers=[str(row["customer_id"]) for row in rows], **fields)
    return await machine.latest()


# Several rules


async def test_the_card_says_who_satisfies_which_rule(path: Path) -> None:
    rules = (rule(approvers=CLEO | EVE), rule(approvers=BEN | EVE))
    async with bench(path, rules=rules) as machine:
        machine.people.approvers |= EVE
        change = await machine.delete()
        assert change.deciders_by_rule == (("UCLEO", "UEVE"), ("UBEN", "UEVE"))
        assert change.deciders == ("UCLEO", "UEVE", "UBEN")
        await machine.decides("UEVE")
        done = await machine.latest()
        assert (done.state, done.approvals[0].counts_for) == (State.DONE, (0, 1))


async def test_a_first_approval_that_no_second_one_completes_is_refused(path: Path) -> None:
    rules = (rule(2, approvers=CLEO | EVE), rule(approvers=BEN | CLEO))
    async with bench(path, rules=rules) as machine:
        machine.people.approvers |= EVE
        await machine.delete()
        await machine.decides("UBEN")
        assert whispers(machine)[-1].startswith("Change 1 still needs an approval that you can't give: it ")
        assert whispers(machine)[-1].endswith(f"{mention('UCLEO')} and {mention('UEVE')} can.")
        assert (await machine.latest()).approvals == ()
        await machine.decides("UEVE")
        await machine.decides("UCLEO")
        assert (await machine.latest()).state is State.DONE


async def test_what_waits_for_another_rule_is_not_on_the_home_tab_of_the_first(path: Path) -> None:
    async with bench(path, rules=(rule(approvers=CLEO), rule(approvers=BEN | EVE))) as machine:
        machine.people.approvers |= EVE
        await machine.delete()
        assert (await machine.looks("UEVE")).waiting == 1
        await machine.decides("UBEN")
        assert (await machine.looks("UEVE")).waiting == 0
        assert (await machine.looks("UCLEO")).waiting == 1
        await machine.decides("UEVE")
        assert whispers(machine)[-1].endswith(f"{mention('UCLEO')} can.")


async def test_who_may_be_in_a_group_that_cannot_be_read_is_told_so(path: Path) -> None:
    async with bench(path, rules=(rule(approvers=frozenset({"SCLEOS"})), rule(approvers=BEN | EVE))) as machine:
        machine.people.groups = {"SCLEOS": CLEO}
        machine.people.approvers |= EVE
        await machine.delete()
        await machine.decides("UBEN")
        machine.people.silent = True
        await machine.decides("UEVE")
        assert whispers(machine)[-1].startswith("Slack couldn't tell me just now who is in the group that may do this.")


async def test_what_only_an_unreadable_group_may_approve_is_not_requested(path: Path) -> None:
    async with bench(path, approvers=frozenset({"SAPPROVERS"})) as machine:
        machine.people.unreadable = (("SAPPROVERS", "there is no such group"),)
        await machine.asks("segment delete", segments=["VIPs"])
        assert whispers(machine)[-1].startswith("This needs 1 approval: ")
        assert ", so it was not requested. The members of the user group SAPPROVERS can't be" in whispers(machine)[-1]
        assert machine.kinds() == ["asked", "refused"]


async def test_a_click_while_a_group_is_unreadable_is_not_told_that_nothing_was_requested(path: Path) -> None:
    async with bench(path, rules=(rule(2, approvers=frozenset({"UBEN", "SCLEOS"})),)) as machine:
        machine.people.groups = {"SCLEOS": CLEO}
        before = await machine.delete()
        await machine.client.remove_members(machine.segments()["VIPs"], min(machine.members("VIPs")))
        machine.people.groups, machine.people.unreadable = {}, (("SCLEOS", "there is no such group"),)
        await machine.decides("UBEN")
        assert ", so nothing was changed. The members of the user group SCLEOS can't be" in whispers(machine)[-1]
        assert await machine.latest() == before


async def test_an_old_change_that_needs_what_the_policy_asks_for_goes_on(machine: Bench) -> None:
    change = await machine.delete()
    stored = change.need.model_dump(exclude={"requirements"})
    assert type(change.need).model_validate(stored) == change.need
    assert Approval.model_validate({"actor": "UBEN", "at": change.created_at}).counts_for == (0,)


# Those who approved, and may not any more


async def test_what_is_left_behind_waits_again_where_an_approver_left(path: Path) -> None:
    async with bench(path) as machine:
        change = await machine.delete()
        await machine.approves(change, "UBEN")
        machine.people.standings["UBEN"] = Standing.GUEST
        machine.clock.forward(seconds=1)
        await machine.sweeps()
        again = await machine.latest()
        assert (again.state, again.version, again.approvals, machine.writes()) == (State.WAITING, 2, (), [])
        assert again.drift == (f"The approval by {mention('UBEN')}, who may not give it any more, does not count.",)
        await machine.decides("UCLEO", version=2)
        assert (await machine.latest()).state is State.DONE


async def test_an_approver_whom_slack_does_not_tell_of_keeps_it_waiting(path: Path) -> None:
    async with bench(path, rules=TWO) as machine:
        before = await machine.delete()
        await machine.decides("UBEN")
        machine.people.standings["UBEN"] = Standing.UNKNOWN
        await machine.decides("UCLEO")
        assert whispers(machine)[-1] == (
            f"Slack couldn't tell me just now whether {mention('UBEN')} may still approve. Try again in a minute."
        )
        assert ((await machine.latest()).version, machine.writes()) == (before.version, [])
        del machine.people.standings["UBEN"]
        await machine.decides("UCLEO")
        assert (await machine.latest()).state is State.DONE


async def test_an_emergency_does_not_wait_for_those_who_approved(path: Path) -> None:
    async with bench(path, rules=TWO, breakers=frozenset({"UHEAD"})) as machine:
        await machine.delete()
        await machine.decides("UBEN")
        machine.people.standings["UBEN"] = Standing.DEACTIVATED
        await machine.asks("change break-glass", "UHEAD", number=1, reason="Now.")
        assert (await machine.latest()).state is State.DONE


# Those who asked, and may not any more

GONE = f"{mention('UANA')}, who asked for it, may not ask for this any more. Someone who may can ask for it again."
LEFT = (Standing.DEACTIVATED, Standing.GUEST, Standing.STRANGER)


@pytest.mark.parametrize("standing", LEFT)
@pytest.mark.parametrize("when", ["by a click", "at its time", "after a crash"])
async def test_nothing_runs_for_somebody_who_may_not_ask_any_more(
    machine: Bench, standing: Standing, when: str
) -> None:
    if when == "at its time":
        await machine.asks("segment create", name="Loyal", at="in 3 hours")
    else:
        change = await machine.delete()
    if when == "after a crash":
        await machine.approves(change, "UBEN")
    machine.people.standings["UANA"] = standing
    machine.clock.forward(hours=3)
    await (machine.decides("UBEN") if when == "by a click" else machine.sweeps())
    ended = await machine.latest()
    assert (ended.state, ended.reason, machine.writes()) == (State.STALE, GONE, [])


async def test_a_change_waits_while_slack_does_not_tell_whether_its_requester_may_still_ask(machine: Bench) -> None:
    await machine.delete()
    machine.people.standings["UANA"] = Standing.UNKNOWN
    await machine.decides("UBEN")
    assert ((await machine.latest()).state, machine.writes()) == (State.WAITING, [])
    del machine.people.standings["UANA"]
    await machine.decides("UBEN")
    assert (await machine.latest()).state is State.DONE


async def test_who_left_is_known_to_whatever_group_cannot_be_read(path: Path) -> None:
    async with bench(path, requesters=frozenset({"SGROUP"})) as machine:
        machine.people.groups["SGROUP"] = frozenset({"UANA"})
        await machine.delete()
        machine.people.groups.clear()
        machine.people.unreadable = (("SGROUP", "it is external"),)
        await machine.decides("UBEN")
        assert (await machine.latest()).state is State.WAITING
        machine.people.standings["UANA"] = Standing.DEACTIVATED
        await machine.decides("UBEN")
        assert ((await machine.latest()).state, (await machine.latest()).reason) == (State.STALE, GONE)


async def test_what_became_graver_is_asked_for_by_those_alone_who_may_ask_for_it(path: Path) -> None:
    grave = Rule(steps=("remove_members",), shoppers=6, approvals=1, requesters=frozenset({"UCLEO"}))
    async with bench(path, rules=(Rule(steps=("remove_members",), approvals=1), grave)) as machine:
        await machine.asks("segment clear", segment="VIPs")
        outside = sorted(machine.members("Newsletter") - machine.members("VIPs"))[:4]
        await machine.client.add_members(machine.segments()["VIPs"], *outside)
        await machine.decides("UBEN")
        assert ((await machine.latest()).state, (await machine.latest()).reason) == (State.STALE, GONE)
        assert machine.members("VIPs").issuperset(outside)


# What one person moved before


async def planned_again(machine: Bench, change: Change) -> Change:
    """The same, planned by a process that died before it posted the card."""
    now = machine.clock()
    times = {"created_at": now, "updated_at": now, "expires_at": now + timedelta(hours=24)}
    draft = change.model_copy(update={"state": State.PLANNED, "revision": 1, "runs": (), "card": None, **times})
    ask = machine.ask("segment add")
    await machine.ledger.invocations.record(ask, owner="", at=now, detail={})
    left = await machine.ledger.changes.create(ask, draft, owner="", detail={})
    await machine.ledger.leases.release(left.number, owner="")
    return left


async def test_a_change_that_was_planned_before_another_ran_is_cancelled(machine: Bench) -> None:
    left = await planned_again(machine, await adding(machine, 0, 20))
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    cancelled = await machine.ledger.changes.load(left.number)
    assert cancelled.state is State.CANCELLED
    assert cancelled.reason.startswith(f"Together with what you asked for at the same time, change {left.number} needs")
    assert "was cancelled" in whispers(machine)[-1]


async def test_of_two_processes_at_once_one_lets_run_without_approval(machine: Bench, path: Path) -> None:
    async with machine.another(path) as other:
        await asyncio.gather(adding(machine, 0, 20), adding(other, 20, 20))
    assert len(machine.members(WAITLIST)) == 20
    assert machine.kinds().count("clear") == 1


async def test_what_was_moved_before_is_kept_with_what_waits(machine: Bench) -> None:
    await adding(machine, 0, 20)
    waiting = await adding(machine, 20, 6)
    assert waiting.moved == (Moved(segment=machine.segments()[WAITLIST], per="24h", shoppers=20),)
    assert waiting.need.why == "needs 1 approval: adds more than 25 shoppers to one segment within 24 hours"


async def test_a_left_behind_change_does_not_count_for_itself(machine: Bench) -> None:
    first = await adding(machine, 0, 20)
    await machine.client.remove_members(machine.segments()[WAITLIST], *machine.members(WAITLIST))
    machine.clock.forward(hours=25)
    left = await planned_again(machine, first)
    await machine.ledger.changes.move(left, Event.CLEAR, at=machine.clock())
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    assert ((await machine.latest()).state, len(machine.members(WAITLIST))) == (State.DONE, 20)


async def test_who_may_ask_for_many_is_asked_over_a_time_too(path: Path) -> None:
    many = Rule(steps=("add_members",), shoppers=26, per="24h", approvals=0, requesters=BEN)
    async with bench(path, rules=(many,)) as machine:
        await adding(machine, 0, 20)
        await adding(machine, 20, 6)
        assert whispers(machine)[-1] == f"You can't ask for this. {mention('UBEN')} can."
        assert len(machine.members(WAITLIST)) == 20


async def test_a_signature_that_counts_for_nothing_since_slack_fell_silent_is_none(path: Path) -> None:
    """Who clicked then may click again: of what is on record they would read that they approved already."""
    async with bench(path, approvers=frozenset({"SDECIDERS"}), rules=TWO) as machine:
        machine.people.groups["SDECIDERS"] = frozenset({"UBEN", "UCLEO"})
        machine.people.approvers = frozenset({"SDECIDERS"})
        await machine.delete()
        asked = count()

        async def fall_silent() -> None:
            machine.people.silent = next(asked) > 0

        machine.people.takes_time = fall_silent
        await machine.decides("UBEN")
        machine.people.takes_time, machine.people.silent = None, False
        assert (await machine.latest()).approvals == ()
        await machine.decides("UBEN")
        await machine.decides("UCLEO")
        assert "VIPs" not in machine.segments()
