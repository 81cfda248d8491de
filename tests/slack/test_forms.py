from typing import Annotated, Any, Literal

import pytest

from bot.bigcommerce import Segment
from bot.core.answers import Answer
from bot.core.args import Args, ChangeInput, Choice, SegmentInput, Text
from bot.core.command import Call, Context, Group, find
from bot.slack import forms
from tests.core.samples import uuid

group = Group("segment", "Segments")
GROUPS = (group,)


class Everything(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segments")]
    target: Annotated[str, SegmentInput(label="Target", placeholder="Which?")]
    number: Annotated[int, ChangeInput(label="Change")]
    scope: Annotated[Literal["mine", "all"], Choice(label="Which", choices=("mine", "all"))] = "all"
    note: Annotated[str, Text(label="Note", hint="Why", max_length=10, multiline=True)] = ""


@group.command("combine", submit="Combine Segments")
async def combine(args: Everything, ctx: Context) -> Answer:
    """Combine."""
    return Answer(f"{args}")


COMMAND = find(GROUPS, "segment combine")


def elements(values: dict[str, Any]) -> dict[str, Any]:
    view = forms.form(Call(COMMAND, values), "C1")
    return {block["block_id"]: block["element"] for block in view["blocks"]}


def test_a_field_is_drawn_by_what_it_is() -> None:
    kinds = {name: element["type"] for name, element in elements({}).items()}
    assert kinds == {
        "segments": "multi_external_select",
        "target": "external_select",
        "number": "number_input",
        "scope": "static_select",
        "note": "plain_text_input",
    }


def test_an_empty_form_shows_the_default_choice_and_nothing_else() -> None:
    filled = {name: key for name, element in elements({}).items() for key in element if key.startswith("initial")}
    assert filled == {"scope": "initial_option"}
    assert elements({})["scope"]["initial_option"]["value"] == "all"


def test_what_was_typed_is_in_the_form() -> None:
    given = {
        "segments": ("VIPs", "Lapsed", "VIPs", ""),
        "target": "New",
        "number": "7",
        "scope": "mine",
        "note": "x" * 12,
    }
    shown = elements(given)
    assert [one["value"] for one in shown["segments"]["initial_options"]] == ["VIPs", "Lapsed"]
    assert shown["target"]["initial_option"]["text"]["text"] == "New"
    assert shown["scope"]["initial_option"]["value"] == "mine"
    assert (shown["number"]["initial_value"], shown["note"]["initial_value"]) == ("7", "x" * 10)


def test_what_a_field_cannot_hold_is_left_out() -> None:
    shown = elements({"number": "seven", "scope": "his", "segments": tuple(map(str, range(200)))})
    assert "initial_value" not in shown["number"]
    assert "initial_option" not in shown["scope"]
    assert len(shown["segments"]["initial_options"]) == 100


def test_labels_hints_and_what_is_optional_come_from_the_args() -> None:
    drawn = {block["block_id"]: block for block in forms.form(Call(COMMAND, {}), "C1")["blocks"]}
    assert (drawn["note"]["label"]["text"], drawn["note"]["hint"]["text"], drawn["note"]["optional"]) == (
        "Note",
        "Why",
        True,
    )
    assert (drawn["target"]["optional"], "hint" in drawn["target"]) == (False, False)
    assert drawn["target"]["element"]["placeholder"]["text"] == "Which?"


def submitted(**given: Any) -> dict[str, Any]:
    filled = {name: {"any": element} for name, element in given.items()}
    return forms.values({"state": {"values": filled}}, COMMAND)


def test_a_submitted_form_becomes_values() -> None:
    assert submitted(
        segments={"selected_options": [{"value": "a"}, {"value": "b"}]},
        target={"selected_option": {"value": "c"}},
        number={"value": "7"},
        note={"value": "x"},
    ) == {"segments": ["a", "b"], "target": "c", "number": "7", "note": "x"}


def test_an_emptied_text_is_an_empty_text_and_any_other_empty_field_has_no_value() -> None:
    assert submitted(
        segments={"selected_options": []},
        target={"selected_option": None},
        number={"value": None},
        note={"value": None},
    ) == {"note": ""}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Best VIPs", "Lapsed", "VIPs", "x" * 74 + "…"]),
        (" vip ", ["VIPs", "Best VIPs"]),
        ("nobody", []),
    ],
)
def test_type_ahead_offers_what_begins_with_the_words_and_then_what_contains_them(query: str, names: list[str]) -> None:
    segments = tuple(
        Segment(id=uuid(at), name=name) for at, name in enumerate(("VIPs", "Lapsed", "Best VIPs", "x" * 200))
    )
    assert [one["text"]["text"] for one in forms.options(segments, query)] == names


def test_type_ahead_offers_no_more_than_slack_takes() -> None:
    many = tuple(Segment(id=uuid(at), name=f"Group {at}") for at in range(101))
    assert len(forms.options(many, "group")) == 100


class Odd(Args):
    field: Annotated[str, "says nothing of what it is"] = ""


@group.command("odd")
async def odd(args: Odd, ctx: Context) -> Answer:
    """Break the law that every field says what it is."""
    return Answer(f"{args}")


def test_a_field_that_does_not_say_what_it_is_has_no_form() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        forms.form(Call(find(GROUPS, "segment odd"), {}), "C1")
