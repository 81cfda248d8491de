from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import pytest

from bot.core.answers import Answer
from bot.core.command import Call, Command, Group, Help, Post, command, find
from bot.core.context import Context
from bot.core.errors import Instead, Misuse, Question
from bot.core.language.args import Args, DueInput, SegmentInput, ShopperInput, Text
from bot.core.language.confirmed_words import Confirmed
from bot.core.understanding import _is_slip, understand
from tests.core.samples import uuid
from tests.engine.bench import bench


@command("numbers show", is_default=True)
async def show_numbers(args: Args, ctx: Context) -> Answer:
    """Show numbers."""
    return Answer("")


@command("numbers post")
async def post_numbers(args: Args, ctx: Context) -> Post:
    """Post numbers."""
    return Post(Answer(""))


class DeleteArgs(Args):
    segments: Annotated[tuple[str, ...], SegmentInput(label="Segment")]


class PageArgs(Args):
    page: Annotated[int, Text(label="Page", option=True)] = 1


@command("segment delete", submit="Delete Segment")
async def delete(args: DeleteArgs, ctx: Context) -> Answer:
    """Delete segments;
    their shoppers stay.

    /segment delete VIPs
    /segment delete VIPs, "Big Spenders"
    """
    return Answer(f"{args.segments}")


@command("segment list")
async def listed(args: PageArgs, ctx: Context) -> Answer:
    return Answer(f"{args.page}")


class Register(Args):
    shoppers: Annotated[tuple[str, ...], ShopperInput(label="Shoppers")]
    name: Annotated[str, Text(label="Name", private=True)]
    segment: Annotated[str, SegmentInput(label="Segment")] = ""


@command("segment register")
async def register(args: Register, ctx: Context) -> Answer:
    return Answer(f"{args}")


@command("change list")
async def changes(args: Args, ctx: Context) -> Answer:
    """Show changes."""
    return Answer("")


segment = Group("segment", "Segments", commands=(delete, listed, register))
change = Group("change", "Changes", commands=(changes,))
numbers = Group("numbers", "Numbers", commands=(show_numbers, post_numbers))
GROUPS = (segment, change, numbers)


def refusal(line: str) -> str:
    with pytest.raises(Misuse) as caught:
        understand(GROUPS, line)
    return str(caught.value)


def test_a_command_is_grave_as_declared_whatever_its_help_says() -> None:
    @command("numbers drop", is_grave=True)
    async def drop_numbers(args: Args, ctx: Context) -> Answer:
        """Drop numbers."""
        return Answer("")

    @command("numbers explain")
    async def explain_numbers(args: Args, ctx: Context) -> Answer:
        """Tell which numbers a second person looked at."""
        return Answer("")

    assert (drop_numbers.is_grave, explain_numbers.is_grave) == (True, False)


def test_a_line_becomes_a_complete_call() -> None:
    call = understand(GROUPS, '  Segment DELETE VIPs "Big Spenders" ')
    assert isinstance(call, Call)
    assert call.is_complete
    assert call.args == DeleteArgs(segments=("VIPs", "Big Spenders"))


def test_line_breaks_and_odd_blanks_separate_words() -> None:
    call = understand(GROUPS, "segment\xa0delete\nVIPs")
    assert isinstance(call, Call)
    assert call.values == {"segments": ("VIPs",)}


def test_a_call_without_what_it_needs_is_not_complete() -> None:
    call = understand(GROUPS, "segment delete")
    assert isinstance(call, Call)
    assert not call.is_complete


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("segment", Help((segment,))),
        ("segment help", Help((segment,))),
        ("segment help nonsense", Help((segment,))),
        ("segment HELP Delete", Help((segment,), delete)),
        ("segment delete help", Help((segment,), delete)),
        ("segment delete --help", Help((segment,), delete)),
        ("segment delete ?", Help((segment,), delete)),
    ],
)
def test_help_works_everywhere(line: str, expected: Help) -> None:
    assert understand(GROUPS, line) == expected


