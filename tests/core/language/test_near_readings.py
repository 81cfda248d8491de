"""Lines that cannot be read, and what they most likely mean: without some of their words, or with a key's blank."""

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.language.args import Args, SegmentInput, ShopperInput, Text, missing
from bot.core.language.near_readings import near_lines, near_readings
from bot.core.language.person_names import FirstName, LastName
from bot.core.language.readings import readings
from tests.core.language.test_readings import Add, Combine, Delete, Edit, Register, Target, names
from tests.laws.values import LAW


class Show(Args):
    segment: Annotated[str, SegmentInput(label="Segment", word="group")]


class Remove(Args):
    segment: Annotated[tuple[str, ...], SegmentInput(label="Segment", leads=("from",))]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shopper")]


class Members(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    page: Annotated[int, Text(label="Page", option=True)] = 1


class Enroll(Args):
    email: Annotated[str, Text(label="Email", private=True)]
    first_name: Annotated[str, FirstName(label="First name", private=True)]
    last_name: Annotated[str, LastName(label="Last name", private=True)]
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment", leads=("to",))] = ()


def near(args: type[Args], text: str) -> list[tuple[dict[str, Any], str]]:
    found = near_readings(args, text, names, lambda values: not missing(args, values))
    return [(one.values, " ".join(one.left_out)) for one in found]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("VIPs & Gold -> Both", [("both", "Both"), ("first-only", "Both")]),
        ("VIPs both Gold = Both", [("both", "Both")]),
        ("VIPs + Gold = Both", [("both", "Both"), ("first-only", "Both")]),
    ],
)
def test_a_sign_before_a_new_name_is_no_name(text: str, ways: list[tuple[str, str]]) -> None:
    class Combined(Combine):
        into: Annotated[str, SegmentInput(label="Into", new=True, leads=("into", "=", "->"))]

    assert [(one["how"], one["into"]) for one, _ in near(Combined, text)] == ways


@pytest.mark.parametrize(
    ("args", "text", "meant"),
    [
        (Show, "VIPs please", [({"segment": "VIPs"}, "please")]),
        (Show, "me the VIPs Gold segment", [({"segment": "VIPs Gold"}, "me the segment")]),
        (Show, "VIPs or Top", [({"segment": "VIPs"}, "or Top"), ({"segment": "Top"}, "VIPs or")]),
        (Show, "Group: VIPs", [({"segment": "VIPs"}, "")]),
        (Show, "GROUPS: VIPs please", [({"segment": "VIPs"}, "GROUPS: please")]),
        (Show, "nobody at all", []),
        (Show, "VIPs a b c d e f g", []),
        (Show, "VIPs, Gold. Top; Back! Men, Women", []),
        (Show, "VIPs a@b.c", []),
        (Members, "VIPs page 2", [({"segment": "VIPs", "page": "2"}, "")]),
        (Members, "VIPs Page: 2 now", [({"segment": "VIPs", "page": "2"}, "now")]),
        (Show, "VIPs/Top", [({"segment": "VIPs"}, "Top"), ({"segment": "Top"}, "VIPs")]),
        (
            Show,
            "VIPs Gold|Top",
            [({"segment": "VIPs"}, "Gold|Top"), ({"segment": "VIPs Gold"}, "Top"), ({"segment": "Top"}, "VIPs Gold")],
        ),
        (Show, "@VIPs", [({"segment": "VIPs"}, "")]),
        (Delete, "[VIPs]&#Top", [({"segments": ("VIPs", "Top")}, "")]),
        (Add, "VIPs/Top a/b@b.c", [({"segment": "VIPs", "shoppers": ("Top a/b@b.c",)}, "")]),
        (Add, "a@b.c VIPs", [({"segment": "VIPs", "shoppers": ("a@b.c",)}, "")]),
        (Add, "Ada Byron VIPs", [({"segment": "VIPs", "shoppers": ("Ada Byron",)}, "")]),
        (Remove, "a@b.c out of VIPs", [({"segment": ("VIPs",), "shoppers": ("a@b.c",)}, "out of")]),
        (Delete, "VIPs, Top please", [({"segments": ("VIPs", "Top")}, "please")]),
        (Edit, "VIPs name: Best", [({"segment": "VIPs", "name": "Best"}, "")]),
        (Combine, "the VIPs Top both New", [({"first": "VIPs", "second": "Top", "how": "both", "into": "New"}, "the")]),
        (
            Combine,
            "VIPs Top xor New",
            [
                ({"first": "VIPs", "second": "Top", "how": "both", "into": "New"}, "xor"),
                ({"first": "VIPs", "second": "Top", "how": "first-only", "into": "New"}, "xor"),
                ({"first": "VIPs", "second": "Top", "into": "xor New"}, ""),
            ],
        ),
        (Combine, "VIPs both Top New", [({"first": "VIPs", "second": "Top", "how": "both", "into": "New"}, "")]),
        (Add, "ada at b dot c VIPs", [({"segment": "VIPs", "shoppers": ("ada at b dot c",)}, "")]),
        (Add, '"Top a@b.c', [({"segment": "Top", "shoppers": ("a@b.c",)}, "")]),
        (
            Register,
            "a@b.c van der Berg VIPs",
            [({"email": "a@b.c", "last_name": "van der Berg", "segments": ("VIPs",)}, "")],
        ),
        (Register, "a@b.c Berg Dal", []),
        (Combine, "VIPs both Top first-only New", []),
        (Register, "ada at b dot org Byron", [({"email": "ada@b.org", "last_name": "Byron"}, "")]),
        (
            Target,
            "Win back please is VIPs",
            [({"promotion": "Win back", "how": "is", "segments": ("VIPs",)}, "please")],
        ),
    ],
)
def test_the_fewest_words_are_left_out(args: type[Args], text: str, meant: list[tuple[dict[str, Any], str]]) -> None:
    assert near(args, text) == meant


def test_a_line_with_too_many_words_is_tried_without_the_last_few() -> None:
    assert list(near_lines(Members, "VIPs page: 2 now please")) == [
        "VIPs page:2 now please",
        "VIPs page: 2 now",
        "VIPs page: 2",
        "VIPs page:",
        "VIPs",
        "",
    ]


NOISE = st.sampled_from(("please", "the", "me", "segment", "for", "now", "all"))


@given(
    st.sampled_from(("VIPs", "VIPs Gold", "Top", "Back to school")),
    st.lists(NOISE, max_size=3),
    st.lists(NOISE, min_size=1, max_size=3),
)
@LAW
def test_words_around_a_name_never_change_what_is_meant(name: str, before: list[str], behind: list[str]) -> None:
    line = " ".join((*before, name, *behind))
    assert not readings(Show, line, names)
    assert near(Show, line) == [({"segment": name}, " ".join((*before, *behind)))]


@pytest.mark.parametrize("words", ["Ida Moss 2 VIPs please", "Ida for 2 days VIPs", "Ida 2 please VIPs"])
def test_no_number_is_taken_for_a_persons_name(words: str) -> None:
    assert near(Enroll, f"a@b.c {words}") == []


def test_what_stands_between_names_as_it_was_typed_is_one() -> None:
    named = {"email": "a@b.c", "first_name": "Ida", "last_name": "Gold", "segments": ("VIPs",)}
    assert near(Enroll, "a@b.c Ida Gold VIPs") == [(named, "")]
