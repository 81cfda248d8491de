"""Bad days of what waits: people who decide in the same instant, a store, a Slack and a clock that do not behave."""

import asyncio
from collections.abc import Callable

import pytest

from bot.sandbox.workspace.people import APPROVALS, BEN, BOT_USER_ID
from tests.harness import Json, World, said
from tests.stories.judge import read

TWO = """
[[rules]]
steps = ["delete_segment", "remove_members", "delete_profiles", "retarget_promotion"]
approvals = 2
"""
SETTLING = {"approve", "reject", "withdraw", "expire", "edit", "narrow", "sign"}


async def swept(slack: World, times: int = 1) -> None:
    """Let the bot do what is due, so often."""
    for _ in range(times):
        await slack.sweep()


async def at_once(slack: World, *payloads: Json) -> None:
    """All of these in the same instant."""
    await asyncio.gather(*(slack.deliver(payload) for payload in payloads))


def moves(slack: World) -> list[str]:
    """What moved changes, in its order."""
    return [kind for kind in slack.kinds() if kind in SETTLING]


# In the same instant


async def test_who_approves_twice_within_a_moment_counts_once(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    await at_once(slack, click, slack.click_again(click), slack.click_again(click))
    assert moves(slack) == ["sign"]
    assert [one.actor for one in (await slack.change(1)).approvals] == [BEN]
    assert "You have already approved change 1" in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()


async def test_two_who_sign_in_the_same_instant_both_count(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await at_once(slack, *(slack.click("Delete Segment", by=name) for name in ("ben", "cleo")))
    assert moves(slack) == ["sign", "approve"]
    assert len(slack.writes()) == 1


def withdrawal(slack: World) -> Json:
    return slack.command("/change withdraw 1", by="ana")


def narrowing(slack: World) -> Json:
    return slack.command("/change except 1 Lapsed", by="cleo")


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("other", "settled"), [(withdrawal, "withdraw"), (narrowing, "narrow")])
async def test_approval_against_withdrawal_or_narrowing_ends_one_way_and_the_other_is_told(
    slack: World, other: Callable[[World], Json], settled: str, first: bool
) -> None:
    await slack.type("/segment delete VIPs, Lapsed", by="ana")
    click = slack.click("Delete Segment", by="ben")
    both = [click, other(slack)] if first else [other(slack), click]
    await at_once(slack, *both)
    (won,) = moves(slack)
    assert won in ("approve", settled)
    assert len(slack.writes()) == (2 if won == "approve" else 0)
    refused = [entry for entry in slack.entries() if entry.kind == "refused"]
    assert len(refused) == 1
    change = await slack.change(1)
    assert change.state == {"approve": "done", "withdraw": "withdrawn", "narrow": "waiting"}[won]


async def test_approval_against_an_edit_ends_one_way(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Edit", by="ana")
    click = slack.click("Delete Segment", by="ben")
    await asyncio.gather(slack.deliver(click), slack.submit({"Segments": ["Lapsed"]}))
    (won,) = moves(slack)
    assert set(slack.sizes()) >= ({"Lapsed"} if won == "approve" else {"VIPs", "Lapsed"})
    assert len(slack.writes()) == (won == "approve")


async def test_approval_against_rejection_ends_one_way(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    await slack.press("Reject", by="cleo")
    await asyncio.gather(slack.submit({"Reason": "No"}, by="cleo"), slack.deliver(click))
    (won,) = moves(slack)
    assert ("VIPs" in slack.sizes()) is (won == "reject")
    assert slack.heard("Change 1 ") == 1


async def test_approval_against_expiry_ends_one_way(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    slack.clock.forward(hours=24)
    await asyncio.gather(slack.deliver(click), slack.sweep())
    assert moves(slack) == ["expire"]
    assert not slack.writes()
    assert slack.heard("Change 1 expired") == 1


@pytest.mark.parametrize("swept_meanwhile", [True, False])
async def test_an_approval_that_the_store_held_up_past_the_expiry_does_not_count(
    slack: World, swept_meanwhile: bool
) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(hours=23, minutes=59, seconds=59)
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "GET", "/segments"):
        slack.clock.forward(seconds=2)
        if swept_meanwhile:
            await slack.tick()
    assert "Too late: change 1 " in slack.whisper(by="ben", channel="#approvals")
    assert moves(slack) == ["expire"]
    assert "VIPs" in slack.sizes()
    assert (await slack.change(1)).state == "expired"


# The store, while it waits


async def test_a_segment_renamed_while_it_waits_is_not_touched_under_its_new_name(slack: World) -> None:
    await slack.type("/segment clear VIPs", by="ana")
    slack.rename("VIPs", "Big spenders")
    await slack.press("Clear Segment", by="ben")
    assert not slack.writes()
    assert "No longer possible" in read(slack.card(1))
    assert "Reason: No segment is called “VIPs”." in read(slack.card(1))
    assert slack.heard("Change 1 is no longer possible") == 1
    await slack.type("/segment clear “Big spenders”", by="ana")
    slack.rename("Big spenders", "Bigger spenders")
    slack.rename("Lapsed", "Big spenders")
    await slack.press("Clear Segment", by="ben", change=2)
    assert not slack.writes()
    assert "“Big spenders” is now the name of another segment" in read(slack.card(2))


async def test_a_segment_refilled_while_it_waits_shows_whom_it_is_about_now(slack: World) -> None:
    await slack.type("/segment clear VIPs", by="ana")
    slack.enrol("VIPs", 0)
    slack.join("VIPs", *slack.emails(5, outside="VIPs"))
    await slack.press("Clear Segment", by="ben")
    assert not slack.writes()
    assert "Was: Remove 40 shoppers from VIPs" in read(slack.card(1))
    assert "Now: Remove 5 shoppers from VIPs" in read(slack.card(1))


async def test_other_members_of_the_same_number_make_another_plan(slack: World) -> None:
    await slack.type("/segment clear VIPs", by="ana")
    others = slack.emails(40, outside="VIPs")
    slack.enrol("VIPs", 0)
    slack.join("VIPs", *others)
    await slack.press("Clear Segment", by="ben")
    assert "has a new version" in slack.whisper(by="ben", channel="#approvals")
    assert "What the plan touches has changed" in read(slack.card(1))
    assert not slack.writes()


async def test_a_segment_deleted_meanwhile_makes_the_change_stale(
    slack: World,
) -> None:
    await slack.type("/segment clear VIPs", by="ana")
    slack.drop("VIPs")
    slack.put("VIPs")
    slack.join("VIPs", *slack.emails(3))
    await slack.press("Clear Segment", by="ben")
    assert not slack.writes()
    await swept(slack)
    assert not slack.writes()
    card = read(slack.card(1))
    assert "No longer possible" in card or "“VIPs” is now the name of another segment" in card


# Slack


async def test_slack_in_trouble_for_minutes_delays_cards_reminders_and_outcomes_and_loses_none(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/segment delete Lapsed", by="cleo")
    slack.clock.forward(hours=23)
    for method in ("chat.update", "chat.postMessage"):
        slack.workspace.faults.add(method, times=10_000, status=500)
    await slack.press("Delete Segment", by="ben", change=1)
    assert "VIPs" not in slack.sizes()
    for _ in range(3):
        slack.clock.forward(minutes=1)
        await slack.sweep()
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert slack.heard("Change 1 is done") == 0
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await swept(slack, 2)
    assert "Done" in said(slack.card(1))
    assert slack.heard("Change 1 is done") == 1
    told = [said(one) for one in slack.messages(by="ben", channel="#approvals") if "no one has decided" in said(one)]
    assert [one.split(" expires")[0] for one in told] == ["Change 2"]
    assert "card lost" not in slack.kinds()


async def test_a_rate_limited_slack_gets_card_and_outcome_once(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    for method in ("chat.update", "chat.postMessage"):
        slack.workspace.faults.add(method, times=10_000, status=429, retry_after=0)
    await slack.press("Delete Segment", by="ben", change=1)
    assert "VIPs" not in slack.sizes()
    assert "Waiting for 1 approval" in said(slack.card(1))
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await swept(slack, 2)
    assert "Done" in said(slack.card(1))
    assert slack.heard("Change 1 is done") == 1


async def test_a_broken_glass_is_told_later_where_slack_is_in_trouble(slack: World) -> None:
    await slack.under(f'breakers = ["{BEN}"]\n{TWO}')
    await slack.type("/segment delete VIPs", by="ana")
    slack.workspace.faults.add("chat.postMessage", status=500, times=10_000)
    await slack.type("/change break-glass 1 Fire", by="ben")
    assert "VIPs" not in slack.sizes()
    await swept(slack)
    assert slack.heard("without approval", by="cleo") == 0
    slack.workspace.faults.clear()
    slack.clock.forward(minutes=1)
    await swept(slack, 2)
    assert slack.heard("without approval", by="cleo") == 1


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 0}, {"status": 500}], ids=["429", "500"])
async def test_a_card_that_cannot_be_posted_cancels_the_request(slack: World, fault: Json) -> None:
    slack.workspace.faults.add("chat.postMessage", times=10_000, **fault)
    await slack.type("/segment delete VIPs", by="ana")
    assert "Change 1 was cancelled." in slack.whisper()
    slack.workspace.faults.clear()
    await swept(slack, 2)
    assert (await slack.change(1)).state == "cancelled"
    assert not slack.cards(1)
    assert not slack.writes()


async def test_a_click_counts_after_the_bot_was_removed_from_the_channel(
    slack: World,
) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    slack.workspace.directory.conversations[APPROVALS].members.discard(BOT_USER_ID)
    await slack.deliver(click)
    await swept(slack)
    assert "VIPs" not in slack.sizes()
    assert slack.heard("Change 1 is done") == 1


# The clock


async def test_a_clock_that_jumps_back_neither_expires_nor_reminds_nor_runs_anything(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(days=-30)
    await swept(slack, 2)
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert not slack.writes()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert "Done" in said(slack.card(1))


async def test_a_clock_that_jumps_forward_and_back_expires_once_and_for_all(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    slack.clock.forward(days=400)
    await swept(slack)
    slack.clock.forward(days=-400)
    await swept(slack)
    await slack.deliver(click)
    assert "Too late: change 1 has already expired" in slack.whisper(by="ben", channel="#approvals")
    assert moves(slack) == ["expire"]
    assert slack.heard("Change 1 expired") == 1
    assert not slack.writes()


async def test_a_clock_that_jumps_while_a_change_runs_runs_it_once(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        for hours in (48, -96, 48):
            slack.clock.forward(hours=hours)
            await slack.tick()
    assert len(slack.writes()) == 1
    assert (await slack.change(1)).state == "done"


# Very many


async def test_of_very_many_pending_changes_nothing_is_sent_again_and_any_can_be_approved(slack: World) -> None:
    names = [f"Club {number:03}" for number in range(120)]
    slack.put(*names)
    for name in names:
        await slack.deliver(slack.command(f"/segment delete “{name}”", by="ana"))
    await slack.type("/change list pending", by="ben")
    assert "120 pending changes, 1 to 50 shown" in slack.whisper(by="ben")
    home = read(await slack.home(by="ben"))
    assert "120 changes are waiting for you\nThese expire first." in home
    sent = len(slack.sent)
    await swept(slack, 3)
    assert not [door for door, _ in slack.sent[sent:] if door.startswith("chat.")]
    await slack.press("Delete Segment", by="ben", change=90)
    assert "Club 089" not in slack.sizes()
    assert len(slack.writes()) == 1
