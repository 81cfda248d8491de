"""Who is in a segment: seen, added, removed, cleared and exported; the good days and the bad ones."""

import csv
import io
import re

import pytest

from bot.core.errors import SelfApproval
from bot.core.language.visible import visible
from commands.inputs import shopper_lists
from commands.segment.members import AddArgs
from tests.conftest import OpenWorld
from tests.harness import World, buttons, filled, said
from tests.stories.judge import read

MEMBERS = "/segments/{id}/shopper-profiles"
NOBODY = "00000000-0000-4000-8000-000000000000"


def table(text: str) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(text)))


# Seeing them


async def test_members_are_shown_with_name_and_email(slack: World) -> None:
    await slack.type("/segment members VIPs")
    told = slack.whisper()
    assert "VIPs: 40 shoppers" in told
    for email in slack.emails(40, inside="VIPs"):
        assert email in told
    assert "Sara Novak\nsara.novak@example.com\n" in read(slack.messages()[-1])
    assert buttons(slack.messages()[-1]) == ["Add Shoppers", "Remove Shoppers", "Export"]
    assert not slack.writes()


async def test_members_without_a_segment_opens_its_form(slack: World) -> None:
    await slack.type("/segment members")
    assert await slack.suggest("vip", field="segment") == ["VIPs"]
    outcome = await slack.submit({"Segment": "VIPs", "Page": "0"})
    assert outcome["errors"] == {"page": "Page must be 1 or more."}
    await slack.submit({"Segment": "VIPs", "Page": None})
    assert slack.form() is None
    assert "VIPs: 40 shoppers" in slack.whisper()


USAGE = "Type `/segment members <segment> [page:…]`. For example: `/segment members VIPs`."


async def test_an_empty_segment_has_no_members_and_no_page_2(slack: World) -> None:
    await slack.type("/segment members spring launch waitlist")
    assert "Spring launch waitlist: 0 shoppers" in slack.whisper()
    await slack.type('/segment members "Spring launch waitlist" page:2')
    assert read(slack.messages()[-1]) == f"There is only 1 page. {USAGE}"


async def test_a_page_of_members_costs_three_requests(slack: World) -> None:
    slack.enrol("VIPs", 250)
    await slack.type("/segment members VIPs page:2")
    assert "101 to 200 shown" in slack.whisper()
    assert len(slack.store.requests()) == 3


@pytest.mark.parametrize("verb", ["members", "export"])
async def test_a_member_without_account_is_shown_by_customer_id(slack: World, verb: str) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    id_, profile = slack.customer_id(email), slack.profile_id(email)
    async with slack.meanwhile(slack.client.type("ana", "#segments", f"/segment {verb} VIPs"), "GET", "/customers"):
        slack.close_account(email)
    assert "VIPs: 40 shoppers" in slack.whisper()
    assert email not in slack.whisper()
    if verb == "members":
        assert f"–\n–\n{id_}\n" in read(slack.messages()[-1])
    else:
        assert f"{id_},,,,{profile}" in slack.files()["VIPs.csv"].splitlines()


async def test_members_are_reached_from_show_and_add_and_remove_from_members(slack: World) -> None:
    await slack.type("/segment show VIPs")
    await slack.press("Members", by="ana", channel="#segments")
    assert "VIPs: 40 shoppers" in slack.whisper()
    for button in ("Add Shoppers", "Remove Shoppers"):
        await slack.press(button, by="ana", channel="#segments")
        assert filled(slack.form(), "segment") == ["VIPs"]
        await slack.client.cancel("ana")
    await slack.press("Export", by="ana", channel="#segments")
    assert len(table(slack.files()["VIPs.csv"])) == 40


# Adding


async def test_shoppers_are_added_by_email_customer_id_and_profile_id_mixed(slack: World) -> None:
    one, two, three = slack.emails(3, outside="VIPs")
    await slack.type(f"/segment add VIPs {one}, #{slack.customer_id(two)} {slack.profile_id(three)}")
    card = read(slack.card(1))
    assert "Add 3 shoppers to VIPs" in card
    assert "Done" in card
    assert slack.named(one) in card
    assert slack.named(two) in card
    assert "@example.com" not in card
    assert {slack.profile_id(email) for email in (one, two, three)} <= slack.members("VIPs")
    assert [method for method, _ in slack.writes()] == ["POST"]


