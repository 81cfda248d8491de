from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.core.approval.changes import Card, Change, Event, State
from bot.core.approval.decisions import Verdict
from bot.engine.card_reconciler import CardReconciler
from bot.engine.emergency_notices import EmergencyNotices
from bot.engine.ports import Undeliverable
from bot.ledger.ledger import Ledger
from tests.engine.bench import Bench, Board, bench
from tests.records import create_ledger

PASSING = Undeliverable("ratelimited")
FINAL = Undeliverable("cant_update_message", final=True)


async def test_several_moves_at_once_become_one_drawing(machine: Bench) -> None:
    change = await machine.delete()
    machine.board.drawn.clear()
    await machine.ledger.changes.move(change, Event.REJECT, at=machine.clock())
    for _ in range(5):
        machine.engine.housekeeper.cards.wake()
    await machine.tasks.settled()
    assert [one.state for one in machine.board.drawn] == [State.REJECTED]


async def test_a_move_during_a_drawing_is_drawn_after_it(machine: Bench) -> None:
    change = await machine.delete()
    drawer = machine.engine.housekeeper.cards
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
    drawer.wake()
    drawer.wake()
    await machine.tasks.settled()
    latest = await machine.latest()
    assert machine.board.drawn[-1].revision == latest.revision
    assert await machine.ledger.changes.outdated_cards() == ()


async def left_running(machine: Bench) -> Change:
    """A change whose card was just drawn as running, and that gets done 20 shoppers a second."""
    change = await machine.approves(await machine.delete(), "UBEN")
    change = await machine.ledger.changes.move(change, Event.START, at=machine.clock())
    for done in (0, 60):
        machine.engine.process.paces.note(change.number, done, machine.clock.elapsed())
        machine.clock.forward(seconds=3)
    await redrawn(machine)
    return change


async def redrawn(machine: Bench, moved: int | None = None) -> int:
    """Outdate the card of change 1; how often it is drawn then."""
    machine.board.drawn.clear()
    await machine.ledger.changes.outdate_card(1)
    machine.engine.housekeeper.cards.wake(moved)
    await machine.tasks.settled()
    return len(machine.board.drawn)


async def test_a_running_card_rests_three_seconds_unless_its_change_moves(machine: Bench) -> None:
    await left_running(machine)
    assert machine.board.drawn[-1].state is State.RUNNING
    assert machine.board.drawn[-1].per_second == 10
    machine.clock.forward(seconds=2.9)
    assert await redrawn(machine) == 0
    machine.clock.forward(seconds=0.1)
    assert await redrawn(machine) == 1
    assert await redrawn(machine, moved=1) == 1
    assert await redrawn(machine) == 0


