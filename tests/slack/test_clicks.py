"""Clicks that come twice, too late, on an old card, or after the store has changed."""

from tests.harness import World, buttons, said
from tests.stories.judge import read


async def test_the_same_click_delivered_twice_runs_once(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.deliver(slack.click("Delete Segment", by="ben"), times=3)
    assert len(slack.writes()) == 1
    assert slack.kinds().count("approve") == 1
    assert slack.kinds().count("refused") == 0


async def test_the_same_command_delivered_twice_is_one_change(slack: World) -> None:
    await slack.deliver(slack.command("/segment create Loyal"), times=3)
    assert slack.writes() == [("POST", "/segments")]
    assert slack.kinds().count("asked") == 1


async def test_the_same_click_delivered_again_after_a_restart_is_still_one(slack: World) -> None:
    await slack.type("/segment create Loyal", by="cleo")
    await slack.type("/change undo 1")
    click = slack.click("Undo Change", by="ben")
    await slack.deliver(click)
    await slack.stop()
    await slack.start()
    await slack.deliver(click)
    assert slack.kinds().count("approve") == 1
    assert [method for method, _ in slack.writes()] == ["POST", "DELETE"]


async def test_a_click_on_a_change_that_ran_comes_too_late(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    click = slack.click("Delete Segment", by="cleo")
    await slack.press("Delete Segment", by="ben")
    await slack.deliver(click)
    assert "Too late: change 1 is already done" in slack.whisper(by="cleo", channel="#approvals")
    assert len(slack.writes()) == 1


async def test_a_click_on_a_rejected_change_names_who_rejected_it(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    click = slack.click("Delete Segment", by="ben")
    await slack.press("Reject", by="cleo")
    await slack.submit({"Reason": "No"}, by="cleo")
    await slack.deliver(click)
    told = read(slack.messages(by="ben", channel="#approvals")[-1])
    assert "Too late: change 1 is already rejected by" in told
    assert "U0CLEO0001" in told
    assert not slack.writes()


async def test_an_expired_change_is_never_a_yes(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    click = slack.click("Delete Segment", by="ben")
    slack.clock.forward(hours=25)
    await slack.deliver(click)
    assert "Too late: change 1 has expired" in slack.whisper(by="ben", channel="#approvals")
    assert "Expired" in said(slack.card(1))
    assert buttons(slack.card(1)) == []
    assert "Change 1 expired" in said(slack.messages(channel="dm")[-1])
    await slack.deliver(slack.click_again(click))
    assert "already expired" in slack.whisper(by="ben", channel="#approvals")
    assert not slack.writes()


async def test_a_change_expires_by_itself_and_its_requester_hears_it(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.clock.forward(hours=23)
    await slack.sweep()
    assert "Waiting for 1 approval" in said(slack.card(1))
    slack.clock.forward(hours=1, seconds=1)
    await slack.sweep()
    await slack.sweep()
    assert "Expired" in said(slack.card(1))
    assert sum("Change 1 expired" in said(one) for one in slack.messages(channel="dm")) == 1
    assert slack.kinds().count("expire") == 1


async def test_an_expired_change_is_not_rejected_any_more(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    slack.clock.forward(hours=25)
    await slack.press("Reject", by="ben")
    assert slack.form(by="ben") is None
    assert "Too late" in slack.whisper(by="ben", channel="#approvals")


async def test_a_store_that_changed_shows_the_difference_and_asks_for_approval_again(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    old = slack.click("Delete Segment", by="cleo")
    slack.enrol("VIPs", 7)
    await slack.press("Delete Segment", by="ben")
    assert "has a new version" in slack.whisper(by="ben", channel="#approvals")
    card = read(slack.card(1))
    assert "Was: Delete the segment VIPs (40 shoppers)" in card
    assert "Now: Delete the segment VIPs (7 shoppers)" in card
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]
    await slack.deliver(old)
    assert "has a new version" in slack.whisper(by="cleo", channel="#approvals")
    assert not slack.writes()
    await slack.press("Delete Segment", by="cleo")
    assert "VIPs" not in slack.sizes()
    assert "Was:" not in read(slack.card(1))


async def test_a_promotion_that_was_switched_off_meanwhile_needs_a_new_look(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    with slack.store.shop.db as db:
        db.execute("UPDATE promotions SET document = json_set(document, '$.status', 'DISABLED')")
    await slack.press("Delete Segment", by="ben")
    assert "What the plan touches has changed" in read(slack.card(1))
    assert not slack.writes()
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_a_segment_deleted_by_somebody_else_makes_the_change_stale(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    slack.drop("VIPs")
    await slack.press("Delete Segment", by="ben")
    assert "is no longer possible" in slack.whisper(by="ben", channel="#approvals")
    assert "No longer possible" in said(slack.card(1))
    assert "Change 1 is no longer possible" in said(slack.messages(channel="dm")[-1])
    assert "Lapsed" in slack.sizes()
    assert not slack.writes()
    assert buttons(slack.card(1)) == []


async def test_the_same_removal_clicked_twice_is_sent_once(slack: World) -> None:
    await slack.type(f"/segment remove VIPs {' '.join(slack.emails(3, inside='VIPs'))}")
    await slack.deliver(slack.click("Remove Shoppers", by="ben"), times=3)
    assert slack.sizes()["VIPs"] == 37
    assert len(slack.writes()) == 1


async def test_two_people_who_remove_the_same_shopper_remove_them_once(slack: World) -> None:
    email, other = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}", by="ana")
    await slack.type(f"/segment remove VIPs {email} {other}", by="cleo")
    await slack.type(f"/change except 2 {other}", by="ben")
    await slack.press("Remove Shoppers", by="ben", change=1)
    await slack.press("Remove Shoppers", by="ben", change=2)
    assert "No longer possible" in said(slack.card(2))
    assert len(slack.writes()) == 1


async def test_an_add_that_shrank_below_what_needs_approval_is_to_be_asked_anew(slack: World) -> None:
    emails = slack.emails(26, outside="VIPs")
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    slack.join("VIPs", *emails[:2])
    await slack.press("Add Shoppers", by="ben")
    card = read(slack.card(1))
    assert "No longer possible" in card
    assert "this no longer needs approval. Ask again." in card
    assert not slack.writes()
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    assert slack.sizes()["VIPs"] == 66


async def test_two_changes_for_one_segment_delete_it_once(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/segment delete VIPs, Lapsed", by="cleo")
    await slack.press("Delete Segment", by="ben", change=1)
    await slack.press("Delete Segment", by="ben", change=2)
    assert "No longer possible" in said(slack.card(2))
    assert len(slack.writes()) == 1