async def test_undo_takes_back_a_membership_and_its_new_profile(slack: World) -> None:
    before = slack.members("VIPs")
    known, new = slack.emails(1, outside="VIPs") + slack.emails_without_profile(1)
    await slack.type(f"/segment add VIPs {known} {new}")
    assert "Create 1 shopper profile · Add 2 shoppers to VIPs" in said(slack.card(1))
    assert slack.profile_id(new) in slack.members("VIPs")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before
    assert slack.profile_id(new) is None
    assert slack.profile_id(known)


async def test_an_undo_is_about_those_who_are_still_where_they_were_put(slack: World) -> None:
    gone, still = slack.emails(2, outside="VIPs")
    await slack.type(f"/segment add VIPs {gone} {still}")
    slack.leave("VIPs", gone)
    await slack.type("/change undo 1")
    assert "Undo change 1: Remove 1 of 41 shoppers from VIPs" in said(slack.card(2))
    assert "1 shopper left VIPs meanwhile." in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 40
    await slack.type("/change undo 2")
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.profile_id(still) in slack.members("VIPs")
    assert slack.profile_id(gone) not in slack.members("VIPs")


async def test_where_all_left_there_is_nothing_to_undo(slack: World) -> None:
    email = slack.emails(1, outside="VIPs")[0]
    await slack.type(f"/segment add VIPs {email}")
    slack.leave("VIPs", email)
    await slack.type("/change undo 1")
    assert slack.whisper() == "1 shopper left VIPs meanwhile."


async def test_undo_of_an_add_leaves_profiles_that_are_in_another_segment_by_then(slack: World) -> None:
    stays, goes = slack.emails_without_profile(2)
    await slack.type(f"/segment add VIPs {stays}, {goes}")
    slack.join("Lapsed", stays)
    await slack.type("/change undo 1")
    assert "Profiles that are in a segment by then stay" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 40
    assert slack.profile_id(stays) in slack.members("Lapsed")
    assert slack.profile_id(goes) is None
    assert "1 profile stayed, being in a segment." in read(slack.card(2))


