"""Charts as Slack takes them, and numbers with a sign."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers import Answer, Chart, Delta, Table
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import answers, blocks
from bot.slack.blocks import Block
from tests.laws.test_cards import fits
from tests.laws.values import LAW, texts


def chart(*labels: str, names: tuple[str, ...] = ("Change",), **fields: Any) -> Chart:
    values = tuple(range(-1, len(labels) - 1))
    basis: dict[str, Any] = {"kind": "bar", "title": "Movers", "description": "Movers: <!channel>"}
    return Chart(labels=labels, series=tuple((name, values) for name in names), **basis | fields)


def drawn(*parts: Chart) -> list[Block]:
    message = answers.message(Answer("Title", parts))
    assert fits(message)
    return message.blocks


def test_a_chart_is_drawn_and_said_in_small_print() -> None:
    _, plot, description = drawn(chart("VIPs", "Staff"))
    assert plot == {
        "type": "data_visualization",
        "title": "Movers",
        "chart": {
            "type": "bar",
            "series": [
                {"name": "Change", "data": [{"label": "VIPs", "value": -1}, {"label": "Staff", "value": 0}]},
            ],
            "axis_config": {"categories": ["VIPs", "Staff"]},
        },
    }
    assert description == blocks.context("Movers: &lt;!channel&gt;")


def test_a_chart_of_nothing_is_not_drawn() -> None:
    assert len(drawn(chart())) == 1


def test_a_message_draws_two_charts_and_says_the_others() -> None:
    shown = drawn(*(chart("VIPs", description=f"Chart {number}") for number in range(3)))
    assert [one["type"] for one in shown].count("data_visualization") == 2
    assert "Chart 2" in str(shown)


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (("", " "), ["–", "– 2"]),
        (("VIPs", "VIPs", "VIPs"), ["VIPs", "VIPs 2", "VIPs 3"]),
        (("VIPs 2", "VIPs", "VIPs"), ["VIPs 2", "VIPs", "VIPs 3"]),
        (("x" * 20, "x" * 21, "x" * 22), ["x" * 20, "x" * 19 + "…", "x" * 17 + "… 2"]),
    ],
)
def test_labels_that_are_cut_stay_apart(labels: tuple[str, ...], shown: list[str]) -> None:
    _, plot, _ = drawn(chart(*labels))
    assert plot["chart"]["axis_config"]["categories"] == shown


@given(
    st.lists(texts, min_size=1, max_size=40),
    st.lists(texts, min_size=1, max_size=15),
    texts.filter(bool),
    st.sampled_from(("bar", "line")),
)
@LAW
def test_any_chart_fits_slack_with_labels_and_names_of_their_own(
    labels: list[str], names: list[str], title: str, kind: str
) -> None:
    shown = chart(*labels, names=tuple(names), title=title, description=title, kind=kind)
    plot = next(block for block in drawn(shown) if block["type"] == "data_visualization")["chart"]
    assert faults_of("home", {"type": "home", "blocks": answers.render_figure(shown)}) == []
    for apart in (plot["axis_config"]["categories"], [one["name"] for one in plot["series"]]):
        assert len(set(apart)) == len(apart)


def test_a_delta_in_a_table_has_its_sign_and_sorts() -> None:
    rows = ((Delta(1200),), (Delta(-3),), (Delta(0),), (None,))
    table = blocks.table("Changes", ("Change",), rows)
    assert [row[0] for row in table["rows"][1:]] == [
        {"type": "raw_number", "value": 1200, "text": "+1,200"},
        {"type": "raw_number", "value": -3, "text": "-3"},
        {"type": "raw_number", "value": 0, "text": "0"},
        {"type": "raw_text", "text": "–"},
    ]
    assert fits(answers.message(Answer("Changes", (Table("Changes", ("Change",), rows),))))
