"""The same message with less: whatever version a workspace takes, it says the same and keeps to Slack's limits."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.answers import Answer, Chart, Fields, Offer, Offers, Sentence, Table, mention
from bot.core.approval.changes import State
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import blocks
from bot.slack.answers import message
from bot.slack.blocks import LINES_ROOM, MESSAGE_TEXT, Message
from bot.slack.card import render_card
from bot.slack.older_blocks import older, types_in, versions, view_versions
from tests.core.samples import change
from tests.laws.values import texts

NEW_TYPES = frozenset({"data_table", "data_visualization"})
LONG = Table("Segments", ("Name", "Shoppers"), tuple((f"Club {number:03}", number) for number in range(150)))
CHART = Chart("bar", "Movers", ("VIPs",), (("Change", (3,)),), "Movers: VIPs +3.")
BUTTONS = Offers((Offer("List", "segment list"),), more=(Offer("Show", "segment show"),))
EVERYTHING = Answer(
    "Numbers",
    (
        Sentence(f"{mention('UBEN')} asked."),
        Sentence("Quiet <!channel>.", quiet=True),
        Sentence("Open card", url="https://slack.example/card"),
        Fields((("Asked by", "Ana"),)),
        LONG,
        CHART,
        BUTTONS,
    ),
)
PERSON = Table("Who", ("Person",), ((mention("UBEN"),), ("",)))


def test_a_long_table_is_shortened_then_written_in_lines_then_as_text() -> None:
    whole, shorter, lines, text = versions(message(EVERYTHING))
    assert types_in(whole.blocks) >= NEW_TYPES
    assert [block["rows"][-1][0]["text"] for block in shorter.blocks if block["type"] == "data_table"] == ["Club 019"]
    assert "… and 130 more." in str(shorter.blocks)
    assert not types_in(lines.blocks) & NEW_TYPES
    assert "Segments:\nName · Shoppers\nClub 000 · 0\n" in str(lines.blocks).replace("\\n", "\n")
    assert "Movers: VIPs +3." in str(lines.blocks)
    assert text.blocks == []


def test_only_a_table_of_more_than_twenty_rows_is_shortened() -> None:
    def shortened_to(count: int) -> list[str]:
        table = Table("Sizes", ("Name",), tuple((f"Club {at}",) for at in range(count)))
        shorter = versions(message(Answer("x", (table,))))[1].blocks
        rows = [len(block["rows"]) - 1 for block in shorter if block["type"] == "data_table"]
        return [*map(str, rows), *(words for words in ("… and 1 more.", "… and 2 more.") if words in str(shorter))]

    assert [shortened_to(count) for count in (20, 21, 22)] == [[], ["20", "… and 1 more."], ["20", "… and 2 more."]]


def test_text_alone_says_what_the_blocks_said_and_what_to_type() -> None:
    text = versions(message(EVERYTHING))[-1].text
    assert text.startswith("Numbers\n<@UBEN> asked.\nQuiet &lt;!channel&gt;.\nOpen card https://slack.example/card\n")
    assert "Asked by: Ana" in text
    assert text.endswith("Movers: VIPs +3.\nYou can type `/segment list`, `/segment show`.")


def test_a_card_as_text_keeps_its_lines() -> None:
    text = versions(render_card(change(number=7, state=State.WAITING)))[-1].text
    assert "Waiting for 1 approval" in text
    assert "You can type `/change details 7`." in text


def test_a_list_as_text_has_a_line_for_each_of_its_items() -> None:
    listed = Message("Changes", [blocks.bullets(["VIPs", "Gold"])])
    assert versions(listed)[-1].text == "Changes\n• VIPs\n• Gold"


def test_a_message_without_new_blocks_has_only_text_as_another_version() -> None:
    plain = message(Answer("Just words.", (Sentence("And more."),)))
    assert [one.blocks for one in versions(plain)] == [plain.blocks, []]


def test_people_in_a_table_stay_readable_in_lines() -> None:
    assert "Who:\nPerson\nUBEN\n–" in str(older(message(Answer("All", (PERSON,))).blocks)).replace("\\n", "\n")


@pytest.mark.parametrize(("too_many", "told"), [(0, []), (1, ["… and 1 more."])])
def test_lines_that_just_fit_are_all_shown(too_many: int, told: list[str]) -> None:
    names = ["a" * 99] * (LINES_ROOM // 100 - 1)
    head, last = "Name", "z" * (LINES_ROOM - 5 - 100 * len(names) + too_many)
    assert len("\n".join((head, *names, last))) == LINES_ROOM + too_many
    rows = [[{"type": "raw_text", "text": one}] for one in (head, *names, last)]
    (shown,) = older([{"type": "data_table", "caption": "x", "rows": rows}])
    assert [line for line in shown["text"]["text"].split("\n") if "more" in line] == told


def test_an_empty_message_is_its_text() -> None:
    assert view_versions([])[-1].blocks[0]["text"]["text"] == "–"


def test_a_table_without_rows_is_left_out() -> None:
    head: dict[str, Any] = {"type": "data_table", "caption": "x", "rows": [[{"type": "raw_text", "text": "Name"}]]}
    assert older([head]) == []


@given(st.lists(st.tuples(texts, st.integers(0, 10**9)), max_size=250), texts, texts)
def test_every_version_is_taken_by_slack(rows: list[tuple[str, int]], title: str, words: str) -> None:
    answer = Answer(title, (Table(words or "x", ("Name", "Shoppers"), tuple(rows)), CHART, Sentence(words), BUTTONS))
    for version in versions(message(answer)):
        assert version.text
        assert len(version.text) <= MESSAGE_TEXT
        assert not version.blocks or faults_of("message", version.blocks) == []
    for view in view_versions(message(answer).blocks):
        assert faults_of("home", {"type": "home", "blocks": view.blocks}) == []
