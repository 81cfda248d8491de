"""What people decide beside yes and no: take some out, edit, stop, break the glass; and what they are told."""

import pytest

from bot.sandbox.workspace.people import ANA, BEN, CLEO
from tests.conftest import OpenWorld
from tests.harness import Stuck, World, buttons, filled, said
from tests.stories.judge import read

DESTRUCTIVE = '["delete_segment", "remove_members", "delete_profiles", "retarget_promotion"]'
TWO = f"[[rules]]\nsteps = {DESTRUCTIVE}\napprovals = 2\n"
BREAKERS = f'breakers = ["{CLEO}"]\n'
WAITING = ["Remove Shoppers", "Reject", "Leave Some Out", "Details", "Edit"]
MEMBERS = "/segments/{id}/shopper-profiles"
OLD_VERSION = "has a new version"


def latest(slack: World, by: str, channel: str = "#segments") -> str:
    """The latest message that this person sees there, as it is read."""
    return read(slack.messages(by=by, channel=channel)[-1])


# Taking some out


async def test_an_approver_takes_3_of_40_out_and_37_are_removed(slack: World) -> None:
    before, spared = slack.members("VIPs"), slack.emails(3, inside="VIPs")
    kept = {slack.profile_id(email) for email in spared}
    await slack.type("/segment clear VIPs", by="ana")
    await slack.press("Leave Some Out", by="ben")
    assert filled(slack.form(by="ben"), "number") == "1"
    await slack.submit({"items": "\n".join(spared)}, by="ben")
    card = read(slack.card(1))
    assert "\nRemove 37 of 40 shoppers from VIPs\n" in card
    assert "This is version 2, and needs approval again." in card
    assert f"@{BEN} left out 3 items. Before: Remove 40 shoppers from VIPs" in card
    assert not slack.writes()
    await slack.press("Clear Segment", by="ben")
    assert before - slack.members("VIPs") == before - kept
    card = read(slack.card(1))
    assert "\nRemove 37 of 40 shoppers from VIPs\n" in card
    assert "Originally requested: Remove 40 shoppers from VIPs" in card
    assert f"1 of 1 approved: <@{BEN}>" in card
    assert "Done" in card
    assert [kind for kind in slack.kinds() if kind in ("planned", "narrow", "approve", "finish")] == [
        "planned",
        "narrow",
        "approve",
        "finish",
    ]
    await slack.type("/change undo 1", by="ana")
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.members("VIPs") == before


