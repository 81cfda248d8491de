import json
from typing import Annotated, Any, Literal

import pytest

from bot.core.answers import Answer
from bot.core.command import Call, Prefill, command
from bot.core.context import Context
from bot.core.errors import Misuse
from bot.core.language.args import (
    Args,
    ChangeInput,
    Choice,
    Input,
    PromotionInput,
    SegmentInput,
    ShopperInput,
    Text,
    UploadInput,
)
from bot.core.uploads import Upload
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import forms, inputs
from bot.slack.action_ids import NEW_SEGMENT, PROMOTIONS, SHOPPER_SEARCH, SHOPPERS, VALUE
from bot.slack.action_ids import SEGMENTS as SEGMENT_CHOICES
from bot.slack.blocks import Block
from bot.slack.payloads import CommandForm
from tests.core.samples import uuid
from tests.harness import said


class Everything(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segments")]
    target: Annotated[str, SegmentInput(label="Target", placeholder="Which?")]
    into: Annotated[str, SegmentInput(label="Put them into", new=True)]
    promotion: Annotated[str, PromotionInput(label="Promotion")]
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shoppers", placeholder="ada@example.com")]
    shopper: Annotated[str, ShopperInput(label="Shopper")]
    number: Annotated[int, ChangeInput(label="Change")]
    scope: Annotated[Literal["mine", "all"], Choice(label="Which", labels={"mine": "Yours", "all": "All"})] = "all"
    note: Annotated[str, Text(label="Note", hint="Why", max_length=10, multiline=True)] = ""


@command("segment combine", submit="Combine Segments")
async def combine(args: Everything, ctx: Context) -> Answer:
    """Combine."""
    return Answer(f"{args}")


class EditArgs(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    name: Annotated[str, Text(label="Name")] = ""


async def look_up(values: dict[str, Any], ctx: Context) -> dict[str, Any]:
    return values


@command("segment edit", submit="Save Segment", title="Edit Segment", prefill=Prefill(("name",), look_up))
async def edit(args: EditArgs, ctx: Context) -> Answer:
    """Edit."""
    return Answer(f"{args}")


def elements(values: dict[str, Any], labels: inputs.Labels | None = None) -> dict[str, Any]:
    view = forms.render_form(Call(combine, values), "C1", labels)
    return {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}


def test_a_field_is_drawn_by_what_it_is() -> None:
    kinds = {name: element["type"] for name, element in elements({}).items()}
    assert kinds == {
        "segments": "multi_external_select",
        "target": "external_select",
        "into": "external_select",
        "promotion": "external_select",
        "shoppers-found": "multi_external_select",
        "shoppers": "plain_text_input",
        "shopper-found": "external_select",
        "shopper": "plain_text_input",
        "number": "number_input",
        "scope": "static_select",
        "note": "plain_text_input",
    }


def test_an_input_of_an_unknown_kind_is_refused() -> None:
    class Unknown(Args):
        field: Annotated[str, Input(label="Field")]

    with pytest.raises(TypeError, match="no form element for Input"):
        inputs.render_field("field", Unknown.model_fields["field"], None, {})


def test_fields_that_suggest_or_count_have_an_action_of_their_own() -> None:
    assert {name: element["action_id"] for name, element in elements({}).items() if element["action_id"] != VALUE} == {
        "segments": SEGMENT_CHOICES,
        "target": SEGMENT_CHOICES,
        "into": NEW_SEGMENT,
        "promotion": PROMOTIONS,
        "shoppers-found": SHOPPER_SEARCH,
        "shoppers": SHOPPERS,
        "shopper-found": SHOPPER_SEARCH,
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
    drawn = {block["block_id"]: block for block in forms.render_form(Call(combine, {}), "C1")["blocks"]}
    assert (drawn["note"]["label"]["text"], drawn["note"]["hint"]["text"], drawn["note"]["optional"]) == (
        "Note",
        "Why",
        True,
    )
    assert (drawn["target"]["optional"], "hint" in drawn["target"]) == (False, False)
    assert drawn["target"]["element"]["placeholder"]["text"] == "Which?"


def test_a_long_placeholder_is_cut_to_what_slack_takes() -> None:
    class Wordy(Args):
        note: Annotated[str, Text(label="Note", placeholder="x" * 200)]

    @command("segment note")
    async def note(args: Wordy, ctx: Context) -> Answer:
        """Note."""
        return Answer(f"{args}")

    (drawn,) = (one for one in forms.render_form(Call(note, {}), "C1")["blocks"] if one["type"] == "input")
    assert len(drawn["element"]["placeholder"]["text"]) == 150


def submitted(**given: Any) -> dict[str, Any]:
    filled = {name: {"any": element} for name, element in given.items()}
    return forms.decode_values({"state": {"values": filled}}, combine)


def test_a_submitted_form_becomes_values() -> None:
    assert submitted(
        segments={"selected_options": [{"value": "a"}, {"value": "b"}]},
        target={"selected_option": {"value": "c"}},
        number={"value": "7"},
        note={"value": "x"},
    ) == {"segments": ["a", "b"], "target": "c", "number": "7", "note": "x"}


def test_only_an_emptied_text_field_has_a_value() -> None:
    assert submitted(
        segments={"selected_options": []},
        target={"selected_option": None},
        number={"value": None},
        note={"value": None},
    ) == {"note": ""}


def test_a_list_of_shoppers_stays_as_it_was_pasted() -> None:
    typed = 'Ada <ada@example.com>; 17,\n"doe, jane"@example.com 17'
    assert submitted(shoppers={"value": typed}) == {"shoppers": [typed]}
    assert submitted(shoppers={"value": None}) == submitted(shoppers={"value": " , "}) == {}


def test_shoppers_who_are_found_by_name_join_those_who_are_pasted() -> None:
    found = {"selected_options": [{"value": "#17"}, {"value": "#18"}]}
    chosen = {"shoppers-found": found, "shoppers": {"value": "ada@example.com"}}
    assert submitted(**chosen) == {"shoppers": ["#17", "#18", "ada@example.com"]}
    assert submitted(**{"shoppers-found": found, "shoppers": {"value": None}}) == {"shoppers": ["#17", "#18"]}
    one = {"shopper-found": {"selected_option": {"value": "#17"}}, "shopper": {"value": None}}
    assert submitted(**one) == {"shopper": "#17"}
    assert submitted(**(one | {"shopper": {"value": "18"}})) == {"shopper": "#17 18"}


def test_one_shopper_stays_as_it_was_typed() -> None:
    assert submitted(shopper={"value": "ada@example.com"}) == {"shopper": "ada@example.com"}
    assert submitted(shopper={"value": None}) == {}


LABELS = {"vips": ("VIPs", uuid(1)), uuid(1): ("VIPs", uuid(1)), "winback": ("Win back", "4")}


def test_segments_and_promotions_are_shown_by_their_names() -> None:
    shown = elements({"segments": ("vips", uuid(1), "Nobody"), "target": "vips", "promotion": "winback"}, LABELS)
    options = shown["segments"]["initial_options"]
    assert [(one["text"]["text"], one["value"]) for one in options] == [("VIPs", uuid(1)), ("Nobody", "Nobody")]
    assert shown["target"]["initial_option"]["text"]["text"] == "VIPs"
    assert (shown["promotion"]["initial_option"]["text"]["text"], shown["promotion"]["initial_option"]["value"]) == (
        "Win back",
        "4",
    )


def test_the_words_that_a_form_can_show_by_names_are_known() -> None:
    call = Call(combine, {"segments": ("vips", "Lapsed"), "into": "New", "promotion": "winback", "note": "vips"})
    assert forms.named_in(call, SegmentInput) == ("vips", "Lapsed", "New")
    assert forms.named_in(call, PromotionInput) == ("winback",)
    assert forms.named_in(Call(combine, {}), SegmentInput) == ()


def counts(view: Block) -> list[str]:
    return [block["elements"][0]["text"] for block in view["blocks"] if block["type"] == "context"]


def test_a_form_says_how_many_shoppers_it_recognises() -> None:
    empty = forms.render_form(Call(combine, {}), "C1")
    filled = forms.render_form(Call(combine, {"shoppers": ("ada@example.com", "17", "a<b>c")}), "C1")
    assert counts(empty) == ["Emails and ids are counted as you type."]
    assert counts(filled) == [
        "2 shoppers recognised: 1 email and 1 customer id. Not understood: a, b and c.",
    ]
    inputs = {block["block_id"]: block for block in filled["blocks"]}
    assert inputs["shoppers"]["element"]["initial_value"] == "ada@example.com\n#17\na<b>c"
    assert inputs["shoppers"]["dispatch_action"] is True
    assert inputs["shoppers"]["element"]["dispatch_action_config"] == {"trigger_actions_on": ["on_character_entered"]}
    assert "dispatch_action" not in inputs["shopper"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (None, "Emails and ids are counted as you type."),
        ("ada@example.com", "1 shopper recognised: 1 email."),
        (
            "ada@example.com, bo@x.org\n#17 Ada",
            "3 shoppers recognised: 2 emails and 1 customer id. Not understood: Ada.",
        ),
        (" ".join(map(str, range(1, 1001))), "1,000 shoppers recognised: 1,000 customer ids."),
    ],
)
def test_shoppers_are_counted_anew_and_nothing_else_of_the_form_changes(typed: str | None, told: str) -> None:
    view = forms.render_form(Call(combine, {"note": "x", "shoppers": ("17",)}), "C1")
    state = {"values": {"shoppers": {"shoppers": {"value": typed}}, "note": {"value": {"value": "y"}}}}
    again = forms.count_recognised({**view, "state": state, "id": "V1", "hash": "1", "team_id": "T1"})
    assert counts(again) == [told]
    assert again.keys() == view.keys()
    assert [one for one in again["blocks"] if one["type"] == "input"] == [
        one for one in view["blocks"] if one["type"] == "input"
    ]
    assert faults_of("modal", again) == []


def test_the_second_view_of_a_form_shows_the_first_ones_values() -> None:
    first = forms.render_form(Call(edit, {"name": "Best"}), "C1")
    assert first["submit"]["text"] == "Continue"
    assert [block["block_id"] for block in first["blocks"]] == ["segment"]
    second = forms.render_form(Call(edit, {"segment": "vips", "name": "Best"}), "C1", LABELS)
    assert (second["submit"]["text"], second["title"]["text"]) == ("Save Segment", "Edit Segment")
    assert [block["block_id"] for block in second["blocks"]] == ["segment-about", "name"]
    assert said(second).startswith("Segment: VIPs")
    assert json.loads(second["private_metadata"])["given"] == {"segment": "vips"}


def left_as(shown: str, submitted: str | None) -> dict[str, Any]:
    """Return what a form says whose name was shown as the store has it, and submitted like this."""
    call = Call(edit, {"segment": "vips"})
    filled = Call(edit, {**call.values, "name": shown})
    view = forms.render_form(filled, "C1", LABELS, as_stored=forms.looked_up(call))
    metadata = CommandForm.model_validate_json(view["private_metadata"])
    state = {"values": {"name": {VALUE: {"type": "plain_text_input", "value": submitted}}}}
    return forms.decode_values(view | {"state": state}, edit, metadata.as_stored)


def test_who_leaves_a_field_as_the_store_filled_it_says_nothing_about_it() -> None:
    assert left_as("Best", "Best") == left_as("", None) == left_as("Big\t Spenders", "Big⇥  Spenders ") == {}
    assert left_as("Best", "Best!") == {"name": "Best!"}
    assert left_as("Best", None) == {"name": ""}


def test_what_somebody_gave_is_not_what_the_store_has() -> None:
    assert forms.looked_up(Call(edit, {"segment": "vips"})) == ("name",)
    assert forms.looked_up(Call(edit, {"segment": "vips", "name": "Best"})) == ()
    assert forms.looked_up(Call(combine, {})) == ()
    view = forms.render_form(Call(edit, {"segment": "vips", "name": "Best"}), "C1", LABELS)
    assert "as_stored" not in json.loads(view["private_metadata"])


class ListArgs(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    file: Annotated[Upload | None, UploadInput(label="File")] = None


@command("segment load")
async def load(args: ListArgs, ctx: Context) -> Answer:
    """Load."""
    return Answer(f"{args}")


def test_a_file_that_is_there_already_is_told_and_carried() -> None:
    file = Upload(id="F1", name="spring.csv", size=9).model_dump()
    empty, filled = (forms.render_form(Call(load, values), "C1") for values in ({}, {"file": file}))
    assert empty["blocks"][1]["element"] == {"type": "file_input", "action_id": VALUE, "max_files": 1}
    assert [block["block_id"] for block in filled["blocks"]] == ["file-about", "segment"]
    assert said(filled).startswith("File: spring.csv")
    assert json.loads(filled["private_metadata"])["given"] == {"file": file}
    assert all(not faults_of("modal", view) for view in (empty, filled))


def test_a_file_is_decoded_whatever_is_known_of_it() -> None:
    named = {"files": [{"id": "F1", "name": "a\u202eb.csv" + "x" * 300, "size": 9, "mode": "hosted"}]}
    assert inputs.decode_value({"files": []}) is None
    assert inputs.decode_value({"files": [{"id": "F1"}]}) == {"id": "F1", "name": "a file", "size": 0}
    assert len(inputs.decode_value(named)["name"]) == inputs.NAME_LENGTH
    assert inputs.decode_value(named)["name"].startswith("a\ufffdb.csv")


TOO_MUCH = "That is more than a form can hold. Type it all in one line instead."


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"shoppers": ("ada@example.com",) * 400}, None),  # each once
        ({"shoppers": tuple(f"{number:04}@x.org" for number in range(272))}, None),
        ({"shoppers": tuple(f"{number:04}@x.org" for number in range(273))}, "shoppers"),
        ({"shopper": "x" * 3001}, "shopper"),
        ({"note": "x" * 2900}, None),
    ],
)
def test_more_shoppers_than_a_field_holds_are_refused(values: dict[str, Any], field: str | None) -> None:
    assert overflow(Call(combine, values)) == field


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x" * 2400}, None),
        ({"name": "x" * 2600}, "name"),
        ({"segment": "VIPs", "name": "x" * 2600}, None),
        ({"segment": "x" * 2600, "name": "Best"}, "segment"),
    ],
)
def test_more_than_a_view_carries_along_is_refused(values: dict[str, Any], field: str | None) -> None:
    assert overflow(Call(edit, values)) == field


def overflow(call: Call) -> str | None:
    """The field at fault; None: nothing is lost."""
    try:
        forms.refuse_overflow(call)
    except Misuse as error:
        return error.field if str(error) == TOO_MUCH else str(error)
    return None


class Odd(Args):
    field: Annotated[str, "says nothing of what it is"] = ""


@command("segment odd")
async def odd(args: Odd, ctx: Context) -> Answer:
    """Break the law that every field says what it is."""
    return Answer(f"{args}")


def test_a_field_that_does_not_say_what_it_is_has_no_form() -> None:
    with pytest.raises(LookupError):
        forms.render_form(Call(odd, {}), "C1")
