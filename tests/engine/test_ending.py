"""Additions until a time: what their end takes out, whoever asks for it, and who stays."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Change, State
from bot.core.approval.covering import Covered
from bot.core.approval.decisions import Verdict
from bot.core.approval.due import END
from bot.core.approval.rule import Rule
from bot.core.audit.entries import Entry, EntryKind
from bot.core.people import Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import AnyStep, SegmentRef, removed
from bot.core.planning.steps import added as steps_to_add
from bot.engine.covers import Claim
from tests.engine.bench import Bench, bench

ADA, BEN = "#13", "#14"


async def adds(machine: Bench, *who: str, until: str = "in 3 days", segment: str = "VIPs") -> Change:
    """Ana has these added until then, and Ben approves it."""
    await machine.asks("segment add", segment=[segment], shoppers=[" ".join(who)], until=until)
    if (await machine.latest()).state is State.WAITING:
        await approves(machine)
    return await machine.latest()


async def approves(machine: Bench) -> None:
    machine.clock.forward(minutes=1)
    await machine.decides("UBEN", (await machine.latest()).number)


async def ends(machine: Bench, number: int = 1) -> Change:
    """Ana asks for the end of this change, and Ben approves it, if there is anything to end."""
    await machine.asks("change end", number=number)
    if (await machine.latest()).state is State.WAITING:
        await approves(machine)
    return await machine.latest()


async def test_the_end_takes_out_whom_the_addition_put_in_and_nobody_else(machine: Bench) -> None:
    before = machine.members("VIPs")
    added = await adds(machine, ADA, BEN)
    assert (added.state, len(machine.members("VIPs"))) == (State.DONE, len(before) + 2)
    assert added.ends_at == added.plan.until
    ended = await ends(machine)
    assert (ended.state, machine.members("VIPs")) == (State.DONE, before)
    assert ended.plan.headline == "End of change 1: remove 2 shoppers from “VIPs”"


async def test_whoever_was_added_again_stays(machine: Bench) -> None:
    await adds(machine, ADA, BEN)
    kept = await adds(machine, ADA, until="")
    assert kept.plan.headline.startswith("Keep 1 shopper in VIPs")
    assert any(line.startswith("Change 1 would have taken 1 shopper out of VIPs again") for line in kept.plan.remarks)
    inside = machine.members("VIPs")
    ended = await ends(machine)
    assert len(inside - machine.members("VIPs")) == 1
    assert ended.plan.shoppers == 1


async def test_whoever_is_added_until_another_time_is_taken_out_then(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA, until="in 3 days")
    await adds(machine, ADA, until="in 5 days")
    await ends(machine, 1)
    assert len(machine.members("VIPs")) == len(before) + 1
    await ends(machine, 2)
    assert machine.members("VIPs") == before


async def test_the_same_until_the_same_time_is_nothing_new(machine: Bench) -> None:
    added = await adds(machine, ADA)
    await adds(machine, ADA, until=f"{added.plan.until:%Y-%m-%d %H:%M}")
    assert (await machine.latest()).number == 1


async def test_whoever_left_meanwhile_needs_no_end(machine: Bench) -> None:
    await adds(machine, ADA)
    await machine.asks("segment remove", segment=["VIPs"], shoppers=[ADA])
    await approves(machine)
    await ends(machine)
    assert (await machine.latest()).number == 2


async def test_what_has_no_end_is_not_ended(machine: Bench) -> None:
    await adds(machine, ADA, until="")
    await machine.asks("change end", number=1)
    await machine.asks("segment add", segment=["VIPs"], shoppers=[BEN], until="in 3 days")
    await machine.asks("change end", number=2)
    said = str(machine.board.whispered)
    assert "Change 1 adds no one until a time, so it has no end." in said
    assert "Change 2 is waiting, so there is nothing to end yet." in said


async def test_approval_is_waited_for_until_the_end_and_no_longer(machine: Bench) -> None:
    await machine.asks("segment add", segment=["VIPs"], shoppers=[ADA], until="in 3 hours")
    waiting = await machine.latest()
    assert waiting.expires_at == waiting.plan.until
    machine.clock.forward(hours=3)
    await machine.sweeps()
    assert (await machine.latest()).state is State.EXPIRED


async def test_an_edit_moves_the_end_or_drops_it(machine: Bench) -> None:
    segment, shoppers = ["VIPs"], [ADA]
    await machine.asks("segment add", segment=segment, shoppers=shoppers, until="in 3 hours")
    await machine.edits("segment add", segment=segment, shoppers=shoppers, until="in 5 hours")
    edited = await machine.latest()
    assert edited.plan.until == edited.expires_at
    await machine.edits("segment add", segment=segment, shoppers=shoppers, until="")
    assert (await machine.latest()).plan.until is None


async def test_what_is_left_of_an_addition_ends_at_the_same_time(machine: Bench) -> None:
    machine.store.faults.add("POST", "*/shopper-profiles*", status=503, times=None)
    failed = await adds(machine, ADA)
    assert failed.state is State.FAILED
    machine.store.faults.clear()
    await machine.asks("change retry", number=1)
    again = await machine.latest()
    assert again.plan.until == failed.plan.until is not None
    machine.clock.forward(days=4)
    await machine.asks("change retry", number=1)
    assert "which is past" in str(machine.board.whispered)
    await machine.decides("UBEN", 2)
    assert not (await machine.latest()).runs


async def test_whoever_may_approve_lets_them_stay_and_then_nothing_ends(machine: Bench) -> None:
    await adds(machine, ADA)
    inside = machine.members("VIPs")
    await machine.decides("UDAN", 1, Verdict.KEEP)
    assert (await machine.latest()).ends_at
    await machine.decides("UCLEO", 1, Verdict.KEEP)
    kept = await machine.latest()
    assert (kept.state, kept.ends_at, kept.kept_by) == (State.DONE, None, "UCLEO")
    await ends(machine)
    assert ((await machine.latest()).number, machine.members("VIPs")) == (1, inside)


async def test_whoever_was_added_for_good_is_kept_by_nobody(path: Path) -> None:
    async with bench(path) as machine:
        await adds(machine, ADA, until="")
        for person in ("UCLEO", "UANA"):
            await machine.decides(person, 1, Verdict.KEEP)
        assert (await machine.latest()).kept_by == ""
        assert EntryKind.KEEP not in machine.kinds()


async def test_an_addition_until_a_time_that_still_waits_is_withdrawn_as_any_other(path: Path) -> None:
    async with bench(path) as machine:
        inside = machine.members("VIPs")
        await machine.asks("segment add", segment=["VIPs"], shoppers=[ADA], until="in 3 days")
        await machine.decides("UANA", verdict=Verdict.WITHDRAW)
        withdrawn = await machine.latest()
        assert (withdrawn.state, withdrawn.kept_by, machine.members("VIPs")) == (State.WITHDRAWN, "", inside)


async def test_whoever_asked_lets_them_stay_where_they_may_add_them_for_good(path: Path) -> None:
    rules = (Rule(steps=("add_members",), shoppers=2, approvals=1),)
    async with bench(path, rules=rules) as machine:
        await adds(machine, ADA)
        await adds(machine, BEN, "#16")
        await machine.decides("UANA", 1, Verdict.KEEP)
        await machine.decides("UANA", 2, Verdict.KEEP)
        assert [(await machine.ledger.changes.load(number)).kept_by for number in (1, 2)] == ["UANA", ""]
        assert "to let them stay needs 1 approval" in str(machine.board.whispered)


async def passes(machine: Bench, **time: float) -> None:
    """So much time passes, and the bot looks around until nothing more comes of it."""
    machine.clock.forward(**time)
    for _ in range(3):
        await machine.sweeps()


async def test_at_its_time_the_bot_ends_it_by_itself_and_once(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA)
    await passes(machine, days=2)
    assert machine.members("VIPs") != before
    await passes(machine, days=1)
    ended = await machine.latest()
    assert (ended.number, ended.requester, ended.command) == (2, "UANA", END)
    assert ended.need.why == "needs no approval: covered by change 1"
    assert machine.members("VIPs") == before
    assert (await machine.ledger.changes.load(1)).ended_by == 2
    await passes(machine, days=1)
    assert (await machine.latest()).number == 2


async def test_of_several_processes_one_ends_it(machine: Bench, path: Path) -> None:
    await adds(machine, ADA)
    machine.clock.forward(days=3)
    async with machine.another(path) as other:
        await asyncio.gather(machine.sweeps(), other.sweeps())
        await asyncio.gather(machine.sweeps(), other.sweeps())
    assert machine.kinds().count("start") == 2


async def test_where_the_store_fails_it_is_asked_again_until_it_is_done(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA)
    machine.store.faults.add("GET", "*", status=503, times=None)
    await passes(machine, days=3)
    await passes(machine, seconds=70)
    machine.store.faults.clear()
    assert (await machine.latest()).number == 1
    machine.store.faults.add("DELETE", "*", status=503, times=None)
    await passes(machine, minutes=10)
    assert (await machine.latest()).state is State.FAILED
    machine.store.faults.clear()
    await passes(machine, seconds=1)
    assert machine.members("VIPs") != before
    await passes(machine, minutes=10)
    assert machine.members("VIPs") == before
    assert (await machine.latest()).state is State.DONE


async def test_where_nobody_is_left_there_is_nothing_to_end(machine: Bench) -> None:
    await adds(machine, ADA)
    machine.forget("VIPs")
    await passes(machine, days=3)
    assert ((await machine.latest()).number, (await machine.ledger.changes.load(1)).ends_at) == (1, None)


async def test_a_segment_that_was_deleted_and_restored_is_the_same(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA)
    await machine.asks("segment delete", segments=["VIPs"])
    await approves(machine)
    await machine.asks("change undo", number=2)
    await approves(machine)
    assert len(machine.members("VIPs")) == len(before) + 1
    await passes(machine, days=3)
    assert machine.members("VIPs") == before
    assert (await machine.latest()).need.why == "needs no approval: covered by change 1"


async def test_where_nobody_can_approve_it_is_told_once_and_comes_when_somebody_can(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA)
    standings = dict(machine.people.standings)
    machine.people.standings.update(dict.fromkeys(("UBEN", "UCLEO"), Standing.DEACTIVATED))
    for hours in (72, 2, 2):
        await passes(machine, hours=hours)
    assert str(machine.board.whispered).count("I couldn't take out again whom change 1 added") == 1
    assert ((await machine.latest()).number, machine.members("VIPs") == before) == (1, False)
    machine.people.standings.clear()
    machine.people.standings.update(standings)
    await passes(machine, hours=2)
    assert ((await machine.latest()).state, machine.members("VIPs")) == (State.DONE, before)


async def test_an_end_covers_nothing_but_whom_its_addition_put_in(machine: Bench) -> None:
    added = await adds(machine, ADA)
    assert added.plan.until
    (put_in,) = [step.takes_out for run in added.runs for step in run.undo if step.takes_out]
    ref = SegmentRef(name="VIPs", id=machine.segments()["VIPs"])
    others = tuple(machine.members("VIPs").difference(put_in))
    covers, slot = machine.engine.housekeeper.renewing.covers, added.plan.until

    async def lapse(*steps: AnyStep, slot: datetime = slot) -> str:
        claim = Claim(Plan(steps=steps), Covered(change=1, slot=slot), "UANA", END)
        return (await covers.look(claim)).lapse

    more = "it does more than take out again whom change 1 added"
    assert await lapse(*removed(ref, put_in)) == ""
    assert await lapse(*removed(ref, (*put_in, others[0]))) == more
    assert await lapse(*removed(ref, put_in), *steps_to_add(ref, others[:1])) == more
    early = slot - timedelta(hours=1)
    assert await lapse(*removed(ref, put_in), slot=early) == "nothing of change 1 is to end now"


async def test_what_would_have_ended_by_now_does_not_begin(machine: Bench) -> None:
    before = machine.members("VIPs")
    await machine.asks("segment add", segment=["VIPs"], shoppers=[ADA], at="in 2 hours", until="in 3 hours")
    await approves(machine)
    await passes(machine, hours=4)
    assert ((await machine.latest()).state, machine.members("VIPs")) == (State.STALE, before)
    assert "which is past" in (await machine.latest()).reason


async def test_whoever_is_left_of_an_addition_stays_no_longer(machine: Bench) -> None:
    await machine.asks("segment add", segment=["VIPs"], shoppers=[f"{ADA} {BEN}"], until="in 3 hours")
    waiting = await machine.latest()
    await machine.decides("UBEN", 1, Verdict.NARROW, version=1, items=waiting.plan.items[:1])
    left = await machine.latest()
    assert (left.version, left.plan.until) == (2, waiting.plan.until)


@pytest.mark.parametrize("ahead", [0, 5])
async def test_where_a_backup_was_restored_meanwhile_the_end_waits(machine: Bench, ahead: int) -> None:
    """Though the clock was ahead when the addition was made."""
    machine.clock.forward(hours=ahead)
    await adds(machine, ADA)
    machine.clock.forward(hours=-ahead)
    inside = machine.members("VIPs")
    await machine.ledger.audit.append(Entry(EntryKind.RESTORED), at=machine.clock())
    await passes(machine, days=3, hours=ahead)
    waiting = await machine.latest()
    assert (waiting.state, machine.members("VIPs")) == (State.WAITING, inside)
    assert "a backup was restored since change 1" in waiting.need.why
    await machine.decides("UCLEO", 2)
    assert machine.members("VIPs") != inside
