"""Laws over every Command; a new one is met by them without a new test."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from bot.bigcommerce import NewSegment
from bot.core.answers import Chart
from bot.core.approval.brief import Brief
from bot.core.approval.changes import Change, Run, State, StepState
from bot.core.approval.changes_reader import Scope
from bot.core.approval.due import End
from bot.core.audit.entries import RecordedEntry
from bot.core.command import Call, Command, Help
from bot.core.errors import Misuse, Refusal
from bot.core.invocation import ClickedButton
from bot.core.language.args import Args, Choice, UploadInput, asked_fields, input_of, takes_many
from bot.core.language.checked_args import check
from bot.core.language.readings import fill
from bot.core.planning.steps import CreateSegment, Naming
from bot.core.understanding import understand
from bot.core.uploads import Upload
from bot.engine.home_tab.model import Home, SegmentSize, StoreOverview
from bot.sandbox.workspace.block_kit.limits import faults_of
from bot.slack import answers, blocks, forms
from bot.slack.action_ids import REVIEW
from bot.slack.blocks import Block
from bot.slack.help import help_answer
from bot.slack.home import render_home
from bot.slack.inputs import FOUND
from commands import GROUPS
from tests.core.samples import NOW, change, delete, plan, uuid
from tests.engine.bench import bench
from tests.laws.test_cards import powerless
from tests.laws.values import HOSTILE, LAW

COMMANDS = tuple(command for group in GROUPS for command in group.commands)
EXAMPLES = tuple((command, example) for command in COMMANDS for example in command.examples)


def understood_whole(example: str) -> bool:
    """Whether nothing is missing in this line; otherwise it opens a form."""
    call = understand(GROUPS, example.removeprefix("/"))
    return isinstance(call, Call) and call.is_complete


every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.path)
every_form = pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one.args.model_fields], ids=lambda command: command.path
)
every_example = pytest.mark.parametrize(("command", "example"), EXAMPLES, ids=lambda one: getattr(one, "path", one))


@every_command
def test_without_words_a_command_has_no_values_and_nothing_of_it_is_unclear(command: Command) -> None:
    for positional in ((), *command.aliases.values()):
        assert fill(command.args, "", positional=positional) == {}
    for verb in (command.name, *command.aliases):
        call = understand(GROUPS, f"{command.group} {verb} ")
        assert isinstance(call, Call)
        assert (call, call.words, call.otherwise) == (Call(command, {}), "", None)


SIGNS = (*':=-→*•“",(#a', "->", "17", "VIPs", "a@x.org", "name:", "at:", "or")


@every_command
@given(st.lists(st.sampled_from(SIGNS) | st.sampled_from(HOSTILE), min_size=1, max_size=4), st.sampled_from(("", " ")))
@LAW
def test_whatever_is_typed_is_understood_or_refused_in_words(command: Command, words: list[str], between: str) -> None:
    with suppress(Misuse):
        understand(GROUPS, f"{command.path} {between.join(words)}")


@every_command
def test_a_command_has_help_examples_and_a_verb_that_fits_its_button(command: Command) -> None:
    assert command.help.endswith(".")
    assert command.examples
    assert command.submit != "Continue"
    assert len(command.submit) <= blocks.TITLE
    assert len(command.title) <= blocks.TITLE


@every_command
def test_the_help_of_a_grave_command_says_who_has_to_approve_it(command: Command) -> None:
    says = "A second person has to approve" in command.help or "without its approvals" in command.help
    assert command.is_grave == says


@every_command
def test_every_field_says_what_it_is(command: Command) -> None:
    for field in command.args.model_fields.values():
        assert input_of(field).label
    assert issubclass(command.args, Args)


@every_example
def test_each_example_is_a_complete_call_of_its_command(command: Command, example: str) -> None:
    call = understand(GROUPS, example.removeprefix("/"))
    assert isinstance(call, Call)
    assert call.command is command
    if call.is_complete:
        args = call.args
        assert command.args.model_validate_json(args.model_dump_json()) == args


@every_command
def test_a_command_shows_how_to_type_it_whole(command: Command) -> None:
    assert any(understood_whole(one) for one in command.examples)


@dataclass(frozen=True)
class Record:
    """Changes on record: whatever number one asks for, ``kept`` is it."""

    kept: Change

    async def load(self, number: int) -> Change:
        return self.kept.model_copy(update={"number": number})

    async def count(self, scope: Scope, actor: str) -> int:
        return 1

    async def latest(self, scope: Scope, actor: str, limit: int, offset: int = 0) -> tuple[Brief, ...]:
        return (Brief.of(self.kept),)[offset:]

    async def to_come(self, limit: int) -> tuple[Brief, ...]:
        return (Brief.of(self.kept),)

    async def to_end(self, limit: int) -> tuple[tuple[Brief, datetime], ...]:
        return ((Brief.of(self.kept), NOW),)

    async def renewing(self) -> tuple[int, ...]:
        return (self.kept.number,)

    async def missed_ends(
        self, segment_ids: Sequence[str], since: datetime, *, in_part: bool = False
    ) -> tuple[End, ...]:
        return ()

    async def since_first_to_end(self, segment_ids: Sequence[str]) -> tuple[int, ...]:
        return (self.kept.number,)

    async def touching(self, segment_id: str, limit: int) -> tuple[Brief, ...]:
        return (Brief.of(self.kept),)

    async def untold(self) -> tuple[int, ...]:
        return ()

    async def is_as_sealed(self, entry: RecordedEntry) -> bool:
        return True

    async def maker_of(self, segment_id: str) -> str:
        return self.kept.requester


CREATED = Run(position=0, state=StepState.DONE, undo=(CreateSegment(segment=Naming(name="Gone"), restores=True),))
RECORDS = (
    change(state=State.WAITING),
    change(state=State.DONE, runs=(CREATED,)),
    change(state=State.DONE),
    change(state=State.FAILED, runs=(CREATED.model_copy(update={"state": StepState.FAILED, "error": "No."}),)),
    change(state=State.DONE, runs=(CREATED,), undone_by=43, plan=plan(*map(delete, map(str, range(30))))),
)


@pytest.mark.parametrize(("command", "example"), [one for one in EXAMPLES if understood_whole(one[1])])
async def test_planning_only_reads(command: Command, example: str) -> None:
    call = understand(GROUPS, example.removeprefix("/"))
    assert isinstance(call, Call)
    async with bench(customers=20) as machine:
        await machine.client.create_segments(NewSegment(name="Big Spenders"))
        wrote = len(machine.writes())
        for record in RECORDS:
            ctx = replace(machine.engine.planner.context("UANA"), changes=Record(record))
            with suppress(Refusal):
                await command.function(call.args, ctx)
            with suppress(Refusal):
                assert (await call.prefilled(ctx)).keys() >= call.values.keys()
        assert machine.store.requests() or command.group in ("change", "audit")
        assert len(machine.writes()) == wrote


def hostile(command: Command, text: str) -> dict[str, Any]:
    fields = command.args.model_fields
    return {name: _hostile(field, text) for name, field in fields.items()}


def _hostile(field: FieldInfo, text: str) -> Any:
    if isinstance(input_of(field), UploadInput):
        return Upload(id="F1", name=text).model_dump()
    return (text, text, "x") if takes_many(field) else text


@pytest.mark.parametrize("command", [one for one in COMMANDS if not one.args.model_fields], ids=lambda one: one.path)
def test_a_command_that_asks_for_nothing_never_opens_a_form(command: Command) -> None:
    assert Call(command, {}).is_complete


@every_form
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:10])
def test_every_form_fits_slack_whatever_it_is_filled_with(command: Command, text: str) -> None:
    call, empty = Call(command, hostile(command, text)), Call(command, {})
    labelled = forms.render_form(call, "C1", {text: (text, uuid(1)), "x": (text, uuid(2))})
    for view in (forms.render_form(call, "C1"), labelled, forms.render_form(empty, None), forms.render_loading(call)):
        assert faults_of("modal", view) == []
        assert powerless(view)


def filled_in(view: Block) -> dict[str, Any]:
    """What Slack says stands in a view that nobody touched."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _untouched(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _untouched(element: Block) -> Block:
    if element["type"] == "multi_external_select":
        return {"type": element["type"], "selected_options": element.get("initial_options", [])}
    if element["type"] in ("external_select", "static_select"):
        return {"type": element["type"], "selected_option": element.get("initial_option")}
    return {"type": element["type"], "value": element.get("initial_value")}


