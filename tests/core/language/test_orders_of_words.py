"""Choices before names, names behind the words that lead to them, and choices in texts."""

from typing import Annotated, Any, Literal

import pytest

from bot.core.language.args import Args, Choice, SegmentInput, ShopperInput, Text
from bot.core.language.orders_of_words import in_another_order, name_before_shopper, with_second_choice
from tests.core.language.test_misplaced_addresses import Add, Find, Load

NAMES = {"vips", "vips gold", "from me"}


class Combine(Args):
    first: Annotated[str, SegmentInput(label="First")]
    how: Annotated[Literal["both", "either"], Choice(label="How", labels={"both": "Both", "either": "Either"})]
    into: Annotated[str, SegmentInput(label="Into", new=True)]
    mode: Annotated[
        Literal["add", "equal"],
        Choice(label="Mode", labels={"add": "Add", "equal": "Equal"}, also={"replace": "equal"}, option=True),
    ] = "add"


class Why(Args):
    shopper: Annotated[str, ShopperInput(label="Shopper")]
    segment: Annotated[str, SegmentInput(label="Segment", leads=("in",))]
    on: Annotated[str, Text(label="On", option=True)] = ""


class Describe(Args):
    name: Annotated[str, Text(label="Name")]


def is_named(text: str) -> bool:
    return text.casefold() in NAMES


@pytest.mark.parametrize(
    ("text", "values", "left_out"),
    [
        ("add", {"mode": "add"}, ()),
        ("add VIPs", {"segment": "VIPs", "mode": "add"}, ()),
        ("add to VIPs Gold", {"segment": "VIPs Gold", "mode": "add"}, ()),
        ("to VIPs", {"segment": "VIPs"}, ()),
        ("to add", {"mode": "add"}, ()),
        ("Add these to VIPs", {"segment": "VIPs", "mode": "add"}, ("these to",)),
        ("my list to VIPs", {"segment": "VIPs"}, ("my list to",)),
        ("add remove", {"segment": "remove", "mode": "add"}, ()),
        ("remove Nobody", {"segment": "Nobody", "mode": "remove"}, ()),
    ],
)
def test_a_choice_and_a_name_are_found_in_another_order(
    text: str, values: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    found = in_another_order(Load, text, is_named)
    assert found
    assert (found.values, found.left_out) == (values, left_out)


@pytest.mark.parametrize(
    ("args", "text"),
    [(Load, "VIPs"), (Load, "Nobody"), (Load, '"add"'), (Load, "VIPs add"), (Add, "to VIPs"), (Find, "add")],
)  # fmt: skip
def test_what_begins_as_it_should_has_no_other_order(args: type[Args], text: str) -> None:
    assert in_another_order(args, text, is_named) is None


@pytest.mark.parametrize(
    ("args", "values", "others"),
    [
        (Load, {"mode": "add", "text": "remove a@x.org"}, [{"mode": "remove", "text": "a@x.org"}]),
        (Load, {"mode": "add", "text": '"remove" a@x.org'}, []),
        (Load, {"mode": "add", "text": "or remove a@x.org"}, [{"mode": "remove", "text": "a@x.org"}]),
        (Load, {"mode": "add", "text": "or"}, []),
        (Combine, {"how": "both", "into": "or either X"}, [{"how": "either", "into": "X"}]),
        (Load, {"mode": "add", "text": "remove"}, []),
        (Load, {"mode": "add", "text": "a@x.org remove"}, []),
        (Combine, {"into": "VIPs replace"}, [{"into": "VIPs", "mode": "equal"}]),
        (Combine, {"into": "Others equal"}, []),
        (Combine, {"into": "VIPs equal", "mode": "add"}, []),
        (Add, {"shoppers": ("add a@x.org",)}, []),
        (Describe, {"name": "add me"}, []),
    ],
)
def test_a_second_choice_is_another_reading(
    args: type[Args], values: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    text = " ".join(map(str, values.values()))
    assert list(with_second_choice(args, text, values, is_named)) == others


def test_a_text_in_quotes_has_no_second_choice() -> None:
    values = {"mode": "add", "text": "remove a@x.org"}
    assert not list(with_second_choice(Load, 'VIPs add text:"remove a@x.org"', values, is_named))


def test_a_name_is_found_before_the_shopper_whom_the_command_has_first() -> None:
    found = name_before_shopper(Why, "VIPs Gold Ada Byron", is_named)
    assert found
    assert found.values == {"segment": "VIPs Gold", "shopper": "Ada Byron"}
    for text in ("Ada VIPs", "VIPs", "VIPs Ada on:monday"):
        assert name_before_shopper(Why, text, is_named) is None
    for args in (Add, Find, Describe):
        assert name_before_shopper(args, "VIPs Gold Ada Byron", is_named) is None


def test_a_shopper_behind_a_name_is_sought_among_a_few_words() -> None:
    tried = list[str]()

    def is_tried(text: str) -> bool:
        tried.append(text)
        return False

    assert name_before_shopper(Why, f"VIPs Gold {'Ada ' * 1_000}", is_tried) is None
    assert len(tried) == 12
