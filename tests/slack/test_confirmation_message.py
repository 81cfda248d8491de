"""The message that asks whether what came from the shell is one's own, and the click on it."""

from bot.core.invocation import FromShell
from bot.core.people import Place
from bot.slack import decoding
from bot.slack.confirmation_message import render_question
from tests.core.samples import NOW
from tests.harness import World, buttons, said
from tests.slack.test_decoding import sample
from tests.stories.judge import read


def asked(**fields: object) -> FromShell:
    basis = {"id": "shell-1", "actor": "UANA", "place": Place(is_shell=True), "command": "segment import"}
    return FromShell.model_validate({**basis, "headline": "Add 2 shoppers to VIPs", **fields})


def test_the_question_says_what_is_asked_and_by_which_login() -> None:
    message = render_question(asked(login="ops", remarks=("From list.csv: 2 of 2 rows.",)), until=NOW)
    shown = read({"text": message.text, "blocks": message.blocks})
    for words in ("the login “ops” asked for it in your name", "Add 2 shoppers to VIPs", "From list.csv", "lapses"):
        assert words in shown
    bare = render_question(asked(), until=NOW)
    assert "someone asked for it in your name" in read({"text": bare.text, "blocks": bare.blocks})


def test_the_buttons_say_which_request_they_answer() -> None:
    for action_id, mine in (("confirm", True), ("disown", False)):
        body = sample("click")
        body["actions"][0] |= {"action_id": action_id, "value": "shell-1"}
        click = decoding.confirmation(body)
        assert (click.answer.request, click.answer.is_mine, click.ts) == ("shell-1", mine, "1548261231.000200")


async def test_a_question_comes_as_a_direct_message_and_goes_when_it_is_answered(slack: World) -> None:
    assert slack.bot
    one = asked(actor="U0ANA00001", command="segment delete", values={"segments": ["VIPs"]}, headline="Delete VIPs")
    record = slack.bot.engine.process.ledger.invocations.record
    await record(one, owner="the shell", at=slack.clock(), detail={"said": ""})
    slack.clock.forward(seconds=1)
    await slack.sweep()
    assert buttons(slack.messages(channel="dm")[-1]) == ["Confirm", "Not Me"]
    await slack.press("Confirm", by="ana", channel="dm")
    assert "from the shell" in said(slack.card(1))
    assert "You confirmed: Delete VIPs" in [said(one) for one in slack.messages(channel="dm")]
    assert not any("Confirm" in buttons(one) for one in slack.messages(channel="dm"))