@pytest.mark.parametrize(("command", "example"), [one for one in EXAMPLES if understood_whole(one[1])])
def test_a_form_that_was_filled_with_a_typed_line_says_the_same(command: Command, example: str) -> None:
    call = understand(GROUPS, example.removeprefix("/"))
    assert isinstance(call, Call)
    view = forms.render_form(call, "C1")
    given = json.loads(view["private_metadata"])["given"]
    submitted = Call(command, given | forms.decode_values(view | {"state": {"values": filled_in(view)}}, command))
    assert submitted.args == call.args


@every_command
def test_counting_the_shoppers_of_a_form_keeps_it_as_it_is(command: Command) -> None:
    view = forms.render_form(Call(command, hostile(command, "ada@example.com")), "C1")
    assert forms.count_recognised(view | {"state": {"values": filled_in(view)}, "id": "V1", "hash": "h"}) == view


@every_command
def test_a_form_asks_for_every_field_or_first_for_what_tells_the_others(command: Command) -> None:
    blocks_ = forms.render_form(Call(command, {}), "C1")["blocks"]
    asked = [one["block_id"].removesuffix(FOUND) for one in blocks_ if one["type"] == "input"]
    first = forms.first_fields(command) if command.prefill else asked_fields(command.args)
    assert list(dict.fromkeys(asked)) == list(first)


