from typing import Annotated, Any, ClassVar, Literal

import pytest
from pydantic import Field, field_validator, model_validator

from bot.core.errors import Misuse
from bot.core.language.args import (
    Args,
    ChangeInput,
    Choice,
    PromotionInput,
    SegmentInput,
    Text,
    input_of,
    missing,
    takes_many,
    usage,
)
from bot.core.language.checked_args import check
from bot.core.language.confirmed_words import UNCONFIRMED, Confirmed
from bot.core.language.readings import fill


class Create(Args):
    name: Annotated[str, Field(max_length=10), Text(label="Name")]
    description: Annotated[str, Text(label="Description")] = ""
    page: Annotated[int, Field(ge=1), Text(label="Page", option=True)] = 1

    @field_validator("name")
    @classmethod
    def _polite(cls, name: str) -> str:
        if name == "rude":
            raise ValueError("That is rude.")
        return name


class Many(Args):
    segments: Annotated[tuple[str, ...], Field(min_length=1), SegmentInput(label="Segment")]


class Rename(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]


MODES = {"add": "Add to them", "equal": "Replace them"}


class Targets(Args):
    how: Annotated[Literal["is", "is-not"], Choice(label="How", labels={"is": "In them", "is-not": "Not in them"})]
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=2), SegmentInput(label="Names")]
    mode: Annotated[
        Literal["add", "equal"],
        Choice(label="Mode", labels=MODES, option=True),
    ] = "add"


class Pick(Args):
    number: Annotated[int, ChangeInput(label="Change")]
    scope: Annotated[Literal["mine", "all"], Choice(label="Which", labels={"mine": "Yours", "all": "All"})] = "all"


@pytest.mark.parametrize(
    ("args", "line", "values"),
    [
        (Create, "", {}),
        (Create, "VIPs", {"name": "VIPs"}),
        (Create, "Summer Sale", {"name": "Summer Sale"}),
        (Create, "“Summer Sale” Our best", {"name": "Summer Sale", "description": "Our best"}),
        (
            Create,
            "Summer Sale description:Our best, page:2",
            {"name": "Summer Sale", "description": "Our best", "page": "2"},
        ),
        (Create, "description:Our best page:2 VIPs", {"name": "VIPs", "description": "Our best", "page": "2"}),
        (Create, 'description:"Our best" VIPs', {"name": "VIPs", "description": "Our best"}),
        (Create, "VIPs page:2 Our best", {"name": "VIPs", "page": "2", "description": "Our best"}),
        (Create, "'VIPs' see: https://x", {"name": "VIPs", "description": "see: https://x"}),
        (Create, "color:red", {"name": "color:red"}),
        (Many, "VIPs, Lapsed", {"segments": ("VIPs", "Lapsed")}),
        (Many, "segments:VIPs segments:Lapsed", {"segments": ("VIPs", "Lapsed")}),
        (Rename, "Big Spenders", {"segment": "Big Spenders"}),
        (Args, "", {}),
        (Args, ', "" “”,', {}),
        (Many, '"", VIPs', {"segments": ("VIPs",)}),
        (Create, 'VIPs description:""', {"name": "VIPs", "description": ""}),
    ],
)
def test_words_fill_fields_by_position_and_by_key(args: type[Args], line: str, values: dict[str, Any]) -> None:
    assert fill(args, line) == values


def test_a_last_line_of_text_is_taken_as_it_was_typed() -> None:
    typed = 'Bought coffee, tea,  and “more” at: 5" tables'
    assert fill(Create, f'"Big Spenders", {typed}') == {"name": "Big Spenders", "description": typed}


def test_quotes_around_the_last_text_are_removed() -> None:
    assert fill(Create, 'VIPs "Our best, really"')["description"] == "Our best, really"


def test_an_option_given_twice_is_not_quietly_replaced() -> None:
    assert fill(Create, "VIPs page:2 page:3") == {"name": "VIPs", "page": "2", "description": "page:3"}
    with pytest.raises(Misuse, match="I didn't expect “segment:b” here"):
        fill(Rename, "segment:a segment:b")


def test_too_many_words_are_refused_by_name() -> None:
    with pytest.raises(Misuse, match=r"^I didn't expect “one two:three” here.$"):
        fill(Args, "one two:three")


def test_missing_names_required_fields_without_a_value() -> None:
    assert missing(Create, {}) == ("name",)
    assert missing(Create, {"name": ""}) == ("name",)
    assert missing(Create, {"name": "x"}) == ()
    assert missing(Many, {"segments": ()}) == ("segments",)


