"""Who has to approve what, by a policy of one's own: its rules, its people, and what happens when either changes."""

import pytest

from bot.sandbox.workspace.people import ANA, APPROVERS_GROUP, BEN, BOT_USER_ID, CLEO
from tests.conftest import OpenWorld
from tests.harness import Json, World, buttons
from tests.stories.judge import read

RULES = f"""
breakers = ["{CLEO}"]

[[rules]]
steps = ["delete_segment", "remove_members", "delete_profiles", "retarget_promotion"]
approvals = 1

[[rules]]
steps = ["remove_members"]
share = 0.5
approvals = 2

[[rules]]
steps = ["delete_segment"]
live = true
approvals = 2

[[rules]]
steps = ["create_segment"]
approvals = 1
approvers = ["{CLEO}"]
requesters = ["{ANA}", "{BEN}"]
"""
TWO = """
[[rules]]
steps = ["delete_segment", "remove_members", "delete_profiles", "retarget_promotion"]
approvals = 2
"""
ONE = TWO.replace("2", "1")


def needed(slack: World, change: int) -> str:
    """What the card says that a change needs."""
    return next(line for line in read(slack.card(change)).splitlines() if line.startswith("needs "))


def by_somebody(slack: World, click: Json, user_id: str) -> Json:
    """The same press by somebody with this id, whoever that is."""
    return {**slack.click_again(click), "user": {**click["user"], "id": user_id}}


# What is said about it


async def test_policy_tells_the_rules_that_hold_where_nobody_says_otherwise(slack: World) -> None:
    await slack.type("/change policy")
    told = read(slack.messages()[-1])
    assert "What needs approval" in told
    within = "also to one segment within 24 hours"
    assert f"1\nany approver\n26 shoppers or more, {within}\nadd shoppers to a segment" in told
    assert (
        "Every rule that applies has to be satisfied; one approval counts for each rule that names its giver." in told
    )
    assert "Counted over a time is what one person added to a segment without approval." in told
    assert "2\nany approver\n10,000 shoppers or more" in told
    assert "Who may approve: the group “Segment approvers”." in told
    assert "Who may ask: every full member." in told
    assert "Who may break the glass: no one." in told


async def test_policy_tells_the_rules_of_the_file(slack: World) -> None:
    await slack.under(RULES)
    await slack.type("/change policy", by="ben")
    told = read(slack.messages(by="ben")[-1])
    assert "2\nany approver\n50% of a segment or more\nremove shoppers from a segment" in told
    assert "2\nany approver\nused by a live promotion\ndelete a segment" in told
    assert f"1\n@{CLEO}; asked for by @{ANA} and @{BEN}\nalways\ncreate a segment" in told
    assert f"Who may break the glass: @{CLEO}." in told


async def test_policy_names_a_group_by_its_id_while_slack_does_not_tell_its_name(slack: World) -> None:
    slack.workspace.faults.add("usergroups.list", error="internal_error", times=9)
    await slack.type("/change policy")
    assert f"Who may approve: the group {APPROVERS_GROUP}." in read(slack.messages()[-1])


async def test_policy_without_groups_and_windows_asks_slack_for_no_names(open_world: OpenWorld) -> None:
    slack = await open_world(APPROVERS=BEN)
    await slack.under(ONE)
    await slack.type("/change policy")
    told = read(slack.messages()[-1])
    assert f"Who may approve: @{BEN}." in told
    assert "Counted over a time" not in told


async def test_policy_is_refused_to_guests(slack: World) -> None:
    await slack.type("/change policy", by="dan")
    assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."


