"""Whom promotions gain and lose by a list is told where it can be: by the segments that shoppers are in before."""

from bot.bigcommerce import Promotion, Segment, Targeting
from bot.bigcommerce.targeting import parse_targeting
from bot.core.planning.list_effects import Movers, list_effects, promotions_naming
from tests.core.samples import uuid

VIPS, LOYAL = uuid(1), uuid(2)
SEGMENT = Segment(id=VIPS, name="VIPs")


def named(**targetings: object) -> dict[str, Targeting]:
    return {name: parse_targeting(targeting) for name, targeting in targetings.items()}


def movers(before: tuple[str, ...], shoppers: int, *, joins: bool = True) -> Movers:
    return Movers(frozenset(before), joins, shoppers)


def test_who_was_reached_already_gains_nothing() -> None:
    promotions = named(Early={"id": [VIPS, LOYAL]}, Shipping={"not": {"id": [VIPS]}})
    moved = [movers((), 1), movers((LOYAL,), 30)]
    assert list_effects(SEGMENT, promotions, moved, is_known=True) == (
        "Shipping (live): 31 shoppers lose it.",
        "Early (live): 1 shopper gains it.",
        "Counted by segment; cart conditions still apply.",
    )


def test_who_comes_and_who_goes_are_told_together() -> None:
    moved = [movers((), 30), movers((VIPS,), 40, joins=False)]
    told = list_effects(SEGMENT, named(Early={"id": [VIPS]}), moved, is_known=False)
    assert told[0] == "Early (live): 30 shoppers gain it and 40 shoppers lose it."


def test_what_other_segments_decide_is_told_only_of_those_who_are_known() -> None:
    promotions = named(Early={"and": [{"id": [VIPS]}, {"id": [LOYAL]}]})
    assert list_effects(SEGMENT, promotions, [movers((), 3)], is_known=False) == ("Early (live) names VIPs.",)
    assert list_effects(SEGMENT, promotions, [movers((VIPS,), 3, joins=False)], is_known=False) == ()
    assert list_effects(SEGMENT, promotions, [movers((), 3)], is_known=True) == ()


def test_a_shape_that_nobody_knows_is_only_named() -> None:
    promotions = named(Early={"some": [VIPS]})
    assert list_effects(SEGMENT, promotions, [movers((), 3)], is_known=True) == ("Early (live) names VIPs.",)


def test_only_live_promotions_that_name_the_segment_count() -> None:
    def promotion(number: int, status: str, segments: object) -> Promotion:
        document = {"id": number, "name": f"P{number}", "status": status, "customer": {"segments": segments}}
        return Promotion.model_validate(document)

    some = [
        promotion(1, "ENABLED", {"id": [VIPS]}),
        promotion(2, "DISABLED", {"id": [VIPS]}),
        promotion(3, "ENABLED", {"id": [LOYAL]}),
        promotion(4, "ENABLED", None),
    ]
    assert list(promotions_naming(SEGMENT, some)) == ["P1"]
    assert promotions_naming(SEGMENT, None) == {}