@pytest.mark.parametrize("line", ["numbers", "Numbers ", "numbers show", "NUMBERS Show"])
def test_a_groups_name_alone_means_its_default(line: str) -> None:
    assert understand(GROUPS, line) == Call(show_numbers, {})
    assert show_numbers.usage == "/numbers"
    assert post_numbers.usage == "/numbers post"


@pytest.mark.parametrize("line", ["numbers help", "numbers HELP"])
def test_help_still_works_where_a_groups_name_alone_means_a_command(line: str) -> None:
    assert understand(GROUPS, line) == Help((numbers,))
    assert understand(GROUPS, f"{line} show") == Help((numbers,), show_numbers)
    assert "There is no command `/numbers VIPs`" in refusal("numbers VIPs")


async def test_the_day_is_that_of_the_zone() -> None:
    async with bench() as machine:
        ctx = machine.engine.planner.context("UANA")
    late = replace(ctx, now=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))
    days = [replace(late, zone=ZoneInfo(zone)).today for zone in ("UTC", "Europe/Berlin", "America/New_York")]
    assert days == [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 24)]


def test_a_segment_called_help_can_be_named_in_quotes() -> None:
    call = understand(GROUPS, 'segment delete "help"')
    assert isinstance(call, Call)
    assert call.values == {"segments": ("help",)}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "segment delte VIPs",
            "There is no command `/segment delte`. Did you mean `/segment delete`? "
            "`/segment help` shows what there is.",
        ),
        ("segment xyzzy", "There is no command `/segment xyzzy`. `/segment help` shows what there is."),
        (
            "segmnt list",
            "There is no command `/segmnt`. Did you mean `/segment`? `/segment help` shows what there is.",
        ),
        ("", "There is no command `/`. `/segment help` shows what there is."),
    ],
)
def test_an_unknown_command_is_answered_with_the_nearest(line: str, sentence: str) -> None:
    assert refusal(line) == sentence


def test_the_nearest_command_has_a_button_with_the_other_words() -> None:
    for line, instead in {
        "segment delte VIPs": [Instead("Delete Segment", "segment delete VIPs")],
        "segment VIPs delete now": [Instead("Delete Segment", "segment delete VIPs now")],
        "segment xyzzy": [],
        "segmnt list": [],
    }.items():
        with pytest.raises(Misuse) as caught:
            understand(GROUPS, line)
        assert list(caught.value.instead) == instead


@pytest.mark.parametrize(
    ("word", "is_slip"),
    [
        ("delet", True),
        ("elete", True),
        ("deletee", True),
        ("xdelete", True),
        ("edlete", True),
        ("deleet", True),
        ("delite", False),
        ("dele", False),
        ("deleted!", False),
        ("delete", False),
    ],
)
def test_a_slip_is_a_letter_too_few_too_many_or_two_in_the_wrong_order(word: str, is_slip: bool) -> None:
    assert _is_slip(word, "delete") is is_slip


def test_an_endless_word_is_cut_in_the_sentence() -> None:
    assert f"`/segment {'x' * 100}`." in refusal("segment " + "x" * 5000)


class LaterArgs(Args):
    segment: Annotated[str, SegmentInput(label="Segment")]
    at: Annotated[str, DueInput(label="Run at", option=True)] = ""


@command("later clear")
async def clear_later(args: LaterArgs, ctx: Context) -> Answer:
    """Clear a segment at a time."""
    return Answer("")


def test_a_time_that_was_begun_is_asked_for() -> None:
    groups = (Group("later", "Later", commands=(clear_later,)),)
    call = understand(groups, "later clear VIPs at:friday")
    assert isinstance(call, Call)
    assert call.values == {"segment": "VIPs", "at": "friday"}
    with pytest.raises(Misuse, match="Say when, as in `at:friday 16:00`"):
        understand(groups, "later clear VIPs at:")


