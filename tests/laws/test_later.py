"""Laws of what is asked for a time to come, for each Command that changes anything."""

import json
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from bot.bigcommerce.wire_format import UUID
from bot.core.command import Call, Command
from bot.core.errors import Refusal
from bot.core.language.args import DueInput, EndInput, inputs_of
from bot.core.planning.plan import Plan
from bot.core.resolution import resolve
from bot.core.store_view.cached_shop import Shop
from bot.core.understanding import understand
from bot.slack import forms
from commands import GROUPS
from tests.conftest import OpenWorld
from tests.engine.bench import Bench, bench
from tests.harness import World
from tests.laws.test_commands import filled_in

LINES = {
    "segment create": "Loyal",
    "segment edit": "VIPs name:Gold",
    "segment delete": "VIPs",
    "segment add": "VIPs #13",
    "segment remove": "VIPs #1",
    "segment import": "VIPs add #13",
    "segment clear": "VIPs",
    "segment copy": "VIPs Gold",
    "segment combine": "VIPs Wholesale either Both",
    "shopper create": "eve@example.com",
    "shopper register": "eva@example.com Eva Moss",
    "shopper delete": "#1",
    "promotion target": '"Tasting week" is VIPs',
    "promotion rule": '"Tasting week" in VIPs',
    "promotion untarget": '"Tasting week"',
    "promotion enable": '"Win back"',
    "promotion disable": '"Tasting week"',
    "change undo": "1",
}
ASKED_ELSEWHERE = {"change retry", "change repoint", "segment rule", "segment run", "segment freeze", "change end"}
"""Of what has failed, was restored, goes by orders that were read (tests/commands/test_segment_rules.py), or ends."""
_UUID = re.compile(UUID)


def plans(command: Command) -> bool:
    """Whether this Command can return a Plan."""
    returned = get_type_hints(command.function)["return"]
    return Plan in (returned, *get_args(returned))


COMMANDS = tuple(command for group in GROUPS for command in group.commands if plans(command))


def test_each_command_that_changes_anything_can_be_asked_for_later() -> None:
    for command in COMMANDS:
        timed = [name for name, kind in inputs_of(command.args).items() if isinstance(kind, DueInput)]
        assert timed == ["at"], command.path
        assert command.args.model_fields["at"].default == ""
    assert {command.path for command in COMMANDS} == LINES.keys() | ASKED_ELSEWHERE


ADDING = {
    "segment add": "VIPs #13",
    "segment import": "VIPs add #13",
    "segment copy": "VIPs Gold",
    "segment combine": "VIPs Wholesale either Both",
    "shopper register": "eva@example.com Eva Moss VIPs",
}


def test_each_command_that_adds_to_segments_as_it_is_told_can_be_asked_for_until_a_time() -> None:
    timed = {
        one.path: [name for name, kind in inputs_of(one.args).items() if isinstance(kind, EndInput)] for one in COMMANDS
    }
    assert {path for path, names in timed.items() if names == ["until"]} == ADDING.keys()
    assert {path for path, names in timed.items() if not names} == {one.path for one in COMMANDS} - ADDING.keys()


async def asked(slack: World, command: Command, when: str) -> None:
    """Ask for it, and have it approved if it needs that."""
    slack.register("eve@example.com")
    slack.enrol("VIPs", 12)
    await slack.type("/segment create Fresh")
    await slack.type(f"/{command.path} {LINES[command.path]}{when}")
    slack.clock.forward(minutes=1)
    if slack.kinds().count("post"):
        await slack.press(command.submit, by="ben")


def wrote(slack: World) -> list[tuple[str, str]]:
    """What the store was asked to change since the segment Fresh was created, whatever ids it gives."""
    return [(method, _UUID.sub("", path)) for method, path in slack.writes()[1:]]


SAID = [one for one in COMMANDS if one.path in LINES]
every_command = pytest.mark.parametrize("command", SAID, ids=lambda one: one.path)


@every_command
@pytest.mark.parametrize("when", ["friday 16:00", '"friday 16:00"', "in 3 hours", "2026-12-01 09:00"])
async def test_a_time_takes_nothing_from_what_else_is_said(command: Command, when: str) -> None:
    async with bench() as machine:
        line = f"{command.path} {LINES[command.path]}"
        timed, plain = (understand(GROUPS, one) for one in (f"{line} at:{when}", line))
        assert isinstance(timed, Call)
        assert isinstance(plain, Call)
        given = (await resolve(plain, Shop(machine.client))).values | {"at": when.strip('"')}
        assert (await resolve(timed, Shop(machine.client))).values == given
        view = forms.render_form(Call(command, given), "C1")
        submitted = forms.decode_values(view | {"state": {"values": filled_in(view)}}, command)
        said = Call(command, json.loads(view["private_metadata"])["given"] | submitted).args
        assert [getattr(said, name) for name in given] == [getattr(Call(command, given).args, name) for name in given]


@pytest.mark.parametrize("path", ADDING)
@pytest.mark.parametrize("times", ["until:{}", "at:in 2 hours until:{}", "until:{} at:in 2 hours"])
@pytest.mark.parametrize("end", ["friday 16:00", '"friday 16:00"', "in 3 hours", "31 Dec 18:00"])
async def test_an_end_takes_nothing_from_what_else_is_said(path: str, times: str, end: str) -> None:
    async with bench() as machine:
        line = f"{path} {ADDING[path]}"
        timed, plain = (understand(GROUPS, one) for one in (f"{line} {times.format(end)}", line))
        assert isinstance(timed, Call)
        assert isinstance(plain, Call)
        said = {"until": end.strip('"')} | ({"at": "in 2 hours"} if "at:" in times else {})
        given = (await resolve(plain, Shop(machine.client))).values | said
        assert (await resolve(timed, Shop(machine.client))).values == given
        view = forms.render_form(Call(timed.command, given), "C1")
        submitted = forms.decode_values(view | {"state": {"values": filled_in(view)}}, timed.command)
        again = Call(timed.command, json.loads(view["private_metadata"])["given"] | submitted).args
        assert [getattr(again, name) for name in said] == list(said.values())


TIMES = ("at friday 16:00", "friday 16:00", "on monday", "tomorrow 9am", "today at 5pm", "in 3 hours")
ENDS = ("until friday", "till friday 16:00", "for 3 days")


async def planned(machine: Bench, line: str) -> Any:
    """What comes of a typed line."""
    call = understand(GROUPS, line)
    assert isinstance(call, Call)
    return (await machine.engine.planner.plan(call, "UANA")).result()


@every_command
async def test_a_time_without_its_key_is_asked_about_and_nothing_is_done_at_once(command: Command) -> None:
    ends = ENDS if command.path in ADDING else ()
    async with bench() as machine:
        for when in (*TIMES, *ends):
            with pytest.raises(Refusal):
                await planned(machine, f"{command.path} {LINES[command.path]} {when}")


@every_command
async def test_later_the_same_is_done_as_at_once_and_nothing_before(
    command: Command, open_world: OpenWorld, tmp_path: Path
) -> None:
    now, later = await open_world(), await open_world(DATABASE=str(tmp_path / "later.sqlite"))
    await asked(now, command, "")
    await asked(later, command, " at:in 3 hours")
    assert wrote(now)
    assert wrote(later) == []
    later.clock.forward(hours=2, minutes=58)
    await later.sweep()
    assert wrote(later) == []
    later.clock.forward(minutes=1)
    await later.sweep()
    assert wrote(later) == wrote(now)
    assert (later.sizes(), later.promotions().keys()) == (now.sizes(), now.promotions().keys())
