"""Ends of additions that people decide about: asked for by hand, rejected, left to lapse, or called off."""

from bot.core.approval.changes import State
from bot.core.approval.decisions import Verdict
from bot.core.people import Standing
from tests.engine.bench import Bench
from tests.engine.test_ending import ADA, adds, passes


async def test_where_whoever_approved_may_not_any_more_it_waits_and_then_they_stay(machine: Bench) -> None:
    await adds(machine, ADA)
    inside = machine.members("VIPs")
    machine.people.standings["UBEN"] = Standing.DEACTIVATED
    await passes(machine, days=3)
    waiting = await machine.latest()
    assert (waiting.number, waiting.state, machine.members("VIPs")) == (2, State.WAITING, inside)
    await machine.decides("UCLEO", 2, Verdict.REJECT, reason="They stay.")
    await passes(machine, days=3)
    assert ((await machine.latest()).number, machine.members("VIPs")) == (2, inside)
    assert (await machine.ledger.changes.load(1)).ends_at is None


async def test_a_card_that_nobody_decided_about_is_asked_for_again(machine: Bench) -> None:
    await adds(machine, ADA)
    machine.people.standings["UBEN"] = Standing.DEACTIVATED
    await passes(machine, days=3)
    await passes(machine, days=2)
    await passes(machine, hours=2)
    states = [(await machine.ledger.changes.load(number)).state for number in (2, 3)]
    assert states == [State.EXPIRED, State.WAITING]


async def test_an_end_that_somebody_asked_for_by_hand_comes_though_that_is_rejected(machine: Bench) -> None:
    before = machine.members("VIPs")
    await adds(machine, ADA)
    machine.people.standings["UBEN"] = Standing.DEACTIVATED
    machine.clock.forward(days=2, hours=23)
    await machine.asks("change end", by="UDAN", number=1)
    await passes(machine, hours=1)
    assert ((await machine.latest()).number, len(machine.board.whispered)) == (2, 2)
    await machine.decides("UCLEO", 2, Verdict.REJECT, reason="Not yet.")
    await passes(machine, minutes=2)
    waiting = await machine.latest()
    assert (waiting.number, waiting.state, waiting.covered_by is not None) == (3, State.WAITING, True)
    await machine.decides("UCLEO", 3)
    assert machine.members("VIPs") == before


async def test_an_end_that_was_rejected_ended_nothing(machine: Bench) -> None:
    await adds(machine, ADA)
    machine.people.standings["UBEN"] = Standing.DEACTIVATED
    await passes(machine, days=3)
    await machine.decides("UCLEO", 2, Verdict.REJECT, reason="They stay.")
    added = await machine.ledger.changes.load(1)
    assert (added.ends_at, added.ended_by) == (None, None)


async def test_whoever_lets_them_stay_after_an_end_that_failed_ends_nothing(machine: Bench) -> None:
    await adds(machine, ADA)
    machine.store.faults.add("DELETE", "*", status=503, times=None)
    await passes(machine, days=3)
    assert (await machine.latest()).state is State.FAILED
    await machine.decides("UCLEO", 1, Verdict.KEEP)
    kept = await machine.ledger.changes.load(1)
    assert (kept.kept_by, kept.ended_by) == ("UCLEO", None)
