"""Undoing what a change did to a segment, or to shoppers, that were deleted since and brought back under new ids."""

import pytest

from tests.harness import World, said


async def approved(slack: World, button: str, change: int) -> None:
    slack.clock.forward(minutes=1)
    await slack.press(button, by="ben", change=change)


async def brought_back(slack: World, line: str, button: str, change: int = 2) -> None:
    """What this line deletes, by the change of this number, is brought back by the next one."""
    await slack.type(line)
    await approved(slack, button, change)
    await undone(slack, change, by=change + 1)


async def undone(slack: World, change: int, by: int) -> None:
    await slack.type(f"/change undo {change}")
    await approved(slack, "Undo Change", by)
    assert f"Undone by change {by}." in said(slack.card(change))


async def test_a_segment_that_was_restored_twice_is_one_with_all_that_was_done_in_it(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await approved(slack, "Delete Segment", 1)
    await undone(slack, 1, by=2)
    (who,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {who}")
    await undone(slack, 2, by=4)
    await slack.type("/change undo 1")
    await approved(slack, "Undo Change", 5)
    await slack.type(f"/shopper why {who} VIPs")
    assert "Change 4" in slack.whisper()


@pytest.mark.parametrize("what", ["profile", "segment", "both"])
async def test_whom_it_added_are_taken_out(slack: World, what: str) -> None:
    (who,), before = slack.emails(1, outside="VIPs"), slack.members("VIPs")
    await slack.type(f"/segment add VIPs {who}")
    number = 2
    if what != "segment":
        await brought_back(slack, f"/shopper delete {who}", "Delete Profiles")
        number = 4
    if what != "profile":
        await brought_back(slack, "/segment delete VIPs", "Delete Segment", number)
        number += 2
    assert slack.sizes()["VIPs"] == len(before) + 1
    await undone(slack, 1, by=number)
    assert slack.members("VIPs") == before
    await undone(slack, number, by=number + 1)
    assert slack.sizes()["VIPs"] == len(before) + 1


async def test_whom_it_took_out_are_put_back(slack: World) -> None:
    (who,), before = slack.emails(1, inside="Lapsed"), slack.sizes()["Lapsed"]
    await slack.type(f"/segment remove Lapsed {who}")
    await approved(slack, "Remove Shoppers", 1)
    await brought_back(slack, f"/shopper delete {who}", "Delete Profiles")
    await undone(slack, 1, by=4)
    assert slack.sizes()["Lapsed"] == before


async def test_nobody_stays_in_though_a_profile_was_created_on_the_way(slack: World) -> None:
    before = slack.members("VIPs")
    await slack.type("/segment add VIPs #13, #14")
    await brought_back(slack, "/segment delete VIPs", "Delete Segment")
    await undone(slack, 1, by=4)
    assert slack.members("VIPs") == before


async def test_a_new_name_is_taken_back(slack: World) -> None:
    await slack.type("/segment edit VIPs name:Gold")
    await brought_back(slack, "/segment delete Gold", "Delete Segment")
    await slack.type("/change undo 1")
    assert "VIPs" in slack.sizes()
    assert "Gold" not in slack.sizes()


async def test_a_segment_that_was_created_is_deleted(slack: World) -> None:
    await slack.type("/segment create Fresh")
    await slack.type("/segment delete Fresh")
    await slack.type("/change undo 2")
    await undone(slack, 1, by=4)
    assert "Fresh" not in slack.sizes()


async def test_what_is_left_to_do_is_tried_again_where_it_is_now(slack: World) -> None:
    (who,), before = slack.emails(1, outside="VIPs"), slack.sizes()["VIPs"]
    slack.store.faults.add("POST", "/segments/{id}/shopper-profiles", status=422, times=1)
    await slack.type(f"/segment add VIPs {who}")
    await brought_back(slack, "/segment delete VIPs", "Delete Segment")
    await slack.type("/change retry 1")
    assert slack.sizes()["VIPs"] == before + 1


async def test_a_promotion_that_was_pointed_elsewhere_reaches_it_again(slack: World) -> None:
    await slack.type('/promotion target "VIP early access" in Lapsed')
    await approved(slack, "Retarget Promotion", 1)
    await brought_back(slack, "/segment delete VIPs", "Delete Segment")
    await slack.type("/change undo 1")
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in said(slack.card(4))