async def test_items_are_taken_out_by_email_customer_or_profile_id(slack: World) -> None:
    one, two, three, four = slack.emails(4, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three} {four}", by="ana")
    await slack.type(f"/change except 1 {one} #{slack.customer_id(two)} {slack.profile_id(three)}", by="cleo")
    assert slack.whisper(by="cleo") == "Change 1 covers only the rest now, and needs approval again."
    assert "Remove 1 of 40 shoppers from VIPs" in read(slack.card(1))
    await slack.press("Remove Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 39
    assert slack.profile_id(four) not in slack.members("VIPs")


async def test_segments_are_taken_out_of_a_deletion_by_their_names(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed, “Coffee lovers”", by="ana")
    await slack.type("/change except 1 lapsed and Coffee lovers", by="ben")
    told = read(slack.card(1))
    assert "\nDelete the segment VIPs (40 shoppers)\n" in told
    assert "This is version 2" in told
    assert f"@{BEN} left out 2 items." in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()
    assert {"Lapsed", "Coffee lovers"} <= set(slack.sizes())


async def test_what_is_taken_out_twice_over_adds_up(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three}", by="ana")
    await slack.type(f"/change except 1 {one}", by="ben")
    await slack.type(f"/change except 1 {two}", by="cleo")
    told = read(slack.card(1))
    assert f"\nRemove 1 of 40 shoppers from VIPs: {slack.named(three)}\n" in told
    assert "This is version 3" in told
    await slack.press("Remove Shoppers", by="ben")
    assert slack.sizes()["VIPs"] == 39
    assert {slack.profile_id(one), slack.profile_id(two)} <= slack.members("VIPs")


async def test_taking_out_an_unknown_item_takes_nothing_out(slack: World) -> None:
    (inside, other), (outside,) = slack.emails(2, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment remove VIPs {inside} {other}", by="ana")
    card = slack.card(1)
    await slack.type(f"/change except 1 {inside} {outside} nobody@example.com", by="ben")
    told = latest(slack, "ben")
    assert f"Not in change 1: {slack.called(outside)}." in told
    assert "Not in the store: nobody@example.com." in told
    assert told.endswith("/change details 1` shows what is in it.")
    assert slack.card(1) == card


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("VIPs", "Not in change 1: VIPs."),
        ("everyone", "Not in change 1: everyone."),
        ("{inside} and some more", "Not in change 1: some and more."),
    ],
)
async def test_words_that_take_nothing_out_are_never_told_as_left_out(slack: World, words: str, told: str) -> None:
    inside, other = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {inside} {other}", by="ana")
    await slack.type(f"/change except 1 {words.format(inside=inside)}", by="ben")
    assert latest(slack, "ben") == f"{told} `/change details 1` shows what is in it."
    assert (await slack.change(1)).version == 1


async def test_a_form_that_takes_out_complains_in_place(slack: World) -> None:
    (inside, other), (outside,) = slack.emails(2, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment remove VIPs {inside} {other}", by="ana")
    await slack.press("Leave Some Out", by="ben")
    outcome = await slack.submit({"items": outside}, by="ben")
    assert outcome["errors"]["items"].startswith(f"Not in change 1: {slack.called(outside)}.")
    outcome = await slack.submit({"items": f"{inside}, {other}"}, by="ben")
    assert outcome["errors"]["number"] == "Nothing would be left to do. Reject the change instead."
    await slack.submit({"items": other}, by="ben")
    assert slack.form(by="ben") is None
    assert "Remove 1 of 40 shoppers from VIPs" in read(slack.card(1))


async def test_only_who_may_decide_takes_some_out(slack: World) -> None:
    one, two = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    card = slack.card(1)
    await slack.type(f"/change except 1 {one}", by="ana")
    assert slack.whisper(by="ana").startswith("You asked for change 1, so someone else")
    await slack.type(f"/change except 1 {one}", by="dan")
    assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."
    assert slack.card(1) == card


async def test_what_was_taken_out_stays_out_when_the_store_changes(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two} {three}", by="ana")
    await slack.type(f"/change except 1 {one}", by="ben")
    slack.drop_profile(two)
    await slack.press("Remove Shoppers", by="ben")
    assert OLD_VERSION in slack.whisper(by="ben", channel="#approvals")
    told = read(slack.card(1))
    assert f"\nRemove 1 of 39 shoppers from VIPs: {slack.named(three)}\n" in told
    assert "This is version 3" in told
    await slack.press("Remove Shoppers", by="ben")
    assert slack.profile_id(one) in slack.members("VIPs")
    assert slack.profile_id(three) not in slack.members("VIPs")


async def test_a_change_about_one_thing_offers_nothing_to_take_out(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]


# Details


async def test_details_name_every_shopper_and_who_is_gone(slack: World) -> None:
    emails = slack.emails(3, inside="VIPs")
    ids = [str(slack.profile_id(email)) for email in emails]
    await slack.type(f"/segment remove VIPs {' '.join(emails)}", by="ana")
    gone, slack_name = emails[2], [slack.called(email) for email in emails]
    slack.close_account(gone)
    await slack.press("Details", by="ben")
    told = latest(slack, "ben", "#approvals")
    assert told.startswith("Change 1 covers 3 items\n")
    for name, id_ in zip(slack_name[:2], ids[:2], strict=True):
        assert f"{name}\n{id_}" in told
    assert f"no longer in the store\n{ids[2]}" in told


@pytest.mark.parametrize(
    ("line", "named"),
    [("/segment delete VIPs, Lapsed", ["VIPs", "Lapsed"]), ("/promotion untarget 4", ["Win back"])],
)
async def test_details_name_deleted_segments_and_promotions(slack: World, line: str, named: list[str]) -> None:
    await slack.type(line, by="ana")
    await slack.press("Details", by="cleo")
    told = latest(slack, "cleo", "#approvals").splitlines()
    assert set(named) <= set(told)
    assert "no longer in the store" not in told


# Editing


async def test_an_edit_opens_the_original_form_and_drops_votes(slack: World) -> None:
    await slack.under(TWO)
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    await slack.press("Remove Shoppers", by="ben")
    old = slack.click("Remove Shoppers", by="cleo")
    slack.clock.forward(hours=20)
    await slack.press("Edit", by="ana")
    assert filled(slack.form(), "segment") == ["VIPs"]
    assert filled(slack.form(), "shoppers") == f"{one} {two}"
    await slack.submit({"Shoppers": three})
    card = read(slack.card(1))
    assert "\nRemove 1 of 40 shoppers from VIPs: " in card
    assert "This is version 2, and needs approval again." in card
    assert f"@{ANA} edited it. Before: Remove 2 of 40 shoppers from VIPs" in card
    assert "0 of 2 approved" in card
    assert len(slack.cards(1)) == 1
    await slack.deliver(old)
    assert OLD_VERSION in slack.whisper(by="cleo", channel="#approvals")
    slack.clock.forward(hours=20)
    await slack.sweep()
    for name in ("ben", "cleo"):
        await slack.press("Remove Shoppers", by=name)
    assert slack.sizes()["VIPs"] == 39
    assert {slack.profile_id(one), slack.profile_id(two)} <= slack.members("VIPs")


async def test_an_edit_forgets_what_was_taken_out(slack: World) -> None:
    one, two = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    await slack.type(f"/change except 1 {one}", by="ben")
    await slack.press("Edit", by="ana")
    await slack.submit({})
    told = read(slack.card(1))
    assert "\nRemove 2 of 40 shoppers from VIPs\n" in told
    assert "This is version 3" in told


@pytest.mark.parametrize("who", ["ben", "dan"])
async def test_nobody_else_edits_it(slack: World, who: str) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    card = slack.card(1)
    await slack.press("Edit", by=who)
    assert slack.whisper(by=who, channel="#approvals") == f"Only  @{ANA} , who asked, can edit change 1."
    assert slack.form(by=who) is None
    assert read(slack.card(1)) == read(card)


async def test_an_edit_form_that_was_open_when_somebody_decided_comes_too_late(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Edit", by="ana")
    await slack.press("Delete Segment", by="ben")
    outcome = await slack.submit({"Segments": ["Lapsed"]})
    assert outcome["errors"]["segments"] == "Too late: change 1 is already done."
    assert "Lapsed" in slack.sizes()


async def test_an_edit_form_opened_before_a_narrowing_changes_nothing(slack: World) -> None:
    one, two, three = slack.emails(3, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}", by="ana")
    await slack.press("Edit", by="ana")
    await slack.type(f"/change except 1 {two}", by="ben")
    outcome = await slack.submit({"Shoppers": three})
    assert "Change 1 has a new version" in str(outcome["errors"])
    assert "This is version 2" in read(slack.card(1))
    await slack.press("Remove Shoppers", by="ben")
    assert slack.profile_id(one) not in slack.members("VIPs")
    assert slack.sizes()["VIPs"] == 39


async def test_a_wrong_edit_is_refused_in_its_form(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}", by="ana")
    card = slack.card(1)
    await slack.press("Edit", by="ana")
    outcome = await slack.submit({"Shoppers": "nobody@example.com"})
    assert "Not in the store: nobody@example.com." in outcome["errors"]["shoppers"]
    assert read(slack.card(1)) == read(card)


# Drift


async def test_drift_says_what_the_plan_was_and_is(slack: World) -> None:
    slack.enrol("VIPs", 5)
    await slack.type("/segment clear VIPs", by="ana")
    slack.enrol("VIPs", 8)
    await slack.press("Clear Segment", by="ben")
    assert OLD_VERSION in slack.whisper(by="ben", channel="#approvals")
    card = read(slack.card(1))
    assert "What changed since the request:" in card
    assert "+3 −0 since the request." in card
    assert "Was: Remove 5 shoppers from VIPs" in card
    assert "Now: Remove 8 shoppers from VIPs" in card
    assert not slack.writes()
    await slack.press("Clear Segment", by="ben")
    assert slack.sizes()["VIPs"] == 0


# Stopping


async def running(slack: World, button: str) -> Stuck:
    """Ben approves, and the store takes its time over the first batches."""
    stuck = slack.stick("DELETE" if button == "Clear Segment" else "POST", MEMBERS, times=None)
    await slack.client.press("ben", "#approvals", button)
    await stuck.reached.wait()
    await slack.workspace.changed(lambda _: "Stop" in buttons(slack.card(1)))
    return stuck


async def test_a_running_change_is_stopped_between_batches_and_the_done_part_undone(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1800)
    slack.enrol("VIPs", 1620)
    before = slack.members("VIPs")
    await slack.type("/segment clear VIPs", by="ana")
    stuck = await running(slack, "Clear Segment")
    await slack.client.press("ana", "#approvals", "Stop")
    await slack.workspace.changed(
        lambda _: "is stopping after this batch" in said(slack.messages(channel="#approvals")[-1])
    )
    stuck.release.set()
    await slack.settled()
    assert 0 < slack.sizes()["VIPs"] < 1620
    card = read(slack.card(1))
    assert f"Stopped* by <@{ANA}>" in card
    assert "Stopped before its next step." in card
    assert ": 1,500 of 1,597\n" in card
    await slack.type("/change list all")
    assert "\nstopped\n" in read(slack.messages()[-1]) + "\n"
    await slack.type("/change show 1")
    assert "Change 1 was stopped" in slack.whisper()
    assert "Stopped: Remove 1,597 shoppers from VIPs" in said(await slack.home(by="ana") or {})
    assert not any("ancelled" in said(one) for one in slack.messages())
    assert buttons(slack.card(1)) == ["Try Again", "Undo"]
    await slack.press("Undo", by="ana", change=1)
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before
    assert "Try Again" not in buttons(slack.card(1))


async def test_what_was_stopped_is_tried_again_for_the_rest(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1800)
    slack.enrol("VIPs", 1620)
    await slack.type("/segment clear VIPs", by="ana")
    stuck = await running(slack, "Clear Segment")
    await slack.client.type("cleo", "#segments", "/change stop 1")
    await slack.workspace.changed(lambda _: slack.messages(by="cleo"))
    stuck.release.set()
    await slack.settled()
    assert slack.whisper(by="cleo") == "Change 1 is stopping after this batch."
    left = slack.sizes()["VIPs"]
    assert 0 < left < 1620
    assert slack.heard("Change 1 was stopped by") == 1
    await slack.press("Try Again", by="ana", change=1)
    assert f"Remove {left} shoppers from VIPs" in read(slack.card(2))
    await slack.press("Try Again", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 0


async def test_a_stop_by_somebody_who_may_neither_ask_nor_decide_is_refused(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1800, APPROVERS=BEN)
    slack.enrol("VIPs", 1620)
    await slack.type("/segment clear VIPs", by="ana")
    stuck = await running(slack, "Clear Segment")
    await slack.client.press("cleo", "#approvals", "Stop")
    await slack.workspace.changed(
        lambda _: any(one["ephemeral"] for one in slack.messages(by="cleo", channel="#approvals"))
    )
    stuck.release.set()
    await slack.settled()
    assert "You can't approve change 1." in slack.whisper(by="cleo", channel="#approvals")
    assert slack.sizes()["VIPs"] == 0


@pytest.mark.parametrize(
    ("decide", "told"),
    [
        (False, "Change 1 is not running yet, so there is nothing to stop."),
        (True, "Too late: change 1 is already done."),
    ],
)
async def test_what_does_not_run_cannot_be_stopped(slack: World, decide: bool, told: str) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    if decide:
        await slack.press("Delete Segment", by="ben")
    await slack.type("/change stop 1", by="ana")
    assert slack.whisper(by="ana").startswith(told)


# Partly failed


async def test_a_retry_does_the_rest_with_the_same_approval(slack: World) -> None:
    await slack.type("/segment delete Lapsed, VIPs, Wholesale", by="ana")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        slack.store.faults.add("DELETE", "/segments", status=422, times=None)
    slack.store.faults.clear()
    await slack.press("Try Again", by="ana", change=1)
    card = read(slack.card(2))
    assert "Delete the segment VIPs (40 shoppers)" in card
    assert "Delete the segment Wholesale (22 shoppers)" in card
    assert "Lapsed" not in card
    await slack.press("Try Again", by="cleo", change=2)
    assert not {"Lapsed", "VIPs", "Wholesale"} & set(slack.sizes())


async def test_what_is_done_cannot_be_tried_again(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change retry 1", by="ana")
    assert slack.whisper() == "Change 1 is done: nothing is left to try again."


# Breaking the glass


async def test_nobody_breaks_the_glass_where_the_policy_names_nobody(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    for name in ("ana", "ben", "cleo", "dan"):
        await slack.type("/change break-glass 1 The shop is on fire", by=name)
    assert slack.whisper(by="ana") == "You can't run a change without its approvals."
    assert not slack.writes()
    assert (await slack.change(1)).emergency is None


async def test_a_breaker_lets_it_run_and_everybody_who_may_approve_hears_it(slack: World) -> None:
    await slack.under(BREAKERS + TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change break-glass 1 The shop sells at the wrong price.", by="cleo")
    assert slack.whisper(by="cleo") == "Change 1 is running; everyone who can approve is told."
    assert "VIPs" not in slack.sizes()
    heard = latest(slack, "ben", "dm")
    assert heard.startswith("Change 1 runs without approval: Delete the segment VIPs (40 shoppers)\n")
    assert f"Emergency: @{CLEO} ran this without approval. Reason: The shop sells at the wrong price." in heard
    assert "`/change review 1`" in heard
    assert slack.heard("without approval", by="cleo") == 0
    assert f"Emergency: @{CLEO} ran this without approval. Reason: The shop sells at the wrong price." in read(
        slack.card(1)
    )
    (entry,) = [one for one in slack.entries() if one.kind == "break glass"]
    assert (entry.actor, entry.change) == (CLEO, 1)
    assert entry.detail["reason"] == "The shop sells at the wrong price."
    await slack.sweep()
    assert slack.heard("runs without approval", by="ben") == 1


async def test_the_glass_is_broken_only_for_a_reason(slack: World) -> None:
    await slack.under(BREAKERS + TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change break-glass 1", by="cleo")
    assert slack.form(by="cleo")
    assert not slack.writes()
    await slack.submit({"Reason": "Fire"}, by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_somebody_else_reviews_what_ran_without_approval_and_once(slack: World) -> None:
    await slack.under(BREAKERS + TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change break-glass 1 Fire", by="cleo")
    assert "`/change review 1`" in read(slack.card(1))
    for name in ("cleo", "ana", "dan"):
        await slack.type("/change review 1", by=name)
        assert "is reviewed" not in slack.whisper(by=name)
    await slack.type("/change review 1", by="ben")
    assert slack.whisper(by="ben") == "You reviewed change 1."
    assert f"Reviewed by @{BEN}." in read(slack.card(1))
    assert "`/change review 1`" not in read(slack.card(1))
    await slack.type("/change review 1", by="ben")
    assert latest(slack, "ben") == f"Change 1 was reviewed by @{BEN} already."
    assert slack.kinds().count("review") == 1


async def test_the_glass_is_not_broken_for_what_the_store_made_of_it_meanwhile(slack: World) -> None:
    await slack.under(BREAKERS + TWO)
    await slack.type("/segment delete VIPs", by="ana")
    slack.enrol("VIPs", 7)
    await slack.type("/change break-glass 1 Fire", by="cleo")
    assert OLD_VERSION in slack.whisper(by="cleo")
    assert "Now: Delete the segment VIPs (7 shoppers)" in read(slack.card(1))
    assert not slack.writes()
    assert slack.heard("without approval", by="ben") == 0
    await slack.type("/change break-glass 1 Fire", by="cleo")
    assert "VIPs" not in slack.sizes()


async def test_a_breaker_may_break_the_glass_for_what_they_asked_themselves(slack: World) -> None:
    await slack.under(BREAKERS + f"[[rules]]\nsteps = {DESTRUCTIVE}\napprovals = 1\n")
    await slack.type("/segment delete VIPs", by="cleo")
    await slack.type("/change break-glass 1 Fire", by="cleo")
    assert "VIPs" not in slack.sizes()
    assert slack.heard("runs without approval", by="ben") == 1
    await slack.type("/change review 1", by="ben")
    assert f"Reviewed by @{BEN}." in read(slack.card(1))


async def test_what_was_decided_needs_no_broken_glass(slack: World) -> None:
    await slack.under(BREAKERS + f"[[rules]]\nsteps = {DESTRUCTIVE}\napprovals = 1\n")
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change withdraw 1", by="ana")
    await slack.type("/change break-glass 1 Fire", by="cleo")
    assert latest(slack, "cleo").startswith("Too late: change 1 is already withdrawn by")
    assert not slack.writes()


# Answers


async def test_what_is_typed_is_answered(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change withdraw 1", by="ana")
    assert slack.whisper(by="ana") == "You withdrew change 1."
    for line in ("withdraw", "details", "stop", "review", "retry"):
        await slack.type(f"/change {line} 7", by="ana")
        assert slack.whisper(by="ana").startswith("There is no change 7.")


# Reminders and expiry


def reminders(slack: World) -> list[str]:
    """What was said under cards before they expire."""
    seen = slack.messages(by="ben", channel="#approvals")
    return [read(one) for one in seen if "no one has decided yet" in said(one)]


async def test_a_reminder_comes_under_the_card_2_hours_before_it_expires_and_once(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    card = slack.card(1)["ts"]
    slack.clock.forward(hours=21, minutes=59)
    await slack.sweep()
    assert reminders(slack) == []
    slack.clock.forward(minutes=2)
    for _ in range(2):
        await slack.sweep()
    await slack.stop()
    await slack.start()
    await slack.sweep()
    until = f"{(await slack.change(1)).expires_at:%H:%M}"
    assert reminders(slack) == [
        f"Change 1 expires at {until} UTC, and no one has decided yet. @{BEN}, @{CLEO} can approve."
    ]
    (posted,) = [one for door, one in slack.sent if door == "chat.postMessage" and "no one has" in str(one)]
    assert posted["thread_ts"] == card


@pytest.mark.parametrize("line", ["/change withdraw 1", ""])
async def test_what_was_decided_is_not_reminded_of(slack: World, line: str) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    if line:
        await slack.type(line, by="ana")
    else:
        await slack.press("Delete Segment", by="ben")
    slack.clock.forward(hours=23)
    await slack.sweep()
    assert reminders(slack) == []


async def test_a_reminder_due_during_a_stop_comes_after_it(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.stop()
    slack.clock.forward(hours=23)
    await slack.start()
    await slack.sweep()
    assert len(reminders(slack)) == 1


async def test_a_reminder_after_one_of_two_approvals_names_who_is_still_missing(slack: World) -> None:
    await slack.under(TWO)
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    slack.clock.forward(hours=23)
    await slack.sweep()
    (told,) = [read(one) for one in slack.messages(by="ben", channel="#approvals") if "expires at" in said(one)]
    assert f"@{CLEO} can approve." in told
    assert f"@{BEN}" not in told
    assert ", and 1 of 2 approved." in told


async def test_an_edit_after_the_reminder_is_reminded_of_anew(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    slack.clock.forward(hours=23)
    await slack.sweep()
    await slack.press("Edit", by="ana")
    await slack.submit({"Segments": ["Lapsed"]})
    await slack.sweep()
    assert len(reminders(slack)) == 1
    slack.clock.forward(hours=23)
    await slack.sweep()
    assert len(reminders(slack)) == 2
