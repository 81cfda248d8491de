"""Changes that wait and touch the same know of each other, and nobody is asked twice for the very same."""

import asyncio

from tests.harness import World, buttons, said
from tests.stories.judge import read

ALSO = "Also waiting for a decision on the same:"


async def test_a_card_names_the_other_changes_that_wait_for_the_same_segment(slack: World) -> None:
    (one, two) = slack.emails(2, inside="VIPs")
    await slack.type(f"/segment remove VIPs {one}")
    assert ALSO not in read(slack.card(1))
    await slack.type("/segment delete VIPs", by="cleo")
    await slack.type(f"/segment remove Newsletter {slack.emails(1, inside='Newsletter')[0]}")
    assert "change 2: Delete the segment VIPs (40 shoppers)" in read(slack.card(1))
    assert f"change 1: Remove 1 of 40 shoppers from VIPs: {slack.named(one)}" in read(slack.card(2))
    assert ALSO not in read(slack.card(3))
    await slack.press("Remove Shoppers", by="ben", change=1)
    assert ALSO not in read(slack.card(2))
    await slack.type(f"/segment remove VIPs {two}")
    assert "change 4: " in read(slack.card(2))
    await slack.type("/change withdraw 4")
    assert ALSO not in read(slack.card(2))


async def test_changes_that_are_asked_for_at_once_name_each_other(slack: World) -> None:
    typed = [slack.command("/segment delete VIPs"), slack.command("/segment clear VIPs", by="cleo")]
    await asyncio.gather(*(slack.workspace.send("slash_commands", one) for one in typed))
    await slack.settled()
    for number, other in ((1, 2), (2, 1)):
        assert f"{ALSO}\nchange {other}: " in read(slack.card(number))


async def test_a_card_names_others_that_wait_for_the_same_promotion_or_profile(slack: World) -> None:
    (one,) = slack.emails_without_profile(1)
    (profile,) = slack.give_profiles(one)
    await slack.type("/promotion disable “VIP early access”")
    await slack.type("/promotion untarget “VIP early access”", by="ben")
    assert "change 1: Disable the promotion VIP early access" in read(slack.card(2))
    await slack.type(f"/shopper delete {one}")
    await slack.type(f"/segment remove VIPs {slack.emails(1, inside='VIPs')[0]}")
    assert ALSO not in read(slack.card(3))
    await slack.type(f"/shopper delete {profile} {slack.emails(1, inside='Lapsed')[0]}", by="cleo")
    assert f"change 3: Delete 1 shopper profile: {slack.named(one)}" in read(slack.card(5))
    assert "change 5: Delete 2 shopper profiles" in read(slack.card(3))


async def test_a_deletion_and_a_change_of_a_promotion_that_names_the_segment_know_of_each_other(slack: World) -> None:
    await slack.type("/segment delete VIPs Lapsed")
    await slack.type("/promotion disable “VIP early access”", by="cleo")
    await slack.type("/segment delete Newsletter")
    assert "change 2: Disable the promotion VIP early access" in read(slack.card(1))
    assert "change 1: Delete the segment VIPs (40 shoppers)" in read(slack.card(2))
    assert ALSO not in read(slack.card(3))


async def test_a_card_names_what_is_approved_already_and_runs_later(slack: World) -> None:
    later = "Approved already, and to run later on the same:"
    await slack.type("/segment delete VIPs at:tomorrow 16:00")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/segment clear VIPs", by="cleo")
    assert later in read(slack.card(2))
    assert "change 1: Delete the segment VIPs (40 shoppers), 20" in read(slack.card(2))
    assert ALSO not in read(slack.card(2))
    await slack.type("/change withdraw 1")
    assert later not in read(slack.card(2))


async def test_of_many_that_wait_for_the_same_the_latest_cards_are_drawn_again(slack: World) -> None:
    for email in slack.emails(7, inside="Newsletter"):
        await slack.type(f"/segment remove Newsletter {email}")
    await slack.sweep()
    assert [f"{others - 3} more" in read(slack.card(1)) for others in (5, 6)] == [True, False]
    assert all("3 more" in read(slack.card(number)) for number in range(2, 8))


async def test_the_same_request_twice_is_pointed_to_the_first(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.type("/segment delete vips")
    told = slack.whisper()
    assert told.startswith("You asked for this already: change 1 is waiting for 1 approval.")
    assert "Delete the segment VIPs (40 shoppers)" in told
    await slack.type("/segment delete VIPs", by="ben")
    shown = slack.messages(by="ben")[-1]
    assert "asked for this already: change 1 is waiting for 1 approval." in said(shown)
    assert buttons(shown) == ["Review"]
    assert len(slack.cards(1)) == 1
    assert slack.kinds().count("planned") == 1
    await slack.press("Review", by="ben", channel="#segments")
    await slack.submit({}, by="ben")
    assert "VIPs" not in slack.sizes()


async def test_what_is_not_the_very_same_is_asked_for_and_so_is_what_was_decided(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Reject", by="ben")
    await slack.submit({"Reason": "Not now"}, by="ben")
    await slack.type("/segment delete VIPs")
    assert (await slack.change(2)).state == "waiting"
    await slack.type("/segment delete VIPs Lapsed")
    assert (await slack.change(3)).state == "waiting"
    slack.enrol("VIPs", 41)
    await slack.type("/segment delete VIPs")
    assert (await slack.change(4)).state == "waiting"
