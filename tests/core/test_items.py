"""Items: what a step, a change or an entry is about. ``tests/laws`` holds what is so for every kind."""

import pytest
from pydantic import ValidationError

from bot.core.approval.decisions import Decision
from bot.core.items import Item
from bot.core.planning.steps import Naming, SegmentRef, UpdateSegment
from tests.core.samples import uuid


@pytest.mark.parametrize("item", [Item.segment(uuid(1)), Item.customer(17), Item.customer("ada@example.com")], ids=str)
def test_an_item_is_read_from_its_text(item: Item) -> None:
    assert Item.parse(str(item)) == item


@pytest.mark.parametrize("text", ["", "17", "shopper:17", ":17", "6a8e0f62-0000-4000-8000-000000000001"])
def test_a_text_without_a_known_kind_is_no_item(text: str) -> None:
    with pytest.raises(ValueError, match=r"kind|is not a valid ItemKind"):
        Item.parse(text)


def test_a_bare_id_of_an_earlier_version_is_all_that_it_could_mean() -> None:
    stored = {"number": 1, "verdict": "narrow", "items": ["17", uuid(1), "ada@example.com", "segment:x"]}
    decision = Decision.model_validate(stored)
    assert decision.items == (
        *(Item.customer(17), Item.promotion(17)),
        *(Item.profile(uuid(1)), Item.segment(uuid(1))),
        *(Item.customer("ada@example.com"), Item.segment("x")),
    )
    assert decision.model_dump(mode="json")["items"] == [*map(str, decision.items)]


def test_stored_items_are_a_list() -> None:
    with pytest.raises(ValidationError, match="valid tuple"):
        Decision.model_validate({"number": 1, "verdict": "narrow", "items": 17})


def test_a_step_of_several_items_has_to_say_how_some_are_taken_out() -> None:
    class Several(UpdateSegment):
        @property
        def items(self) -> tuple[Item, ...]:
            return (Item.segment("a"), Item.segment("b"))

    naming = Naming(name="VIPs", description="")
    step = Several(segment=SegmentRef(id="a", name="VIPs"), before=naming, after=naming)
    with pytest.raises(NotImplementedError, match="Several has several items"):
        step.without({Item.segment("a")})