# The rules


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/segment remove VIPs {19}", "needs 1 approval: removes shoppers from a segment that 2 live promotions use"),
        (
            "/segment remove VIPs {20}",
            "needs 2 approvals: removes shoppers from a segment that 2 live promotions use "
            "and takes 50% of a segment or more",
        ),
        ("/segment delete VIPs", "needs 2 approvals: deletes a segment that 2 live promotions use"),
        ("/segment delete “Coffee lovers”", "needs 1 approval: deletes a segment"),
        ("/segment create Loyal", "needs 1 approval: the policy asks for it"),
    ],
)
async def test_a_rule_asks_by_share_by_live_promotion_and_by_kind(slack: World, line: str, told: str) -> None:
    await slack.under(RULES)
    slack.drop_promotions(*(n for n in slack.promotions() if slack.id_of("Coffee lovers") in str(slack.targeting(n))))
    emails = slack.emails(20, inside="VIPs")
    await slack.type(line.replace("{19}", " ".join(emails[:19])).replace("{20}", " ".join(emails)))
    assert needed(slack, 1) == told
    assert not slack.writes()


async def test_a_rule_that_asks_for_nothing_lets_run_at_once(slack: World) -> None:
    await slack.under(ONE)
    await slack.type(f"/segment add VIPs {' '.join(slack.emails(60, outside='VIPs'))}")
    assert slack.sizes()["VIPs"] == 100


async def test_only_the_approvers_of_a_rule_decide_what_it_is_about(slack: World) -> None:
    await slack.under(RULES)
    await slack.type("/segment create Loyal", by="ana")
    assert f"can approve: <@{CLEO}>\n" in read(slack.card(1))
    for button in ("Create Segment", "Reject"):
        await slack.press(button, by="ben")
        assert "You can't approve change 1." in slack.whisper(by="ben", channel="#approvals")
    assert slack.form(by="ben") is None
    await slack.press("Create Segment", by="cleo")
    assert "Loyal" in slack.sizes()


async def test_only_the_requesters_of_a_rule_ask_for_what_it_is_about(slack: World) -> None:
    await slack.under(RULES)
    await slack.type("/segment create Loyal", by="cleo")
    assert slack.whisper(by="cleo").startswith("You can't ask for this.")
    assert "planned" not in slack.kinds()
    await slack.type("/segment delete Lapsed", by="cleo")
    assert "Delete the segment Lapsed" in read(slack.card(1))


async def test_the_one_approver_of_a_rule_cannot_ask_since_nobody_else_could_approve(slack: World) -> None:
    await slack.under(RULES.replace(f'requesters = ["{ANA}", "{BEN}"]', ""))
    await slack.type("/segment create Loyal", by="cleo")
    assert "This needs 1 approval, and no one other than you can give one" in slack.whisper(by="cleo")
    assert "planned" not in slack.kinds()


async def test_what_too_few_could_approve_is_refused_when_it_is_asked_for(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ben")
    assert "This needs 2 approvals, and only 1 person other than you can give one" in slack.whisper(by="ben")
    slack.workspace.directory.change("cleo", guest=True)
    slack.clock.forward(minutes=1)
    await slack.type("/segment delete VIPs", by="ana")
    assert "This needs 2 approvals, and only 1 person other than you can give one" in slack.whisper(by="ana")
    assert not slack.cards(1)


async def test_two_people_are_needed_for_the_undo_of_what_two_approved(slack: World) -> None:
    await slack.under(TWO)
    members = slack.members("VIPs")
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}", by="ana")
    for name in ("ben", "cleo"):
        await slack.press("Remove Shoppers", by=name)
    await slack.type("/change undo 1", by="ana")
    assert needed(slack, 2) == "needs 2 approvals: undoes what was approved"
    for name in ("ben", "cleo"):
        await slack.press("Undo Change", by=name, change=2)
    assert slack.members("VIPs") == members


# Who clicks


@pytest.mark.parametrize("button", ["Delete Segment", "Reject"])
@pytest.mark.parametrize(
    ("who", "told"),
    [
        (ANA, "You asked for change 1, so someone else"),
        ("U0DAN00001", "Guests of this workspace cannot approve or reject changes."),
        (BOT_USER_ID, "Bots cannot approve or reject changes."),
        ("U0NOBODY01", "People from other workspaces cannot approve or reject changes."),
    ],
)
async def test_neither_requester_nor_guest_nor_bot_nor_stranger_decides(
    slack: World, who: str, told: str, button: str
) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    card = slack.card(1)
    await slack.deliver(by_somebody(slack, slack.click(button, by="ben"), who))
    refused = slack.entries()[-1]
    assert (refused.kind, refused.actor) == ("refused", who)
    assert str(refused.detail["reason"]).startswith(told)
    assert read(slack.card(1)) == read(card)
    assert not any(slack.form(by=name) for name in ("ana", "ben", "dan"))
    assert not slack.writes()


