"""Changes: what waits, what ran, taking it back; and the Home tab and help."""

from csv import DictReader

import pytest

from bot.sandbox.workspace.people import CLEO
from tests.conftest import OpenWorld
from tests.harness import World, buttons, said
from tests.stories.judge import read


async def test_change_list_shows_what_is_pending_mine_and_all(slack: World) -> None:
    await slack.type("/change list")
    assert "No change is pending" in slack.whisper()
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/segment create Loyal", by="ben")
    await slack.type("/change list", by="cleo")
    assert "1 pending change" in slack.whisper(by="cleo")
    assert "Delete the segment VIPs" in slack.whisper(by="cleo")
    await slack.type("/change list mine", by="ben")
    assert "Create the segment Loyal" in slack.whisper(by="ben")
    assert "VIPs" not in slack.whisper(by="ben")
    await slack.type("/change list all", by="ben")
    assert "2 changes Change" in slack.whisper(by="ben")


async def test_change_list_beyond_the_last_page_says_how_many_there_are(slack: World) -> None:
    await slack.type("/segment create Loyal")
    await slack.type("/change list all page:2")
    assert "There is only 1 page." in slack.whisper()


async def test_change_list_of_anything_else_says_what_there_is(slack: World) -> None:
    await slack.type("/change list nothing")
    assert slack.whisper().startswith("Say “mine”, “pending” or “all” next.")
    assert buttons(slack.messages()[-1]) == ["List Changes: mine", "List Changes: pending", "List Changes: all"]


async def test_whose_changes_are_meant_may_be_said_in_other_words(slack: World) -> None:
    await slack.type("/segment create Loyal")
    for words, count in (("everything", "1 change"), ("my", "1 change"), ("waiting", "No change is pending")):
        await slack.type(f"/change list {words}")
        assert slack.whisper().startswith(count), words


