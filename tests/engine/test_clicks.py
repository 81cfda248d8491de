"""Clicks on buttons of changes: refused unless they mean the change as it is; then its card is drawn as things are."""

from bot.core.approval.changes import Change, State
from bot.core.approval.shown_change import Shown
from bot.core.invocation import Clicked, ClickedButton
from bot.engine.ports import Undeliverable
from tests.engine.bench import APPROVALS, Bench
from tests.records import entries_of

ELSEWHERE = "99.0"


async def clicks(machine: Bench, change: Change, *, ts: str, by: str = "UBEN", **shown: object) -> None:
    """Click on the approving button of a message, which may show another change than ``change``."""
    drawn = change.shown.model_copy(update=shown)
    decision = {"number": drawn.number, "verdict": "approve", "version": drawn.version}
    button = ClickedButton(shown=drawn, channel=APPROVALS, ts=ts, text="Change 1: Delete VIPs")
    place = {"channel": APPROVALS}
    clicked = {"id": f"click-{ts}-{drawn.nonce}", "actor": by, "place": place, "command": "approve", "button": button}
    await machine.engine.intake.take(Clicked.model_validate({**clicked, "decision": decision}))
    await machine.tasks.settled()


async def test_the_nonce_of_a_change_is_sealed_in_its_first_entry(machine: Bench) -> None:
    change = await machine.delete()
    (first,) = [one for one in entries_of(machine.ledger) if one.kind == "planned"]
    assert first.detail["nonce"] == change.nonce
    assert change.nonce != (await machine.delete("Lapsed")).nonce


async def test_a_refused_click_has_the_card_drawn_again(machine: Bench) -> None:
    change = await machine.delete()
    assert change.card
    drawn = len(machine.board.drawn)
    await clicks(machine, change, ts=change.card.ts, by="UANA")
    assert machine.board.whispered[-1][1].startswith("You asked for change 1")
    assert [one.number for one in machine.board.drawn[drawn:]] == [1]
    assert machine.board.cleared == []


async def test_a_click_for_another_ledgers_change_clears_its_message(machine: Bench) -> None:
    change = await machine.delete()
    await clicks(machine, change, ts=ELSEWHERE, nonce="0ther0ther0ther0")
    assert "is not on record any more" in machine.board.whispered[-1][1]
    ((button, own),) = machine.board.cleared
    assert (button.ts, own) == (ELSEWHERE, None)
    assert (await machine.latest()).state is State.WAITING


async def test_a_click_for_a_change_that_is_unknown_clears_its_message(machine: Bench) -> None:
    change = await machine.delete()
    await clicks(machine, change, ts=ELSEWHERE, number=99)
    assert "which change has the number 99 now" in machine.board.whispered[-1][1]
    assert [(button.ts, own) for button, own in machine.board.cleared] == [(ELSEWHERE, None)]


async def test_an_outdated_copy_is_pointed_to_the_card(machine: Bench) -> None:
    change = await machine.delete()
    await clicks(machine, change, ts=ELSEWHERE, version=7)
    assert "has a new version" in machine.board.whispered[-1][1]
    ((_, own),) = machine.board.cleared
    assert own
    assert own.number == 1


async def test_a_card_of_another_change_is_drawn_and_never_cleared(machine: Bench) -> None:
    first, second = await machine.delete(), await machine.delete("Lapsed")
    assert second.card
    drawn = len(machine.board.drawn)
    await clicks(machine, first, ts=second.card.ts, nonce=second.nonce)
    assert machine.board.cleared == []
    assert {one.number for one in machine.board.drawn[drawn:]} == {1, 2}


async def test_a_card_that_is_not_on_record_yet_is_left_alone(machine: Bench) -> None:
    machine.board.broken["permalink"] = Undeliverable("away")
    change = await machine.delete()
    assert change.card
    await machine.ledger.changes.save_card(change, change.card.model_copy(update={"ts": ""}))
    await clicks(machine, change, ts=change.card.ts, version=7)
    assert machine.board.cleared == []


async def test_a_message_that_cannot_be_cleared_stays_as_it_is(machine: Bench) -> None:
    machine.board.broken["clear"] = Undeliverable("message_not_found", final=True)
    change = await machine.delete()
    await clicks(machine, change, ts=ELSEWHERE, nonce="0ther0ther0ther0")
    assert "is not on record any more" in machine.board.whispered[-1][1]


async def test_a_button_of_an_earlier_version_is_refused_once(machine: Bench) -> None:
    change = await machine.delete()
    assert change.card
    earlier = Shown(number=1, version=1)
    await clicks(machine, change, ts=change.card.ts, **earlier.model_dump())
    assert "An earlier version of me drew this button" in machine.board.whispered[-1][1]
    assert machine.board.cleared == []
    await clicks(machine, machine.board.drawn[-1], ts=change.card.ts)
    assert (await machine.latest()).state is State.DONE
