"""Addresses where a name belongs: they are no part of one, and stand for shoppers where no segment is named."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language.args import Args, Choice, PromotionInput, SegmentInput, ShopperInput, Text, input_of
from bot.core.language.field_values import is_name
from bot.core.language.misplaced_addresses import shoppers_for_names, without_address, without_addresses
from bot.core.language.readings import fill
from tests.laws.values import LAW


class Add(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment", leads=("to", "into"))]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shopper")]


class Load(Args):
    segment: Annotated[str, SegmentInput(label="Segment", leads=("to",))]
    mode: Annotated[str, Choice(label="Mode", labels={"add": "Add", "remove": "Remove"})]
    text: Annotated[str, Text(label="List", private=True, as_typed=True)] = ""


class Target(Args):
    promotion: Annotated[str, PromotionInput(label="Promotion")]
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment")]


class Find(Args):
    words: Annotated[str, Text(label="Words", private=True, as_typed=True)]


@pytest.mark.parametrize(
    ("name", "shorter"),
    [
        ("Best with ada@x.org", "Best"),
        ("Best: ada@x.org, b@x.org", "Best"),
        ("Best, and add the customers: ada@x.org", "Best, and add the"),
        ("Best of the best of ada@x.org", "Best of the best"),
        ("Best (ada@x.org)", "Best"),
        ("Best for ada at x dot org", "Best"),
        ("with ada@x.org", ""),
        ("ada@x.org", ""),
        ("Best @ home", None),
        ("Add to", None),
        ("", None),
    ],
)
def test_a_name_ends_before_its_first_address(name: str, shorter: str | None) -> None:
    assert without_address(name) == shorter


@pytest.mark.parametrize(
    ("args", "text", "values", "left_out"),
    [
        (Add, "ada@x.org", {"shoppers": ("ada@x.org",)}, ()),
        (Add, "ada@x.org b@x.org, #17", {"shoppers": ("ada@x.org b@x.org, #17",)}, ()),
        (Add, "ada@x.org TO every one", {"shoppers": ("ada@x.org",)}, ("TO every one",)),
        (Add, "ada at x dot org", {"shoppers": ("ada@x.org",)}, ()),
        (Add, "#17, #18", {"shoppers": ("#17, #18",)}, ()),
        (Load, "add ada@x.org to VIPs", {"mode": "add", "text": "ada@x.org"}, ("to VIPs",)),
        (Load, "ada@x.org remove", {"mode": "remove", "text": "ada@x.org"}, ()),
        (Target, "ada@x.org is VIPs", {}, ("ada@x.org is VIPs",)),
    ],
)
def test_a_line_that_begins_with_an_address_names_shoppers(
    args: type[Args], text: str, values: dict[str, Any], left_out: tuple[str, ...]
) -> None:
    meant = shoppers_for_names(args, text)
    assert meant
    assert (meant.values, meant.left_out) == (values, left_out)


@pytest.mark.parametrize("text", ["", "VIPs", "VIPs ada@x.org", "#1 fans", "17", "@VIPs", "add"])
def test_a_line_that_may_begin_with_a_name_does_not(text: str) -> None:
    assert shoppers_for_names(Load, text) is None
    assert shoppers_for_names(Find, "ada@x.org") is None


def test_an_address_stays_where_shoppers_belong() -> None:
    meant = without_addresses(Add, {"segments": ("VIPs", "ada@x.org"), "shoppers": ("b@x.org",)})
    assert (meant.values, meant.left_out) == ({"shoppers": ("b@x.org",)}, ("VIPs", "ada@x.org"))


_WORDS = st.sampled_from(("VIPs", "to", "add", "ada@x.org", '"b@x.org"', "<c@x.org>", "#17", "17", "gold", "all,"))


@LAW
@given(st.lists(_WORDS, min_size=1, max_size=6).map(" ".join), st.sampled_from((Add, Load, Target)))
def test_no_field_for_a_name_is_filled_with_an_address(text: str, args: type[Args]) -> None:
    meant = shoppers_for_names(args, text) or without_addresses(args, fill(args, text))
    named = [str(value) for name, value in meant.values.items() if is_name(input_of(args.model_fields[name]))]
    assert "@" not in "".join(named)


@LAW
@given(
    st.sampled_from(("Best", "Summer Sale", "Top 10", "Été 2026")),
    st.sampled_from((" ", " with ", ": ", " (", " for the customer ", ", ", " <", " - ", " = ")),
    st.sampled_from(("ada@x.org", "Ada.B+c@mail.example", "ada at x dot org", '"ada b"@x.org')),
    st.sampled_from(("", ")", ", b@x.org", " please", ">")),
)
def test_nothing_of_an_address_is_left_in_a_name(name: str, lead: str, address: str, behind: str) -> None:
    assert (without_address(f"{name}{lead}{address}{behind}") or "").removesuffix(" for the") == name
