"""Promotions that an undo could not point to the segment that it restored: how they find their way afterwards."""

from bot.sandbox.workspace.people import BEN
from tests.harness import Json, World, buttons, said
from tests.stories.judge import read


async def delete_and_restore(slack: World, names: str) -> None:
    """Changes 1 and 2; promotions cannot be read when it is undone."""
    await slack.type(f"/segment delete {names}")
    await slack.press("Delete Segment", by="ben")
    slack.store.scopes.discard("store_v2_marketing")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    slack.store.scopes.add("store_v2_marketing")


def replaced(documents: dict[int, Json], old: str, new: str) -> dict[int, Json]:
    """The same promotions, their targeting naming the other id."""

    def put(value: object) -> object:
        if isinstance(value, dict):
            return {key: put(one) for key, one in value.items()}
        if isinstance(value, list):
            return [put(one) for one in value]
        return new if value == old else value

    return {
        number: {**one, "customer": {**one["customer"], "segments": put(one["customer"]["segments"])}}
        for number, one in documents.items()
    }


async def test_the_card_names_promotions_and_that_undo_points_them_back(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    card = read(slack.card(1))
    assert "VIP early access (live): " in card
    assert "Free shipping over 40 (live): " in card
    assert "“Gift wrap on us” (off) includes VIPs." in card
    assert "Undo restores the segment, and points these promotions to it." in card
    assert "needs 1 approval: deletes a segment that 2 live promotions use" in card


async def test_the_card_of_a_segment_that_no_promotion_uses_says_nothing_of_them(slack: World) -> None:
    await slack.type("/segment delete Newsletter")
    await slack.press("Delete Segment", by="ben")
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben", change=2)
    assert "promotion" not in read(slack.card(1))
    assert "promotion" not in read(slack.card(2))
    assert buttons(slack.card(2)) == ["Undo"]


async def test_after_an_undo_promotions_follow_by_a_change_of_their_own(slack: World) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete_and_restore(slack, "VIPs")
    new = slack.id_of("VIPs")
    assert slack.promotions() == before
    assert "Promotions may still name a deleted segment: they could not be read." in read(slack.card(2))
    assert buttons(slack.card(2)) == ["Undo", "Point Promotions"]
    await slack.press("Point Promotions", by="ana", change=2)
    card = read(slack.card(3))
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in card
    assert "Before, VIP early access (live) reached shoppers in a deleted segment." in card
    assert "needs 1 approval: changes whom a promotion reaches that is live" in card
    assert "and changes" not in card
    await slack.press("Point Promotions", by="ana", change=3)
    assert "You asked for change 3, so someone else" in slack.whisper(channel="#approvals")
    assert slack.promotions() == before
    await slack.press("Point Promotions", by="cleo", change=3)
    assert slack.promotions() == replaced(before, old, new)
    assert buttons(slack.card(3)) == ["Undo"]


async def test_pressing_it_again_says_that_there_is_nothing_to_do(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    await slack.press("Point Promotions", by="ana", change=2)
    await slack.press("Point Promotions", by="ben", change=3)
    await slack.press("Point Promotions", by="ana", change=2)
    told = slack.whisper(channel="#approvals")
    assert "There is nothing to do: no promotion names the old id of a segment that change 2 restored" in told
    assert slack.kinds().count("planned") == 3


async def test_asked_for_twice_before_the_first_is_approved_it_is_done_once(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    await slack.press("Point Promotions", by="ana", change=2)
    await slack.type("/change repoint 2", by="cleo")
    assert "asked for this already: change 3 is waiting for 1 approval." in said(slack.messages(by="cleo")[-1])
    await slack.press("Point Promotions", by="ben", change=3)
    assert slack.kinds().count("planned") == 3
    assert sum(method == "PUT" for method, _ in slack.writes()) == 3


async def test_it_is_undone_like_anything_else_but_for_promotions_that_are_gone(slack: World) -> None:
    before = slack.promotions()
    await delete_and_restore(slack, "VIPs")
    await slack.type("/change repoint 2")
    await slack.press("Point Promotions", by="ben", change=3)
    slack.drop_promotions(1)
    await slack.type("/change undo 3")
    assert "The promotion “VIP early access” is no longer in the store." in read(slack.card(4))
    await slack.press("Undo Change", by="ben", change=4)
    assert "Done" in said(slack.card(4))
    assert slack.promotions() == {number: one for number, one in before.items() if number != 1}


async def test_repointing_replaces_a_deeply_nested_id_only(slack: World) -> None:
    old, tea = slack.id_of("VIPs"), slack.id_of("Tea drinkers")
    deep = {"not": {"and": [{"or": [{"id": [tea, old]}, {"id": [tea]}]}, {"not": {"id": [old]}}]}}
    slack.alter_promotion(3, segments=deep)
    before = slack.promotions()
    await delete_and_restore(slack, "VIPs")
    await slack.press("Point Promotions", by="ana", change=2)
    await slack.press("Point Promotions", by="ben", change=3)
    new = slack.id_of("VIPs")
    assert slack.targeting(3)["not"]["and"][0]["or"][0] == {"id": [tea, new]}
    assert slack.promotions() == replaced(before, old, new)


async def test_two_segments_restored_by_one_undo_are_pointed_to_by_one_change(slack: World) -> None:
    vips, lapsed, before = slack.id_of("VIPs"), slack.id_of("Lapsed"), slack.promotions()
    await delete_and_restore(slack, "VIPs, Lapsed")
    await slack.press("Point Promotions", by="ana", change=2)
    await slack.press("Point Promotions", by="ben", change=3)
    halfway = replaced(before, vips, slack.id_of("VIPs"))
    assert slack.promotions() == replaced(halfway, lapsed, slack.id_of("Lapsed"))


async def test_by_words_by_form_and_from_change_show(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    await slack.type("/change show 2")
    assert buttons(slack.messages()[-1]) == ["Undo", "Point Promotions"]
    await slack.press("Point Promotions", by="ana", channel="#segments")
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in read(slack.card(3))
    await slack.type("/change withdraw 3")
    await slack.type("/change repoint 2")
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in read(slack.card(4))
    await slack.type("/change withdraw 4")
    await slack.type("/change repoint")
    outcome = await slack.submit({"Change": "1"})
    assert "Change 1 restored no segment, so there is nothing to point promotions to" in outcome["errors"]["number"]
    await slack.submit({"Change": "2"})
    assert slack.form() is None
    assert "Retarget the promotion VIP early access to shoppers in VIPs" in read(slack.card(5))


async def test_of_a_change_that_there_is_not_it_says_so(slack: World) -> None:
    await slack.type("/change repoint 9")
    assert "There is no change 9" in slack.whisper()


async def test_a_restored_segment_that_is_gone_again_needs_no_pointing(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    slack.drop("VIPs")
    await slack.type("/change repoint 2")
    assert "What change 2 restored is gone again" in slack.whisper()


async def test_promotions_that_changed_while_it_waited_are_shown_anew(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    await slack.press("Point Promotions", by="ana", change=2)
    slack.alter_promotion(1, segments=None)
    slack.drop_promotions(6)
    await slack.press("Point Promotions", by="ben", change=3)
    card = read(slack.card(3))
    assert "Was: Retarget the promotion VIP early access to shoppers in VIPs" in card
    assert "Was: Retarget the promotion Gift wrap on us to shoppers in Gift buyers or VIPs" in card
    await slack.press("Point Promotions", by="ben", change=3)
    assert slack.targeting(1) is None
    assert slack.targeting(2) == {"not": {"id": [slack.id_of("VIPs"), slack.id_of("Wholesale")]}}


async def test_without_the_marketing_scope_it_says_what_is_missing(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    slack.store.scopes.discard("store_v2_marketing")
    await slack.press("Point Promotions", by="ana", change=2)
    assert "The bot may not read promotions" in slack.whisper(channel="#approvals")


async def test_after_a_failure_half_way_asking_again_does_the_rest(
    slack: World,
) -> None:
    old, before = slack.id_of("VIPs"), slack.promotions()
    await delete_and_restore(slack, "VIPs")
    await slack.press("Point Promotions", by="ana", change=2)
    slack.store.faults.add("PUT", "/promotions/2", status=422)
    await slack.press("Point Promotions", by="ben", change=3)
    card = read(slack.card(3))
    assert "Done: Retarget the promotion VIP early access to shoppers in VIPs." in card
    assert "Not started: Retarget the promotion Gift wrap on us to shoppers in Gift buyers or VIPs." in card
    assert "Asking again does only what is left. Undo takes back what was done." in card
    await slack.press("Point Promotions", by="ana", change=2)
    assert "VIP early access" not in read(slack.card(4))
    await slack.press("Point Promotions", by="ben", change=4)
    assert slack.promotions() == replaced(before, old, slack.id_of("VIPs"))


async def test_a_shopper_takes_out_no_promotion_of_the_same_number(slack: World) -> None:
    await delete_and_restore(slack, "VIPs")
    await slack.type("/change repoint 2")
    (email,) = (one for one in slack.emails(40, inside="") if slack.customer_id(one) == 1)
    card = slack.card(3)
    for word in (email, str(slack.profile_id(email))):
        await slack.type(f"/change except 3 {word}", by="ben")
        assert "Not in change 3: " in slack.whisper(by="ben")
        assert slack.card(3) == card


async def test_promotions_are_taken_out_by_name_and_by_number(slack: World) -> None:
    before = slack.promotions()
    await delete_and_restore(slack, "VIPs")
    await slack.type("/change repoint 2")
    await slack.type("/change except 3 “free shipping over 40”", by="ben")
    await slack.type("/change except 3 1", by="ben")
    card = read(slack.card(3))
    assert "\nRetarget the promotion Gift wrap on us to shoppers in Gift buyers or VIPs\n" in card
    assert f"@{BEN} left out 1 item." in card
    await slack.press("Point Promotions", by="ben", change=3)
    assert sum(slack.promotions()[number] != one for number, one in before.items()) == 1