class Either(Args):
    one_of: ClassVar[tuple[str, ...]] = ("name", "number")
    name: Annotated[str, Text(label="Name")] = ""
    number: Annotated[str, Text(label="Number")] = ""


def test_one_of_several_fields_is_missing_until_any_is_given() -> None:
    assert missing(Either, {}) == ("name",)
    assert missing(Either, {"number": "1"}) == ()


NO_NUMBER = "Page: Input should be a valid integer, unable to parse string as an integer."


class Several(Args):
    pages: Annotated[tuple[int, ...], Text(label="Page")]


@pytest.mark.parametrize(
    ("args", "values", "field", "sentence"),
    [
        (Create, {"name": "12345678901"}, "name", "Name can have at most 10 characters."),
        (Create, {"name": "rude"}, "name", "Name: That is rude."),
        (Create, {"name": "x", "page": "0"}, "page", "Page must be 1 or more."),
        (Create, {"name": "x", "odd": 1}, "odd", "Extra inputs are not permitted."),
        (Pick, {"number": "abc"}, "number", "Change must be a whole number."),
        (Pick, {"number": 1, "scope": "his"}, "scope", "Say “mine” or “all” next."),
        (Pick, {}, "number", "Change is missing."),
        (Several, {"pages": ("1", "x")}, "pages", NO_NUMBER),
    ],
)
def test_a_wrong_value_is_told_with_its_label(
    args: type[Args], values: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Misuse) as caught:
        check(args, values)
    assert (str(caught.value), caught.value.field, caught.value.for_log) == (sentence, field, sentence)


class Pair(Args):
    one: Annotated[str, Text(label="One")]
    other: Annotated[str, Text(label="Other")]

    @model_validator(mode="after")
    def _of_two(self) -> "Pair":
        if self.one == self.other:
            raise ValueError("Both are the same.")
        return self


def test_values_as_a_whole_can_be_wrong() -> None:
    with pytest.raises(Misuse, match=r"^Both are the same\.$") as caught:
        check(Pair, {"one": "a", "other": "a"})
    assert caught.value.field is None


@pytest.mark.parametrize("typed", ["is-not", "IS-NOT", " Is–Not ", "is—not", "is‑not", "is−not"])
def test_a_choice_may_be_typed_with_any_dash_and_in_capitals(typed: str) -> None:
    assert check(Targets, {"how": typed, "names": ("VIPs",)}).how == "is-not"


def test_what_is_no_choice_keeps_its_dashes_and_capitals() -> None:
    assert check(Create, {"name": "Is–Not"}).name == "Is–Not"
    with pytest.raises(Misuse, match=r"^Say “is” or “is not” next\.$"):
        check(Targets, {"how": 7, "names": ("VIPs",)})


@pytest.mark.parametrize(
    ("names", "sentence"),
    [((), "Names is missing."), (("a", "b", "c"), "Names: at most 2 at once.")],
)
def test_too_few_and_too_many_are_told(names: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(Misuse) as caught:
        check(Targets, {"how": "is", "names": names})
    assert (str(caught.value), caught.value.field) == (sentence, "names")


def test_right_values_become_args_with_blanks_stripped() -> None:
    assert check(Create, {"name": " VIPs ", "page": "3"}) == Create(name="VIPs", page=3)


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (Create, "<name> [description] [page:…]"),
        (Many, "<segment> …"),
        (Pick, "<change> [mine|all]"),
        (Args, ""),
    ],
)
def test_usage_shows_what_is_required_repeated_and_optional(args: type[Args], line: str) -> None:
    assert usage(args) == line


def test_a_field_tells_what_it_is() -> None:
    assert input_of(Many.model_fields["segments"]) == SegmentInput(label="Segment")
    assert takes_many(Many.model_fields["segments"])
    assert not takes_many(Create.model_fields["name"])


def test_a_text_is_nothing_that_stands_where_a_command_does() -> None:
    assert not Text(label="Description").may_be("VIPs")


def test_any_word_may_be_the_name_of_what_the_store_has() -> None:
    assert SegmentInput(label="Segment").may_be("show")
    assert PromotionInput(label="Promotion").may_be("show")


def test_of_several_invalid_values_the_first_is_told() -> None:
    with pytest.raises(Misuse) as caught:
        check(Pair, {"one": 1, "other": 2})
    assert caught.value.field == "one"


def test_of_a_closed_set_the_log_has_its_words_and_no_others() -> None:
    kind = Choice(label="Mode", labels=MODES)
    assert kind.logged(("add", "Ada", "equal"), Confirmed()) == ("add", UNCONFIRMED, "equal")
