"""A law: each button of a card carries its change's nonce, number, version and plan; with one altered, nothing."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from bot.core.approval.changes import Change
from tests.conftest import OpenWorld
from tests.harness import Json, World, buttons

CARRIED = re.compile(r"(?P<number>\d+)\.(?P<version>\d+)\.(?P<nonce>[0-9a-f]{16})\.(?P<plan>[0-9a-f]{16})")
_OTHER = str.maketrans("0123456789abcdef", "fedcba9876543210")
ALTERED: dict[str, Callable[[Json], str]] = {
    "number": lambda of: "1.{version}.{nonce}.{plan}".format(**of),
    "unknown number": lambda of: "99.{version}.{nonce}.{plan}".format(**of),
    "version": lambda of: "{number}.9.{nonce}.{plan}".format(**of),
    "nonce": lambda of: "{number}.{version}.{other}.{plan}".format(**of, other=of["nonce"].translate(_OTHER)),
    "plan": lambda of: "{number}.{version}.{nonce}.{other}".format(**of, other=of["plan"].translate(_OTHER)),
    "as earlier versions drew it": lambda of: "{number}.{version}".format(**of),
}


async def waiting(slack: World, _: AsyncExitStack) -> None:
    await slack.type("/segment delete VIPs, Lapsed")


async def running(slack: World, stack: AsyncExitStack) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    pressed = slack.client.press("ben", "#approvals", "Delete Segment")
    await stack.enter_async_context(slack.meanwhile(pressed, "DELETE", "/segments"))
    await slack.workspace.changed(lambda _: "Stop" in buttons(slack.card(2)))


async def failed(slack: World, _: AsyncExitStack) -> None:
    await slack.type("/segment delete VIPs, Lapsed")
    async with slack.meanwhile(slack.client.press("ben", "#approvals", "Delete Segment"), "DELETE", "/segments"):
        slack.store.faults.add("DELETE", "/segments", status=409)


async def restored(slack: World, _: AsyncExitStack) -> None:
    await slack.press("Delete Segment", by="ben")
    slack.store.scopes.discard("store_v2_marketing")  # so that promotions still name the deleted segment
    await slack.type("/change undo 1")
    await slack.press("Undo Change", by="ben")


STATES: dict[str, tuple[Callable[[World, AsyncExitStack], Awaitable[None]], list[str]]] = {
    "waiting": (waiting, ["Delete Segment", "Reject", "Leave Some Out", "Details", "Edit"]),
    "running": (running, ["Stop"]),
    "failed": (failed, ["Try Again", "Undo"]),
    "restored": (restored, ["Undo", "Point Promotions"]),
}


async def both(slack: World) -> list[Change]:
    return [await slack.change(number) for number in (1, 2)]


async def pressed(slack: World, button: str, alter: Callable[[Json], str]) -> str:
    """What Ana is told who presses an altered button of change 2."""
    click = slack.click(button, by="ana")
    match = CARRIED.match(click["actions"][0]["value"])
    assert match
    click["actions"][0]["value"] = alter(match.groupdict()) + match.string[match.end() :]
    seen = len(slack.messages(channel="#approvals"))
    await slack.workspace.send("interactive", click)
    await slack.workspace.changed(lambda _: len(slack.messages(channel="#approvals")) > seen)
    return slack.whisper(channel="#approvals")


@pytest.mark.parametrize("state", STATES)
async def test_a_button_with_any_part_altered_is_refused_and_changes_nothing(open_world: OpenWorld, state: str) -> None:
    reach, expected = STATES[state]
    slack = await open_world()
    async with AsyncExitStack() as stack:
        await slack.type("/segment delete Wholesale", by="cleo")
        await reach(slack, stack)
        assert buttons(slack.card(2)) == expected
        before, writes, kinds = await both(slack), slack.writes(), slack.kinds()
        for button in expected:
            for alter in ALTERED.values():
                assert "Too late" in (told := await pressed(slack, button, alter)) or "so nothing was done" in told
                assert await both(slack) == before
        assert (slack.writes(), slack.form()) == (writes, None)
        assert {*slack.kinds()[len(kinds) :]} <= {"asked", "form", "refused"}
    assert buttons(slack.card(2)) != []
