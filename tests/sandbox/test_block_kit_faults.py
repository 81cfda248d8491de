"""What Slack does not take is found wherever it stands: laws over an example of everything, and single faults."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.sandbox.workspace.block_kit.schema import (
    blocks,
    data_visualization,
    elements,
    objects,
    rich_text,
    selects,
    surfaces,
    tables,
    text_and_file_inputs,
)
from tests.sandbox.block_examples import (
    AGAIN,
    BUTTON,
    CELL,
    FILE_INPUT,
    GROUPS,
    IMAGE,
    ONCE,
    OPTION,
    OPTIONS,
    TEXT,
    field,
    home,
    modal,
)
from tests.sandbox.slack_app import actions, button, words

Json = dict[str, Any]
CARDS = Path(__file__).parents[3] / "shared" / "slack" / "cards"
Place = tuple[str | int, ...]


def places(value: Any, here: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value inside of another, with the way to it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield (*here, key), inner
        yield from places(inner, (*here, key))


def at(thing: Any, place: Place) -> Any:
    for key in place:
        thing = thing[key]
    return thing


def named(kind: str, thing: Any) -> str:
    block = thing[0] if kind == "message" else (thing.get("blocks") or [thing])[0]
    inside = block.get("element") or block.get("chart") or (block.get("elements") or [{}])[0]
    return f"{kind}: {block.get('type')} {inside.get('type', '')}"


every_example = pytest.mark.parametrize(("kind", "thing"), ONCE, ids=[named(*one) for one in ONCE])


@pytest.mark.parametrize(("kind", "thing"), [*ONCE, *AGAIN], ids=[named(*one) for one in (*ONCE, *AGAIN)])
def test_a_good_example_is_accepted(kind: str, thing: Any) -> None:
    assert faults_of(kind, thing) == []


@every_example
def test_null_is_accepted_nowhere(kind: str, thing: Any) -> None:
    for place, _ in places(thing):
        wrong = deepcopy(thing)
        at(wrong, place[:-1])[place[-1]] = None
        assert faults_of(kind, wrong), place


@every_example
def test_an_unknown_field_is_accepted_nowhere(kind: str, thing: Any) -> None:
    for place, value in places(thing):
        if isinstance(value, dict):
            wrong = deepcopy(thing)
            at(wrong, place)["colour"] = "red"
            assert any("colour" in one for one in faults_of(kind, wrong)), place


@every_example
def test_an_unknown_type_is_accepted_nowhere(kind: str, thing: Any) -> None:
    for place, _ in places(thing):
        if place[-1] == "type":
            wrong = deepcopy(thing)
            at(wrong, place[:-1])["type"] = "hologram"
            assert faults_of(kind, wrong), place


@every_example
def test_another_kind_of_value_is_accepted_nowhere(kind: str, thing: Any) -> None:
    others: dict[type, Any] = {str: 7, int: "7", float: "7", bool: "yes", list: {}, dict: []}
    for place, value in places(thing):
        wrong = deepcopy(thing)
        at(wrong, place[:-1])[place[-1]] = others[type(value)]
        assert faults_of(kind, wrong), place


def test_each_model_with_a_type_has_an_example() -> None:
    modules = (
        objects,
        rich_text,
        elements,
        selects,
        text_and_file_inputs,
        tables,
        data_visualization,
        blocks,
        surfaces,
    )
    shapes = {one for module in modules for one in vars(module).values() if isinstance(one, type)}
    types = [one.model_fields.get("type") for one in shapes if issubclass(one, objects.Shape)]
    known = {name for one in types if one for name in get_args(one.annotation)}
    shown = {value for place, value in places([thing for _, thing in ONCE]) if place[-1] == "type"}
    assert known == shown


@pytest.mark.skipif(not CARDS.exists(), reason="the examples of good cards are not on this machine")
def test_the_examples_of_good_cards_are_accepted() -> None:
    for path in sorted(CARDS.glob("*.json")):
        card = json.loads(path.read_text(encoding="utf-8"))
        kind, thing = (card["type"], card) if "type" in card else ("message", card["blocks"])
        assert faults_of(kind, thing) == [], path.name


def rich(*parts: Json) -> list[Json]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}]


def select(**more: Any) -> list[Json]:
    return [actions({"type": "static_select", "options": OPTIONS, **more})]


def entries(*elements: Json) -> Json:
    return modal(*(field(one) for one in elements))


def data_tables(*lengths: int) -> list[Json]:
    header, numbers = [{"type": "raw_text", "text": "x"}], {"type": "raw_text"}
    return [
        {"type": "data_table", "caption": "x", "rows": [header, [{**numbers, "text": "x" * (length - 1)}]]}
        for length in lengths
    ]


def pie(value: float) -> list[Json]:
    chart = {"type": "pie", "segments": [{"label": "x", "value": value}]}
    return [{"type": "data_visualization", "title": "x", "chart": chart}]


STRANGER = {"text": words("z"), "value": "z"}
FOCUSED = {"type": "plain_text_input", "focus_on_load": True}
WRONG: dict[str, tuple[str, Any, str]] = {
    "unknown rich text": ("message", rich({"type": "poem", "text": "x"}), "unsupported type: poem"),
    "empty text": ("message", rich(TEXT | {"text": ""}), "must be more than 0 characters"),
    "user without id": ("message", rich({"type": "user"}), "missing required field: user_id"),
    "user with a name for an id": ("message", rich({"type": "user", "user_id": "ana"}), "must be the id of a user"),
    "link without URL": ("message", rich({"type": "link", "text": "x"}), "missing required field: url"),
    "link to a word": ("message", rich({"type": "link", "url": "here"}), "must be a valid URL"),
    "link to a script": ("message", rich({"type": "link", "url": "javascript:alert(1)"}), "must be a valid URL"),
    "link to no host": ("message", rich({"type": "link", "url": "https:///x"}), "must be a valid URL"),
    "unknown style": ("message", rich(TEXT | {"style": {"loud": True}}), "invalid additional property: loud"),
    "style that is no switch": ("message", rich(TEXT | {"style": {"bold": "yes"}}), "must be a boolean"),
    "emoji with colons": ("message", rich({"type": "emoji", "name": ":tada:"}), "must be the name of an emoji"),
    "date without a token": ("message", rich({"type": "date", "timestamp": 1, "format": "x"}), "must have a token"),
    "section in a section": ("message", rich(CELL["elements"][0]), "unsupported type: rich_text_section"),
    "rich text in a cell": (
        "message",
        [{"type": "table", "rows": [rich({"type": "poem"})]}],
        "unsupported type: poem [json-pointer:/blocks/0/rows/0/0/elements/0/elements/0]",
    ),
    "image without URL": ("message", [{"type": "image", "alt_text": "x"}], "exactly one of image_url and slack_file"),
    "image with two sources": (
        "message",
        [IMAGE | {"slack_file": {"id": "F0EXAMPLE1"}}],
        "exactly one of image_url and slack_file",
    ),
    "image from nowhere": ("message", [IMAGE | {"image_url": "a.png"}], "must be a valid URL"),
    "button to nowhere": ("message", [actions(button("x", url="here"))], "must be a valid URL"),
    "file input in a message": ("message", [field(FILE_INPUT)], "unsupported type: file_input"),
    "file input in a Home tab": ("home", home(field(FILE_INPUT)), "unsupported type: file_input"),
    "slice of nothing": ("message", pie(0), "must be more than 0"),
    "option that is not offered": ("message", select(initial_option=STRANGER), "must be one of the options"),
    "options that are not offered": (
        "message",
        [actions({"type": "checkboxes", "options": OPTIONS, "initial_options": [OPTION, STRANGER]})],
        "must be one of the options that are offered [json-pointer:/blocks/0/elements/0/initial_options]",
    ),
    "more chosen than may be": (
        "message",
        [
            actions(
                {"type": "multi_users_select", "max_selected_items": 1, "initial_users": ["U0ANA00001", "U0BEN00001"]}
            )
        ],
        "must have no more than max_selected_items: 1",
    ),
    "URL in a select's option": (
        "message",
        select(options=[OPTION | {"url": "https://example.com"}]),
        "invalid additional property: url",
    ),
    "least length over most": (
        "modal",
        entries({"type": "plain_text_input", "min_length": 3, "max_length": 2}),
        "the least is more than the most",
    ),
    "least number over most": (
        "modal",
        entries({"type": "number_input", "is_decimal_allowed": False, "min_value": "10", "max_value": "9"}),
        "the least is more than the most",
    ),
    "number that is none": (
        "modal",
        entries({"type": "number_input", "is_decimal_allowed": False, "min_value": "ten"}),
        "must be a number",
    ),
    "decimals where there are none": (
        "modal",
        entries({"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}),
        "must be whole numbers",
    ),
    "date that is none": ("modal", entries({"type": "datepicker", "initial_date": "2026-02-30"}), "must be a date"),
    "time that is none": ("modal", entries({"type": "timepicker", "initial_time": "24:00"}), "must be a time"),
    "two with the focus": ("modal", entries(FOCUSED, FOCUSED), "only one element can have focus_on_load"),
    "data tables together": ("message", data_tables(10_001, 10_000), "data tables are too long together"),
    "header column out of the table": (
        "message",
        [data_tables(9)[0] | {"row_header_column_index": 1}],
        "must be the index of a column",
    ),
    "no accessory": (
        "message",
        [{"type": "section", "text": words("x"), "accessory": None}],
        "must provide an object [json-pointer:/blocks/0/accessory]",
    ),
    "two icons": (
        "message",
        [{"type": "card", "title": words("x"), "icon": IMAGE, "slack_icon": {"type": "icon", "name": "bot"}}],
        "must not have both",
    ),
    "block without a type": ("message", [{"text": words("x")}], "missing required field: type"),
    "button in a button's place": ("modal", modal(field(BUTTON)), "unsupported type: button"),
    "options twice": ("options", {"options": [], "option_groups": GROUPS}, "must have exactly one of"),
    "a form in the place of options": ("options", {"options": OPTIONS, "text": "x"}, "invalid additional property"),
}


@pytest.mark.parametrize(("kind", "thing", "sentence"), WRONG.values(), ids=WRONG)
def test_a_fault_is_found_and_named(kind: str, thing: Any, sentence: str) -> None:
    faults = faults_of(kind, thing)
    assert any(sentence in one for one in faults), faults


def test_data_tables_that_fit_together_are_accepted() -> None:
    assert faults_of("message", data_tables(10_000, 10_000)) == []


def test_one_element_may_have_the_focus() -> None:
    assert faults_of("modal", entries(FOCUSED, {**FOCUSED, "focus_on_load": False})) == []


def test_what_is_offered_in_a_group_may_be_chosen_first() -> None:
    grouped = {"type": "static_select", "option_groups": GROUPS}
    assert faults_of("message", [actions({**grouped, "initial_option": OPTION})]) == []
