"""Undoing a deletion points the promotions to the restored segment in the same change, with the same approval."""

from bot.sandbox.workspace.people import BEN
from tests.commands.test_repoint import replaced
from tests.harness import World, buttons, said
from tests.stories.judge import read


async def delete(slack: World, names: str, number: int = 1) -> None:
    await slack.type(f"/segment delete {names}")
    await slack.press("Delete Segment", by="ben", change=number)


async def undo(slack: World, number: int) -> None:
    """By the change after it."""
    await slack.type(f"/change undo {number}")
    await slack.press("Undo Change", by="ben", change=number + 1)


async def test_an_undo_leads_back_for_promotions_too(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete(slack, "VIPs")
    assert slack.promotions() == before
    await slack.type("/change undo 1")
    card = read(slack.card(2))
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in card
    assert "Before, VIP early access (live) reached shoppers in a deleted segment." in card
    assert "Retarget the promotion Free shipping over 40 to shoppers in neither VIPs nor Wholesale" in card
    assert "needs 1 approval: changes whom a promotion reaches that is live" in card
    await slack.press("Undo Change", by="ana", change=2)
    assert slack.promotions() == before
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions() == replaced(before, old, slack.id_of("VIPs"))
    assert (slack.sizes()["VIPs"], buttons(slack.card(2))) == (40, ["Undo"])
    assert "a deleted segment. `/change" not in read(slack.card(2))


async def test_two_restored_segments_that_one_promotion_names_are_one_step(slack: World) -> None:
    vips, wholesale, before = slack.id_of("VIPs"), slack.id_of("Wholesale"), slack.promotions()
    await delete(slack, "VIPs, Wholesale")
    await undo(slack, 1)
    halfway = replaced(before, vips, slack.id_of("VIPs"))
    assert slack.promotions() == replaced(halfway, wholesale, slack.id_of("Wholesale"))
    assert len([one for one in slack.writes() if one == ("PUT", "/promotions/2")]) == 1


async def test_the_undo_of_the_undo_and_its_undo_lead_there_and_back(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete(slack, "VIPs")
    await undo(slack, 1)
    restored = slack.promotions()
    await undo(slack, 2)
    assert "VIPs" not in slack.sizes()
    assert slack.promotions() == restored  # they name a deleted segment either way
    await undo(slack, 3)
    assert (slack.sizes()["VIPs"], slack.promotions()) == (40, replaced(before, old, slack.id_of("VIPs")))


async def test_promotions_that_were_pointed_elsewhere_since_stay_there(slack: World) -> None:
    old, lapsed = slack.id_of("VIPs"), slack.id_of("Lapsed")
    await delete(slack, "VIPs")
    slack.alter_promotion(1, segments={"id": [lapsed]})
    slack.alter_promotion(4, segments={"id": [lapsed, old]})
    await undo(slack, 1)
    assert slack.targeting(1) == {"id": [lapsed]}
    assert slack.targeting(4) == {"id": [lapsed, slack.id_of("VIPs")]}


async def test_promotions_that_change_while_it_waits_are_shown_anew(slack: World) -> None:
    await delete(slack, "VIPs")
    await slack.type("/change undo 1")
    slack.alter_promotion(1, segments=None)
    slack.drop_promotions(6)
    await slack.press("Undo Change", by="ben", change=2)
    assert "Was: Retarget the promotion VIP early access to shoppers in VIPs" in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.targeting(1) is None
    assert slack.targeting(2) == {"not": {"id": [slack.id_of("VIPs"), slack.id_of("Wholesale")]}}


async def test_one_that_changes_while_it_runs_is_left_alone_and_the_rest_can_be_tried_again(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete(slack, "VIPs")
    await slack.type("/change undo 1")
    slack.store.faults.add("PUT", "/promotions/2", status=422)
    await slack.press("Undo Change", by="ben", change=2)
    card = read(slack.card(2))
    assert "Done: Create the segment VIPs." in card
    assert "“Free shipping over 40” (live) and “Gift wrap on us” (off) still name a deleted segment." in card
    assert buttons(slack.card(2)) == ["Try Again", "Undo", "Point Promotions"]
    await slack.press("Try Again", by="ana", change=2)
    await slack.press("Try Again", by="ben", change=3)
    assert slack.promotions() == replaced(before, old, slack.id_of("VIPs"))


async def test_one_that_is_left_out_is_told_and_can_be_pointed_later(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete(slack, "VIPs")
    await slack.type("/change undo 1")
    await slack.type("/change except 2 “gift wrap on us”", by="ben")
    assert f"@{BEN} left out 1 item." in read(slack.card(2))
    await slack.press("Undo Change", by="ben", change=2)
    assert slack.promotions()[6] == before[6]
    told = "“Gift wrap on us” (off) still names a deleted segment. `/change repoint 2` points it to the restored one."
    assert told in read(slack.card(2))
    assert told in read(slack.messages(channel="dm")[-1])
    await slack.press("Point Promotions", by="ana", change=2)
    await slack.press("Point Promotions", by="ben", change=3)
    assert slack.promotions() == replaced(before, old, slack.id_of("VIPs"))


async def test_a_promotion_whose_creation_was_not_answered_is_pointed_once_people_agree(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete(slack, "VIPs")
    await slack.type("/change undo 1")
    slack.store.faults.add("POST", "/segments", carried_out=True, drop=True)
    await slack.press("Undo Change", by="ben", change=2)
    assert "no one can tell whether this change made it" in read(slack.card(2))
    assert slack.promotions() == before
    await slack.press("Try Again", by="ana", change=2)
    assert "“VIPs” exists by now" in read(slack.card(3))
    await slack.press("Try Again", by="ben", change=3)
    assert (slack.sizes()["VIPs"], slack.promotions()) == (40, replaced(before, old, slack.id_of("VIPs")))


async def test_whoever_deleted_it_hears_which_promotions_name_it_still(slack: World) -> None:
    await delete(slack, "VIPs")
    message = read(slack.messages(channel="dm")[-1])
    named = "“VIP early access” (live), “Free shipping over 40” (live) and “Gift wrap on us” (off)"
    assert f"{named} still name a deleted segment." in message
    assert "`/change undo 1` restores it and points them to it" in message
    assert "Done" in said(slack.card(1))


async def summary(slack: World) -> str:
    await slack.type("/summary")
    return read(slack.messages()[-1])


async def test_home_and_summary_tell_it_until_it_is_mended(slack: World) -> None:
    told = "“VIP early access” (live), “Free shipping over 40” (live) and “Gift wrap on us” (off) still name a deleted"
    assert "deleted segment" not in read(await slack.home(by="ana"))
    await delete(slack, "VIPs")
    assert told in read(await slack.home(by="ana"))
    assert told in await summary(slack)
    slack.alter_promotion(6, segments=None)
    slack.alter_promotion(2, segments={"id": [slack.id_of("Wholesale")]})
    mend = "`/promotion target` gives a promotion another segment."
    assert f"“VIP early access” (live) still names a deleted segment. {mend}" in await summary(slack)
    await undo(slack, 1)
    assert "deleted segment" not in read(await slack.home(by="ana"))
    assert "deleted segment" not in await summary(slack)
