"""The standard for people who approve what a machine will do, point by point; each story says which point it holds."""

import asyncio
import re
from typing import Any

import pytest

from bot.sandbox.workspace.people import BEN, CLEO
from tests.harness import Json, World, buttons, said
from tests.stories.judge import read

TWO = """
[[rules]]
steps = ["delete_segment", "remove_members", "delete_profiles", "retarget_promotion"]
approvals = 2
"""
OLD_VERSION = "has a new version"


def first_line(card: Json) -> str:
    """The header of a card, below its state."""
    state, header, *_ = card["blocks"]
    assert (state["type"], header["type"]) == ("context", "header")
    return str(header["text"]["text"])


def elements(card: Json) -> dict[str, Json]:
    """The buttons of a card, by their texts."""
    rows = [block["elements"] for block in card["blocks"] if block["type"] == "actions"]
    return {one["text"]["text"]: one for row in rows for one in row}


# 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/segment delete VIPs", "Delete the segment VIPs (40 shoppers)"),
        ("/segment clear VIPs", "Remove 40 shoppers from VIPs"),
        ("/segment remove VIPs {three}", "Remove 3 of 40 shoppers from VIPs"),
        ("/segment add VIPs {many}", "Add 26 shoppers to VIPs"),
        ("/shopper delete {three}", "Delete 3 shopper profiles"),
        ("/promotion untarget 4", "Retarget the promotion Win back to everyone"),
        ("/promotion target 4 is VIPs", "Retarget the promotion Win back to shoppers in VIPs"),
    ],
)
async def test_1_the_first_line_names_action_and_scope_and_never_a_bare_id(slack: World, line: str, told: str) -> None:
    three, many = slack.emails(3, inside="VIPs"), slack.emails(26, outside="VIPs")
    await slack.type(line.format(three=" ".join(three), many=" ".join(many)))
    card = slack.card(1)
    assert first_line(card).startswith(told)
    assert card["text"].startswith(f"Change 1: {told}")
    assert not re.search(r"[0-9a-f]{8}-|U0\w+", first_line(card))


# 2


@pytest.mark.parametrize(
    ("line", "verb", "style"),
    [
        ("/segment delete VIPs", "Delete Segment", "danger"),
        ("/segment clear VIPs", "Clear Segment", "danger"),
        ("/segment add VIPs {many}", "Add Shoppers", "primary"),
        ("/promotion untarget 4", "Untarget Promotion", "danger"),
    ],
)
async def test_2_one_verb_button_is_coloured_and_asks_again_and_declining_is_plain(
    slack: World, line: str, verb: str, style: str
) -> None:
    await slack.type(line.format(many=" ".join(slack.emails(26, outside="VIPs"))))
    card = slack.card(1)
    found = elements(card)
    assert [(text, one["style"]) for text, one in found.items() if "style" in one] == [(verb, style)]
    assert [text for text, one in found.items() if "confirm" in one] == [verb]
    sure = found[verb]["confirm"]
    assert sure["text"]["text"] == first_line(card)
    assert (sure["confirm"]["text"], sure["style"]) == (verb, style)
    assert list(found)[:2] == [verb, "Reject"]


# 3


async def test_3_requester_reason_impact_expiry_and_deciders_stand_on_one_message_that_is_updated(
    slack: World,
) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    (posted,) = slack.cards(1)
    card = read(posted)
    assert "asked by <@U0ANA00001>" in card
    assert "needs 1 approval: deletes a segment that 2 live promotions use" in card
    assert "VIP early access (live): 0 shoppers gain it, 40 lose it, 0 keep it." in card
    assert "Undo restores the segment, and points these promotions to it." in card
    until = int((await slack.change(1)).expires_at.timestamp())
    assert f"expires <!date^{until}^" in card
    assert f"can approve: <@{BEN}>, <@{CLEO}>" in card
    await slack.press("Delete Segment", by="ben")
    (drawn,) = slack.cards(1)
    assert drawn["ts"] == posted["ts"]
    assert "Done" in said(drawn)


