"""Labels before values, as people type them, become the keys of their fields."""

from typing import Annotated

import pytest

from bot.core.language.args import Args, DueInput, EndInput, SegmentInput, Text
from bot.core.language.labels import is_labelled, lacks_time, with_keys, without_empty_key
from tests.core.language.test_readings import Edit


class Create(Args):
    name: Annotated[str, Text(label="New name", leads=("named",), called=("segment", "segment called"))]
    owner: Annotated[str, Text(label="Owner", leads=("for",))] = ""
    page: Annotated[int, Text(label="Page", option=True)] = 1


class Later(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[str, Text(label="Name", option=True)] = ""
    at: Annotated[str, DueInput(label="Run at", option=True)] = ""
    until: Annotated[str, EndInput(label="Until", option=True)] = ""


class Copy(Args):
    segment: Annotated[str, SegmentInput(label="Segment", word="source")]
    name: Annotated[str, Text(label="Name", called=("segment", "new segment"))]


def test_a_label_is_joined_to_what_follows_its_blank() -> None:
    assert with_keys(Edit, "Segment:  VIPs name: Gold, page: ") == "segment:VIPs name:Gold, page:"
    assert with_keys(Edit, 'VIPs "name:" Gold page 2') == 'VIPs "name:" Gold page 2'
    assert with_keys(Edit, "VIPs page 2 name", bare=True) == "VIPs page:2 name"


@pytest.mark.parametrize("line", [": a", "* : b", "→ *", "= a"])
def test_nothing_is_a_label_where_there_are_no_fields(line: str) -> None:
    assert with_keys(Args, line) == with_keys(Args, line, bare=True) == line


@pytest.mark.parametrize(
    ("typed", "keyed"),
    [
        ("NEW NAME: Gold", "name:Gold"),
        ("new-name = Gold", "name:Gold"),
        ("Names=Gold", "name:Gold"),
        ("Segment - Gold", "name:Gold"),
        ("segment -> Gold", "name:Gold"),
        ("Segment-Gold", "Segment-Gold"),
        ("The new segment: Gold", "name:Gold"),
        ('Name="Gold, for all" page=2', 'name:"Gold, for all" page:2'),
        ('Name:"Gold"', 'name:"Gold"'),
        ("Gold, for: Ada", "Gold, owner:Ada"),
        ("Gold 'name: x' \"owner: y", "Gold 'name: x' \"owner: y"),
        # without a sign, at the beginning
        ("a segment called Gold", "name:Gold"),
        ("segment Gold", "name:Gold"),
        ("name", "name"),
        ("Gold segment Top", "Gold segment Top"),
        ("surname: Gold", "surname: Gold"),
    ],
)
def test_a_label_is_read_as_the_key_of_its_field(typed: str, keyed: str) -> None:
    assert with_keys(Create, typed) == keyed
    assert is_labelled(Create, typed) is (typed != keyed)


def test_a_label_of_two_fields_is_that_of_the_first_or_of_the_longer_one() -> None:
    assert with_keys(Copy, "Segment: VIPs New segment: Gold") == "segment:VIPs name:Gold"
    assert with_keys(Copy, "Source: VIPs name: Gold") == "segment:VIPs name:Gold"
    assert with_keys(Copy, "segment VIPs") == "segment VIPs"


def test_the_key_of_a_field_is_no_label_of_another() -> None:
    assert not is_labelled(Create, "name:Gold page:2")


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("VIPs name:", "VIPs"),
        ("VIPs Page = ", "VIPs"),
        ("name:", ""),
        ("VIPs name: Gold", "VIPs name: Gold"),
        ('"VIPs name:"', '"VIPs name:"'),
        ("Rename:", "Rename:"),
        ("VIPs name", "VIPs name"),
    ],
)
def test_a_key_at_the_end_without_its_value_says_nothing(typed: str, left: str) -> None:
    assert without_empty_key(Edit, typed) == left


@pytest.mark.parametrize(
    ("typed", "lacks"),
    [
        ("VIPs at:", "at"),
        ("VIPs AT : ", "at"),
        ("VIPs Run at:", "at"),
        ("VIPs, at:", "at"),
        ("VIPs,\nat :", "at"),
        ("at:", "at"),
        ("VIPs at:friday until:", "until"),
        ("VIPs at:friday", ""),
        ("VIPs", ""),
        ("Look at", ""),
        ("VIPs name:", ""),
        ('"VIPs at:"', ""),
    ],
)
def test_a_time_that_was_begun_is_missed(typed: str, lacks: str) -> None:
    assert lacks_time(Later, typed) == lacks
    assert not lacks_time(Create, typed)


def test_what_is_only_called_what_the_first_field_is_has_no_value() -> None:
    for text in ("segment", "a new segment", "New name", " new ", "the segment called"):
        assert without_empty_key(Create, text) == ""
    for args, text in (
        (Create, "segment Gold"),
        (Create, "Named"),
        (Create, "owner"),
        (Copy, "segment"),
        (Edit, "page"),
    ):
        assert without_empty_key(args, text) == text
