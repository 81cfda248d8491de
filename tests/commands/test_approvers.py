"""Who may ask and who may approve: never the requester, never a guest, never somebody whom nobody can check."""

import asyncio

import pytest

from bot.sandbox.workspace import people
from tests.conftest import OpenWorld
from tests.harness import World, buttons, said
from tests.stories.judge import read


async def test_requester_cannot_approve_own_change(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ben")
    await slack.press("Delete Segment", by="ben")
    assert "You asked for change 1, so someone else" in slack.whisper(by="ben", channel="#approvals")
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    assert not slack.writes()


async def test_a_click_that_the_person_does_not_confirm_does_nothing(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben", confirm=False)
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert not slack.writes()


@pytest.mark.parametrize("button", ["Delete Segment", "Reject"])
async def test_a_guest_neither_approves_nor_rejects(slack: World, button: str) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press(button, by="dan")
    assert "Guests of this workspace cannot approve or reject" in slack.whisper(by="dan", channel="#approvals")
    assert slack.form(by="dan") is None
    assert "Waiting for 1 approval" in said(slack.card(1))
    assert not slack.writes()


async def test_a_guest_gets_a_refusal_for_whatever_they_type(slack: World) -> None:
    await slack.type("/segment delete Lapsed", by="ana")
    lines = ("segment delete VIPs", "segment list", "segment create Loyal", "change list", "change withdraw 1")
    shoppers = ("segment members VIPs", "segment add VIPs 17", "segment remove VIPs 17", "segment clear VIPs")
    for line in (*lines, *shoppers, "shopper show 17", "shopper create 17", "shopper delete 17"):
        before = len(slack.messages(by="dan"))
        await slack.type(f"/{line}", by="dan")
        assert len(slack.messages(by="dan")) == before + 1
        assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."
    assert not slack.writes()


async def test_a_guest_sees_nothing_of_the_store_through_a_form(slack: World) -> None:
    await slack.type("/segment edit VIPs", by="dan")
    form = slack.form(by="dan")
    assert form
    assert "Guests of this workspace cannot use this bot" in read(form)
    assert "Spent over" not in str(form)


async def test_who_became_a_guest_while_a_form_was_open_sees_nothing_through_it_either(slack: World) -> None:
    await slack.type("/segment edit", by="cleo")
    assert await slack.suggest("vip", by="cleo", field="segment") == ["VIPs"]
    slack.workspace.directory.change("cleo", guest=True)
    slack.clock.forward(minutes=5)
    assert await slack.suggest("vip", by="cleo", field="segment") == []
    assert await slack.suggest("lap", by="cleo", field="segment") == []
    asked = len(slack.store.requests())
    await slack.submit({"Segment": slack.id_of("VIPs")}, by="cleo")
    form = slack.form(by="cleo")
    assert "Guests of this workspace cannot use this bot" in read(form)
    assert "Spent over" not in str(form)
    assert len(slack.store.requests()) == asked


async def test_a_member_who_is_no_approver_cannot_approve(open_world: OpenWorld) -> None:
    slack = await open_world(APPROVERS=people.BEN)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="cleo")
    assert "You can't approve" in slack.whisper(by="cleo", channel="#approvals")
    assert not slack.writes()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_what_nobody_could_approve_is_refused_at_once(open_world: OpenWorld) -> None:
    slack = await open_world(APPROVERS=people.BEN)
    await slack.type("/segment delete VIPs", by="ben")
    assert "This needs 1 approval" in slack.whisper(by="ben")
    assert "planned" not in slack.kinds()
    await slack.type("/segment create Loyal", by="ben")
    assert "Loyal" in slack.sizes()


async def test_an_approver_who_was_deactivated_or_is_a_guest_does_not_count(open_world: OpenWorld) -> None:
    slack = await open_world(APPROVERS=f"{people.BEN},{people.DAN}")
    slack.workspace.directory.change("ben", deleted=True)
    await slack.type("/segment delete VIPs", by="ana")
    assert "This needs 1 approval, and no one" in slack.whisper()
    assert "planned" not in slack.kinds()


async def test_only_requesters_and_approvers_may_ask_where_requesters_are_named(open_world: OpenWorld) -> None:
    slack = await open_world(APPROVERS=people.BEN, REQUESTERS=people.ANA)
    await slack.type("/segment create Loyal", by="cleo")
    assert "You can't use this bot." in slack.whisper(by="cleo")
    await slack.type("/segment create Loyal", by="ana")
    assert "Loyal" in slack.sizes()


async def test_a_group_that_cannot_be_read_refuses_what_it_would_have_to_approve(slack: World) -> None:
    slack.clock.forward(minutes=1)  # who is in it was read at the start
    slack.workspace.faults.add("usergroups.users.list", status=500, times=99)
    await slack.type("/segment delete VIPs", by="ana")
    told = slack.whisper()
    assert "needs 1 approval" in told
    assert "could not be read" in told
    assert "planned" not in slack.kinds()


async def test_members_of_an_unread_group_cannot_approve_meanwhile(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(minutes=5)
    slack.workspace.faults.add("usergroups.users.list", error="internal_error", times=99)
    await slack.press("Delete Segment", by="ben")
    assert slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()
    slack.workspace.faults.clear()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_somebody_whom_slack_does_not_know_just_now_neither_asks_nor_approves(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(minutes=5)
    slack.workspace.faults.add("users.info", error="internal_error", times=99)
    await slack.press("Delete Segment", by="ben")
    assert "Slack couldn't tell me who you are" in slack.whisper(by="ben", channel="#approvals")
    await slack.type("/segment create Loyal", by="ana")
    assert "Slack couldn't tell me who you are" in slack.whisper(by="ana")
    assert not slack.writes()


async def test_of_two_simultaneous_approvals_one_runs_the_change(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await asyncio.gather(slack.press("Delete Segment", by="ben"), slack.press("Delete Segment", by="cleo"))
    assert "VIPs" not in slack.sizes()
    assert len(slack.writes()) == 1
    assert slack.kinds().count("approve") == 1
    change = await slack.change(1)
    (approver,) = (one.actor for one in change.approvals)
    late = "cleo" if approver == people.BEN else "ben"
    assert "Too late: change 1 is" in slack.whisper(by=late, channel="#approvals")


async def test_approving_and_rejecting_at_the_same_instant_settles_it_once(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="cleo")
    await asyncio.gather(slack.press("Delete Segment", by="ben"), slack.submit({"Reason": "No"}, by="cleo"))
    settled = [kind for kind in slack.kinds() if kind in ("approve", "reject")]
    assert len(settled) == 1
    assert ("VIPs" in slack.sizes()) is (settled == ["reject"])
