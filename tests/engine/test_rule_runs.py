"""Rules run by themselves: once for each time that they are due, and only as far as was approved with them."""

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Emergency, Event, State
from bot.core.approval.covering import Covered, DueRecord, DueState
from bot.core.approval.decisions import Verdict
from bot.core.approval.due import END
from bot.core.approval.need import Approval
from bot.core.audit.entries import Entry, EntryKind
from bot.core.audit.trace import AuditTrace
from bot.core.errors import NotRecorded, Refusal
from bot.core.invocation import Due
from bot.core.people import Standing
from bot.core.planning.plan import Plan
from bot.core.planning.steps import DropRule, SegmentRef
from bot.core.segment_rules.followed import RUN
from bot.core.segment_rules.guard import Guard
from bot.core.segment_rules.schedule import ByHand, Daily
from bot.engine.covers import Claim
from bot.engine.due_requests import DueRequests
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench
from tests.engine.ruled import RULED, asks_for_rule, follows_it, join, leave, next_hour, ruled
from tests.harness import Stuck

WIDE = Guard(percent=100)
OF_A_RUN: dict[str, Any] = {"command": RUN, "args": {"segment": RULED}}


async def test_a_run_within_the_guard_goes_without_a_card_or_a_word(machine: Bench) -> None:
    await ruled(machine)
    posted, said = len(machine.board.posted), len(machine.board.whispered)
    join(machine, 2)
    leave(machine, 2)
    await next_hour(machine)
    change = await machine.latest()
    assert (change.number, change.state, change.card) == (2, State.DONE, None)
    assert change.need.why == "needs no approval: covered by change 1"
    assert change.covered_by == Covered(change=1, slot=machine.clock.now.replace(minute=0, second=0, microsecond=0))
    assert follows_it(machine)
    assert (len(machine.board.posted), len(machine.board.whispered), machine.board.heard) == (posted, said, [])
    assert 2 not in [one.number for one in await machine.ledger.changes.requested_by("UANA", 9)]


async def test_each_time_it_is_due_it_runs_once(machine: Bench, path: Path) -> None:
    await ruled(machine, guard=WIDE)
    async with machine.another(path) as other:
        for _ in range(3):
            join(machine)
            await next_hour(machine)
            await other.sweeps()
            await machine.sweeps()
    assert machine.kinds().count("start") == 1 + 3
    assert follows_it(machine)


async def test_runs_of_one_day_are_counted_together(machine: Bench) -> None:
    await ruled(machine)
    for _ in range(3):
        join(machine)
        await next_hour(machine)
    assert machine.kinds().count("start") == 1 + 2
    change = await machine.latest()
    assert change.state is State.WAITING
    assert "2 may join in 24 hours without asking (10% of 22), and 2 joined already" in change.need.why


async def test_where_nobody_would_join_or_leave_nothing_is_asked_for_again(machine: Bench) -> None:
    await ruled(machine)
    await next_hour(machine)
    for _ in range(3):
        await machine.sweeps()
        machine.clock.forward(minutes=10)
    assert (await machine.latest()).number == 1
    assert machine.kinds().count("answered") == 1


async def test_a_rule_by_hand_never_runs_by_itself(machine: Bench) -> None:
    await ruled(machine, schedule=ByHand())
    join(machine)
    await next_hour(machine)
    assert (await machine.latest()).number == 1
    await machine.asks("segment run", segment=RULED)
    assert follows_it(machine)
    assert (await machine.latest()).covered_by is None


