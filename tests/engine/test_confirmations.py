"""What is asked from the shell waits for the person named: they are asked once, and only they can confirm it."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.approval.changes import Card, State
from bot.core.audit.entries import EntryKind
from bot.core.errors import TooLate
from bot.core.invocation import Confirmation, Confirming, FromShell
from bot.core.people import Place
from bot.engine.confirmations import ANSWERED, DISOWNED, LAPSED, UNASKED
from bot.engine.ports import Undeliverable
from tests.engine.bench import Bench, bench
from tests.engine.test_authorization import edit
from tests.engine.test_engine import whispers

DM = Place(channel="DANA")
DAY = timedelta(hours=24)


def request(**fields: object) -> FromShell:
    asked = {"id": "shell-1", "actor": "UANA", "place": Place(is_shell=True), "command": "segment delete"}
    said = {"said": "/segment delete …", "values": {"segments": ["VIPs"]}, "headline": "Delete VIPs", "login": "ops"}
    return FromShell.model_validate({**asked, **said, **fields})


async def shell(machine: Bench, **fields: object) -> FromShell:
    """Put a request on record as the shell does, and let the bot look."""
    one = request(**fields)
    await machine.ledger.invocations.record(one, owner="the shell", at=machine.clock(), detail={"said": one.said})
    machine.clock.forward(seconds=1)
    await machine.sweeps()
    return one


async def clicks(machine: Bench, *, mine: bool = True, by: str = "UANA", id_: str = "c1", ts: str = "1.0") -> None:
    answer = Confirmation(request="shell-1", is_mine=mine)
    place = DM if ts else Place()
    click = Confirming(id=id_, actor=by, place=place, command="confirm", said="x", answer=answer, ts=ts)
    await machine.engine.intake.take(click)
    await machine.tasks.settled()


async def test_the_person_named_is_asked_once_and_what_they_confirm_waits(machine: Bench) -> None:
    one = await shell(machine)
    for _ in range(3):
        await machine.sweeps()
    ((question, until),) = machine.board.asked
    assert question == one
    assert timedelta(seconds=-2) < until - machine.clock() - DAY < timedelta(0)
    assert not machine.board.posted
    await clicks(machine)
    change = await machine.latest()
    assert (change.state, change.requester, change.place.is_shell) == (State.WAITING, "UANA", True)
    assert machine.board.closed == [(Card(channel="DANA", ts="1.0"), "You confirmed: Delete VIPs")]
    assert machine.kinds() == ["asked", "confirmation asked", "asked", "planned", "post", "answered"]
    await machine.sweeps()
    await clicks(machine, id_="c2")
    assert len(await machine.ledger.changes.latest("all", "", 9)) == 1
    assert whispers(machine)[-1] == ANSWERED


async def test_that_they_were_asked_is_on_record_with_who_they_are_and_for_what(path: Path) -> None:
    async with bench(path) as machine:
        await shell(machine, workspace="T1")
        told = {(one.kind, one.actor, one.command, one.workspace) for one in await machine.ledger.audit.entries()}
    assert told == {(kind, "UANA", "segment delete", "T1") for kind in ("asked", "confirmation asked")}


async def test_who_confirms_cannot_approve(machine: Bench) -> None:
    await shell(machine, actor="UBEN")
    await clicks(machine, by="UBEN")
    await machine.decides("UBEN")
    assert (await machine.latest()).state is State.WAITING
    await machine.decides("UCLEO")
    assert (await machine.latest()).state is State.DONE


async def test_another_process_takes_over_without_asking_again(machine: Bench, path: Path) -> None:
    await shell(machine)
    await machine.dies()
    async with machine.another(path) as other:
        await other.sweeps()
        assert len(machine.board.asked) == 1
        await clicks(other)
        assert (await other.latest()).state is State.WAITING


async def test_a_question_that_slack_does_not_take_is_asked_again(machine: Bench) -> None:
    machine.board.broken["ask"] = Undeliverable("internal_error")
    await shell(machine)
    del machine.board.broken["ask"]
    await machine.sweeps()
    assert not machine.board.asked
    machine.clock.forward(seconds=2)
    await machine.sweeps()
    assert len(machine.board.asked) == 1


async def test_a_question_that_breaks_holds_up_no_other_and_is_tried_again_later(machine: Bench) -> None:
    machine.board.broken["ask UANA"] = ValueError("a question that cannot be drawn")
    for user in ("UANA", "UBEN"):
        await shell(machine, id=f"shell-{user}", actor=user)
    assert [one.actor for one, _ in machine.board.asked] == ["UBEN"]
    machine.board.broken.clear()
    machine.clock.forward(seconds=3)
    await machine.sweeps()
    assert [one.actor for one, _ in machine.board.asked] == ["UBEN", "UANA"]


async def test_who_can_never_be_asked_ends_it(machine: Bench) -> None:
    machine.board.broken["ask"] = Undeliverable("user_disabled", final=True)
    await shell(machine)
    assert machine.kinds() == ["asked", "refused"]
    await machine.sweeps()
    await machine.sweeps()
    assert machine.kinds() == ["asked", "refused"]


async def test_it_lapses_and_the_person_reads_so(machine: Bench) -> None:
    await shell(machine)
    machine.clock.forward(hours=24)
    await machine.sweeps()
    await machine.sweeps()
    assert (whispers(machine), machine.kinds()[-1]) == ([LAPSED], "refused")
    await clicks(machine)
    assert whispers(machine)[-1] == ANSWERED


async def test_a_click_that_comes_too_late_confirms_nothing(machine: Bench) -> None:
    await shell(machine)
    machine.clock.forward(hours=24)
    await clicks(machine)
    assert whispers(machine) == [LAPSED]
    assert not machine.board.posted
    assert machine.kinds() == ["asked", "confirmation asked", "asked", "refused", "refused"]


async def test_not_me_closes_it_and_warns_the_approvers(machine: Bench) -> None:
    await shell(machine)
    await clicks(machine, mine=False)
    (warning,) = machine.board.warned
    assert "did not ask for what the shell asked for in their name" in warning.title
    assert "login “ops”" in str(warning.parts)
    assert [one.detail.get("reason") for one in await machine.ledger.audit.entries()][-2:] == [DISOWNED, None]
    assert machine.board.closed[0][1].startswith("You said that this was not you")
    assert machine.board.closed[0][1].endswith("The approvals channel was told.")
    await clicks(machine, mine=False, id_="c2")
    assert whispers(machine)[-1] == ANSWERED


async def test_a_warning_that_slack_does_not_take_is_on_record(machine: Bench) -> None:
    await shell(machine, login="")
    machine.board.broken["warn"] = Undeliverable("is_archived")
    await clicks(machine, mine=False)
    assert machine.kinds()[-2:] == ["answer not delivered", "answered"]
    assert machine.board.closed[0][1].endswith("The log says so.")


async def test_a_question_that_cannot_be_replaced_stays_and_is_refused_in_words(machine: Bench) -> None:
    await shell(machine)
    machine.board.broken["close"] = Undeliverable("edit_window_closed")
    await clicks(machine)
    assert (await machine.latest()).state is State.WAITING
    await clicks(machine, id_="c2")
    assert whispers(machine)[-1] == ANSWERED


async def test_nobody_else_answers_it(machine: Bench) -> None:
    await shell(machine)
    await clicks(machine, by="UBEN")
    assert "in whose name it was asked, can answer this" in whispers(machine)[-1]
    assert not machine.board.closed
    assert not machine.board.posted


async def test_no_other_kind_of_request_is_confirmed(machine: Bench) -> None:
    ask = machine.ask("segment delete", segments=["VIPs"]).model_copy(update={"id": "shell-1"})
    await machine.ledger.invocations.record(ask, owner=machine.engine.process.owner, at=machine.clock(), detail={})
    await clicks(machine, ts="")
    assert whispers(machine) == [ANSWERED]
    await machine.ledger.invocations.settle(ask, EntryKind.REFUSED, at=machine.clock(), detail={})


async def test_what_cannot_be_done_any_more_is_closed_with_the_reason(machine: Bench) -> None:
    await shell(machine)
    machine.forget("VIPs")
    await clicks(machine)
    assert "No segment is called “VIPs”" in machine.board.closed[0][1]
    assert machine.kinds()[-2:] == ["refused", "refused"]


async def test_an_answer_instead_of_a_plan_is_nothing_to_request(machine: Bench) -> None:
    await shell(machine, command="segment list", values={})
    await clicks(machine)
    assert machine.board.closed[0][1] == "There is nothing to do any more."


async def test_a_store_that_does_not_answer_leaves_it_waiting(machine: Bench) -> None:
    await shell(machine)
    machine.store.faults.add("GET", "/segments", status=500, times=None)
    await clicks(machine)
    assert not machine.board.closed
    machine.store.faults.clear()
    await clicks(machine, id_="c2")
    assert (await machine.latest()).state is State.WAITING


async def test_what_waits_already_is_not_requested_twice(machine: Bench) -> None:
    await machine.delete()
    await shell(machine)
    await clicks(machine)
    assert len(await machine.ledger.changes.latest("all", "", 9)) == 1
    assert machine.kinds()[-2:] == ["refused", "answered"]


@pytest.mark.parametrize("is_held", [False, True])
async def test_a_request_that_somebody_edited_in_the_ledger_comes_to_nothing(machine: Bench, is_held: bool) -> None:
    one = request()
    await machine.ledger.invocations.record(one, owner="the shell", at=machine.clock(), detail={"said": one.said})
    machine.clock.forward(seconds=1)
    if is_held:
        await machine.sweeps()
    edited = one.model_copy(update={"values": {"segments": ["Newsletter"]}})
    edit(machine, "UPDATE asks SET body = ? WHERE id = ?", edited.model_dump_json(), one.id)
    await machine.sweeps()
    await clicks(machine)
    assert not machine.board.posted
    assert whispers(machine)[-1] == (UNASKED if is_held else ANSWERED)


async def test_what_another_process_answered_first_is_left_as_it_is(machine: Bench) -> None:
    one, confirmations = await shell(machine), machine.engine.answering.confirmations
    await machine.ledger.invocations.settle(one, EntryKind.ANSWERED, at=machine.clock(), detail={})
    await confirmations._lapse(one)
    with pytest.raises(TooLate):
        await confirmations._disown(one)
    assert (whispers(machine), machine.board.warned) == ([], [])


async def test_a_click_that_a_dead_process_took_is_carried_out_once(machine: Bench) -> None:
    await shell(machine)
    answer = Confirmation(request="shell-1", is_mine=True)
    click = Confirming(id="c1", actor="UANA", place=DM, command="confirm", said="x", answer=answer, ts="1.0")
    await machine.ledger.invocations.record(click, owner="dead", at=machine.clock(), detail={"said": "x"})
    machine.clock.forward(seconds=1)
    for _ in range(2):
        await machine.sweeps()
    (change,) = await machine.ledger.changes.latest("all", "", 9)
    assert (change.state, machine.kinds().count("planned")) == (State.WAITING, 1)
