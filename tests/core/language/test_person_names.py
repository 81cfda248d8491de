"""Names of people, in whatever order they stand around an address."""

from typing import Annotated

import pytest

from bot.core.language.args import Args, SegmentInput, Text
from bot.core.language.person_names import FirstName, LastName, no_title, one_name, with_names_in_order


class Person(Args):
    email: Annotated[str, Text(label="Email")]
    first_name: Annotated[str, FirstName(label="First name")]
    last_name: Annotated[str, LastName(label="Last name")]
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segments")] = ()


class Nobody(Args):
    email: Annotated[str, Text(label="Email")]


def said(text: str, *, is_unread: bool = False) -> list[str]:
    lines = with_names_in_order(Person, text, is_unread=is_unread)
    return [" ".join(line.replace("email:e@x.org ", "").split()) for line in lines]


EVE, REVERSED = 'first_name:"Eve" last_name:"Moss"', 'first_name:"Moss" last_name:"Eve"'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("e@x.org Eve Moss", []),
        ("e@x.org Eve Moss VIPs", []),
        ("first_name:Moss, last_name:Eve email:e@x.org", []),
        ("e@x.org b@x.org", []),
        ("Eve Moss", []),
        ("Moss, Eve <e@x.org>", [EVE, REVERSED]),
        ("Moss, Eve (Sales) <e@x.org> to VIPs", [f"{EVE} to VIPs", f"{REVERSED} to VIPs"]),
        ("'Moss, Eve' <mailto:e@x.org>", [EVE, REVERSED]),
        ("Moss; Eve; e@x.org", [EVE, REVERSED]),
        ("e@x.org Moss, Eve", [EVE, REVERSED]),
        ("e@x.org, MOSS, EVE", ['first_name:"EVE" last_name:"MOSS"', 'first_name:"MOSS" last_name:"EVE"']),
        ("Moss, Eve, PhD <e@x.org>",
         ['first_name:"Eve" last_name:"Moss PhD"', 'first_name:"Moss PhD" last_name:"Eve"']),
        ("van der Moss, Eve <e@x.org>",
         ['first_name:"Eve" last_name:"van der Moss"', 'first_name:"van der Moss" last_name:"Eve"']),
        ("Eve Moss <e@x.org>", [EVE]),
        ("Name: Eve Moss Email: e@x.org", [EVE]),
        ("a new shopper called Eve Moss e@x.org", [EVE]),
        ("Dr. Eve Moss <e@x.org>", [EVE]),
        ("Herr, Mike <e@x.org>", ['first_name:"Mike" last_name:"Herr"', 'first_name:"Herr" last_name:"Mike"']),
        ("e@x.org Mike Herr", []),
        ("Eve van der Moss <e@x.org>", ['first_name:"Eve" last_name:"van der Moss"']),
        ("Eve Anna Moss <e@x.org>",
         ['first_name:"Eve" last_name:"Anna Moss"', 'first_name:"Eve Anna" last_name:"Moss"']),
        ("Eve Moss Jr. <e@x.org>", ['first_name:"Eve" last_name:"Moss Jr."']),
        ("Eve <e@x.org>", ['first_name:"Eve"']),
        ("one two three four five six seven <e@x.org>", []),
        ("Ada, Bo, Cy <e@x.org>", []),
        ("e@x.org Ms. Moss", ['last_name:"Moss"']),
        ("Ms. Moss <e@x.org>", ['last_name:"Moss"']),
        ("e@x.org Dr. Eve Moss to VIPs", [f"{EVE} to VIPs"]),
        ("e@x.org Eve Moss, Jr. VIPs", ['first_name:"Eve" last_name:"Moss Jr." VIPs']),
        ("First name: Eve Last name: Moss Email: e@x.org", []),
        ("email:e@x.org Moss, Eve segments:VIPs", [f"{EVE} segments:VIPs", f"{REVERSED} segments:VIPs"]),
        ("segments:VIPs Moss, Eve <e@x.org>", []),
    ],
)  # fmt: skip
def test_names_are_said_field_by_field(text: str, lines: list[str]) -> None:
    assert said(text) == lines


def test_behind_a_comma_there_may_be_several_first_names() -> None:
    assert said("e@x.org Moss, Eve Anna")[::2] == [f"{EVE} Anna", 'first_name:"Eve Anna" last_name:"Moss"']


def test_what_cannot_be_read_may_have_more_names() -> None:
    assert said('e@x.org Eve "Evie" Moss to VIPs', is_unread=True) == [f"{EVE} to VIPs"]
    assert said("e@x.org Eve Moss please", is_unread=True) == [EVE]
    assert said("e@x.org Eve A. Moss", is_unread=True) == [
        'first_name:"Eve" last_name:"A." Moss',
        'first_name:"Eve" last_name:"A. Moss"',
        'first_name:"Eve A." last_name:"Moss"',
    ]


def test_without_names_of_people_nothing_is_read() -> None:
    assert not list(with_names_in_order(Nobody, "Moss, Eve <e@x.org>"))


@pytest.mark.parametrize(
    ("text", "name"), [("Eve;", "Eve"), (" | Moss ", "Moss"), ("Moss, Jr.", "Moss, Jr."), ("", "")]
)
def test_a_name_is_taken_without_what_separates_it(text: str, name: str) -> None:
    assert one_name(text) == name


@pytest.mark.parametrize(("text", "why"), [("Moss, Eve", "it may be two names"), ("e@x.org", "an email is no name")])
def test_what_is_no_single_name_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        one_name(text)


def test_a_title_is_no_first_name() -> None:
    assert no_title("Eve") == "Eve"
    with pytest.raises(ValueError, match="is a title, not a name"):
        no_title("Ms.")