async def test_3_what_was_asked_far_from_the_approvals_tells_the_requester_where_its_card_is(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    told = slack.messages()[-1]
    assert read(told) == "Change 1 is waiting for approval: Delete the segment VIPs (40 shoppers)\nOpen card"
    assert slack.card(1)["ts"].replace(".", "") in str(told)


# 4


async def test_4_every_click_is_checked_and_a_refusal_is_private_says_why_and_leaves_the_card(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    clicks = {name: slack.click("Delete Segment", by=name) for name in ("ana", "dan", "ben")}
    slack.workspace.directory.change("ben", deleted=True)
    slack.clock.forward(minutes=1)
    before = slack.card(1)
    told = {}
    for name, click in clicks.items():
        others = {one: len(slack.messages(by=one, channel="#approvals")) for one in clicks if one != name}
        await slack.deliver(click)
        told[name] = slack.whisper(by=name, channel="#approvals")
        assert {one: len(slack.messages(by=one, channel="#approvals")) for one in others} == others
    assert "You asked for change 1, so someone else has to approve it." in told["ana"]
    assert told["dan"] == "Guests of this workspace cannot approve or reject changes."
    assert told["ben"] == "Deactivated people cannot approve or reject changes."
    assert read(slack.card(1)) == read(before)
    assert not slack.writes()


# 5


async def approve(slack: World) -> None:
    await slack.press("Delete Segment", by="ben")


async def reject(slack: World) -> None:
    await slack.press("Reject", by="cleo")
    await slack.submit({"Reason": "Not now"}, by="cleo")


async def withdraw(slack: World) -> None:
    await slack.type("/change withdraw 1", by="ana")


async def expire(slack: World) -> None:
    slack.clock.forward(hours=25)
    await slack.sweep()


async def spoil(slack: World) -> None:
    slack.drop("VIPs")
    await slack.press("Delete Segment", by="ben")


ENDINGS = {"done": approve, "rejected": reject, "withdrawn": withdraw, "expired": expire, "stale": spoil}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_5_a_request_settles_exactly_once_and_no_later_word_counts(slack: World, ending: str) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    late = [slack.click(button, by=who) for who in ("ben", "cleo") for button in ("Delete Segment", "Reject", "Edit")]
    await ENDINGS[ending](slack)
    settled, writes, entries = await slack.change(1), slack.writes(), slack.kinds()
    assert settled.state == ending
    assert len(writes) == (ending == "done")
    for click in late:
        await slack.deliver(click)
    for line in ("withdraw 1", "except 1 VIPs", "stop 1"):
        await slack.type(f"/change {line}", by="ana")
        assert slack.whisper(by="ana").startswith(("Too late: change 1 ", "No segment is called", "Not in the store"))
    slack.clock.forward(hours=48)
    await slack.sweep()
    assert (await slack.change(1)).state == ending
    assert slack.writes() == writes
    assert set(slack.kinds()[len(entries) :]) <= {"asked", "refused"}
    assert slack.heard("Change 1 ") == (ending != "withdrawn")


async def test_5_no_answer_is_never_a_yes(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await expire(slack)
    assert "Nothing was changed." in read(slack.card(1))
    assert "VIPs" in slack.sizes()


async def test_5_what_has_no_card_never_runs_and_its_requester_hears_it(slack: World) -> None:
    slack.workspace.faults.add("chat.postMessage", error="channel_not_found", times=9)
    await slack.type("/segment delete VIPs")
    assert "Change 1 was cancelled." in slack.whisper()
    assert "Its card could not be posted (channel_not_found), so nothing was run." in slack.whisper()
    slack.workspace.faults.clear()
    await slack.sweep()
    assert (await slack.change(1)).state == "cancelled"
    assert not slack.cards(1)
    assert not slack.writes()


# 6


async def test_6_exactly_what_was_shown_runs_and_a_click_on_an_old_version_is_refused(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    profiles = [slack.profile_id(email) for email in (one, two, three)]
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    first = slack.click("Remove Shoppers", by="ben")
    await slack.press("Edit", by="ana")
    await slack.submit({"Shoppers": f"{two} {three}"}, by="ana")
    assert "This is version 2, and needs approval again." in read(slack.card(1))
    second = slack.click("Remove Shoppers", by="ben")
    await slack.press("Leave Some Out", by="cleo")
    await slack.submit({"items": three}, by="cleo")
    for click in (first, second):
        await slack.deliver(click)
        assert OLD_VERSION in slack.whisper(by="ben", channel="#approvals")
        assert not slack.writes()
    await slack.press("Remove Shoppers", by="ben")
    assert profiles[1] not in slack.members("VIPs")
    assert {profiles[0], profiles[2]} <= slack.members("VIPs")
    (gone,) = slack.writes()
    assert str(gone).count(str(profiles[1])) == 1


# 7


async def test_7_after_the_decision_the_buttons_give_way_to_record_and_result_item_by_item(slack: World) -> None:
    await slack.type("/segment delete Lapsed, VIPs, Wholesale", by="ana")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        await slack.workspace.changed(lambda _: "Running" in said(slack.card(1)))
        assert not {"Delete Segment", "Reject", "Edit"} & set(buttons(slack.card(1)))
        slack.store.faults.add("DELETE", "/segments", status=422, times=None)
    card = read(slack.card(1))
    assert f"1 of 1 approved: <@{BEN}>" in card
    assert "Done: Delete the segment Lapsed (64 shoppers)." in card
    assert "Stopped at: Delete the segment VIPs (40 shoppers)." in card
    assert "Not started: Delete the segment Wholesale (22 shoppers)." in card
    assert "does not accept" in card
    assert buttons(slack.card(1)) == ["Try Again", "Undo"]
    heard = read(slack.messages(channel="dm")[-1])
    assert heard.startswith(f"Change 1 failed, approved by @{BEN}: Delete 3 segments")
    assert "does not accept" in heard
    assert heard.endswith("Open card")


async def test_7_the_requester_hears_the_outcome_and_the_reason(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="cleo")
    await slack.submit({"Reason": "The campaign runs till Friday"}, by="cleo")
    told = "Change 1 was rejected by @U0CLEO0001: Delete the segment VIPs (40 shoppers). "
    heard = slack.messages(channel="dm")[-1]
    assert read(heard) == f"{told}Reason: The campaign runs till Friday.\nOpen card"
    assert slack.card(1)["ts"].replace(".", "") in str(heard)
    assert "Reason: The campaign runs till Friday" in read(slack.card(1))
    assert buttons(slack.card(1)) == []


@pytest.mark.parametrize("nothing", ["   ", "\n\n", "\u200b", "\u202e\u2066", "\u2800", "\u3164"])
async def test_7_a_reason_that_nobody_sees_is_none(slack: World, nothing: str) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="cleo")
    outcome = await slack.submit({"Reason": nothing}, by="cleo")
    assert outcome["errors"] == {"reason": "Reason cannot be empty."}
    assert (await slack.change(1)).state == "waiting"
    await slack.submit({"Reason": "\u202eNot now,\n\nAna"}, by="cleo")
    assert (await slack.change(1)).reason == "Not now, Ana"


# 8


async def test_8_one_of_two_has_approved_is_told_with_names_and_nobody_counts_twice(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    assert "0 of 2 approved" in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    card = read(slack.card(1))
    assert f"1 of 2 approved: <@{BEN}>" in card
    assert f"can approve: <@{CLEO}>\n" in card
    await slack.press("Delete Segment", by="ben")
    assert slack.whisper(by="ben", channel="#approvals") == (
        "You have already approved change 1; someone else has to approve it too."
    )
    assert read(slack.card(1)) == card
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert f"2 of 2 approved: <@{BEN}>, <@{CLEO}>" in read(slack.card(1))
    assert "VIPs" not in slack.sizes()
    assert f"is done, approved by @{BEN}, @{CLEO}: Delete" in read(slack.messages(channel="dm")[-1])


async def test_8_who_approved_an_earlier_version_has_to_look_again(slack: World) -> None:
    await slack.under(TWO)
    one, two = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    await slack.press("Remove Shoppers", by="ben")
    await slack.press("Leave Some Out", by="cleo")
    await slack.submit({"items": two}, by="cleo")
    assert "0 of 2 approved" in read(slack.card(1))
    await slack.press("Remove Shoppers", by="cleo")
    assert not slack.writes()
    await slack.press("Remove Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 39


# 9


async def test_9_a_click_works_after_a_restart(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    await slack.stop()
    await slack.start()
    await slack.deliver(click)
    assert "1 of 2 approved" in read(slack.card(1))
    await slack.stop()
    await slack.start()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_9_two_clicks_at_once_run_it_once_and_the_late_one_gets_its_own_sentence(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    clicks = [slack.click("Delete Segment", by=name) for name in ("ben", "cleo") for _ in range(2)]
    await asyncio.gather(*(slack.deliver(click, times=2) for click in clicks))
    assert len(slack.writes()) == 1
    assert slack.kinds().count("approve") == 1
    (approval,) = (await slack.change(1)).approvals
    late = "cleo" if approval.actor == BEN else "ben"
    assert slack.whisper(by=late, channel="#approvals").startswith("Too late: change 1 is ")


# 10


async def test_10_what_ran_can_be_undone_by_two_people_like_anything_else(slack: World) -> None:
    members = slack.members("VIPs")
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    assert buttons(slack.card(1)) == ["Undo"]
    await slack.press("Undo", by="cleo", change=1)
    assert "that is live and adds more than 25 shoppers" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == members
    assert "Undone by change 2." in read(slack.card(1))
    assert "Undo" not in buttons(slack.card(1))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "/segment delete VIPs",
            "Undo restores the segment, and points these promotions to it.",
        ),
        ("/shopper register ada@example.com Ada Byron", "The account stays when this is undone."),
    ],
)
async def test_10_the_card_is_honest_about_what_undo_does_not_bring_back(slack: World, line: str, told: str) -> None:
    await slack.type(line)
    assert told in read(slack.card(1))


async def test_10_what_cannot_be_undone_any_more_is_refused_with_the_reason(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}", by="ana")
    await slack.press("Remove Shoppers", by="ben")
    slack.drop("VIPs")
    await slack.type("/change undo 1", by="ana")
    assert slack.whisper() == "The segment “VIPs” is no longer in the store."
    await slack.type('/segment create "Loyal"', by="ana")
    await slack.type("/segment delete Lapsed", by="ana")
    await slack.type("/change undo 3", by="ana")
    assert slack.whisper().startswith("Change 3 is waiting, so there is nothing to undo yet.")


def test_the_ten_points_have_their_stories() -> None:
    told: dict[str, Any] = {name: one for name, one in globals().items() if name.startswith("test_")}
    points = {int(number[1]) for name in told if (number := re.match(r"test_(\d+)_", name))}
    assert points == set(range(1, 11))
