"""Slack answers 429, 500 or nothing; a channel or a url is closed to the bot. What is not shown does not run."""

from dataclasses import replace

import pytest

from bot.sandbox.workspace import people
from tests.harness import Json, World, buttons, said
from tests.stories.judge import read

TWO = """
[[rules]]
steps = ["delete_segment"]
approvals = 2
"""


def by_ts(slack: World, ts: str) -> Json:
    """The message in #approvals with this ts."""
    return next(one for one in slack.messages(by="ben", channel="#approvals") if one["ts"] == ts)


def click_on(slack: World, card: Json) -> Json:
    """What Slack would send if Ben pressed Delete Segment on this message."""
    click = slack.click("Delete Segment", by="ben")
    container = {**click["container"], "message_ts": card["ts"]}
    return {**click, "container": container, "message": {**click["message"], "ts": card["ts"]}}


def delete_card(slack: World, click: Json) -> Json:
    """Delete the message that was clicked, as retention does; returns the click."""
    posting = slack.workspace.archive.find(click["channel"]["id"], click["message"]["ts"])
    assert posting
    slack.workspace.delete(posting)
    return click


@pytest.mark.parametrize("line", ["/segment delete VIPs", "/segment create Loyal"])
@pytest.mark.parametrize("fault", [{"error": "channel_not_found"}, {"status": 500}], ids=["refused", "500"])
async def test_a_change_whose_card_cannot_be_posted_is_cancelled_and_the_requester_told(
    slack: World, line: str, fault: dict[str, object]
) -> None:
    slack.workspace.faults.add("chat.postMessage", times=2, **fault)
    await slack.type(line)
    assert "Its card could not be posted" in slack.whisper()
    slack.workspace.faults.clear()
    await slack.sweep()
    assert (await slack.change(1)).state == "cancelled"
    assert not slack.writes()
    await slack.type("/change undo 1")
    assert "did nothing" in slack.whisper()


async def test_a_card_that_was_posted_without_an_answer_can_be_clicked_in_vain(slack: World) -> None:
    slack.workspace.faults.add("chat.postMessage", status=500, after=True)
    slack.workspace.faults.add("chat.postMessage", error="internal_error", after=True)
    await slack.type("/segment delete VIPs")
    assert "Its card could not be posted" in slack.whisper()
    await slack.press("Delete Segment", by="ben")
    assert "Too late: change 1 is already cancelled" in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()
    first, clicked = slack.messages(by="ben", channel="#approvals")[:2]
    assert buttons(first)
    assert not buttons(clicked)


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 500}, {"error": "fatal_error"}, {"status": 200}])
async def test_a_card_whose_answer_was_lost_is_found_and_not_posted_twice(
    slack: World, fault: dict[str, object]
) -> None:
    manifest = slack.workspace.manifest
    slack.workspace.manifest = replace(manifest, scopes=manifest.scopes | {"channels:history"})
    slack.workspace.faults.add("chat.postMessage", after=True, **fault)
    await slack.type("/segment delete VIPs")
    (card,) = slack.cards(1)
    assert buttons(card) == ["Delete Segment", "Reject", "Details", "Edit"]
    await slack.press("Delete Segment", by="ben")
    assert len(slack.writes()) == 1
    assert "Done" in said(slack.card(1))


@pytest.mark.parametrize(
    "method", ["users.info", "usergroups.users.list", "chat.update", "views.open", "chat.getPermalink"]
)
async def test_an_answer_that_is_not_slack_s_breaks_nothing_and_nothing_is_lost(slack: World, method: str) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type("/segment delete VIPs")
    slack.clock.forward(minutes=2)  # what is known of people is old
    slack.workspace.faults.add(method, status=200, times=None)
    await slack.type("/segment show")
    await slack.type(f"/segment remove VIPs {email}")
    await slack.press("Delete Segment", by="ben", change=1)
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=2)
    await slack.sweep()
    if slack.writes() == []:
        await slack.press("Delete Segment", by="ben", change=1)
    assert "Done" in said(slack.card(1))
    assert len(slack.writes()) == 1


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 200}, {"error": "internal_error"}, {"drop": True}])
async def test_the_first_delivery_is_not_lost_where_slack_does_not_tell_whose_token_it_is(
    slack: World, fault: dict[str, object]
) -> None:
    await slack.type("/segment delete VIPs")
    await slack.stop()
    await slack.start()
    slack.workspace.faults.add("auth.test", times=None, **fault)
    await slack.press("Delete Segment", by="ben")
    assert "Done" in said(slack.card(1))


