from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.answers import mention
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import blocks
from bot.slack.blocks import Block, Message

BOLD = {"style": {"bold": True}}


def text(words: str, **style: Any) -> Block:
    return {"type": "text", "text": words, **style}


def code(words: str) -> Block:
    return text(words, style={"code": True})


BEN: Block = {"type": "user", "user_id": "UBEN"}
TABLE: Block = {"type": "data_table", "caption": "Sizes", "rows": []}


@pytest.mark.parametrize(
    ("sentence", "elements"),
    [
        ("", [text("–")]),
        ("Done.", [text("Done.")]),
        ("Type `/segment list`.", [text("Type "), code("/segment list"), text(".")]),
        ("`a` `b`", [code("a"), text(" "), code("b")]),
        ("a ` b", [text("a ` b")]),
        ("``", [text("``")]),
        (f"By {mention('UBEN')}.", [text("By "), BEN, text(".")]),
        ("<!channel> <@UBEN> *b* :x: &amp;", [text("<!channel> <@UBEN> *b* :x: &amp;")]),
        ("\ue000UBEN\ue000", [text("\ue000UBEN\ue000")]),
    ],
    ids=range(9),  # a mention's marks differ from process to process
)
def test_only_our_own_marks_format_a_sentence(sentence: str, elements: list[Block]) -> None:
    assert blocks.rich(sentence) == elements


def test_bold_words_are_bold_and_code_stays_code() -> None:
    assert blocks.rich("Now `x`", bold=True) == [text("Now ", **BOLD), code("x")]
    assert blocks.rich("", bold=True) == [text("–", **BOLD)]


@pytest.mark.parametrize(
    ("outside", "safe"),
    [
        ("VIPs", "VIPs"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://x|y> & <@UBEN>", "&lt;https://x|y&gt; &amp; &lt;@UBEN&gt;"),
        ("&lt;", "&amp;lt;"),
        (f"by {mention('UBEN')}", "by <@UBEN>"),
        ("\ue000UBEN\ue000", "\ue000UBEN\ue000"),
    ],
    ids=range(6),
)
def test_escaped_text_has_no_power_and_our_mentions_keep_theirs(outside: str, safe: str) -> None:
    assert blocks.escape(outside) == safe


@pytest.mark.parametrize(
    ("words", "limit", "shown"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 3, ""), ("ab", 1, "…")]
)
def test_what_is_too_long_is_cut_and_shows_it(words: str, limit: int, shown: str) -> None:
    assert blocks.cut(words, limit) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [("", "–"), (":x:", ":x:"), (f"by {mention('UBEN')}", "by UBEN"), ("x" * 11, "x" * 9 + "…")],
    ids=range(4),
)
def test_plain_text_is_never_empty_too_long_or_emoji(words: str, shown: str) -> None:
    assert blocks.plain(words, 10) == {"type": "plain_text", "text": shown, "emoji": False}


COLUMNS = ("A", "B")


LONG = "x" * 9000


@pytest.mark.parametrize(
    ("rows", "shown", "room"),
    [
        ([("a", 1)] * 3, 3, 300),
        ([("a", 1)] * 200, 200, 300),
        ([("a", 1)] * 201, 200, 300),
        ([(LONG, LONG)] * 33, 33, 300),
        ([(LONG, LONG)] * 34, 34, 200),
        ([*[(LONG, LONG)] * 33, ("y" * 99,) * 2], 34, 300),
        ([*[(LONG, LONG)] * 33, ("y" * 99, "y" * 100)], 34, 200),
        ([(LONG, LONG)] * 200, 200, 38),
        ([(LONG, None)] * 200, 200, 88),
        ([(LONG, 1_000_000)] * 250, 200, 88),
    ],
)
def test_a_table_cuts_its_cells_rather_than_its_first_200_rows(
    rows: list[tuple[Any, ...]], shown: int, room: int
) -> None:
    drawn = blocks.table("Sizes", COLUMNS, rows)
    assert len(drawn["rows"]) == 1 + shown
    assert max(len(row[0]["text"]) for row in drawn["rows"]) == min(room, len(rows[0][0]))
    assert faults_of("message", [drawn]) == []


def test_a_page_of_a_table_has_up_to_a_hundred_rows_and_at_least_one() -> None:
    pages = [blocks.table("Sizes", ("A",), [("x",)] * count)["page_size"] for count in (0, 1, 2, 99, 100, 101)]
    assert pages == [1, 1, 2, 99, 100, 100]


def test_a_cell_keeps_some_text_however_many_columns() -> None:
    drawn = blocks.table("Sizes", ("A",) * 10, [(LONG,) * 10] * 200)
    assert {len(cell["text"]) for row in drawn["rows"][1:] for cell in row} == {10}


def test_a_table_has_sortable_numbers_dashes_for_nothing_and_people() -> None:
    drawn = blocks.table("Sizes", COLUMNS, [(21_000, None), (mention("UBEN"), "<!channel>")])
    assert drawn == {
        "type": "data_table",
        "caption": "Sizes",
        "rows": [
            [{"type": "raw_text", "text": "A"}, {"type": "raw_text", "text": "B"}],
            [{"type": "raw_number", "value": 21_000, "text": "21,000"}, {"type": "raw_text", "text": "–"}],
            [blocks.section([BEN]), {"type": "raw_text", "text": "<!channel>"}],
        ],
        "page_size": 2,
    }


