from bot.core.approval.changes import Event, State, Verdict
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench

PASSING = Undeliverable("ratelimited")
FINAL = Undeliverable("cant_update_message", final=True)


async def test_several_moves_at_once_become_one_drawing(machine: Bench) -> None:
    change = await machine.delete()
    machine.board.drawn.clear()
    await machine.ledger.changes.move(change, Event.REJECT, at=machine.clock())
    for _ in range(5):
        machine.engine.cards.wake()
    await machine.tasks.settled()
    assert [one.state for one in machine.board.drawn] == [State.REJECTED]


async def test_a_move_during_a_drawing_is_drawn_after_it(machine: Bench) -> None:
    change = await machine.delete()
    drawer = machine.engine.cards
    await machine.ledger.changes.move(change, Event.SIGN, at=machine.clock())
    drawer.wake()
    drawer.wake()
    await machine.tasks.settled()
    latest = await machine.latest()
    assert machine.board.drawn[-1].revision == latest.revision
    assert await machine.ledger.changes.outdated_cards() == ()


async def test_a_card_that_cannot_be_drawn_now_is_drawn_by_the_next_sweep(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["redraw"] = PASSING
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    assert await machine.ledger.changes.outdated_cards() == (1,)
    machine.board.broken.clear()
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
    await machine.sweeps()
    await machine.sweeps()
    assert [one.reason for one in machine.board.heard] == ["No."]


async def test_a_requester_who_can_never_be_told_is_on_record_once(machine: Bench) -> None:
    await machine.delete()
    machine.board.broken["inform"] = FINAL
    await machine.decides("UBEN", verdict=Verdict.REJECT, reason="No.")
    await machine.sweeps()
    assert machine.kinds().count("outcome not delivered") == 1


async def test_nobody_is_told_of_what_needed_no_approval(machine: Bench) -> None:
    await machine.asks("segment create", name="Loyal")
    assert (await machine.latest()).state is State.DONE
    assert machine.board.heard == []
    assert await machine.ledger.changes.unreported_outcomes() == ()
