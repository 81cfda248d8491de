"""Which live promotions shoppers gain and lose when segments go: told on the card of a deletion, and of a clearing."""

from tests.harness import World
from tests.stories.judge import read

COUNTED = "Counted by segment; cart conditions still apply."
MEMBERS = "/segments/{id}/shopper-profiles"


async def test_a_deletion_tells_who_gains_and_who_loses_live_promotions(slack: World) -> None:
    await slack.type("/segment delete VIPs")
    card = read(slack.card(1))
    told = (
        "VIP early access (live): 0 shoppers gain it, 40 lose it, 0 keep it.",
        "Free shipping over 40 (live): ",
        COUNTED,
        "“Gift wrap on us” (off) includes VIPs.",
        "Undo restores the segment, and points these promotions to it.",
    )
    places = [card.find(line) for line in told]
    assert -1 not in places
    assert places == sorted(places)
    assert "Gift wrap on us (live)" not in card
    assert card.count(COUNTED) == 1
    assert [card.count(name) for name in ("VIP early access", "Free shipping over 40", "Gift wrap on us")] == [1, 1, 1]
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_to_empty_a_segment_tells_the_same(slack: World) -> None:
    await slack.type("/segment clear VIPs")
    assert "VIP early access (live): 0 shoppers gain it, 40 lose it, 0 keep it." in read(slack.card(1))
    (email,) = slack.emails(1, inside="VIPs")
    await slack.type(f"/segment remove VIPs {email}")
    assert COUNTED not in read(slack.card(2))


async def test_a_segment_that_one_shopper_stays_in_is_not_emptied(slack: World) -> None:
    *others, last = slack.emails(40, inside="VIPs")
    await slack.type(f"/segment remove VIPs {' '.join(others)}")
    assert COUNTED not in read(slack.card(1))
    await slack.type(f"/segment remove VIPs {' '.join(others)} {last}")
    assert COUNTED in read(slack.card(2))


async def test_segments_that_one_promotion_names_are_counted_together(slack: World) -> None:
    slack.alter_promotion(1, segments={"id": [slack.id_of("VIPs"), slack.id_of("Lapsed")]})
    everyone = len(slack.members("VIPs") | slack.members("Lapsed"))
    await slack.type("/segment delete VIPs, Lapsed")
    assert f"VIP early access (live): 0 shoppers gain it, {everyone} lose it, 0 keep it." in read(slack.card(1))


async def test_other_counts_by_then_are_no_reason_to_ask_again(slack: World) -> None:
    slack.alter_promotion(1, segments={"id": [slack.id_of("VIPs"), slack.id_of("Lapsed")]})
    await slack.type("/segment delete VIPs")
    slack.enrol("Lapsed", 3)
    await slack.press("Delete Segment", by="ben")
    assert "VIPs" not in slack.sizes()


async def test_what_cannot_be_counted_is_not_told_and_holds_nothing_up(slack: World) -> None:
    slack.store.faults.add("GET", MEMBERS, pages="twice", times=None)
    await slack.type("/segment delete VIPs")
    card = read(slack.card(1))
    assert "Delete the segment VIPs (40 shoppers)" in card
    assert COUNTED not in card