async def test_a_card_that_arrived_twice_decides_once_and_one_is_struck_through(slack: World) -> None:
    slack.workspace.faults.add("chat.postMessage", drop=True, after=True)
    await slack.type("/segment delete VIPs")
    copy, card = slack.cards(1)
    assert buttons(copy) == buttons(card)
    await slack.deliver(click_on(slack, copy))
    assert len(slack.writes()) == 1
    assert "Done" in said(slack.card(1))
    struck = by_ts(slack, copy["ts"])
    assert buttons(struck) == []
    assert "This is a copy of the card of change 1." in said(struck)
    assert card["ts"].replace(".", "") in str(struck["blocks"])


async def test_a_copy_that_is_clicked_too_late_is_struck_through(slack: World) -> None:
    slack.workspace.faults.add("chat.postMessage", drop=True, after=True)
    await slack.type("/segment delete VIPs")
    copy, _ = slack.cards(1)
    click = click_on(slack, copy)
    await slack.press("Delete Segment", by="cleo")
    await slack.deliver(click)
    assert buttons(by_ts(slack, copy["ts"])) == []
    assert len(slack.writes()) == 1


async def test_one_lost_update_leaves_no_card_without_buttons(slack: World) -> None:
    slack.workspace.faults.add("chat.update", error="team_added_to_org", times=None)
    await slack.type("/segment delete VIPs")
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    await slack.press("Delete Segment", by="ben")
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=5)
    await slack.sweep()
    assert "Done" in said(slack.card(1))


@pytest.mark.parametrize("code", ["account_inactive", "token_revoked", "not_in_channel", "update_failed"])
async def test_what_somebody_has_to_mend_stays_due_for_card_and_requester(slack: World, code: str) -> None:
    await slack.type("/segment delete VIPs")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        for method in ("chat.update", "chat.postMessage"):
            slack.workspace.faults.add(method, error=code, times=None)
    assert "VIPs" not in slack.sizes()
    for _ in range(3):
        slack.clock.forward(hours=1)
        await slack.sweep()
    await slack.stop()
    slack.workspace.faults.clear()
    await slack.start()
    await slack.sweep()
    assert "Done" in said(slack.card(1))
    assert slack.heard("Change 1 is done") == 1
    assert "card lost" not in slack.kinds()