async def test_times_before_the_rule_was_started_are_nobodys_unless_the_clock_was_set_back(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    await machine.sweeps()
    assert (await machine.latest()).number == 1
    machine.clock.set_by(hours=-5)
    machine.clock.forward(seconds=6)
    await machine.sweeps()
    assert follows_it(machine)


async def test_only_the_latest_of_several_missed_times_counts(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    await next_hour(machine, 7)
    assert machine.kinds().count("start") == 2


async def test_more_than_the_guard_waits_with_a_card(machine: Bench) -> None:
    await ruled(machine)
    leave(machine, 6)
    await next_hour(machine)
    change = await machine.latest()
    assert change.state is State.WAITING
    assert change.card
    assert "2 may leave in 24 hours without asking (10% of 20)" in change.need.why
    before = machine.members(RULED)
    for _ in range(3):
        leave(machine)
        await next_hour(machine)
    assert (machine.members(RULED), (await machine.latest()).number) == (before, 2)
    await machine.decides("UBEN", 2)
    assert ((await machine.latest()).version, machine.members(RULED)) == (2, before)
    await machine.decides("UBEN", 2)
    assert follows_it(machine)
    join(machine)
    await next_hour(machine)
    assert follows_it(machine)


async def test_a_run_that_waits_is_skipped_and_asked_for_the_next_time(machine: Bench) -> None:
    await ruled(machine)
    leave(machine, 6)
    await next_hour(machine)
    await machine.decides("UBEN", 2, Verdict.REJECT)
    await machine.sweeps()
    assert (await machine.latest()).number == 2
    await next_hour(machine)
    assert ((await machine.latest()).number, (await machine.latest()).state) == (3, State.WAITING)


async def test_nothing_else_that_waits_keeps_a_rule_from_running(machine: Bench) -> None:
    await ruled(machine)
    await machine.asks("segment add", segment=[RULED], shoppers=["#14"], until="in 20 minutes")
    await machine.decides("UCLEO", 2)
    machine.people.standings["UCLEO"] = Standing.DEACTIVATED
    machine.clock.forward(minutes=21)
    for _ in range(2):
        await machine.sweeps()
    end = await machine.latest()
    assert (end.number, end.command, end.state) == (3, END, State.WAITING)
    await machine.asks("segment remove", segment=[RULED], shoppers=["#13"])
    await asks_for_rule(machine, guard=WIDE)
    await next_hour(machine)
    run = await machine.latest()
    assert (run.number, run.command, run.state) == (6, RUN, State.DONE)
    assert follows_it(machine)
    assert [(await machine.ledger.changes.load(number)).state for number in (3, 4, 5)] == [State.WAITING] * 3


async def test_a_rule_that_finds_nobody_never_empties_its_segment(machine: Bench) -> None:
    await ruled(machine, guard=WIDE)
    leave(machine, 20)
    await next_hour(machine)
    change = await machine.latest()
    assert change.state is State.WAITING
    assert "a rule never empties its segment without asking" in change.need.why
    assert len(machine.members(RULED)) == 20


@pytest.mark.parametrize(
    ("lapse", "why"),
    [
        ({"UBEN": Standing.DEACTIVATED}, "someone who approved change 1"),
        ({"UANA": Standing.DEACTIVATED}, "whoever asked for it may not ask any more"),
    ],
)
async def test_people_who_may_not_any_more_cover_nothing(machine: Bench, lapse: dict[str, Standing], why: str) -> None:
    await ruled(machine)
    machine.people.standings = lapse
    join(machine)
    await next_hour(machine)
    change = await machine.latest()
    assert (change.state, change.need.why.startswith(f"needs 1 approval: {why}")) == (State.WAITING, True)
    assert not follows_it(machine)


@pytest.mark.parametrize("who", ["UBEN", "UANA"])
async def test_where_slack_does_not_tell_who_may_it_is_asked_again_and_again(machine: Bench, who: str) -> None:
    await ruled(machine)
    join(machine)
    machine.people.standings = {who: Standing.UNKNOWN}
    await next_hour(machine)
    assert (await machine.latest()).number == 1
    machine.people.standings = {}
    machine.clock.forward(minutes=2)
    await machine.sweeps()
    assert follows_it(machine)
    assert machine.board.whispered == []


async def test_a_rule_that_was_started_in_an_emergency_covers_nothing(machine: Bench) -> None:
    """Though somebody had approved it: it needed two."""
    await ruled(machine)
    change = await asks_for_rule(machine, guard=WIDE)
    signed = {"approvals": (Approval(actor="UCLEO", at=machine.clock()),)}
    broken = {"emergency": Emergency(actor="UBEN", reason="now", at=machine.clock())}
    for event, actor, update in ((Event.SIGN, "UCLEO", signed), (Event.BREAK, "UBEN", broken)):
        change = await machine.ledger.changes.move(change, event, at=machine.clock(), actor=actor, update=update)
    await machine.runs(change)
    join(machine)
    await next_hour(machine)
    assert (await machine.latest()).need.why == "needs 1 approval: change 2, which covers it, ran without its approvals"
    assert not follows_it(machine)


async def test_another_policy_covers_nothing(machine: Bench, path: Path) -> None:
    await ruled(machine)
    join(machine)
    async with machine.another(path, approvers=frozenset({"UBEN"})) as other:
        await next_hour(other)
        change = await other.latest()
    assert "the policy changed since the rule was approved" in change.need.why
    assert change.state is State.WAITING


async def test_a_rule_that_came_with_a_backup_asks_until_people_confirm_it(machine: Bench) -> None:
    await ruled(machine)
    await machine.ledger.audit.append(Entry(EntryKind.RESTORED), at=machine.clock())
    join(machine)
    await next_hour(machine)
    waiting = await machine.latest()
    assert "so whoever approves this confirms that its rule still holds" in waiting.need.why
    await machine.decides("UCLEO", waiting.number)
    assert follows_it(machine)
    join(machine)
    await next_hour(machine)
    assert (await machine.latest()).need.why == "needs no approval: covered by change 1"
    assert follows_it(machine)


async def test_what_was_once_to_wait_waits_though_time_passes(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    machine.people.standings = {"UBEN": Standing.DEACTIVATED}
    await next_hour(machine)
    machine.people.standings = {}
    await machine.decides("UCLEO", 2)
    assert (await machine.latest()).version == 1
    assert follows_it(machine)


async def test_a_store_that_does_not_answer_is_asked_again_and_told_only_later(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    machine.store.faults.add("GET", "*/segments*", status=503, times=None)
    await next_hour(machine)
    assert machine.board.whispered == []
    for _ in range(50):
        machine.clock.forward(minutes=1)
        await machine.sweeps()
    (told,) = machine.board.whispered
    assert told[0] == "UANA"
    assert told[1].startswith("I couldn't run the rule of Newsletter, as change 1 says.")
    machine.store.faults.clear()
    await next_hour(machine)
    assert follows_it(machine)


async def test_a_card_that_cannot_be_posted_is_asked_for_again(machine: Bench) -> None:
    await ruled(machine)
    leave(machine, 6)
    machine.board.broken["post"] = Undeliverable("away")
    await next_hour(machine)
    assert (await machine.latest()).state is State.CANCELLED
    machine.board.broken.clear()
    machine.clock.forward(minutes=2)
    await machine.sweeps()
    assert ((await machine.latest()).number, (await machine.latest()).state) == (3, State.WAITING)
    assert machine.board.whispered == []


async def test_a_run_that_was_asked_for_and_not_planned_is_planned_by_another(machine: Bench, path: Path) -> None:
    await ruled(machine)
    join(machine)
    stuck = Stuck()
    machine.people.takes_time = partial(stuck, 1)
    machine.clock.forward(hours=1)
    await machine.engine.housekeeper.run_due()
    await asyncio.wait_for(stuck.reached.wait(), 10)
    await machine.dies()
    machine.people.takes_time = None
    machine.clock.forward(hours=2)
    async with machine.another(path) as other:
        await other.sweeps()
        assert follows_it(machine)
    assert machine.kinds().count("start") == 2


async def test_a_rule_that_was_asked_for_anew_is_covered_by_the_later_change(machine: Bench) -> None:
    await ruled(machine)
    leave(machine, 6)
    await next_hour(machine)
    change = await asks_for_rule(machine, guard=WIDE)
    await machine.runs(await machine.approves(change, "UCLEO"))
    await machine.decides("UBEN", 2, Verdict.REJECT)
    await next_hour(machine)
    assert (await machine.latest()).need.why == "needs no approval: covered by change 3"
    assert follows_it(machine)


async def test_a_run_that_lapsed_before_it_began_gets_its_card_then(machine: Bench) -> None:
    """Its process died between the planning and the start, and the policy is another one since."""
    await ruled(machine)
    join(machine)
    covered = Covered(change=1, slot=machine.clock())
    plan = await machine.engine.planner.replan((await machine.latest()).model_copy(update=OF_A_RUN))
    change = await machine.approved(plan, covered_by=covered, **OF_A_RUN)
    machine.people.standings = {"UBEN": Standing.DEACTIVATED}
    machine.clock.forward(seconds=20)
    await machine.sweeps()
    change = await machine.ledger.changes.load(change.number)
    assert (change.state, change.card is not None, change.version) == (State.WAITING, True, 2)
    assert [one.number for one in machine.board.posted] == [change.number]
    assert not follows_it(machine)


async def test_a_run_that_drifted_before_it_began_is_planned_anew(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    plan = await machine.engine.planner.replan((await machine.latest()).model_copy(update=OF_A_RUN))
    covered = Covered(change=1, slot=machine.clock())
    change = await machine.approved(plan, covered_by=covered, **OF_A_RUN)
    join(machine)
    machine.clock.forward(seconds=20)
    await machine.sweeps()
    assert (await machine.ledger.changes.load(change.number)).state is State.STALE
    assert machine.board.heard == []


async def test_a_run_that_fails_is_told_once_to_whoever_asked_for_the_rule(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    machine.store.faults.add("PUT", "*", status=422, times=None)
    machine.store.faults.add("POST", "*", status=422, times=None)
    await next_hour(machine)
    assert [(one.number, one.state) for one in machine.board.heard] == [(2, State.FAILED)]


async def test_what_is_missing_for_good_is_told_once_until_it_is_mended(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    machine.forget(RULED)
    for _ in range(3):
        await next_hour(machine)
    (told,) = machine.board.whispered
    assert "I couldn't run the rule of Newsletter, as change 1 says. The segment is no longer in the store." in told[1]


async def test_what_it_goes_by_is_read_first_where_it_is_old(machine: Bench) -> None:
    await ruled(machine)
    machine.clock.forward(hours=30)
    join(machine)
    machine.store.faults.add("GET", "*/orders*", status=503, times=None)
    await next_hour(machine)
    assert (await machine.latest()).number == 1
    assert "asked" not in machine.kinds()[-2:]
    machine.store.faults.clear()
    machine.clock.forward(minutes=2)
    for _ in range(3):
        await machine.sweeps()
        machine.clock.forward(seconds=6)
    assert follows_it(machine)


async def test_what_cannot_be_read_is_told_after_an_hour(machine: Bench) -> None:
    await ruled(machine, schedule=Daily(at=time(6)))
    machine.clock.now = (machine.clock.now + timedelta(days=2)).replace(hour=6, minute=0)
    machine.store.faults.add("GET", "*/orders*", status=503, times=None)
    for _ in range(3 * 12):
        await machine.sweeps()
        machine.clock.forward(minutes=5)
    (told,) = machine.board.whispered
    assert "they are being read now" in told[1]


async def test_a_plan_that_does_more_than_the_rule_is_not_covered(machine: Bench) -> None:
    await ruled(machine)
    ids = machine.segments()
    plan = Plan(steps=(DropRule(segment=SegmentRef(name=RULED, id=ids[RULED])),))
    covers = machine.engine.proposing.covers
    found = await covers.look(Claim(plan, Covered(change=1, slot=machine.clock()), "UANA", RUN))
    assert found.lapse == "change 1 was not approved for it"


async def test_another_rule_than_the_one_that_was_approved_is_not_covered(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    plan = await machine.engine.planner.replan((await machine.latest()).model_copy(update=OF_A_RUN))
    change = await asks_for_rule(machine, guard=WIDE)
    await machine.runs(await machine.approves(change, "UCLEO"))
    covers = machine.engine.proposing.covers
    found = await covers.look(Claim(plan, Covered(change=1, slot=machine.clock()), "UANA", RUN))
    assert found.lapse == "the rule is not the one that change 1 was approved for"


class Away:
    """Slots of which nothing can be read just now."""

    async def of(self, covered_by: int, slot: datetime) -> DueRecord | None:
        raise NotRecorded("the database does not answer")

    async def is_run_under_way(self, covered_by: int, segment_id: str) -> bool:
        raise NotRecorded("the database does not answer")


async def test_a_failure_is_put_on_record_though_nobody_knows_whether_it_was_told(machine: Bench) -> None:
    requests = DueRequests(machine.engine.process)
    due = Due.at(machine.clock(), covered_by=1, attempt=1, actor="UANA", command=RUN, said="run the rule of VIPs")
    assert await requests.record(due)
    away = DueRequests(replace(machine.engine.process, ledger=replace(machine.ledger, dues=Away())))
    assert await away.failed(due, AuditTrace(due.said), NotRecorded("full"), Refusal("It is full.")) is None
    found = await machine.ledger.dues.of(1, due.slot)
    assert found
    assert (found.state, found.told) == (DueState.AGAIN, "")


async def test_a_rule_that_nobody_approved_or_that_was_tampered_with_covers_nothing(machine: Bench) -> None:
    await machine.delete()
    covers = machine.engine.proposing.covers
    claim = Claim((await machine.latest()).plan, Covered(change=1, slot=machine.clock()), "UANA", RUN)
    assert (await covers.look(claim)).lapse == "change 1, which covers it, ran without its approvals"
    database: Any = machine.ledger.storage
    await database.write(lambda db: db.execute("UPDATE changes SET requester = 'UEVE'"))
    told = "change 1, which covers it, or what was done since is not what the audit log says"
    assert (await covers.look(claim)).lapse == told
    await database.write(lambda db: db.execute("UPDATE changes SET requester = 'UANA'"))


async def test_a_run_that_somebody_asked_for_already_waits_once_and_nobody_hears_of_it(machine: Bench) -> None:
    await ruled(machine)
    leave(machine, 6)
    await machine.asks("segment run", segment=RULED)
    posted, said = len(machine.board.posted), len(machine.board.whispered)
    await next_hour(machine)
    assert ((await machine.latest()).number, (await machine.latest()).state) == (2, State.WAITING)
    assert (len(machine.board.posted), len(machine.board.whispered)) == (posted, said)
    (run,) = await machine.ledger.segment_rules.latest_runs(1)
    assert (run.change, run.reason) == (None, "Change 2 does the same, and waits for approval.")


async def test_what_another_process_asked_itself_just_before_is_not_answered_twice(machine: Bench) -> None:
    await ruled(machine)
    join(machine)
    due = Due.at(machine.clock(), covered_by=1, attempt=1, actor="UANA", command=RUN, values={"segment": RULED})
    for _ in range(2):
        await machine.engine.answering.ask_itself(due)
        await machine.tasks.settled()
    assert machine.kinds().count("start") == 2
    assert (await machine.latest()).number == 2


async def test_what_is_due_is_looked_for_every_few_seconds_and_not_at_every_chance(machine: Bench) -> None:
    await ruled(machine, guard=WIDE)
    join(machine)
    machine.clock.now = machine.clock.now.replace(minute=59, second=59, microsecond=0)
    await machine.sweeps()
    machine.clock.forward(seconds=2)
    for _ in range(3):
        await machine.sweeps()
        assert not follows_it(machine)
        machine.clock.forward(seconds=1)
    for _ in range(2):
        machine.clock.forward(seconds=6)
        await machine.sweeps()
    assert follows_it(machine)


async def test_a_run_that_a_clock_ahead_asked_for_begins_at_its_time_by_the_right_one(machine: Bench) -> None:
    """It is set right while the run is planned."""
    await ruled(machine, guard=WIDE)
    join(machine)
    right = machine.clock.now

    async def set_right(seconds: float) -> None:
        if seconds:
            machine.clock.set_by(hours=-30)

    machine.store.sleep = set_right
    machine.store.faults.add("GET", "/segments", delay=1)
    machine.clock.set_by(hours=30)
    await next_hour(machine)
    change = await machine.latest()
    assert (change.number, change.state) == (2, State.APPROVED)
    assert machine.clock.now < right + timedelta(hours=1)
    assert not follows_it(machine)
    await machine.sweeps()
    assert not follows_it(machine)
    machine.clock.forward(hours=31)
    await machine.sweeps()
    assert follows_it(machine)
    assert (await machine.ledger.changes.load(2)).state is State.DONE