def test_bullets_count_the_lines_that_they_leave_out() -> None:
    def lines(block: Block) -> list[str]:
        return [item["elements"][0]["text"] for item in block["elements"][0]["elements"]]

    assert lines(blocks.bullets(["a", "b"])) == ["a", "b"]
    assert lines(blocks.bullets([str(one) for one in range(17)]))[-2:] == ["14", "… and 2 more"]
    assert lines(blocks.bullets(["x" * 1000] * 5)) == ["x" * 399 + "…"] * 3 + ["… and 2 more"]


@pytest.mark.parametrize(
    ("lines", "whole"),
    [((), True), (("x" * 3000,), True), (("x" * 3001,), False), (("x" * 1500,) * 2, True), (("x",) * 16, False)],
)
def test_a_few_long_lines_are_shown_whole_where_there_is_room(lines: tuple[str, ...], whole: bool) -> None:
    shown = blocks.bullets(lines, room=3000)["elements"][0]["elements"]
    assert ([item["elements"][0]["text"] for item in shown] == list(lines)) is whole
    assert blocks.all_shown(lines, room=3000) is whole


def test_only_what_a_reader_sees_is_counted() -> None:
    block = {"type": "x", "text": {"type": "plain_text", "text": "abc", "emoji": True}, "elements": [{"text": "de"}, 7]}
    assert blocks.length([block, block]) == 10


def test_fields_stand_below_each_other() -> None:
    (part,) = blocks.fields([("Id", "7"), ("By", mention("UBEN"))])["elements"]
    assert part["elements"] == [text("Id: ", **BOLD), text("7"), text("\n"), text("By: ", **BOLD), BEN]


def test_a_time_is_shown_to_each_reader_in_their_zone() -> None:
    shown = blocks.time(datetime(2026, 5, 4, 9, 30, tzinfo=UTC))
    assert shown == "<!date^1777887000^{date_short_pretty} at {time}|2026-05-04 09:30 UTC>"


def test_small_print_leaves_out_empty_pieces_and_is_never_empty() -> None:
    def pieces(*given: str) -> list[str]:
        return [element["text"] for element in blocks.context(*given)["elements"]]

    assert pieces("a", "", "b") == ["a", "b"]
    assert pieces("") == pieces() == ["–"]
    assert len(pieces(*"abcdefghijkl")) == 10


def test_a_button_has_only_what_it_was_given() -> None:
    assert blocks.button("Go", "run:0", "") == {
        "type": "button",
        "text": {"type": "plain_text", "text": "Go", "emoji": False},
        "action_id": "run:0",
    }
    sure = blocks.confirm("Sure?", "All of it", "Yes", style="danger")
    full = blocks.button("x" * 80, "run:0", "v" * 2001, style="danger", confirm=sure)
    assert (len(full["text"]["text"]), len(full["value"]), full["style"], full["confirm"]) == (75, 2000, "danger", sure)


def test_a_link_without_words_shows_its_address() -> None:
    assert blocks.link("", "https://x.example")["text"] == "https://x.example"


def test_an_option_may_be_described() -> None:
    assert "description" not in blocks.option("VIPs", "1")
    assert blocks.option("VIPs", "1", "d" * 80)["description"]["text"] == "d" * 74 + "…"


BUTTONS = blocks.actions([blocks.button("Undo", "run:0", "change undo 1")])


def test_a_message_that_fits_is_left_as_it_is() -> None:
    drawn = [blocks.header("Done"), blocks.section(blocks.rich("x" * 3000)), BUTTONS]
    assert Message("Done", drawn).blocks == drawn


def test_a_message_of_many_blocks_loses_no_more_than_it_has_to() -> None:
    divider = {"type": "divider"}
    fits = [*[divider] * 48, BUTTONS]
    assert Message("Done", fits).blocks == fits
    assert Message("Done", [divider, divider, *fits]).blocks == [*fits, blocks.context(blocks.TOO_LONG)]


@pytest.mark.parametrize("drawn", [[blocks.section(blocks.rich("x" * 3000))] * 4, [{"type": "divider"}] * 60])
def test_a_message_that_is_too_long_says_so_and_keeps_its_buttons(drawn: list[Block]) -> None:
    message = Message("", [*drawn, BUTTONS])
    assert message.text == "–"
    assert message.blocks[-2:] == [BUTTONS, blocks.context(blocks.TOO_LONG)]
    assert len(message.blocks) <= 50
    assert blocks.length(message.blocks) <= blocks.MESSAGE_ROOM


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_message_holds_as_much_as_it_may_beside_a_table_which_has_room_of_its_own(more: int, fits: bool) -> None:
    room = blocks.MESSAGE_ROOM - len(blocks.TOO_LONG)
    parts = [TABLE, {"type": "section", "text": {"type": "plain_text", "text": "x" * (room + more)}}]
    assert (Message("Sizes", parts).blocks == parts) is fits