async def test_add_by_form_counts_who_is_recognised_while_one_types(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type("/segment add VIPs")
    assert filled(slack.form(), "segment") == ["VIPs"]
    assert "counted as you type" in read(slack.form())
    await slack.client.press("ana", "form", "shoppers", value=f"{email}, #17 {NOBODY}\nfoo")
    await slack.settled()
    told = "3 shoppers recognised: 1 email, 1 customer id and 1 profile id. Not understood: foo."
    assert told in read(slack.form())
    await slack.submit({"Shoppers": email})
    assert slack.form() is None
    assert slack.profile_id(email) in slack.members("VIPs")


async def test_a_form_stays_open_where_no_shopper_can_be_added(slack: World) -> None:
    (inside,), (outside,) = slack.emails(1, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type("/segment add VIPs")
    outcome = await slack.submit({"Shoppers": "nobody@example.com"})
    assert "Not in the store: nobody@example.com." in outcome["errors"]["shoppers"]
    outcome = await slack.submit({"Shoppers": inside})
    assert outcome["errors"]["shoppers"] == f"In VIPs already: {slack.called(inside)}."
    await slack.submit({"Shoppers": outside})
    assert slack.form() is None
    assert slack.sizes()["VIPs"] == 41


async def test_add_without_anything_asks_for_segment_and_shoppers(slack: World) -> None:
    await slack.type("/segment add")
    assert await slack.suggest("lap", field="segment") == ["Lapsed"]
    outcome = await slack.submit({"Segments": "Lapsed"})
    assert list(outcome["errors"]) == ["shoppers"]
    await slack.submit({"Shoppers": slack.emails(1, outside="Lapsed")[0]})
    assert slack.form() is None
    assert slack.sizes()["Lapsed"] == 65


async def test_an_address_that_slack_made_a_link_of_is_understood(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs <mailto:{email}|{email}>")
    assert slack.sizes()["VIPs"] == 41


async def test_an_addition_to_a_deleted_segment_cannot_be_undone(slack: World) -> None:
    known, new = slack.emails(1, outside="Lapsed") + slack.emails_without_profile(1)
    await slack.type(f"/segment add Lapsed {known}")
    await slack.type(f"/segment add Lapsed {new}")
    slack.drop("Lapsed")
    await slack.type("/change undo 1")
    assert slack.whisper() == "The segment “Lapsed” is no longer in the store."
    await slack.type("/change undo 2")
    assert "The segment “Lapsed” is no longer in the store." in read(slack.card(3))
    await slack.press("Undo Change", by="ben", change=3)
    assert slack.profile_id(new) is None


async def test_a_list_pasted_from_a_mail_is_understood(slack: World) -> None:
    one, two, three = slack.emails(3, outside="VIPs")
    await slack.type("/segment add VIPs")
    await slack.submit({"Shoppers": f"<{one}>; mailto:{two}\n\n{three.upper()},,"})
    assert "Add 3 shoppers to VIPs" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 43


async def test_known_shoppers_go_through_and_unknown_ones_are_named(slack: World) -> None:
    (inside,), (outside,) = slack.emails(1, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {inside} {outside} guest@example.com #99999 {NOBODY} foo")
    card = read(slack.card(1))
    assert "Add 1 shopper to VIPs" in card
    assert f"In VIPs already: {slack.named(inside)}." in card
    assert f"Not in the store: [email], 99999 and {NOBODY}." in card
    assert "1 other word was left out: foo." in card
    assert slack.sizes()["VIPs"] == 41


async def test_of_very_many_who_are_unknown_everybody_is_named_after_their_number(slack: World) -> None:
    guests = [f"guest{number:02}@example.com" for number in range(12)]
    await slack.type(f"/segment add VIPs {slack.emails(1, outside='VIPs')[0]} {' '.join(guests)}")
    assert "Not in the store (12): [12 emails]." in read(slack.card(1))
    assert "`/change details 1` shows the emails, only to you." in read(slack.card(1))
    await slack.type("/change details 1")
    assert f"Not in the store (12): {', '.join(guests[:-1])} and {guests[-1]}." in slack.whisper()


async def test_more_shoppers_than_a_form_holds_are_refused_where_the_segment_is_missing(slack: World) -> None:
    words = " ".join(f"shoppers:someone.{number}@example.com" for number in range(400))
    await slack.type(f"/segment add {words}")
    assert read(slack.messages()[-1]).startswith(
        "That is more than a form can hold. Type it all in one line instead. "
        "Type `/segment add <segment> … <shopper> …`."
    )
    assert slack.form() is None
    assert slack.kinds() == ["refused"]


@pytest.mark.parametrize("verb", ["add", "remove"])
async def test_where_nobody_is_recognised_nothing_is_asked_for(slack: World, verb: str) -> None:
    await slack.type(f"/segment {verb} VIPs guest@example.com foo")
    assert read(slack.messages()[-1]) == (
        "Not in the store: guest@example.com. Guests have no profile until `/shopper register`. "
        "1 word was left out: foo. A shopper is an email, a customer id or a profile id. "
        f"Type `/segment {verb} <segment> … <shopper> …`. For example: `/segment {verb} VIPs ada@example.com`."
    )
    assert "planned" not in slack.kinds()


async def test_a_changed_remark_does_not_hold_up_a_plan(slack: World) -> None:
    (inside,), (outside,) = slack.emails(1, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type(f"/segment remove VIPs {inside} {outside}")
    assert f"Not in VIPs: {slack.named(outside)}." in read(slack.card(1))
    slack.close_account(outside)
    await slack.press("Remove Shoppers", by="ben")
    assert "Done" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 39


async def test_members_that_the_store_lists_in_another_order_are_the_same_plan(slack: World) -> None:
    await slack.type("/segment clear VIPs")
    with slack.store.shop.db as db:
        db.execute("PRAGMA defer_foreign_keys=ON")
        db.execute("UPDATE profiles SET position = -position")
        db.execute("UPDATE members SET profile = -profile")
    await slack.press("Clear Segment", by="ben")
    assert "Done" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 0


async def test_the_same_shopper_named_three_ways_is_added_once(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {email.upper()} #{slack.customer_id(email)} {email} {slack.profile_id(email)}")
    assert "Add 1 shopper to VIPs" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


async def test_the_same_shopper_named_twice_gets_one_profile(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    await slack.type(f"/segment add VIPs {email} #{slack.customer_id(email)}")
    assert "Create 1 shopper profile · Add 1 shopper to VIPs" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 41


async def test_an_email_with_a_plus_sign_or_in_upper_case_is_found(slack: World) -> None:
    slack.register("jo+news@example.com")
    slack.register("Max.Power@Example.com")
    await slack.type("/segment add VIPs JO+News@example.com max.power@example.com")
    assert "Add 2 shoppers to VIPs" in said(slack.card(1))
    assert slack.profile_id("jo+news@example.com") in slack.members("VIPs")


async def test_an_email_with_a_comma_needs_the_customer_id(slack: World) -> None:
    id_ = slack.register('"doe, jane"@example.com')
    await slack.type("/segment add VIPs “doe, jane”@example.com")
    told = 'The store cannot look up an email with a comma: "doe, jane"@example.com. Use the customer id.'
    assert told in slack.whisper()
    await slack.type(f"/segment add VIPs {id_}")
    assert slack.sizes()["VIPs"] == 41


async def test_51_shoppers_in_one_go_need_a_second_person_and_all_come_in(slack: World) -> None:
    before, emails = slack.members("VIPs"), slack.emails(51, outside="VIPs")
    await slack.type(f"/segment add VIPs {', '.join(emails)}")
    card = read(slack.card(1))
    assert "Add 51 shoppers to VIPs" in card
    assert "needs 1 approval: adds more than 25 shoppers" in card
    assert re.search(r"\n[^,@]+, [^,@]+, [^,@]+ and 48 more\.\n", card)
    assert buttons(slack.card(1)) == ["Add Shoppers", "Reject", "Leave Some Out", "Details", "Edit"]
    assert not slack.writes()
    await slack.press("Add Shoppers", by="ana")
    assert read(slack.messages(channel="#approvals")[-1]) == str(SelfApproval(1))
    await slack.press("Add Shoppers", by="ben")
    assert slack.members("VIPs") == before | {slack.profile_id(email) for email in emails}
    assert len(slack.writes()) == 2
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.members("VIPs") == before


async def test_25_shoppers_are_added_freely(slack: World) -> None:
    await slack.type(f"/segment add VIPs {' '.join(slack.emails(25, outside='VIPs'))}")
    assert slack.sizes()["VIPs"] == 65


async def test_an_add_that_meets_members_already_ends_with_everybody_in(slack: World) -> None:
    emails = slack.emails(5, outside="VIPs")
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/segment add VIPs {' '.join(emails)}"), "POST", MEMBERS
    ):
        slack.join("VIPs", *emails[:2])
    assert {slack.profile_id(email) for email in emails} <= slack.members("VIPs")
    assert "2 shoppers were already in VIPs." in read(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 42


async def test_a_profile_deleted_before_the_run_is_reported(slack: World) -> None:
    gone, stays = slack.emails(2, outside="VIPs")
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/segment add VIPs {gone} {stays}"), "POST", MEMBERS
    ):
        slack.drop_profile(gone)
    assert slack.profile_id(stays) in slack.members("VIPs")
    card = read(slack.card(1))
    assert "Done" in card
    assert "1 shopper could not be added: the profile that was planned with was deleted since." in card


async def test_a_profile_deleted_before_the_click_is_planned_anew_and_asked_again(slack: World) -> None:
    emails = slack.emails(26, outside="VIPs")
    await slack.type(f"/segment add VIPs {' '.join(emails)}")
    slack.drop_profile(emails[0])
    await slack.press("Add Shoppers", by="ben")
    assert "has a new version" in slack.whisper(by="ben", channel="#approvals")
    assert "Now: Create 1 shopper profile" in read(slack.card(1))
    assert not slack.writes()
    await slack.press("Add Shoppers", by="ben")
    assert {slack.profile_id(email) for email in emails} <= slack.members("VIPs")


async def test_a_customer_who_got_a_profile_meanwhile_keeps_it_when_this_is_undone(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/segment add VIPs {email}"), "POST", "/shopper-profiles"
    ):
        (theirs,) = slack.give_profiles(email)
    assert "1 shopper already had a profile." in read(slack.card(1))
    assert theirs in slack.members("VIPs")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 40
    assert slack.profile_id(email) == theirs


async def test_a_segment_deleted_while_shoppers_are_added_fails_with_a_sentence(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    async with slack.meanwhile(slack.client.type("ana", "#segments", f"/segment add Lapsed {email}"), "POST", MEMBERS):
        slack.drop("Lapsed")
    card = read(slack.card(1))
    assert "Failed" in card
    assert "The store has no such segment, or no longer has it. Check the name or id." in card
    assert "Done: Create 1 shopper profile." in card
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) is None


async def test_a_token_without_the_modify_scope_is_told_with_both_causes(slack: World) -> None:
    slack.store.scopes = {"store_v2_customers_read_only", "store_v2_marketing"}
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {email}")
    card = read(slack.card(1))
    assert "Nothing was changed" in card
    for told in (card, said(slack.messages()[-1])):
        assert "the store's plan lacks customer segmentation" in told
        assert "the bot's token lacks a scope" in told
    await slack.type("/segment members VIPs")
    assert "the bot's token lacks a scope" in slack.whisper()


async def test_a_store_without_the_plan_is_told_with_both_causes_whatever_one_asks(slack: World) -> None:
    slack.store.plan = "Pro"
    lines = ("members VIPs", "add VIPs 17", "remove VIPs 17", "clear VIPs", "export VIPs", "show VIPs", "list")
    for line in lines:
        before = len(slack.messages())
        await slack.type(f"/segment {line}")
        assert len(slack.messages()) == before + 1
        assert "the store's plan lacks customer segmentation" in slack.whisper()
        assert "the bot's token lacks a scope" in slack.whisper()
    assert not slack.writes()


async def test_a_form_says_in_place_that_the_store_forbids_it(slack: World) -> None:
    await slack.type("/segment add VIPs")
    slack.store.plan = "Pro"
    outcome = await slack.submit({"Shoppers": "17"})
    assert "the store's plan lacks customer segmentation" in outcome["errors"]["segment"]


async def test_an_add_stopped_between_its_steps_goes_on_and_makes_no_second_profile(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    async with slack.meanwhile(slack.client.type("ana", "#segments", f"/segment add VIPs {email}"), "POST", MEMBERS):
        await slack.stop()
        profile = slack.profile_id(email)
    await slack.start()
    await slack.sweep()
    assert slack.profile_id(email) == profile
    assert profile in slack.members("VIPs")
    assert "Done" in said(slack.card(1))
    assert slack.writes().count(("POST", "/shopper-profiles")) == 1
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) is None


async def test_profiles_made_while_the_bot_died_are_used_and_taken_back_by_undo(slack: World) -> None:
    (email,) = slack.emails_without_profile(1)
    async with slack.meanwhile(
        slack.client.type("ana", "#segments", f"/segment add VIPs {email}"), "POST", "/shopper-profiles"
    ):
        await slack.stop()
        (made,) = slack.give_profiles(email)
    await slack.start()
    await slack.sweep()
    assert made in slack.members("VIPs")
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(email) is None


# Removing


async def test_shoppers_are_removed_once_a_second_person_approves_and_come_back_by_undo(slack: World) -> None:
    before, emails = slack.members("VIPs"), slack.emails(3, inside="VIPs")
    (other,) = slack.emails(1, outside="VIPs")
    one, two, three = (slack.profile_id(email) for email in emails)
    await slack.type(f"/segment remove VIPs {emails[0]} #{slack.customer_id(emails[1])} {three} {other} x@example.com")
    card = read(slack.card(1))
    assert "Remove 3 of 40 shoppers from VIPs" in card
    assert f"Not in VIPs: {slack.named(other)}." in card
    assert "Not in the store: [email]." in card
    assert "“VIP early access” (live) includes VIPs." in card
    assert "removes shoppers from a segment that 2 live promotions use" in card
    assert slack.members("VIPs") == before
    await slack.press("Remove Shoppers", by="ana")
    assert "You asked for change 1, so someone else" in slack.whisper(channel="#approvals")
    await slack.press("Remove Shoppers", by="ben")
    assert slack.members("VIPs") == before - {one, two, three}
    assert slack.profile_id(emails[0]) == one
    assert "Change 1 is done" in said(slack.messages(channel="dm")[-1])
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="cleo", change=2)
    assert slack.members("VIPs") == before
    await slack.type("/change undo 1")
    assert slack.whisper() == "Change 1 was already undone by change 2."


async def test_remove_by_form_reached_from_show(slack: World) -> None:
    (inside,), (outside,) = slack.emails(1, inside="VIPs"), slack.emails(1, outside="VIPs")
    await slack.type("/segment show VIPs")
    await slack.press("Remove Shoppers", by="ana", channel="#segments")
    assert filled(slack.form(), "segment") == ["VIPs"]
    await slack.client.press("ana", "form", "shoppers", value=inside)
    await slack.settled()
    assert "1 shopper recognised: 1 email." in read(slack.form())
    outcome = await slack.submit({"Shoppers": outside})
    assert outcome["errors"]["shoppers"] == f"Not in VIPs: {slack.called(outside)}."
    await slack.submit({"Shoppers": inside})
    assert slack.form() is None
    await slack.press("Remove Shoppers", by="cleo")
    assert slack.profile_id(inside) not in slack.members("VIPs")


async def test_a_shopper_removed_by_others_makes_the_change_stale(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}")
    slack.drop_profile(email)
    await slack.press("Remove Shoppers", by="ben")
    told = f"Change 1 is no longer possible: Not in VIPs: {slack.called(email)}."
    assert told in slack.whisper(by="ben", channel="#approvals")
    assert "No longer possible" in said(slack.card(1))
    assert not slack.writes()


async def test_a_profile_deleted_before_the_run_is_no_failure(
    slack: World,
) -> None:
    gone, stays = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {gone} {stays}")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Remove Shoppers"), "DELETE", MEMBERS):
        slack.drop_profile(gone)
    assert "Done" in said(slack.card(1))
    assert slack.sizes()["VIPs"] == 38
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.sizes()["VIPs"] == 39
    assert "1 shopper could not be added: the profile that was planned with was deleted since." in read(slack.card(2))


async def test_a_profile_deleted_between_list_and_click_is_told(slack: World) -> None:
    (email,) = slack.emails(1, inside="VIPs")
    profile = slack.profile_id(email)
    await slack.type("/segment members VIPs")
    assert email in slack.whisper()
    slack.drop_profile(email)
    await slack.press("Remove Shoppers", by="ana", channel="#segments")
    outcome = await slack.submit({"Shoppers": str(profile)})
    assert f"Not in the store: {profile}." in outcome["errors"]["shoppers"]


# Clearing


async def test_a_segment_is_cleared_by_two_people_and_filled_again_by_undo(slack: World) -> None:
    before = slack.members("VIPs")
    await slack.type("/segment clear VIPs")
    card = read(slack.card(1))
    assert "Remove 40 shoppers from VIPs" in card
    assert "This leaves VIPs empty." in card
    await slack.press("Clear Segment", by="ben")
    assert slack.sizes()["VIPs"] == 0
    await slack.type("/segment clear VIPs")
    assert slack.whisper() == "VIPs is already empty."
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before


async def test_clear_by_form_and_by_the_button_of_show(slack: World) -> None:
    await slack.type("/segment clear")
    outcome = await slack.submit({"Segment": "Spring launch waitlist"})
    assert outcome["errors"]["segment"] == "Spring launch waitlist is already empty."
    await slack.submit({"Segment": "Lapsed"})
    assert "Remove 64 shoppers from Lapsed" in said(slack.card(1))
    await slack.type("/segment show VIPs")
    await slack.press("Clear", by="ana", channel="#segments")
    assert "Remove 40 shoppers from VIPs" in said(slack.card(2))
    assert not slack.writes()


async def test_who_joined_before_the_click_is_shown_before_a_segment_is_cleared(slack: World) -> None:
    await slack.type("/segment clear VIPs")
    slack.join("VIPs", *slack.emails(1, outside="VIPs"))
    await slack.press("Clear Segment", by="ben")
    card = read(slack.card(1))
    assert "Was: Remove 40 shoppers from VIPs" in card
    assert "Now: Remove 41 shoppers from VIPs" in card
    await slack.press("Clear Segment", by="ben")
    assert slack.sizes()["VIPs"] == 0


async def test_a_clear_stopped_between_its_steps_goes_on_at_the_next_start(open_world: OpenWorld) -> None:
    slack = await open_world(customers=1150)
    slack.enrol("VIPs", 1000)
    before = slack.members("VIPs")
    await slack.type("/segment clear VIPs")
    slack.store.faults.add("DELETE", MEMBERS, times=3)
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Clear Segment"), "DELETE", MEMBERS):
        await slack.stop()
        assert 0 < slack.sizes()["VIPs"] < 1000
    await slack.start()
    await slack.sweep()
    assert slack.sizes()["VIPs"] == 0
    assert "Done" in said(slack.card(1))
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.members("VIPs") == before


# Exporting


async def test_only_the_asker_gets_the_export_as_a_direct_message(slack: World) -> None:
    await slack.type("/segment export VIPs", by="cleo")
    assert "VIPs: 40 shoppers exported" in slack.whisper(by="cleo")
    assert "“VIPs.csv” is in your direct messages with me." in slack.whisper(by="cleo")
    rows = table(slack.files(by="cleo")["VIPs.csv"])
    emails = slack.emails(40, inside="VIPs")
    assert [row["email"] for row in rows] == emails
    assert rows[0] == {
        "customer_id": str(slack.customer_id(emails[0])),
        "email": emails[0],
        "first_name": "Sara",
        "last_name": "Novak",
        "profile_id": slack.profile_id(emails[0]),
    }
    for by in ("ana", "ben"):
        assert not slack.files(by=by)
        for channel in ("#segments", "#approvals"):
            assert not slack.files(by=by, channel=channel)
            assert emails[0] not in str(slack.messages(by=by, channel=channel))
    assert not slack.writes()


async def test_an_export_does_not_hold_the_segment_in_memory(open_world: OpenWorld) -> None:
    """Customers are asked for before the last page of members has come."""
    slack = await open_world(customers=9000)
    slack.enrol("VIPs", 8000)
    await slack.type("/segment export VIPs")
    paths = [one["path"] for one in slack.store.requests()]
    looked_up = [at for at, path in enumerate(paths) if "customers?" in path]
    pages = [at for at, path in enumerate(paths) if "shopper-profiles?" in path]
    assert looked_up[0] < pages[-1]
    assert len(table(slack.files()["VIPs.csv"])) == 8000


async def test_export_by_form_and_by_the_button_of_show(slack: World) -> None:
    await slack.type("/segment export")
    await slack.submit({"Segment": "Lapsed"})
    await slack.type("/segment show VIPs")
    await slack.press("Export", by="ana", channel="#segments")
    assert {name: len(table(text)) for name, text in slack.files().items()} == {"Lapsed.csv": 64, "VIPs.csv": 40}


async def test_a_guest_gets_no_export(slack: World) -> None:
    await slack.type("/segment export VIPs", by="dan")
    assert slack.whisper(by="dan") == "Guests of this workspace cannot use this bot."
    assert not slack.files(by="dan")


async def test_an_empty_segment_is_not_worth_a_file_and_says_so(slack: World) -> None:
    slack.enrol("VIPs", 0)
    await slack.type("/segment export VIPs")
    assert slack.whisper() == "VIPs is empty: there is no one to export."
    assert not slack.files()


@pytest.mark.parametrize("size", [1, 1000])
async def test_an_export_holds_everybody(open_world: OpenWorld, size: int) -> None:
    slack = await open_world(customers=1150 if size == 1000 else 60)
    slack.enrol("VIPs", size)
    await slack.type("/segment export VIPs")
    text = slack.files()["VIPs.csv"]
    assert text.splitlines()[0] == "customer_id,email,first_name,last_name,profile_id"
    assert {row["profile_id"] for row in table(text)} == slack.members("VIPs")
    assert f"{size:,} shopper{'' if size == 1 else 's'} exported" in slack.whisper()


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
async def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(slack: World, name: str) -> None:
    slack.enrol("VIPs", 0)
    slack.register("=1+1@example.com", name, f"Mc{name}")
    slack.give_profiles("=1+1@example.com")
    slack.join("VIPs", "=1+1@example.com")
    await slack.type("/segment export VIPs")
    (row,) = table(slack.files()["VIPs.csv"])
    assert row["email"] == "'=1+1@example.com"
    assert row["first_name"] == f"'{visible(name)}"
    assert row["last_name"] == f"Mc{visible(name)}"


def test_no_more_shoppers_are_taken_at_once_than_the_store_bears() -> None:
    assert shopper_lists(" ".join(map(str, range(1, 10_001))))
    with pytest.raises(ValueError, match="at most 10,000 at once, not 10,001"):
        shopper_lists(" ".join(map(str, range(1, 10_002))))


async def test_one_shopper_is_put_into_several_segments_at_once(slack: World) -> None:
    (new,), (known,) = slack.emails_without_profile(1), slack.emails(1, outside="VIPs")
    for name in ("Lapsed", "Wholesale"):
        if slack.profile_id(known) in slack.members(name):
            slack.leave(name, known)
    slack.join("Lapsed", known)
    await slack.type(f"/segment add VIPs, lapsed, wholesale {new} {known}")
    card = read(slack.card(1))
    assert "Create 1 shopper profile" in card
    assert f"In Lapsed already: {slack.named(known)}." in card
    for name, people in (("VIPs", (new, known)), ("Lapsed", (new, known)), ("Wholesale", (new, known))):
        assert {slack.profile_id(email) for email in people} <= slack.members(name)
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.profile_id(new) is None
    assert slack.profile_id(known) in slack.members("Lapsed")
    assert slack.profile_id(known) not in slack.members("VIPs") | slack.members("Wholesale")


async def test_several_shoppers_leave_several_segments_by_one_form(slack: World) -> None:
    one, two = slack.emails(2, inside="VIPs")
    for email in (one, two):
        if slack.profile_id(email) not in slack.members("Lapsed"):
            slack.join("Lapsed", email)
    await slack.type("/segment remove")
    await slack.submit({"Segments": ["VIPs", "Lapsed"], "Shoppers": f"{one}\n{two}"})
    await slack.press("Remove Shoppers", by="ben")
    assert not {slack.profile_id(one), slack.profile_id(two)} & (slack.members("VIPs") | slack.members("Lapsed"))


async def test_a_segment_that_earlier_versions_stored_alone_is_still_one(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add segment:VIPs shoppers:{email}")
    assert slack.profile_id(email) in slack.members("VIPs")
    assert AddArgs.model_validate({"segment": "VIPs", "shoppers": ["17"]}).segment == ("VIPs",)


@pytest.mark.parametrize(("before", "offered"), [("{one} but", ["Only {one}"]), ("everyone except", []), ("not", [])])
async def test_a_word_that_leaves_someone_out_of_a_list_is_asked_about(
    slack: World, before: str, offered: list[str]
) -> None:
    one, other = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {before.format(one=one)} {other}")
    assert "leaves someone out, and everyone named counts" in slack.whisper()
    assert buttons(slack.messages()[-1]) == [label.format(one=one) for label in offered]
    assert not slack.cards(1)


async def test_a_page_is_asked_for_without_a_colon_or_as_the_last(slack: World) -> None:
    slack.put("Page 3")
    for line in ("page 2", "page:last", "page last", "page:LAST"):
        await slack.type(f"/segment members Newsletter {line}")
        assert "200 shoppers, 101 to 200 shown" in slack.whisper(), line
    await slack.type("/segment members page 3")
    assert slack.whisper().startswith("Page 3: 0 shoppers")
    for line in ("/segment list page:last", "/promotion list page:last", "/segment members VIPs page:last"):
        await slack.type(line)
        assert " page" not in slack.whisper(), line
    await slack.type("/segment create Fresh")
    for line in ("/change list all page 1", "/change list all page:last", "/change list all page last"):
        await slack.type(line)
        assert slack.whisper().startswith("1 change"), line
    await slack.type("/change list page 2")
    assert slack.whisper() == "No change is pending."


# Removing everyone


@pytest.mark.parametrize("words", ["everyone from VIPs", "all shoppers from VIPs", "VIPs all", "VIPs All of them."])
async def test_who_removes_everyone_is_offered_the_command_that_does(slack: World, words: str) -> None:
    await slack.type(f"/segment remove {words}")
    told = read(slack.messages()[-1])
    assert told.startswith("Everyone is removed by `/segment clear VIPs`. Nothing was done.")
    assert not slack.cards(1)
    await slack.press("Clear Segment: VIPs", channel="#segments", by="ana")
    assert "Remove 40 shoppers from VIPs" in said(slack.card(1))


async def test_who_removes_everyone_from_several_segments_later_is_offered_each(slack: World) -> None:
    await slack.type("/segment remove VIPs, Reviewers everyone at:tomorrow 9am")
    assert read(slack.messages()[-1]).startswith(
        "Everyone is removed by `/segment clear VIPs` and `/segment clear Reviewers`."
    )
    assert buttons(slack.messages()[-1]) == ["Clear Segment: VIPs", "Clear Segment: Reviewers"]
    await slack.press("Clear Segment: Reviewers", channel="#segments", by="ana")
    assert (await slack.change(1)).due_at is not None