@every_command
def test_a_choice_offers_what_its_field_takes(command: Command) -> None:
    for name, field in command.args.model_fields.items():
        kind = input_of(field)
        for choice in kind.choices if isinstance(kind, Choice) else ():
            args = check(command.args, {name: choice} | _required(command, name))
            assert getattr(args, name) == choice


def _required(command: Command, besides: str) -> dict[str, Any]:
    fields = command.args.model_fields.items()
    return {name: _something(field) for name, field in fields if field.is_required() and name != besides}


def _something(field: FieldInfo) -> Any:
    kind = input_of(field)
    if isinstance(kind, Choice):
        return kind.choices[0]
    return ("1",) if takes_many(field) else "1"


@every_command
def test_help_for_a_command_fits_a_message(command: Command) -> None:
    group = next(group for group in GROUPS if group.name == command.group)
    for told in (Help((group,), command), Help((group,)), Help(GROUPS)):
        assert faults_of("message", answers.message(help_answer(told)).blocks) == []


@given(st.lists(st.sampled_from(HOSTILE), max_size=12))
@LAW
def test_the_home_tab_fits_slack(names: list[str]) -> None:
    changes = tuple(Brief.of(change(number=number, plan=plan(delete(name)))) for number, name in enumerate(names, 1))
    sizes = tuple(SegmentSize(name=name, shoppers=number, promotions=None) for number, name in enumerate(names * 3))
    told = " ".join(names)
    movers = Chart("bar", told, tuple(names), (("Change", tuple(range(len(names)))),), told)
    for overview in (None, StoreOverview(largest=sizes, segments=1000, movers=movers), StoreOverview(fault=told)):
        view = render_home(
            Home(doubt="".join(names), waiting=60, waits=changes, mine=changes, overview=overview), GROUPS
        )
        assert faults_of("home", view) == []
        assert powerless(view)


def test_each_button_on_the_home_tab_types_a_command_or_reviews_a_change() -> None:
    view = render_home(Home(waiting=1, waits=(Brief.of(change()),), mine=(Brief.of(change()),)), GROUPS)
    rows = [block["accessory"] for block in view["blocks"] if "accessory" in block]
    (offered,) = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    buttons = [*rows, *offered]
    assert len(buttons) == 5
    reviewing = [button["value"] for button in buttons if button["action_id"] == REVIEW]
    assert reviewing == ["42"]
    for button in buttons:
        assert button["action_id"] == REVIEW or isinstance(understand(GROUPS, button["value"]), Call)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:10])
def test_the_form_that_asks_why_fits_slack(text: str) -> None:
    view = forms.render_reject_form(ClickedButton(shown=change().shown), plan(delete(text)).headline, "U0ANA", "C1")
    assert faults_of("modal", view) == []
    assert powerless(view)
