"""Lines with names of several words: one grammar, and a few names that it is told."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import pytest

from bot.bigcommerce import Promotion, Segment
from bot.core.errors import Misuse
from bot.core.language.args import Args, Choice, Input, PromotionInput, SegmentInput, ShopperInput, Text
from bot.core.language.field_values import Run
from bot.core.language.readings import MOST_READINGS, fill, may_differ, readings
from bot.core.store_view.names import Names
from tests.core.samples import uuid

NAMES = (
    "VIPs",
    "VIPs Gold",
    "Gold",
    "Top",
    "Top 10",
    "Back",
    "Back to school",
    "name:x",
    '5" disks',
    "Men, Women",
    "and",
    "name:u name:v",
)
INDEX = Names(tuple(Segment(id=uuid(at), name=name) for at, name in enumerate(NAMES)))
PROMOTIONS = Names(
    tuple(
        Promotion(id=at, name=name, status="ENABLED", document={})
        for at, name in enumerate(("Win back", "Win back is on"))
    )
)


def names(kind: Input, run: Run) -> Iterable[tuple[str, int]]:
    return (PROMOTIONS if isinstance(kind, PromotionInput) else INDEX).beginning(run)


class Add(Args):
    segment: Annotated[str, SegmentInput(label="Segment", leads=("to",))]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shopper")]


class AddToSeveral(Args):
    segment: Annotated[tuple[str, ...], SegmentInput(label="Segment", leads=("to",))]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shopper")]


class Copy(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[str, Text(label="Name", leads=("to",))]


class Edit(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[str, Text(label="Name", option=True, leads=("to",))] = ""
    page: Annotated[int, Text(label="Page", option=True)] = 1


class Delete(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment")]


class Announce(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment")]
    title: Annotated[str, Text(label="Title")]
    text: Annotated[str, Text(label="Text")] = ""


class Combine(Args):
    first: Annotated[str, SegmentInput(label="First")]
    second: Annotated[str, SegmentInput(label="Second", leads=("and",))]
    how: Annotated[Literal["both", "first-only"], Choice(label="How", labels={"both": "b", "first-only": "f"})]
    into: Annotated[str, SegmentInput(label="Into", new=True, leads=("into",))]


class Target(Args):
    promotion: Annotated[str, PromotionInput(label="Promotion")]
    how: Annotated[Literal["is", "is-not"], Choice(label="How", labels={"is": "i", "is-not": "n"})]
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment", any_of=True)]


class Register(Args):
    email: Annotated[str, Text(label="Email", private=True)]
    last_name: Annotated[str, Text(label="Last name", private=True)]
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment")] = ()


def read(args: type[Args], line: str) -> list[dict[str, Any]]:
    return list(readings(args, line, names))


class Pick(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    how: Annotated[Literal["both", "first-only"], Choice(label="How", labels={"both": "b", "first-only": "f"})]


def test_where_no_names_are_known_a_choice_of_two_words_ends_one() -> None:
    assert fill(Pick, "Spring first only") == {"segment": "Spring", "how": "first only"}
    assert fill(Pick, "Spring list") == {"segment": "Spring list"}


def test_where_no_names_are_known_one_is_one_word() -> None:
    assert fill(AddToSeveral, "Top Back 17") == {"segment": ("Top",), "shoppers": ("Back 17",)}


@pytest.mark.parametrize(
    ("args", "line", "values"),
    [
        (Add, "Top a@b.c", {"segment": "Top", "shoppers": ("a@b.c",)}),
        (Add, "a@b.c 17 to Top", {"shoppers": ("a@b.c 17",), "segment": "Top"}),
        (Add, "'Top' 10", {"segment": "Top", "shoppers": ("10",)}),
        (Add, "“Top 10” 17", {"segment": "Top 10", "shoppers": ("17",)}),
        (Add, "Top, 10", {"segment": "Top", "shoppers": ("10",)}),
        (Add, 'Top shoppers:"a@b.c" x@y.z', {"segment": "Top", "shoppers": ("a@b.c", "x@y.z")}),
        (Add, 'Top shoppers:a@b.c "x@y.z"', {"segment": "Top", "shoppers": ('a@b.c "x@y.z"',)}),
        (Add, "Top: a@b.c", {"segment": "Top", "shoppers": ("a@b.c",)}),
        (AddToSeveral, "segment:Top shoppers:Ada Byron, Ben", {"segment": ("Top",), "shoppers": ("Ada Byron, Ben",)}),
        (AddToSeveral, "shoppers:Ada Byron Top", {"segment": ("Top",), "shoppers": ("Ada Byron",)}),
        (Add, "shoppers:17 segment:Top", {"segment": "Top", "shoppers": ("17",)}),
        (Add, "shoppers:17 shoppers:18 Top", {"segment": "Top", "shoppers": ("17", "18")}),
        (Add, "Men, Women 17", {"segment": "Men, Women", "shoppers": ("17",)}),
        (AddToSeveral, "Top a@b.c", {"segment": ("Top",), "shoppers": ("a@b.c",)}),
        (AddToSeveral, "Top, Back Ada a@b.c", {"segment": ("Top", "Back"), "shoppers": ("Ada a@b.c",)}),
        (AddToSeveral, "a@b.c to Top Back", {"shoppers": ("a@b.c",), "segment": ("Top", "Back")}),
        (AddToSeveral, "Top + Back a@b.c", {"segment": ("Top", "Back"), "shoppers": ("a@b.c",)}),
        (AddToSeveral, "a@b.c to Top, Back & Gold", {"shoppers": ("a@b.c",), "segment": ("Top", "Back", "Gold")}),
        (AddToSeveral, "Top Ada and Ben a@b.c", {"segment": ("Top",), "shoppers": ("Ada and Ben a@b.c",)}),
        (Delete, "Gold & Top, & Back", {"segments": ("Gold", "Top", "Back")}),
        (Target, "Win back is Top or Gold", {"promotion": "Win back", "how": "is", "segments": ("Top", "Gold")}),
        (Copy, "Gold to Gold backup", {"segment": "Gold", "name": "Gold backup"}),
        (Copy, "Gold Road to success", {"segment": "Gold", "name": "Road to success"}),
        (Copy, "Gold to", {"segment": "Gold"}),
        (Edit, "Gold name:Very rich people page:2", {"segment": "Gold", "name": "Very rich people", "page": "2"}),
        (Edit, "Gold to Very rich", {"segment": "Gold", "name": "Very rich"}),
        (Edit, "name:x name:y", {"segment": "name:x", "name": "y"}),
        (Copy, "name:u name:v Platinum", {"segment": "name:u name:v", "name": "Platinum"}),
        (Edit, '"name:x" name:y', {"segment": "name:x", "name": "y"}),
        (Delete, "Gold VIPs", {"segments": ("Gold", "VIPs")}),
        (Delete, "segments:Gold Top", {"segments": ("Gold", "Top")}),
        (Delete, "VIPs, Gold", {"segments": ("VIPs", "Gold")}),
        (
            Combine,
            "VIPs and Top both into New ones",
            {"first": "VIPs", "second": "Top", "how": "both", "into": "New ones"},
        ),
        (Combine, "VIPs Top first only X", {"first": "VIPs", "second": "Top", "how": "first-only", "into": "X"}),
        (Target, "Win back is Top", {"promotion": "Win back", "how": "is", "segments": ("Top",)}),
        (Target, "Win back is on is not Top", {"promotion": "Win back is on", "how": "is-not", "segments": ("Top",)}),
        (Register, "email:a@b.c last_name:van Dijk", {"email": "a@b.c", "last_name": "van Dijk"}),
        (Register, "a@b.c Byron VIPs", {"email": "a@b.c", "last_name": "Byron", "segments": ("VIPs",)}),
    ],
)
def test_what_can_be_read_in_one_way_is_read_so(args: type[Args], line: str, values: dict[str, Any]) -> None:
    assert read(args, line) == [values]


@pytest.mark.parametrize(
    ("args", "line", "ways"),
    [
        (Add, "VIPs Gold a@b.c", [("VIPs Gold", ("a@b.c",)), ("VIPs", ("Gold a@b.c",))]),
        (Add, "Top 10", [("Top 10",), ("Top", ("10",))]),
        (Add, "17 segment:Top 10", [("Top 10", ("17",)), ("Top", ("17", "10"))]),
        (Copy, "VIPs Gold Platinum", [("VIPs Gold", "Platinum"), ("VIPs", "Gold Platinum")]),
        (Copy, "Back to school", [("Back to school",), ("Back", "school")]),
        (Delete, "VIPs Gold", [(("VIPs Gold",),), (("VIPs", "Gold"),)]),
        (Delete, "Gold and Top", [(("Gold", "and", "Top"),), (("Gold", "Top"),)]),
        (Edit, "Back to school", [("Back to school",), ("Back", "school")]),
        (Register, "email:a@b.c last_name:van VIPs", [("a@b.c", "van", ("VIPs",)), ("a@b.c", "van VIPs")]),
    ],
)
def test_what_can_be_read_in_two_ways_is_read_in_both(args: type[Args], line: str, ways: list[tuple[Any, ...]]) -> None:
    assert [tuple(one[name] for name in args.model_fields if name in one) for one in read(args, line)] == ways


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (Add, "Nobody a@b.c"),
        (Edit, "Gold or so"),
        (Delete, "Gold Nothing"),
        (Target, "Win back was Top"),
        (Combine, "VIPs Nothing both X"),
        (Delete, " ".join(["Gold"] * 400)),
    ],
)
def test_what_no_name_fits_is_not_read(args: type[Args], line: str) -> None:
    assert read(args, line) == []


def test_an_open_quote_is_of_a_name_or_asked_about_and_none_of_a_list() -> None:
    assert read(Delete, '"Back to school') == [{"segments": ("Back to school",)}]
    assert read(Add, '"Top a@b.c') == []
    assert read(Add, 'Top "a@b.c') == [{"segment": "Top", "shoppers": ('"a@b.c',)}]
    assert [one["name"] for one in read(Copy, 'Top "Gold two')] == ["Gold two", '"Gold two']
    assert [one["name"] for one in read(Copy, 'Top "Gold" “two')] == ['"Gold" “two']
    assert [one["name"] for one in read(Copy, "Top ’Gold")] == ["’Gold", "Gold"]


def test_a_quote_behind_a_digit_may_be_of_a_name_that_ends_there_or_of_a_text() -> None:
    assert [one["segment"] for one in read(Add, 'Top 10"')] == ["Top 10", "Top"]
    assert [one["name"] for one in read(Copy, 'Top Screens 15"')] == ['Screens 15"']


def test_a_word_leads_to_a_field_only_behind_another() -> None:
    assert read(Add, "to VIPs a@b.c") == []
    assert read(Add, "a@b.c to VIPs") == [{"shoppers": ("a@b.c",), "segment": "VIPs"}]


def test_a_name_with_quotes_is_given_by_its_id_and_covers_them() -> None:
    (found,) = read(Add, '5" disks 17')
    assert found == {"segment": uuid(NAMES.index('5" disks')), "shoppers": ("17",)}


def test_no_more_than_a_few_readings_are_made_however_many_there_are() -> None:
    assert len(read(Delete, "VIPs Gold " * 20)) == MOST_READINGS


def test_what_stands_behind_names_fills_the_fields_in_their_order() -> None:
    assert read(Announce, "Top Summer Sale") == [{"segments": ("Top",), "title": "Summer", "text": "Sale"}]


def test_words_that_lead_nowhere_are_not_read_again() -> None:
    """Two readings of each pair: twelve pairs are 4,096 ways to come to the word that no name begins with."""

    def asked(pairs: int) -> int:
        runs: list[Run] = []

        def noted(kind: Input, run: Run) -> Iterable[tuple[str, int]]:
            runs.append(run)
            return names(kind, run)

        assert readings(Delete, "VIPs Gold " * pairs + "Nobody", noted) == ()
        return len(runs)

    assert asked(12) <= 2 * asked(6)


def test_what_fits_nowhere_is_named() -> None:
    with pytest.raises(Misuse, match=r"^I didn't expect “3” here"):
        fill(Edit, "name:“a” segment:“b” 3")


def test_an_option_may_be_filled_by_position_after_another_verb() -> None:
    found = readings(Edit, "VIPs Gold Platinum", names, positional=("name",))
    assert [(one["segment"], one["name"]) for one in found] == [("VIPs Gold", "Platinum"), ("VIPs", "Gold Platinum")]
    assert fill(Edit, "VIPs Gold", positional=("name",)) == {"segment": "VIPs", "name": "Gold"}


def test_only_names_and_several_texts_may_be_read_otherwise() -> None:
    assert may_differ(Edit, {"segment": "VIPs"})
    assert not may_differ(Register, {"email": "a@b.c"})
    assert not may_differ(Args, {})