async def test_a_card_deleted_by_retention_is_posted_anew_and_decided(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    await slack.deliver(delete_card(slack, slack.click("Delete Segment", by="ben")))
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()
    assert "Done" in said(slack.card(1))


async def test_a_deleted_card_comes_back_with_its_reminder(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    delete_card(slack, slack.click("Delete Segment", by="ben"))
    assert not slack.cards(1)
    slack.clock.forward(hours=22, minutes=30)
    await slack.sweep()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_card_that_slack_lets_no_one_update_points_to_its_new_place(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("chat.update", error="edit_window_closed")
    await slack.press("Delete Segment", by="ben")
    old, new = slack.cards(1)
    (pointer,) = [one for one in slack.messages(channel="#approvals") if one.get("thread_ts") == old["ts"]]
    assert "Change 1 is shown on a new card." in said(pointer)
    assert new["ts"].replace(".", "") in str(pointer["blocks"])


async def test_a_place_that_takes_no_pointer_stops_nothing(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("chat.update", error="edit_window_closed")
    click = slack.click("Delete Segment", by="ben")
    slack.workspace.faults.add("chat.postMessage", delay=0.0)
    slack.workspace.faults.add("chat.postMessage", error="restricted_action")
    await slack.deliver(click)
    assert len(slack.cards(1)) == 2
    assert "shown on a new card" not in str(slack.messages(channel="#approvals"))


async def test_a_card_that_slack_has_no_time_for_is_posted_a_little_later(slack: World) -> None:
    slack.workspace.faults.add("chat.postMessage", status=429, retry_after=0)
    await slack.type("/segment delete VIPs")
    assert "Waiting for 1 approval" in said(slack.card(1))


async def test_a_card_that_could_not_be_drawn_is_drawn_by_a_later_sweep(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("chat.update", error="internal_error", times=99)
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert "Waiting for 1 approval" in said(slack.card(1))
    await slack.press("Delete Segment", by="cleo")
    assert "Too late: change 1 is already done" in slack.whisper(by="cleo", channel="#approvals")
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await slack.sweep()
    assert "Done" in said(slack.card(1))
    assert len(slack.writes()) == 1


async def test_a_card_that_cannot_be_updated_is_given_up_on_record(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("chat.update", error="cant_update_message", times=99)
    await slack.press("Delete Segment", by="ben")
    await slack.sweep()
    await slack.sweep()
    assert slack.kinds().count("card lost") >= 1
    lost = slack.kinds().count("card lost")
    await slack.sweep()
    assert slack.kinds().count("card lost") == lost
    assert "VIPs" not in slack.sizes()
    assert "Change 1 is done" in said(slack.messages(channel="dm")[-1])


async def test_a_deleted_card_does_not_stop_the_change(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    click = slack.click("Delete Segment", by="ben")
    card = (await slack.change(1)).card
    assert card
    posting = slack.workspace.archive.find(card.channel, card.ts)
    assert posting
    slack.workspace.delete(posting)
    await slack.deliver(click)
    assert "VIPs" not in slack.sizes()
    assert "card lost" in slack.kinds()


async def test_an_outcome_that_could_not_be_delivered_is_delivered_later_and_once(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("chat.postMessage", error="internal_error")
    await slack.press("Delete Segment", by="ben")
    slack.workspace.faults.clear()
    for _ in range(3):
        slack.clock.forward(seconds=2)
        await slack.sweep()
    assert sum("Change 1 is done" in said(one) for one in slack.messages(channel="dm")) == 1


async def test_a_form_that_slack_does_not_open_is_answered_with_what_to_type(slack: World) -> None:
    slack.workspace.faults.add("views.open", error="expired_trigger_id")
    await slack.type("/segment create")
    assert "Slack did not open the form (expired_trigger_id)" in slack.whisper()
    assert "/segment create <name>" in slack.whisper()


async def test_a_reject_form_that_slack_does_not_open_says_to_press_again(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.workspace.faults.add("views.open", status=500)
    await slack.press("Reject", by="ben")
    assert "Press Reject again" in slack.whisper(by="ben", channel="#approvals")
    await slack.press("Reject", by="ben")
    assert slack.form(by="ben")


async def test_a_form_that_was_closed_before_it_could_be_filled_breaks_nothing(slack: World) -> None:
    async with slack.meanwhile(slack.client.type("ana", "#segments", "/segment edit VIPs"), "GET", "/segments"):
        await slack.client.cancel("ana")
    assert slack.form() is None


async def test_a_response_url_that_is_used_up_falls_back_to_an_ephemeral_message(slack: World) -> None:
    payload = slack.command("/segment show VIPs")
    for _ in range(5):
        slack.workspace.responses.use(payload["response_url"].rpartition("/")[2])
    await slack.deliver(payload)
    assert "VIPs: 40 shoppers" in slack.whisper()


async def test_a_response_url_that_nobody_answers_falls_back_too(slack: World) -> None:
    await slack.deliver(slack.command("/segment show VIPs", response_url=f"{slack.url}/nothing/here"))
    assert "VIPs: 40 shoppers" in slack.whisper()


async def test_without_url_and_channel_the_answer_comes_as_a_direct_message(slack: World) -> None:
    slack.workspace.faults.add("chat.postEphemeral", error="user_not_in_channel")
    await slack.deliver(slack.command("/segment show VIPs", response_url=f"{slack.url}/nothing/here"))
    assert "VIPs: 40 shoppers" in said(slack.messages(channel="dm")[-1])


async def test_an_answer_that_no_way_leads_to_is_on_record(slack: World) -> None:
    slack.workspace.faults.add("chat.postEphemeral", error="user_not_in_channel")
    slack.workspace.faults.add("chat.postMessage", error="channel_not_found")
    await slack.deliver(slack.command("/segment show VIPs", response_url=f"{slack.url}/nothing/here"))
    assert "answer not delivered" in slack.kinds()


async def test_outside_its_channels_the_bot_answers_and_posts_to_approvals(slack: World) -> None:
    await slack.type("/segment show VIPs", channel="#random")
    assert "VIPs: 40 shoppers" in slack.whisper(channel="#random")
    await slack.type("/segment create Loyal", channel="#random")
    assert "Loyal" in slack.sizes()
    assert "Create the segment Loyal" in said(slack.messages(channel="#approvals")[-1])


async def test_an_approvals_channel_without_the_bot_lets_nothing_dangerous_run(slack: World) -> None:
    slack.workspace.directory.conversations[people.APPROVALS].members.discard(people.BOT_USER_ID)
    await slack.type("/segment delete VIPs")
    assert "Its card could not be posted (not_in_channel)" in slack.whisper()
    assert not slack.writes()


async def test_a_home_tab_that_slack_does_not_take_is_drawn_the_next_time(slack: World) -> None:
    slack.workspace.faults.add("views.publish", error="internal_error")
    assert await slack.home(by="ana") is None
    assert "Nothing is waiting" in read(await slack.home(by="ana"))


async def test_a_link_that_slack_does_not_tell_is_left_out(slack: World) -> None:
    slack.workspace.faults.add("chat.getPermalink", error="internal_error", times=99)
    await slack.type("/segment delete VIPs")
    assert "Change 1 is waiting for approval" in slack.whisper()


async def test_slack_closing_its_websocket_loses_nothing(slack: World) -> None:
    await slack.workspace.sockets.disconnect()
    await slack.workspace.changed(lambda _: len(slack.workspace.sockets))
    await slack.type("/segment delete VIPs")
    assert "Waiting for 1 approval" in said(slack.card(1))
