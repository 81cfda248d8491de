"""A process's connections to the emulated Slack: opened, replaced, closed, and none of them without another one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.workspace.people import APP_TOKEN
from bot.sandbox.workspace.refusals import Json
from bot.slack.socket_mode.connections import Connections
from tests.jumping_loop import run_at_once
from tests.relay import Relay, relayed
from tests.sandbox.slack_app import World, bolt_app, world

LATE = 0.2
"""Seconds from Slack to the bot, and back."""


@dataclass
class Line:
    """A bot's connections over a line that takes its time. ``heard``: what was typed; ``waits``: before attempts."""

    slack: World
    relay: Relay
    kept: Connections
    wanted: int = 1
    heard: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    answers_after: float = 0.0

    @property
    def number(self) -> int:
        """How many connections Slack counts."""
        return len(self.slack.workspace.sockets)

    async def type(self, words: str) -> Json:
        """Have somebody type a command; return what Slack tells of it."""
        return await self.slack.client.type("ana", "#segments", f"/segment {words}")

    async def has(self, number: int) -> None:
        """Wait until Slack counts so many."""
        await self.slack.workspace.changed(lambda _: self.number == number, within=100)


@asynccontextmanager
async def line(folder: Path, *, wanted: int = 1, is_proxy: bool = False) -> AsyncIterator[Line]:
    loop = asyncio.get_running_loop()
    async with world(folder) as slack, relayed(slack.url, late=LATE) as (relay, url):
        slack.workspace.public_url = url
        app, made = bolt_app(slack.url), list[Line]()
        if is_proxy:
            app.client.proxy, slack.workspace.public_url = url, "http://127.0.0.1:9"

        async def pause(seconds: float) -> None:
            made[0].waits.append(seconds)
            await asyncio.sleep(seconds)

        async def segment(ack: Any, command: dict[str, Any]) -> None:
            made[0].heard.append(command["text"])
            await asyncio.sleep(made[0].answers_after)
            await ack()

        app.command("/segment")(segment)
        kept = Connections(
            app, APP_TOKEN, wanted=lambda: made[0].wanted, elapsed=loop.time, pause=pause, jitter=lambda: 1.0
        )
        made.append(Line(slack, relay, kept, wanted))
        yield made[0]


Story = Callable[[Line], Coroutine[Any, Any, None]]


def over_a_line(folder: Path, story: Story, **options: Any) -> None:
    """Tell this story of connections that are kept meanwhile, at once."""

    async def told() -> None:
        async with line(folder, **options) as made, made.kept.kept():
            await story(made)

    run_at_once(told)


