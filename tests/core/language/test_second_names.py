"""One more name before the word that leads to a new one: each way in which that may be meant."""

from typing import Annotated, Any

import pytest

from bot.core.language.args import Args, PromotionInput, SegmentInput, Text
from bot.core.language.second_names import without_second_name
from tests.core.language.test_readings import Copy, Delete, names


class Rename(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[str, Text(label="Name")]


@pytest.mark.parametrize(
    ("args", "text", "values", "others"),
    [
        (Copy, "Top, Gold to Both", ("Top", "Gold to Both"), [("Top", "Both"), ("Gold", "Both")]),
        (Copy, "Top and Gold to Both", ("Top", "and Gold to Both"), [("Top", "Both"), ("Gold", "Both")]),
        (Copy, 'Top "Gold to Both"', ("Top", "Gold to Both"), []),
        (Copy, "Top Road to success", ("Top", "Road to success"), []),
        (Copy, "Top to Gold", ("Top", "Gold"), []),
        (Copy, "Top to A and Gold to B", ("Top", "A and Gold to B"), []),
        (Copy, "Top Gold", ("Top", "Gold"), []),
        (Rename, "Top Gold to Both", ("Top", "Gold to Both"), []),
    ],
)
def test_another_name_before_the_lead_is_another_reading(
    args: type[Args], text: str, values: tuple[str, str], others: list[tuple[str, str]]
) -> None:
    given: dict[str, Any] = dict(zip(("segment", "name"), values, strict=True))
    found = without_second_name(args, text, given, names)
    assert [(one["segment"], one["name"]) for one in found] == others


def test_what_leads_to_another_name_leads_to_no_text() -> None:
    class Target(Args):
        promotion: Annotated[str, PromotionInput(label="Promotion")]
        segments: Annotated[tuple[str, ...], SegmentInput(label="Segment", leads=("to",))]

    values = {"promotion": "Top", "segments": ("Gold to Both",)}
    assert not list(without_second_name(Target, "Top Gold to Both", values, names))


def test_without_a_single_name_there_is_no_second_one() -> None:
    assert not list(without_second_name(Delete, "Top Gold", {"segments": ("Top", "Gold")}, names))