async def test_a_process_that_does_not_run_a_change_draws_it_without_a_pace(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    create_ledger(path)
    async with bench(path) as machine, machine.another(path) as other:
        await left_running(machine)
        machine.clock.forward(seconds=3)
        assert await redrawn(other) == 1
        drawn = machine.board.drawn[-1]
        assert (drawn.state, drawn.per_second) == (State.RUNNING, 0)


async def test_a_stop_is_drawn_at_once(machine: Bench) -> None:
    await left_running(machine)
    await machine.decides("UBEN", verdict=Verdict.STOP)
    assert machine.board.drawn[-1].stopped_by == "UBEN"


async def test_a_card_that_cannot_be_drawn_now_is_drawn_by_the_next_sweep(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["redraw"] = PASSING
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert await machine.ledger.changes.outdated_cards() == (1,)
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert machine.board.drawn[-1].state is State.REJECTED
    assert "card lost" not in machine.kinds()


async def test_a_card_that_is_lost_is_given_up_and_on_record(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["redraw"] = FINAL
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert await machine.ledger.changes.outdated_cards() == ()
    await machine.sweeps()
    assert machine.kinds().count("card lost") == 1


async def test_a_requester_who_cannot_be_told_now_is_told_by_the_next_sweep(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["inform"] = PASSING
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert machine.board.heard == []
    machine.board.broken.clear()
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    await machine.sweeps()
    assert [one.reason for one in machine.board.heard] == ["No."]


async def test_a_requester_who_can_never_be_told_is_on_record_once(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["inform"] = FINAL
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    await machine.sweeps()
    assert machine.kinds().count("outcome not delivered") == 1


class Faster(Board):
    """While this process tells of the first thing, another one tells of all others."""

    async def report_outcome(self, change: Change) -> None:
        await super().report_outcome(change)
        for number in await self.ledger.changes.unreported_outcomes():
            await self.ledger.changes.mark_outcome_reported(number)

    async def notify(self, change: Change, kind: str, user_id: str) -> None:
        await super().notify(change, kind, user_id)
        for notice in await self.ledger.changes.notices():
            await self.ledger.changes.remove_notice(*notice)

    ledger: Ledger


async def test_an_outcome_that_another_process_told_meanwhile_is_not_told_again(path: Path) -> None:
    board = Faster()
    async with bench(path, board=board) as machine:
        board.ledger = machine.ledger
        for change in [await machine.delete("VIPs"), await machine.delete("Lapsed")]:
            await machine.ledger.changes.move(change, Event.REJECT, at=machine.clock(), actor="UBEN")
        await machine.sweeps()
        assert [one.number for one in machine.board.heard] == [1]


async def test_a_notice_that_another_process_gave_meanwhile_is_not_given_again(path: Path) -> None:
    board = Faster()
    async with bench(path, board=board, breakers=frozenset({"UHEAD"})) as machine:
        board.ledger = machine.ledger
        await machine.delete()
        await machine.asks("change break-glass", "UHEAD", number=1, reason="Now.")
        assert machine.board.notified == [(1, "glass", "UBEN")]


async def test_nobody_is_told_of_what_needed_no_approval(machine: Bench) -> None:
    await machine.asks("segment create", name="Loyal")
    assert (await machine.latest()).state is State.DONE
    assert machine.board.heard == []
    assert await machine.ledger.changes.unreported_outcomes() == ()


async def test_a_new_move_is_drawn_at_once_although_the_card_waits(machine: Bench) -> None:
    change = await machine.delete()
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
    machine.board.broken["redraw"] = PASSING
    for _ in range(9):
        await machine.sweeps()
        machine.clock.forward(seconds=200)
    machine.board.broken.clear()
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert machine.board.drawn[-1].state is State.REJECTED


async def test_the_waits_for_a_card_grow_while_slack_refuses_it(machine: Bench) -> None:
    change = await machine.delete()
    tried = []

    class Refusing(type(machine.board)):  # type: ignore[misc]  # the board's own class, which is a dataclass
        async def redraw(self, change: object, card: object) -> None:
            tried.append(machine.clock())
            raise PASSING

    process = machine.engine.process
    emergencies = EmergencyNotices(process, machine.people)
    drawer = CardReconciler(process, Refusing(), machine.engine.home_tabs, emergencies)
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
    for _ in range(3600):
        drawer.wake()
        await machine.tasks.settled()
        machine.clock.forward(seconds=1)
    waits = [(after - before).total_seconds() for before, after in pairwise(tried)]
    assert 15 < len(tried) < 40
    assert waits[:2] <= [2, 3]
    assert all(100 < wait <= 301 for wait in waits[-5:])


async def test_after_a_restart_what_waited_is_due_at_once(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["inform"] = Undeliverable("account_inactive", refused=True)
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    for _ in range(9):
        machine.clock.forward(minutes=5)
        await machine.sweeps()
    machine.board.broken.clear()
    process = machine.engine.process
    emergencies = EmergencyNotices(process, machine.people)
    CardReconciler(process, machine.board, machine.engine.home_tabs, emergencies).wake()
    await machine.tasks.settled()
    assert [one.reason for one in machine.board.heard] == ["No."]


async def test_a_lost_card_of_a_waiting_change_is_posted_anew(machine: Bench) -> None:
    change = await machine.delete()
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
    machine.board.broken["redraw"] = Undeliverable("message_not_found", final=True)
    await machine.sweeps()
    machine.board.broken.clear()
    latest = await machine.latest()
    assert change.card
    assert latest.card
    assert (latest.state, latest.card.ts) == (State.WAITING, "2.0")
    assert [(lost.ts, now.card and now.card.ts) for lost, now in machine.board.pointed] == [("1.0", "2.0")]
    assert machine.kinds().count("card lost") == 1
    await machine.decides("UBEN")
    await machine.decides("UCLEO")
    assert (await machine.latest()).state is State.DONE


async def test_where_no_card_can_be_updated_each_state_is_posted_once(machine: Bench) -> None:
    change = await machine.delete()
    machine.board.broken["redraw"] = FINAL
    for _ in range(5):
        change = await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
        await machine.sweeps()
    assert len(machine.board.posted) == 2
    assert machine.kinds().count("card lost") == 5


async def test_a_card_that_cannot_be_posted_anew_stays_due(machine: Bench) -> None:
    change = await machine.delete()
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock(), actor="UBEN")
    machine.board.broken |= {"redraw": FINAL, "post": PASSING}
    await machine.sweeps()
    assert await machine.ledger.changes.outdated_cards() == (1,)
    machine.board.broken.pop("post")
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert (await machine.latest()).card == Card(channel="CAPPROVALS", ts="2.0", url=machine.board.address)


async def test_a_card_is_posted_as_it_is_decided_and_not_drawn_again(machine: Bench) -> None:
    await machine.delete()
    assert [one.state for one in machine.board.posted] == [State.WAITING]
    await machine.sweeps()
    assert machine.board.drawn == []


@pytest.mark.parametrize("state", [State.WAITING, State.REJECTED])
async def test_a_reminder_notices_that_its_card_was_deleted(machine: Bench, state: State) -> None:
    await machine.delete()
    machine.clock.forward(hours=23)
    machine.board.broken["redraw"] = Undeliverable("message_not_found", final=True)
    if state is State.REJECTED:
        await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    await machine.sweeps()
    assert len(machine.board.posted) == (2 if state is State.WAITING else 1)
    assert len(machine.board.notified) == (1 if state is State.WAITING else 0)


class MovedMeanwhile:
    """Changes of which a running one ends after it was read, and before whoever read it goes on."""

    def __init__(self, machine: Bench) -> None:
        self.kept, self._clock = machine.ledger.changes, machine.clock
        self.cards: CardReconciler | None = None

    async def load(self, number: int) -> Change:
        read = await self.kept.load(number)
        if read.state is State.RUNNING and self.cards:
            await self.kept.move(read, Event.FAIL, at=self._clock())
            self.cards.wake(number)
        return read

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kept, name)


async def test_a_change_that_ends_while_its_card_is_read_is_drawn_at_once(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    create_ledger(path)
    async with bench(path) as machine:
        change = await machine.approves(await machine.delete(), "UBEN")
        await machine.ledger.changes.move(change, Event.START, at=machine.clock())
        changes: Any = MovedMeanwhile(machine)
        process = replace(machine.engine.process, ledger=replace(machine.ledger, changes=changes))
        notices = EmergencyNotices(process, machine.people)
        changes.cards = CardReconciler(process, machine.board, machine.engine.home_tabs, notices)
        changes.cards.wake(change.number)
        await machine.tasks.settled()
        assert machine.board.drawn[-1].state is State.FAILED
        assert await machine.ledger.changes.outdated_cards() == ()