def test_two_are_opened_and_deliveries_come_over_both(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        assert line.kept.is_reached
        await line.has(2)
        await asyncio.sleep(LATE)
        assert [(await line.type(word))["ok"] for word in "abcd"] == [True] * 4
        assert line.heard == ["a", "b", "c", "d"]

    over_a_line(tmp_path, story, wanted=2)


def test_connections_go_through_the_proxy_that_the_client_has(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        await line.has(1)
        await asyncio.sleep(LATE)
        assert (await line.type("list"))["ok"]

    over_a_line(tmp_path, story, is_proxy=True)


def test_where_many_processes_live_one_connection_is_given_up(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        await line.has(2)
        line.wanted = 1
        acks = await asyncio.gather(*(after(at, line.type(str(at))) for at in range(30)))
        assert all(ack["ok"] for ack in acks)
        assert set(map(int, line.heard)) == set(range(30))  # some twice: what was not acknowledged is sent again
        assert line.number == 1

    over_a_line(tmp_path, story, wanted=2)


async def after(tenths: int, act: Awaitable[Json]) -> Json:
    """Do this so many tenths of a second later."""
    await asyncio.sleep(tenths / 10)
    return await act


def test_a_connection_that_is_not_wanted_any_more_is_not_opened_to_the_end(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        line.relay.dead, line.wanted = True, 2
        await asyncio.sleep(2)
        line.wanted = 1
        await asyncio.sleep(2)
        line.relay.dead = False
        await asyncio.sleep(2)
        assert (line.number, line.slack.workspace.sockets.most) == (1, 1)
        assert (await line.type("list"))["ok"]

    over_a_line(tmp_path, story)


@pytest.mark.parametrize("wanted", [1, 2])
def test_a_connection_that_slack_is_going_to_close_is_replaced_first(tmp_path: Path, wanted: int) -> None:
    async def story(line: Line) -> None:
        await line.has(wanted)
        await asyncio.sleep(1)
        warned = asyncio.create_task(line.slack.workspace.sockets.warn())
        acks = await asyncio.gather(*(after(at, line.type(str(at))) for at in range(80)))
        assert all(ack["ok"] for ack in acks)
        assert set(map(int, line.heard)) == set(range(80))
        await warned
        assert line.number == wanted
        assert line.slack.workspace.sockets.most == 2

    over_a_line(tmp_path, story, wanted=wanted)


def test_its_replacement_is_opened_as_soon_as_slack_warns(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        now = asyncio.get_running_loop().time
        await line.has(1)
        await asyncio.sleep(1.1)  # between two looks, which come each second
        began = now()
        warned = asyncio.create_task(line.slack.workspace.sockets.warn())
        await line.has(2)
        assert now() - began == pytest.approx(2 * LATE, abs=0.1)  # the warning comes, and what it leads to goes
        await warned

    over_a_line(tmp_path, story)


def test_a_connection_that_slack_closes_at_once_is_opened_anew_at_once(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        await line.slack.workspace.sockets.disconnect()
        await line.has(1)
        await asyncio.sleep(LATE)
        assert (await line.type("list"))["ok"]
        assert line.waits == []

    over_a_line(tmp_path, story)


@pytest.mark.parametrize("sends_again", [True, False])
def test_what_slack_sends_before_it_reads_the_close_is_taken(tmp_path: Path, sends_again: bool) -> None:
    """Nothing more can be acknowledged then: the rest is the ledger's."""

    async def story() -> None:
        async with line(tmp_path) as made:
            made.slack.workspace.sockets.sends_again = sends_again
            async with made.kept.kept():
                asking = [asyncio.create_task(after(at, made.type(str(at)))) for at in range(3)]
                await asyncio.sleep(LATE + 0.05)
            acks = await asyncio.gather(*asking)
            assert made.heard == ["0", "1", "2"]
            assert [ack["ok"] for ack in acks] == [True, False, False]
            assert not made.kept.is_reached

    run_at_once(story)


def test_what_is_in_hand_is_acknowledged_before_the_close(tmp_path: Path) -> None:
    async def story() -> None:
        async with line(tmp_path) as made:
            made.answers_after = 1.0
            async with made.kept.kept():
                asked = asyncio.create_task(made.type("list"))
                await asyncio.sleep(2 * LATE)
            assert (await asked)["ok"]

    run_at_once(story)


def test_a_bot_that_stops_waits_no_longer_than_slack_does(tmp_path: Path) -> None:
    async def story() -> float:
        async with line(tmp_path) as made:
            made.answers_after = 100.0
            async with made.kept.kept():
                asked = asyncio.create_task(made.type("list"))
                await asyncio.sleep(2 * LATE)
                made.relay.dead = True
            assert not (await asked)["ok"]
            return asyncio.get_running_loop().time()

    assert 9 <= run_at_once(story) < 14  # for its acknowledgement, for Slack's close frame, and for the rest


@pytest.mark.parametrize("turns", range(4))
def test_a_bot_that_stops_as_a_connection_moves_opens_no_other(
    tmp_path: Path, turns: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def told() -> None:
        async with line(tmp_path) as made:
            async with made.kept.kept():
                await made.has(1)
                made.wanted = 2
                made.kept._note()
                for _ in range(turns):
                    await asyncio.sleep(0)
            await asyncio.sleep(5)
            assert made.number == 0

    run_at_once(told)
    assert "Session is closed" not in caplog.text


def test_attempts_come_after_waits_that_grow(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        await asyncio.sleep(20)
        line.slack.workspace.faults.add("apps.connections.open", error="internal_error", times=4)
        await line.slack.workspace.sockets.disconnect()
        await line.has(1)
        assert line.waits == [1.0, 2.0, 4.0]
        await asyncio.sleep(LATE)
        assert (await line.type("list"))["ok"]

    over_a_line(tmp_path, story)


def test_the_eleventh_connection_is_tried_again_later(tmp_path: Path) -> None:
    async def story() -> None:
        async with line(tmp_path) as made, AsyncExitStack() as others, AsyncExitStack() as last:
            app, time = bolt_app(made.slack.url), asyncio.get_running_loop().time
            for stack in (others, others, others, others, last):
                await stack.enter_async_context(Connections(app, APP_TOKEN, wanted=lambda: 2, elapsed=time).kept())
            await made.has(10)
            waiting = asyncio.create_task(others.enter_async_context(made.kept.kept()))
            await asyncio.sleep(5)
            assert not waiting.done()
            assert made.waits[:2] == [1.0, 2.0]
            await last.aclose()
            await waiting
            assert (made.number, made.slack.workspace.sockets.most) == (9, 10)

    run_at_once(story)


def test_what_nobody_listens_to_is_not_acknowledged(tmp_path: Path) -> None:
    async def story(line: Line) -> None:
        answer = await line.slack.client.type("ana", "#segments", "/escaped list")
        assert answer["error"] == '/escaped failed with the error "operation_timeout"'

    over_a_line(tmp_path, story)
