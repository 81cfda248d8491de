"""Every size in Slack's reference: what just fits is accepted, one more is a fault that names its place."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox.workspace.block_kit.limits import faults_of, length_of
from bot.sandbox.workspace.block_kit.texts import MESSAGE_CHARACTERS
from tests.sandbox.slack_app import actions, button, entry, modal, words

Json = dict[str, Any]
Sized = Callable[[int], Any]


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def plain(length: int) -> Json:
    return words("x" * length)


def section(**more: Any) -> Json:
    return {"type": "section", "text": words("x"), **more}


def option(text: str = "x", value: str = "x", **more: Any) -> Json:
    return {"text": words(text), "value": value, **more}


def options(count: int) -> list[Json]:
    return [option(value=str(index)) for index in range(count)]


def select(kind: str = "static_select", **more: Any) -> Json:
    return {"type": kind, **more}


def confirm(**more: Any) -> Json:
    texts = {"title": words("x"), "text": words("x"), "confirm": words("x"), "deny": words("x")}
    return button("x", confirm=texts | more)


def cells(rows: int, columns: int, text: str = "x") -> list[list[Json]]:
    return [[{"type": "raw_text", "text": text}] * columns for _ in range(rows)]


def table(rows: int = 1, columns: int = 1, text: str = "x") -> Json:
    return {"type": "table", "rows": cells(rows, columns, text)}


def data_table(rows: int = 2, columns: int = 1, text: str = "x", **more: Any) -> Json:
    return {"type": "data_table", "caption": "Segments", "rows": cells(rows, columns, text), **more}


def chart(series: int = 1, points: int = 1, title: str = "x", label: str = "x", kind: str = "line") -> Json:
    labels = [f"{index}" for index in range(points - 1)] + [label]
    lines = [{"name": f"{n}", "data": [{"label": one, "value": 1} for one in labels]} for n in range(series)]
    drawing = {"type": kind, "series": lines, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": title, "chart": drawing}


def pie(slices: int) -> Json:
    segments = [{"label": str(index), "value": 1} for index in range(slices)]
    return {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": segments}}


def card(**more: Any) -> Json:
    return {"type": "card", "title": words("x"), **more}


DIVIDER: Json = {"type": "divider"}
MESSAGE: dict[str, tuple[int, Sized]] = {
    "blocks": (50, lambda n: [{"type": "divider"}] * n),
    "text object": (3000, lambda n: [section(text=mrkdwn(n))]),
    "header": (150, lambda n: [{"type": "header", "text": plain(n)}]),
    "section fields": (10, lambda n: [section(fields=[mrkdwn(1)] * n)]),
    "section field": (2000, lambda n: [section(fields=[mrkdwn(n)])]),
    "context elements": (10, lambda n: [{"type": "context", "elements": [mrkdwn(1)] * n}]),
    "actions elements": (25, lambda n: [actions(*[button("x")] * n)]),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "markdown together": (
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * n} for n in (6000, n - 6000)],
    ),
    "all blocks together": (
        MESSAGE_CHARACTERS,
        lambda n: [section(text=mrkdwn(n // 4))] * 3 + [section(text=mrkdwn(n - n // 4 * 3))],
    ),
    "button text": (75, lambda n: [actions(button("x" * n))]),
    "button value": (2000, lambda n: [actions(button("x", value="x" * n))]),
    "button url": (3000, lambda n: [actions(button("x", url="https://".ljust(n, "x")))]),
    "action_id": (255, lambda n: [actions(button("x", action_id="x" * n))]),
    "block_id": (255, lambda n: [{"type": "divider", "block_id": "x" * n}]),
    "confirm title": (100, lambda n: [actions(confirm(title=plain(n)))]),
    "confirm text": (300, lambda n: [actions(confirm(text=plain(n)))]),
    "confirm button": (30, lambda n: [actions(confirm(confirm=plain(n)))]),
    "confirm deny": (30, lambda n: [actions(confirm(deny=plain(n)))]),
    "select options": (100, lambda n: [section(accessory=select(options=options(n)))]),
    "select groups": (
        100,
        lambda n: [section(accessory=select(option_groups=[{"label": words("x"), "options": options(1)}] * n))],
    ),
    "options in a group": (
        100,
        lambda n: [section(accessory=select(option_groups=[{"label": words("x"), "options": options(n)}]))],
    ),
    "option text": (75, lambda n: [section(accessory=select(options=[option("x" * n)]))]),
    "option value": (150, lambda n: [section(accessory=select(options=[option(value="x" * n)]))]),
    "option description": (75, lambda n: [section(accessory=select(options=[option(description=plain(n))]))]),
    "placeholder": (150, lambda n: [section(accessory=select(options=options(1), placeholder=plain(n)))]),
    "overflow": (5, lambda n: [section(accessory=select("overflow", options=options(n)))]),
    "checkboxes": (10, lambda n: [section(accessory=select("checkboxes", options=options(n)))]),
    "radio buttons": (10, lambda n: [section(accessory=select("radio_buttons", options=options(n)))]),
    "table rows": (100, lambda n: [table(rows=n)]),
    "table columns": (20, lambda n: [table(columns=n)]),
    "table characters": (10_000, lambda n: [table(text="x" * n)]),
    "tables": (1, lambda n: [table()] * n),
    "data_table rows": (201, lambda n: [data_table(rows=n)]),
    "data_table columns": (20, lambda n: [data_table(columns=n)]),
    "data_table characters": (
        20_000,
        lambda n: [data_table(rows=2, text="x" * (n // 2)) if n % 2 == 0 else data_table(text="x" * (n // 2 + 1))],
    ),
    "data_table page": (100, lambda n: [data_table(page_size=n)]),
    "charts": (2, lambda n: [pie(1)] * n),
    "series": (12, lambda n: [chart(series=n)]),
    "slices": (12, lambda n: [pie(n)]),
    "points": (20, lambda n: [chart(points=n)]),
    "chart title": (50, lambda n: [chart(title="x" * n)]),
    "chart label": (20, lambda n: [chart(label="x" * n)]),
    "card title": (150, lambda n: [card(title=plain(n))]),
    "card body": (200, lambda n: [card(body=plain(n))]),
    "card actions": (3, lambda n: [card(actions=[button("x")] * n)]),
    "carousel cards": (10, lambda n: [{"type": "carousel", "elements": [card()] * n}]),
}
MODAL: dict[str, tuple[int, Sized]] = {
    "blocks": (100, lambda n: modal(*[{"type": "divider"}] * n)),
    "title": (24, lambda n: modal(DIVIDER, title=plain(n))),
    "submit": (24, lambda n: modal(DIVIDER, submit=plain(n))),
    "close": (24, lambda n: modal(DIVIDER, close=plain(n))),
    "private_metadata": (3000, lambda n: modal(DIVIDER, private_metadata="x" * n)),
    "callback_id": (255, lambda n: modal(DIVIDER, callback_id="x" * n)),
    "label": (2000, lambda n: modal(entry("x" * n, "x"))),
    "hint": (2000, lambda n: modal(entry("x", "x", hint=plain(n)))),
    "plain text input": (3000, lambda n: modal(entry("x", "x", select("plain_text_input", max_length=n)))),
    "initial value": (
        3000,
        lambda n: modal(entry("x", "x", select("plain_text_input", initial_value="x" * n))),
    ),
    "file input": (10, lambda n: modal(entry("x", "x", select("file_input", max_files=n)))),
    "alert": (200, lambda n: modal({"type": "alert", "text": plain(n)})),
}
HOME: dict[str, tuple[int, Sized]] = {
    "blocks": (100, lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}),
    "private_metadata": (3000, lambda n: {"type": "home", "blocks": [], "private_metadata": "x" * n}),
}
SIZES = [
    pytest.param(kind, most, build, id=f"{kind}: {what}")
    for kind, table_ in (("message", MESSAGE), ("modal", MODAL), ("home", HOME))
    for what, (most, build) in table_.items()
]


@pytest.mark.parametrize(("kind", "most", "build"), SIZES)
def test_the_most_fits_and_one_more_does_not(kind: str, most: int, build: Sized) -> None:
    assert faults_of(kind, build(most)) == []
    faults = faults_of(kind, build(most + 1))
    assert faults
    assert all("[json-pointer:/" in one for one in faults)


WRONG: list[tuple[str, Any, str]] = [
    ("message", [{"type": "alert", "text": words("x")}], "unsupported type: alert"),
    ("message", [{"type": "hologram"}], "unsupported type: hologram"),
    ("message", ["text"], "must provide an object"),
    ("message", {"type": "divider"}, "must be an array"),
    ("message", [], "no less than 1 items"),
    ("message", [{"type": "divider", "block_id": "a"}] * 2, "block_id already exists: a"),
    ("message", [actions(*[button("x", action_id="a")] * 2)], "action_id already exists in its block: a"),
    ("message", [{"type": "divider", "colour": "red"}], "invalid additional property: colour"),
    ("message", [{"type": "section"}], "missing required field: text or fields"),
    ("message", [{"type": "header", "text": mrkdwn(1)}], "must be one of 'plain_text'"),
    ("message", [section(text=words(""))], "must be more than 0 characters"),
    ("message", [section(text={"type": "mrkdwn", "text": 7})], "must be a string"),
    ("message", [actions(button("x", style="loud"))], "must be one of 'primary' or 'danger'"),
    (
        "message",
        [actions(select("plain_text_input"))],
        "unsupported type: plain_text_input",
    ),
    ("message", [section(accessory=select())], "must have exactly one of options and option_groups"),
    ("message", [{"type": "card"}], "missing required field: title, body, actions or hero_image"),
    ("message", [data_table(caption=None)], "must be a string"),
    ("message", [{"type": "data_table", "rows": cells(2, 1)}], "missing required field: caption"),
    ("message", [data_table(rows=1)], "no less than 2 items"),
    (
        "message",
        [{**data_table(), "rows": [*cells(1, 2), *cells(1, 1)]}],
        "every row must have as many cells",
    ),
    (
        "message",
        [chart(points=2) | {"chart": chart()["chart"] | {"axis_config": {"categories": ["y"]}}}],
        "labels must match",
    ),
    ("message", [{"type": "rich_text", "elements": [{"type": "poem"}]}], "unsupported type: poem"),
    ("modal", modal(table()), "unsupported type: table"),
    ("modal", modal(data_table()), "unsupported type: data_table"),
    ("modal", modal(pie(1)), "unsupported type: data_visualization"),
    ("modal", modal(), "no less than 1 items"),
    ("modal", {k: v for k, v in modal(entry("x", "x")).items() if k != "submit"}, "missing required field: submit"),
    ("modal", modal(entry("x", "x", button("x"))), "unsupported type: button"),
    ("modal", modal({"type": "divider"}, clear_on_close="yes"), "must be a boolean"),
    ("modal", modal(entry("x", "x", select("file_input", max_files=True))), "must be a whole number"),
    ("modal", {"type": "home", "blocks": [{"type": "divider"}]}, "missing required field: title"),
    (
        "home",
        {"type": "home", "blocks": [{"type": "alert", "text": words("x")}]},
        "unsupported type: alert",
    ),
    ("home", {"type": "home", "blocks": [], "title": words("x")}, "invalid additional property: title"),
    ("options", {"options": options(101)}, "no more than 100 items"),
    (
        "options",
        {"option_groups": [{"label": words("x"), "options": options(101)}]},
        "no more than 100 items",
    ),
    ("options", {}, "must have exactly one of options and option_groups"),
    ("options", {"options": [option("x" * 76)]}, "must be less than 76 characters"),
]


@pytest.mark.parametrize(("kind", "thing", "sentence"), WRONG)
def test_what_slack_does_not_take_is_named(kind: str, thing: Any, sentence: str) -> None:
    assert any(sentence in one for one in faults_of(kind, thing))


def test_data_tables_header_is_no_rich_text() -> None:
    rich = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    }
    rows = [[rich], [{"type": "raw_number", "value": 7, "text": "7"}]]
    faults = faults_of("message", [{"type": "data_table", "caption": "x", "rows": rows}])
    assert faults == ["unsupported type for a header cell: rich_text [json-pointer:/blocks/0/rows/0/0]"]


def test_series_names_are_unique() -> None:
    block = chart(series=2)
    block["chart"]["series"][1]["name"] = "0"
    assert "names of series must be unique" in faults_of("message", [block])[0]


def test_no_options_is_an_answer() -> None:
    assert faults_of("options", {"options": []}) == []


def test_a_fault_points_to_its_place() -> None:
    view = modal(entry("x", "x", select(options=[option("x" * 76)])))
    expected = "must be less than 76 characters [json-pointer:/view/blocks/0/element/options/0/text/text]"
    assert faults_of("modal", view) == [expected]


def test_a_views_length_is_counted_in_bytes() -> None:
    assert length_of({"title": "é"}) == len('{"title": ""}') + 2
