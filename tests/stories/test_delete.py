"""Deleting a segment: the bot's main job, as a chat."""

from tests.harness import World, buttons, said
from tests.records import verified


async def test_a_second_person_deletes_a_segment_and_it_comes_back_by_undo(slack: World) -> None:
    members = slack.sizes()["VIPs"]
    await slack.type("/segment delete VIPs", by="ana")
    assert f"Delete the segment VIPs ({members} shoppers)" in said(slack.card(1))
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    assert "VIPs" in slack.sizes()

    await slack.press("Delete Segment", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(by="ana", channel="#approvals")
    assert "VIPs" in slack.sizes()

    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert "Done" in said(slack.card(1))
    assert "change 1 is done" in said(slack.messages(channel="dm")[-1]).lower()

    await slack.type("/change undo 1", by="ana")
    assert "VIPs" not in slack.sizes()
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == members
    assert "Undone by change 2" in said(slack.card(1))
    assert slack.bot
    assert verified(slack.bot.engine.process.ledger).holds