async def test_change_show_tells_who_asked_who_approved_and_what_came_of_it(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change show 1", by="cleo")
    told = slack.whisper(by="cleo")
    assert "Change 1 is done" in told
    assert "@U0ANA00001" in told
    assert "@U0BEN00001" in told
    assert buttons(slack.messages(by="cleo")[-1]) == ["Undo"]


async def test_a_number_that_no_change_has_is_told(slack: World) -> None:
    for number, line in enumerate(("/change show", "/change undo", "/change withdraw"), start=7):
        await slack.type(f"{line} {number}")
        assert f"There is no change {number}" in slack.whisper()


async def test_what_is_no_number_of_a_change_gets_a_sentence(slack: World) -> None:
    for word in ("seven", "0", "-1", "1.5", "999999999999999999999"):
        before = len(slack.messages())
        await slack.type(f"/change show {word}")
        assert len(slack.messages()) == before + 1
        assert "Change must be " in slack.whisper()


async def test_change_show_without_a_number_opens_its_form(slack: World) -> None:
    await slack.type("/segment create Loyal")
    await slack.type("/change show")
    await slack.submit({"Change": "1"})
    assert "Change 1 is done" in slack.whisper()


async def test_the_requester_withdraws_and_then_nobody_can_approve(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    click = slack.click("Delete Segment", by="ben")
    await slack.type("/change withdraw 1", by="ana")
    assert "Withdrawn" in said(slack.card(1))
    assert buttons(slack.card(1)) == []
    await slack.deliver(click)
    assert "Too late: change 1 is already withdrawn" in slack.whisper(by="ben", channel="#approvals")
    await slack.type("/change withdraw 1", by="ana")
    assert "already withdrawn" in slack.whisper(by="ana")
    assert not slack.writes()


async def test_nobody_else_withdraws_it(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change withdraw 1", by="ben")
    assert "who asked, can withdraw change 1" in slack.whisper(by="ben")
    assert buttons(slack.card(1)) == ["Delete Segment", "Reject", "Details", "Edit"]


async def test_a_rejection_asks_why_and_the_requester_reads_it(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="cleo")
    form = slack.form(by="cleo")
    assert form
    assert "Delete the segment VIPs" in read(form)
    await slack.submit({"Reason": "The spring campaign <!channel> needs it"}, by="cleo")
    assert "Rejected" in said(slack.card(1))
    assert "The spring campaign <!channel> needs it" in read(slack.card(1))
    told = said(slack.messages(channel="dm")[-1])
    assert "Change 1 was rejected" in told
    assert "The spring campaign <!channel> needs it" in told
    assert buttons(slack.card(1)) == []
    assert not slack.writes()


async def test_the_requester_cannot_reject_and_gets_no_form(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="ana")
    assert slack.form() is None
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")


async def test_a_reject_form_that_was_open_too_long_comes_too_late(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Reject", by="cleo")
    await slack.press("Delete Segment", by="ben")
    await slack.submit({"Reason": "No"}, by="cleo")
    assert "Too late: change 1 is already done" in slack.whisper(by="cleo", channel="#approvals")
    assert "Done" in said(slack.card(1))


async def test_what_waits_or_did_nothing_cannot_be_undone(slack: World) -> None:
    await slack.type("/segment delete VIPs", by="ana")
    await slack.type("/change undo 1", by="ana")
    assert "nothing to undo yet" in slack.whisper()
    await slack.type("/change withdraw 1", by="ana")
    await slack.type("/change undo 1", by="ana")
    assert "did nothing" in slack.whisper()


async def test_a_change_is_undone_once(slack: World) -> None:
    await slack.type("/segment create Loyal", by="ben")
    await slack.type("/change undo 1", by="ana")
    slack.rename("Loyal", "Loyals")  # so that the next request is another one
    await slack.type("/change undo 1", by="cleo")
    slack.rename("Loyals", "Loyal")
    await slack.press("Undo Change", by="ben", change=2)
    assert "Loyal" not in slack.sizes()
    await slack.press("Undo Change", by="ben", change=3)
    assert "already undone by change 2" in slack.whisper(by="ben", channel="#approvals")
    assert "No longer possible" in said(slack.card(3))
    assert slack.writes().count(("DELETE", slack.writes()[-1][1])) == 1


async def test_an_undo_can_be_undone(slack: World) -> None:
    members = slack.members("VIPs")
    await slack.type("/segment delete VIPs", by="ana")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1", by="ana")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == members
    await slack.type("/change undo 2", by="ana")
    await slack.press("Undo Change", by="cleo", change=3)
    assert "VIPs" not in slack.sizes()
    assert "Undone by" not in read(slack.card(1))
    assert buttons(slack.card(1)) == ["Undo"]
    await slack.press("Undo", by="ana", change=1)
    await slack.press("Undo Change", by="ben", change=4)
    assert slack.members("VIPs") == members
    assert "Undone by change 4." in read(slack.card(1))


async def test_an_undo_that_failed_half_way_can_be_asked_for_again(slack: World) -> None:
    (vip,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {vip}")
    await slack.press("Remove Shoppers", by="ben")
    slack.store.faults.add("POST", "/segments/{id}/shopper-profiles", status=403)
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert "Failed" in read(slack.card(2))
    assert buttons(slack.card(1)) == ["Undo"]
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.profile_id(vip) in slack.members("VIPs")


@pytest.mark.parametrize("count", [20, 21])
async def test_change_show_shows_all_of_a_plan_or_sends_it_as_a_file(slack: World, count: int) -> None:
    names = [f"Old{number:02}" for number in range(count)]
    slack.put(*names)
    await slack.type(f"/segment delete {' '.join(names)}")
    assert "`/change show 1` shows the whole of it." in read(slack.card(1))
    await slack.type("/change show 1", by="ben")
    lines = [f"• Delete the segment {name} (empty)" for name in names]
    shown = read(slack.messages(by="ben")[-1])
    if count == 20:
        assert "\n".join(lines) in shown
        assert not slack.files(by="ben")
    else:
        assert "Delete 21 segments" in shown
        assert "“change 1.txt” is in your direct messages with me." in shown
        assert slack.files(by="ben") == {"change 1.txt": "\n".join((*lines, ""))}
        assert not slack.files(by="ana")


async def test_change_show_sends_a_long_remark_whole(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    guests = [f"someone.unknown.{number:03}@example.com" for number in range(120)]
    await slack.type(f"/segment remove VIPs {email} {' '.join(guests)}")
    card = read(slack.card(1))
    assert "Not in the store (120): [120 emails]. Guests have no profile" in card
    assert "`/change details 1` shows the emails, only to you." in card
    await slack.type("/change show 1", by="ben")
    told = slack.files(by="ben")["change 1.txt"].splitlines()
    assert told[0] == "• Remove 1 of 40 shoppers from VIPs"
    assert "“VIP early access” (live) includes VIPs." in told
    assert f"Not in the store (120): {', '.join(guests[:-1])} and {guests[-1]}. Guests have no profile" in told[-1]


async def test_details_of_more_than_100_come_as_a_file_with_everybody(slack: World) -> None:
    slack.enrol("VIPs", 130)
    await slack.type("/segment clear VIPs", by="ana")
    await slack.press("Details", by="ben")
    told = read(slack.messages(by="ben", channel="#approvals")[-1])
    assert "Change 1 covers 130 items" in told
    assert "The first 100 are shown here." in told
    rows = list(DictReader(slack.files(by="ben")["change 1.csv"].splitlines()))
    assert {row["id"] for row in rows} == slack.members("VIPs")
    assert all("@example.com)" in row["what"] for row in rows)


async def test_details_list_the_people_of_a_deleted_segment_before_and_after(slack: World) -> None:
    one, two = slack.emails(2)
    slack.put("Loyal")
    slack.join("Loyal", one, two)
    await slack.type("/segment delete Loyal", by="ana")
    for is_deleted in (False, True):
        await slack.type("/change details 1", by="ben")
        told = read(slack.messages(by="ben")[-1])
        for email in (one, two):
            assert f"Loyal\n{slack.named(email)}\n{email}\n{slack.customer_id(email)}" in told
        if not is_deleted:
            await slack.press("Delete Segment", by="ben")
    assert "Loyal" not in slack.sizes()


async def test_the_home_tab_shows_what_waits_then_mine_then_help(slack: World) -> None:
    empty = read(await slack.home(by="ben"))
    assert "Nothing is waiting" in empty
    await slack.type("/segment delete VIPs", by="ana")
    shown = read(await slack.home(by="ben"))
    assert shown.index("1 change is waiting for you") < shown.index("Your requests")
    assert "Delete the segment VIPs (40 shoppers)" in shown
    assert "/segment delete <segment> …" in shown
    await slack.press("Review", by="ben", channel="home")
    assert "Delete the segment VIPs" in read(slack.form(by="ben"))
    await slack.home(by="ana")
    await slack.press("Details", by="ana", channel="home")
    assert "Change 1 is waiting" in said(slack.messages(channel="dm")[-1])


async def test_help_is_everywhere(slack: World) -> None:
    for line, told in (
        ("/segment", "/segment delete <segment> …"),
        ("/change", "/change undo <change>"),
        ("/segment help", "/segment create <name> [description]"),
        ("/change HELP", "/change withdraw <change>"),
        ("/segment help delete", "/segment delete VIPs"),
        ("/change undo ?", "/change undo 42"),
        ("/segment delete help", "/segment delete VIPs"),
        ("/segment edit --help", "/segment edit VIPs"),
    ):
        await slack.type(line)
        assert told in slack.whisper()
        assert slack.form() is None


async def test_a_slip_in_the_command_gets_the_nearest_one(slack: World) -> None:
    await slack.type("/segment delte VIPs")
    assert "Did you mean /segment delete" in read(slack.messages()[-1]).replace("`", "")
    assert not slack.kinds().count("planned")


async def test_shoppers_are_found_by_name_in_a_plan_and_taken_out_of_it(slack: World) -> None:
    one, two = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one} {two}")
    await slack.type("/change details 1", by="ben")
    assert slack.called(one) in read(slack.messages(by="ben")[-1])
    await slack.type(f"/change except 1 {one}", by="ben")
    assert "Remove 1 of" in said(slack.card(1))


async def test_customers_whose_profiles_go_are_named_in_the_details(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/shopper delete {email}")
    await slack.type("/change details 1", by="ben")
    assert slack.called(email) in read(slack.messages(by="ben")[-1])


async def test_the_form_of_what_to_leave_out_offers_the_names_of_the_plan(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    await slack.type("/change except 1 Lapsed", by="ben")
    assert "Delete the segment VIPs" in said(slack.card(1))


async def test_the_glass_is_broken_by_a_typed_line_with_its_reason(open_world: OpenWorld) -> None:
    slack = await open_world()
    await slack.under(f'breakers = ["{CLEO}"]')
    await slack.type("/segment delete VIPs")
    await slack.type("/change break-glass 1 The shop sells at the wrong price", by="cleo")
    assert ("VIPs" in slack.sizes(), "start" in slack.kinds()) == (False, True)


async def test_very_many_words_that_were_left_out_come_as_a_file(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    words = [f"word-of-some-length-{'x' * 30}-{number}y" for number in range(60)]
    await slack.type(f"/segment add VIPs {email} {' '.join(words)}")
    await slack.type("/change details 1")
    assert slack.files()["left out of change 1.txt"].splitlines() == words
    await slack.type(f"/segment remove VIPs {email} some words")
    await slack.type("/change details 2")
    assert "Words that were left out: some and words." in slack.whisper()


async def test_showing_a_change_that_waits_says_who_still_decides(slack: World) -> None:
    await slack.under('[[rules]]\nsteps = ["delete_segment"]\napprovals = 2\n')
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    told = {
        "ana": "Nothing is decided yet: someone else has to, with the card's buttons.",
        "ben": "You approved it; someone else still has to, with the card's buttons.",
        "cleo": "Nothing is decided yet: Review has the card's buttons.",
    }
    for person, sentence in told.items():
        await slack.type("/change approve 1", by=person)
        assert sentence in slack.whisper(by=person)


async def test_segments_are_left_out_by_names_without_quotes(slack: World) -> None:
    await slack.type("/segment delete VIPs, Lapsed, Coffee lovers")
    await slack.type("/change except 1 Lapsed and Coffee lovers", by="ben")
    assert "Delete the segment VIPs" in said(slack.card(1))
    await slack.type("/change except 1 the moon", by="ben")
    assert "Not in change 1: the and moon." in slack.whisper(by="ben")


async def test_details_list_those_whom_the_store_refused_with_its_own_reason(slack: World) -> None:
    emails = slack.emails(80, outside="VIPs")
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    path = "/segments/{id}/shopper-profiles"
    slack.store.faults.add("POST", path)
    slack.store.faults.add("POST", path, status=422)
    await slack.press("Add Shoppers", by="ben")
    left = 80 - len(slack.members("VIPs") & {slack.profile_id(one) for one in emails})
    assert f"Try {left} Again" in buttons(slack.card(1))
    await slack.type("/change details 1", by="ben")
    (undone,) = [
        block
        for block in slack.messages(by="ben")[-1]["blocks"]
        if block["type"] == "data_table" and block["caption"] == "Not done by change 1"
    ]
    assert len(undone["rows"]) == left + 1
    assert "The store does not accept this." in str(undone["rows"][1])


async def test_what_is_to_come_stands_first_in_the_list(slack: World) -> None:
    await slack.type("/segment create Later at:in 48 hours")
    await slack.type("/segment create Sooner at:in 24 hours")
    await slack.type("/change list")
    shown = slack.whisper()
    assert shown.index("Sooner") < shown.index("Later")
    assert shown.count("approved, runs 2") == 4
    await slack.type("/change list mine")
    assert slack.whisper().count("approved, runs 2") == 2
