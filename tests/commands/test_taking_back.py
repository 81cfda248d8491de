"""Taking back a segment of one's own needs nobody, while it is empty and no promotion names it: the sole exception."""

from tests.harness import World, buttons, said
from tests.stories.judge import read


async def create(slack: World, name: str = "Loyal", *, by: str = "ana") -> None:
    await slack.type(f"/segment create {name}", by=by)
    assert name in slack.sizes()


async def test_whoever_made_it_takes_it_back_alone(slack: World) -> None:
    await create(slack)
    await slack.press("Undo", by="ana", channel="#segments")
    assert "Loyal" not in slack.sizes()
    card = read(slack.card(2))
    assert "needs no approval" in card
    assert "Loyal goes only if it is still empty and no promotion names it." in card
    assert "Who is added at that very moment goes with it." in card
    assert "Undone by change 2." in read(slack.card(1))
    await slack.type("/change undo 2")
    assert "Loyal" in slack.sizes()


async def test_to_delete_it_in_so_many_words_is_the_same(slack: World) -> None:
    await create(slack)
    await slack.type("/segment delete Loyal")
    assert "Loyal" not in slack.sizes()
    card = read(slack.card(2))
    assert "needs no approval" in card
    assert "Loyal goes only if it is still empty and no promotion names it." in card
    await slack.type("/change undo 2")
    assert "Loyal" in slack.sizes()


async def test_to_delete_anothers_or_a_used_one_needs_approval(slack: World) -> None:
    await create(slack)
    await slack.type("/segment delete Loyal", by="ben")
    assert "needs 1 approval: deletes a segment" in read(slack.card(2))
    slack.enrol("Loyal", 1)
    await slack.type("/segment delete Loyal")
    assert "needs 1 approval: deletes a segment" in read(slack.card(3))
    assert "Loyal" in slack.sizes()


async def test_one_beside_anothers_needs_approval_for_both(slack: World) -> None:
    await create(slack)
    await slack.type("/segment delete Loyal, VIPs")
    assert "needs 1 approval: deletes a segment" in read(slack.card(2))
    assert {"Loyal", "VIPs"} <= set(slack.sizes())
    await slack.press("Delete Segment", by="ben", change=2)
    assert not {"Loyal", "VIPs"} & set(slack.sizes())


async def test_anyone_else_needs_approval(slack: World) -> None:
    await create(slack)
    await slack.type("/change undo 1", by="ben")
    assert "needs 1 approval: deletes a segment" in read(slack.card(2))
    assert "Loyal" in slack.sizes()


async def test_one_with_someone_in_it_or_in_a_promotion_needs_approval(slack: World) -> None:
    await create(slack)
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment add Loyal {email}")
    await slack.type("/change undo 1")
    assert "needs 1 approval: deletes a segment" in read(slack.card(3))
    await create(slack, "Named")
    slack.alter_promotion(4, segments={"id": [slack.id_of("Named")]})
    await slack.type("/change undo 4")
    assert "needs 1 approval: deletes a segment" in read(slack.card(5))
    slack.store.scopes.discard("store_v2_marketing")
    await create(slack, "Unread")
    await slack.type("/change undo 6")
    assert "needs 1 approval: deletes a segment" in read(slack.card(7))


async def test_one_that_gets_a_member_before_it_goes_is_left_alone_and_then_needs_approval(slack: World) -> None:
    await create(slack)
    undone = slack.client.type("ana", "#segments", "/change undo 1")
    async with slack.meanwhile(undone, "DELETE", "/segments", status=429):
        slack.enrol("Loyal", 1)
    assert slack.sizes()["Loyal"] == 1
    assert "“Loyal” is not empty any more, or a promotion names it, so it was left alone." in read(slack.card(2))
    assert buttons(slack.card(2)) == ["Try Again"]
    await slack.press("Try Again", by="ana", channel="#segments")
    assert "needs 1 approval: deletes a segment" in read(slack.card(3))


async def test_one_that_a_promotion_names_before_it_goes_is_left_alone(slack: World) -> None:
    await create(slack)
    undone = slack.client.type("ana", "#segments", "/change undo 1")
    async with slack.meanwhile(undone, "DELETE", "/segments", status=429):
        slack.alter_promotion(4, segments={"not": {"id": [slack.id_of("Loyal")]}})
    assert "so it was left alone" in read(slack.card(2))
    assert "Loyal" in slack.sizes()


async def test_what_its_maker_could_not_finish_nobody_else_finishes_alone(slack: World) -> None:
    await create(slack)
    slack.store.faults.add("DELETE", "/segments", status=409)
    await slack.type("/change undo 1")
    assert "Failed" in said(slack.card(2))
    await slack.press("Try Again", by="ben", channel="#segments")
    assert "needs 1 approval: deletes a segment" in read(slack.card(3))
    await slack.press("Try Again", by="ana", channel="#segments")
    assert "Loyal" not in slack.sizes()


async def test_who_is_added_while_the_store_deletes_it_goes_with_it(slack: World) -> None:
    """What the card and the README say that nobody can exclude: the store deletes without conditions."""
    await create(slack)
    undone = slack.client.type("ana", "#segments", "/change undo 1")
    async with slack.meanwhile(undone, "DELETE", "/segments"):
        slack.enrol("Loyal", 1)
    assert "Loyal" not in slack.sizes()
    assert "Done" in said(slack.card(2))


async def test_only_who_may_delete_it_alone_is_not_told_to_wait(slack: World) -> None:
    await slack.type("/segment create Mine")
    alone, others = "Remove Shoppers and Clear wait for an approval.", "Delete, Remove Shoppers and Clear wait"
    await slack.type("/segment show Mine")
    assert f" {alone}" in slack.whisper()
    assert others not in slack.whisper()
    await slack.type("/segment show Mine", by="ben")
    assert others in slack.whisper(by="ben")
    slack.enrol("Mine", 1)
    await slack.type("/segment show Mine")
    assert others in slack.whisper()
