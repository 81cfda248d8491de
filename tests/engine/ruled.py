"""A segment of twenty that follows a rule on the bench: Newsletter, whose shoppers are those of Coffee lovers."""

from datetime import timedelta
from typing import Any

from bot.core.approval.changes import Change, Event
from bot.core.approval.need import Need
from bot.core.planning.plan import Plan
from bot.core.planning.steps import FollowRule, SegmentRef
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import InSegment
from bot.core.segment_rules.schedule import Hourly
from bot.engine.facts.reading import FactsReading
from tests.core.samples import change as drafted
from tests.engine.bench import Bench

RULED, SOURCE = "Newsletter", "Coffee lovers"
_POSITION = "(SELECT position FROM segments WHERE name = ?)"
NEEDS_ONE = Need(approvals=1, why="needs 1 approval: lets a segment follow a rule")


async def ruled(machine: Bench, *signers: str, requester: str = "UANA", **fields: Any) -> Change:
    """Newsletter follows the rule since now: every hour, unless fields of what is followed say otherwise.

    It is half past, whenever the test runs: what was read then is an hour old in the middle of the next hour.
    """
    machine.clock.forward(minutes=(30 - machine.clock.now.minute) % 60)
    await machine.engine.process.live()
    with machine.store.shop.db as db:
        db.execute(f"DELETE FROM members WHERE segment = {_POSITION}", (SOURCE,))
        copied = f"INSERT INTO members (segment, profile) SELECT {_POSITION}, profile FROM members"
        db.execute(f"{copied} WHERE segment = {_POSITION}", (SOURCE, RULED))
    await reads_facts(machine)
    change = await asks_for_rule(machine, requester, **fields)
    await machine.runs(await machine.approves(change, *(signers or ("UBEN",))))
    return await machine.ledger.changes.load(change.number)


async def asks_for_rule(machine: Bench, requester: str = "UANA", **fields: Any) -> Change:
    """Somebody asks for Newsletter to follow the rule, and it waits."""
    ids, policy = machine.segments(), machine.engine.planner.policy
    rule = InSegment(segment_ids=(ids[SOURCE],))
    kept = {"rule": rule, "words": f"in {SOURCE}", "schedule": Hourly(), "policy": policy.digest, **fields}
    step = FollowRule(segment=SegmentRef(name=RULED, id=ids[RULED]), after=Followed(**kept))
    ask, now = machine.ask("segment rule", requester), machine.clock()
    await machine.ledger.invocations.record(ask, owner="", at=now, detail={})
    dates = {"created_at": now, "expires_at": now + timedelta(hours=24)}
    draft = drafted(plan=Plan(steps=(step,)), need=NEEDS_ONE, requester=requester, command="segment rule", **dates)
    change = await machine.ledger.changes.create(ask, draft, owner="", detail={})
    await machine.ledger.leases.release(change.number, owner="")
    return await machine.ledger.changes.move(change, Event.POST, at=now)


async def reads_facts(machine: Bench) -> None:
    """What rules go by is read."""
    await FactsReading(machine.engine.process, machine.client).bring_up_to_date()


def follows_it(machine: Bench) -> bool:
    """Whether the shoppers are those that the rule says."""
    return machine.members(RULED) == machine.members(SOURCE)


def leave(machine: Bench, count: int = 1) -> None:
    """So many leave Coffee lovers, past the bot."""
    with machine.store.shop.db as db:
        db.execute(
            f"DELETE FROM members WHERE segment = {_POSITION} AND profile IN "
            f"(SELECT profile FROM members WHERE segment = {_POSITION} ORDER BY profile LIMIT ?)",
            (SOURCE, SOURCE, count),
        )


def join(machine: Bench, count: int = 1) -> None:
    """So many who are not in Coffee lovers join it, past the bot."""
    with machine.store.shop.db as db:
        db.execute(
            f"INSERT INTO members (segment, profile) SELECT {_POSITION}, position FROM profiles WHERE position NOT IN "
            f"(SELECT profile FROM members WHERE segment = {_POSITION}) ORDER BY position DESC LIMIT ?",
            (SOURCE, SOURCE, count),
        )


async def next_hour(machine: Bench, hours: int = 1) -> None:
    """It is a minute after the next full hour, and the bot looks around: once to read what changed, once to act."""
    now = machine.clock.now
    machine.clock.now = now.replace(minute=1, second=0, microsecond=0) + timedelta(hours=hours)
    for _ in range(2):
        await machine.sweeps()
        machine.clock.forward(seconds=6)