def test_misuse_says_what_to_type_with_an_example() -> None:
    assert refusal("segment list VIPs") == "I didn't expect “VIPs” here. Did you mean this?"
    call = understand(GROUPS, "segment list page:x")
    assert isinstance(call, Call)
    with pytest.raises(Misuse) as caught:
        _ = call.args
    assert str(caught.value) == "Page must be a whole number."
    assert str(call.command.misuse(caught.value)) == "Page must be a whole number. Type `/segment list [page:…]`."
    assert str(delete.misuse(Misuse("No.", field="segments"))) == (
        "No. Type `/segment delete <segment> …`. For example: `/segment delete VIPs`."
    )
    question = Question("Which one?", (), for_log="Several readings.")
    assert delete.misuse(question) is question
    assert (question.for_log, question.about({"segment": "VIPs"}).for_log) == ("Several readings.",) * 2


def test_a_line_that_may_name_shoppers_is_logged_without_their_names() -> None:
    values = {"shoppers": ["ada@x.org", "17", "#18", uuid(1), "Ada"], "name": "Ada", "segment": "VIPs"}
    call = Call(find(GROUPS, "segment register"), values)
    assert call.recorded() == "/segment register shoppers:[…] name:[…] segment:[…]"
    known = Confirmed({"ada@x.org": 7}, {18}, {uuid(1)}, {"vips": "VIPs"})
    assert call.recorded(known) == (
        f"/segment register shoppers:7 shoppers:18 shoppers:{uuid(1)} shoppers:[…] name:[…] segment:VIPs"
    )


def test_a_list_is_confirmed_whole_where_all_who_are_named_are_known() -> None:
    known = Confirmed({"ada@x.org": 7}, {18}, {uuid(1)})
    assert known.shoppers(("ADA@x.org #18", uuid(1))) == ((7, 18), (uuid(1),), True)
    assert known.shoppers(("ada@x.org #18", uuid(2))) == ((7, 18), (), False)


@pytest.mark.parametrize(
    ("line", "logged"),
    [
        ("segment list Ada Byron", "There were more words than the command takes."),
        ("segment Ada Byron", "There is no such command."),
        ("Ada Byron", "There is no such command."),
    ],
)
def test_words_that_nobody_understands_are_told_and_not_logged(line: str, logged: str) -> None:
    with pytest.raises(Misuse, match="Ada") as caught:
        understand(GROUPS, line)
    assert caught.value.for_log == logged


def test_any_other_word_is_logged_once_planning_understood_it() -> None:
    call = Call(find(GROUPS, "segment delete"), {"segments": ("Ada",)})
    assert call.recorded() == "/segment delete segments:[…]"
    assert call.recorded(Confirmed(planned=True)) == "/segment delete segments:Ada"


def test_a_form_is_called_as_it_says_or_as_its_button() -> None:
    async def run(args: Args, ctx: Context) -> Answer:
        """Do it."""
        return Answer("")

    named, unnamed = (command("segment x", submit="Do It", title=title)(run) for title in ("Do Something", ""))
    assert (named.title, unnamed.title, named.submit) == ("Do Something", "Do It", "Do It")


def test_help_and_examples_come_from_the_docstring() -> None:
    found = find(GROUPS, "segment delete")
    assert found.help == "Delete segments; their shoppers stay."
    assert found.examples == ("/segment delete VIPs", '/segment delete VIPs, "Big Spenders"')
    assert (found.path, found.submit) == ("segment delete", "Delete Segment")
    assert find(GROUPS, "segment list").help == ""
    assert find(GROUPS, "segment list").examples == ()
    assert find(GROUPS, "change list").usage == "/change list"
    with pytest.raises(KeyError):
        find(GROUPS, "change nothing")


@pytest.mark.parametrize("commands", [(changes,), (delete, changes), (delete, delete)])
def test_a_group_holds_only_its_own_commands_each_once(commands: tuple[Command, ...]) -> None:
    with pytest.raises(ValueError, match="/segment is declared with these commands"):
        Group("segment", "Segments", commands)
