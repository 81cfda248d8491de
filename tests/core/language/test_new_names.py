"""Which names a text may mean that stands where a new one belongs."""

import pytest

from bot.core.language.args import SegmentInput
from bot.core.language.new_names import NewName, in_quotes, is_new_name, names_meant

KIND = NewName(label="New name", leads=("to", "called"), called=("copy", "title"))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gold", ["Gold"]),
        ("to Gold", ["to Gold", "Gold"]),
        ("to", ["to"]),
        ("Title = Gold", ["Title = Gold", "Gold"]),
        ("a new segment called Gold", ["a new segment called Gold", "Gold"]),
        ("name is Gold", ["name is Gold", "Gold"]),
        ("Copy of VIPs", ["Copy of VIPs"]),
        ("Offer: spring", ["Offer: spring"]),
        ('"Half', ['"Half', "Half"]),
        ('5" pipes', ['5" pipes']),
        ("Gold\nSilver", ["Gold Silver", "Gold"]),
        ("Gold of ada@x.org", ["Gold of ada@x.org", "Gold"]),
        ("ada@x.org", ["ada@x.org"]),
        ("", [""]),
    ],
)
def test_a_text_may_mean_a_name_in_it(text: str, names: list[str]) -> None:
    assert list(names_meant(KIND, text)) == names


@pytest.mark.parametrize(
    ("text", "inside"),
    [('"Name: Gold"', "Name: Gold"), ("“to Gold”", "to Gold"), (" ‘Gold’ ", "Gold"), ('"Half', ""), ('"A" "B"', ""),
     ('name:"A"', ""), ("Gold", ""), ("", "")],
)  # fmt: skip
def test_what_stands_in_quotes_is_found(text: str, inside: str) -> None:
    assert in_quotes(text) == inside


def test_a_segment_that_need_not_exist_has_a_new_name() -> None:
    assert is_new_name(KIND)
    assert is_new_name(SegmentInput(label="Into", new=True))
    assert not is_new_name(SegmentInput(label="Segment"))
