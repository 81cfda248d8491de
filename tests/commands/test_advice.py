"""What is advised about a change, in words or by a button, is accepted in each state in which it is said."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.core.answers import Answer, Offers
from bot.core.approval.changes import MOVES, Event, State
from bot.core.approval.need import Need
from bot.core.errors import Impossible
from commands.change.show import OneChange, show
from commands.change.undo import OverChange, undo
from tests.core.samples import change as drafted
from tests.core.samples import plan
from tests.engine.bench import Bench, bench

HOUR = timedelta(hours=1)
DUE = {"at once": None, "in an hour": HOUR, "an hour ago": -HOUR}
each_state = pytest.mark.parametrize("state", list(State))
each_time = pytest.mark.parametrize("due", list(DUE))


def way_to(state: State) -> tuple[Event, ...]:
    """The fewest events by which a change comes into this state."""
    ways: dict[State, tuple[Event, ...]] = {State.PLANNED: ()}
    while state not in ways:
        for before, way in tuple(ways.items()):
            ways = {after: (*way, event) for event, after in MOVES.get(before, {}).items()} | ways
    return ways[state]


@asynccontextmanager
async def change_in(state: State, due: str) -> AsyncIterator[Bench]:
    """A change of Ana's in this state, which is to run then; nobody goes on with it."""
    async with bench(customers=5) as machine:
        ask, now, wait = machine.ask("segment delete"), machine.clock(), DUE[due]
        await machine.ledger.invocations.record(ask, owner="", at=now, detail={})
        need = Need(approvals=0, why="needs no approval")
        dates = {"created_at": now, "expires_at": now + 24 * HOUR, "due_at": now + wait if wait else None}
        change = await machine.ledger.changes.create(ask, drafted(plan=plan(), need=need, **dates), owner="", detail={})
        for event in way_to(state):
            change = await machine.ledger.changes.move(change, event, at=machine.clock())
        assert change.state is state
        yield machine


async def advised(machine: Bench) -> set[str]:
    """The commands that Ana reads about when she looks at the change, or wants to undo it."""
    ctx = machine.engine.planner.context("UANA")
    shown = await show.function(OneChange(number=1), ctx)
    assert isinstance(shown, Answer)
    offered = {offer.words for part in shown.parts if isinstance(part, Offers) for offer in part.offers}
    with pytest.raises(Impossible) as refused:
        await undo.function(OverChange(number=1), ctx)
    return offered | set(re.findall(r"`/(change \w+ 1)`", str(refused.value)))


@each_state
@each_time
async def test_what_is_advised_is_accepted(state: State, due: str) -> None:
    async with change_in(state, due) as machine:
        advice = await advised(machine)
    for line in advice:
        async with change_in(state, due) as machine:
            await machine.asks(line.removesuffix(" 1"), number=1)
            assert "refused" not in machine.kinds(), line


@pytest.mark.parametrize(
    ("state", "due", "advice"),
    [
        (State.PLANNED, "at once", {"change withdraw 1"}),
        (State.WAITING, "an hour ago", {"change withdraw 1"}),
        (State.APPROVED, "in an hour", {"change withdraw 1"}),
        (State.APPROVED, "an hour ago", set()),
        (State.APPROVED, "at once", set()),
        (State.RUNNING, "at once", {"change stop 1"}),
        (State.DONE, "at once", set()),
    ],
)
async def test_who_wants_to_undo_what_is_not_over_reads_what_can_be_done(
    state: State, due: str, advice: set[str]
) -> None:
    async with change_in(state, due) as machine:
        assert await advised(machine) == advice
