from bot.core.approval.changes import Card
from bot.core.invocation import ClickedButton
from bot.sandbox.workspace import people
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack.cleared_card import render_cleared
from tests.core.samples import change
from tests.harness import World, buttons, said
from tests.laws.test_cards import powerless

CARD = Card(channel="C1", ts="1.0", url="https://slack.example/1")
BUTTON = ClickedButton(shown=change().shown, channel="C1", ts="2.0", text="Change 42: Delete &lt;!channel&gt;")


def test_what_the_message_said_is_crossed_out() -> None:
    drawn = render_cleared(BUTTON, None)
    assert "Nothing can be decided here" in drawn.text
    (text,) = drawn.blocks[0]["elements"][0]["elements"]
    assert text == {"type": "text", "text": "Change 42: Delete <!channel>", "style": {"strike": True}}
    assert powerless(drawn.blocks)
    assert faults_of("message", drawn.blocks) == []


def test_a_copy_links_to_the_card() -> None:
    drawn = render_cleared(BUTTON.model_copy(update={"text": ""}), change(card=CARD))
    assert "This is a copy of the card of change 42" in drawn.text
    assert CARD.url in str(drawn.blocks)
    assert "strike" not in str(drawn.blocks)


async def test_a_copy_of_a_card_loses_its_buttons(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    card = slack.card(1)
    message = {"type": "message", "user": people.BOT_USER_ID, "bot_id": people.BOT_ID, "text": card["text"]}
    copy = slack.workspace.post(people.APPROVALS, message | {"blocks": card["blocks"]}, {})
    await slack.type("/change except 1 Lapsed", by="ben")
    await slack.client.press("ben", "#approvals", "Delete Segment", ts=copy.ts)
    await slack.settled()
    (cleared,) = [one for one in slack.messages(by="ben", channel="#approvals") if one["ts"] == copy.ts]
    assert buttons(cleared) == []
    assert "This is a copy of the card of change 1" in said(cleared)
