"""A button that leads to a change which waits says so beforehand."""

from bot.sandbox.workspace.people import ANA
from tests.harness import World, said
from tests.stories.judge import read

OWN = f"Undo waits for an approval, unless <@{ANA}> asks for it while the segment is empty and no promotion names it"


async def test_to_undo_a_free_addition_waits_and_the_card_says_so(slack: World) -> None:
    (email,) = slack.emails(1, outside="VIPs")
    await slack.type(f"/segment add VIPs {email}")
    assert "Undo waits for an approval" in read(slack.card(1))
    assert "unless" not in read(slack.card(1))
    await slack.type("/change show 1")
    assert "Undo waits for an approval." in slack.whisper()


async def test_to_undo_what_was_approved_waits_even_where_nothing_is_lost(slack: World) -> None:
    await slack.type("/segment delete Lapsed")
    assert "Undo waits" not in read(slack.card(1))
    await slack.press("Delete Segment", by="ben")
    assert "Undo waits for an approval" in read(slack.card(1))


async def test_what_is_undone_at_once_says_nothing_of_approvals(slack: World) -> None:
    await slack.type("/segment edit Lapsed name:Gone")
    assert "Undo" in read(slack.card(1))
    assert "for an approval" not in read(slack.card(1))


async def test_ones_own_segment_is_the_exception_that_is_told(slack: World) -> None:
    await slack.type("/segment create Loyal")
    assert OWN in read(slack.card(1))
    slack.store.faults.add("DELETE", "/segments", status=409)
    await slack.type("/change undo 1")
    assert "Failed" in said(slack.card(2))
    assert OWN.replace("Undo", "Try Again") in read(slack.card(2))


async def test_to_try_again_what_was_approved_and_to_point_promotions_wait(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    slack.store.faults.add("PUT", "/promotions/2", status=422)
    await slack.press("Undo Change", by="ben", change=2)
    assert "Try Again, Undo and Point Promotions wait for an approval" in read(slack.card(2))
    await slack.type("/change show 2")
    assert "Undo and Point Promotions wait for an approval." in slack.whisper()