async def test_who_was_deactivated_after_the_request_does_not_decide(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    slack.workspace.directory.change("ben", deleted=True)
    slack.clock.forward(minutes=1)
    await slack.deliver(click)
    assert slack.whisper(by="ben", channel="#approvals") == "Deactivated people cannot approve or reject changes."
    assert not slack.writes()


async def test_who_left_the_group_after_the_request_does_not_decide(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.workspace.directory.groups[APPROVERS_GROUP].members.remove(BEN)
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ben")
    assert "You can't approve change 1." in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_who_joined_the_group_after_the_request_decides(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="cleo")
    slack.workspace.directory.groups[APPROVERS_GROUP].members.append(ANA)
    slack.permitted.add(ANA)
    slack.clock.forward(minutes=1)
    await slack.press("Delete Segment", by="ana")
    assert "VIPs" not in slack.sizes()


async def test_nobody_of_a_group_that_cannot_be_read_decides_and_each_reads_why(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(minutes=1)
    slack.workspace.faults.add("usergroups.users.list", error="internal_error", times=99)
    for button in ("Delete Segment", "Reject"):
        await slack.press(button, by="ben")
        assert slack.whisper(by="ben", channel="#approvals").startswith(
            "Slack couldn't tell me just now who is in the group that may do this."
        )
    assert slack.form(by="ben") is None
    assert not slack.writes()


async def test_somebody_named_beside_a_group_that_cannot_be_read_still_decides(slack: World) -> None:
    slack.overrides["APPROVERS"] = f"{APPROVERS_GROUP},{BEN}"
    await slack.under(ONE)
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(minutes=1)
    slack.workspace.faults.add("usergroups.users.list", error="internal_error", times=99)
    await slack.press("Delete Segment", by="cleo")
    assert "Slack couldn't tell me just now" in slack.whisper(by="cleo", channel="#approvals")
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


# The policy changes while something waits


async def test_a_stricter_policy_shows_a_new_version_and_asks_for_both(slack: World) -> None:
    await slack.under(ONE)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.under(TWO)
    await slack.press("Delete Segment", by="ben")
    assert "has a new version" in slack.whisper(by="ben", channel="#approvals")
    card = read(slack.card(1))
    assert "Under the current policy, it needs 2 approvals: deletes a segment that 2 live promotions use." in card
    assert "0 of 2 approved" in card
    assert not slack.writes()
    for name in ("ben", "cleo"):
        await slack.press("Delete Segment", by=name)
    assert "VIPs" not in slack.sizes()


async def test_a_laxer_policy_is_shown_too_and_starts_over(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    await slack.under(ONE)
    await slack.press("Delete Segment", by="cleo")
    assert "it needs 1 approval" in read(slack.card(1))
    assert "0 of 1 approved" in read(slack.card(1))
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_who_may_not_approve_by_the_policy_as_it_is_now_does_not(slack: World) -> None:
    await slack.under(ONE)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.under(ONE + f'approvers = ["{CLEO}"]\n')
    await slack.press("Delete Segment", by="ben")
    assert not slack.writes()
    await slack.press("Delete Segment", by="ben")
    assert "You can't approve change 1." in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_a_change_that_nobody_can_approve_any_more_does_not_run(slack: World) -> None:
    await slack.under(ONE)
    await slack.type("/segment delete VIPs", by="ben")
    await slack.under(TWO)
    await slack.press("Delete Segment", by="cleo")
    assert "needs 2 approvals, and only 1 person" in read(slack.messages(by="cleo", channel="#approvals")[-1])
    assert not slack.writes()
    assert "VIPs" in slack.sizes()
    assert buttons(slack.card(1)) == []
