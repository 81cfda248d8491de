"""Bots are replaced one after the other while people go on: what they type and click in the meantime is done once."""

import asyncio
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from functools import partial
from pathlib import Path

import pytest

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery.signed_http import SignedRequests
from bot.sandbox.workspace.refusals import Json
from bot.slack.transports import PATH
from tests.approvals.balancer import Balancer, Behind, balancing
from tests.approvals.bots import bot, until
from tests.harness import World, world
from tests.postgres import BOT, address_of, ledger_database
from tests.processes import free_port
from tests.relay import relayed

LATE = 0.4
"""Seconds from Slack to a bot, and back: for so long each end goes on after the other one has begun to close."""
PAUSE, CROWDED = 0.1, 0.03
"""Seconds between two people's acts, and while a bot stops."""
PATIENT = 40
"""How many things may be not done yet, for people to go on: a machine with other work takes longer for each."""
CLICKED = 20
"""Segments whose creation is undone by a click meanwhile."""
DRAIN = 1.0
"""Seconds for which a bot in HTTP mode still answers, while the balancer looks several times whether it is ready."""
Started = Callable[[], AbstractAsyncContextManager[Process]]
"""Starts a bot that is ready."""


class Crowd:
    """People who create a new segment each, or click on the card of an old one. ``acks``: what Slack was told."""

    def __init__(self, slack: World) -> None:
        self._slack = slack
        self.pause = PAUSE
        self.acks: list[Json] = []
        self.created, self.taken_back = list[str](), list[str]()

    @property
    def asked(self) -> int:
        """How many things they asked for."""
        return len(self.created) + len(self.taken_back)

    async def create(self, name: str) -> None:
        """Ask for a segment."""
        self.created.append(name)
        await self._act(self._slack.client.type("ana", "#segments", f"/segment create {name}"))

    async def take_back(self, name: str) -> None:
        """Click on the button that takes the segment back."""
        self.taken_back.append(name)
        ts = next(ts for ts, title in cards(self._slack) if title.endswith(f" {name}"))
        await self._act(self._slack.client.press("ana", "#segments", "Undo", ts=ts))

    async def _act(self, act: Awaitable[Json]) -> None:
        self.acks.append(await act)

    async def go_on(self, until_: asyncio.Event) -> None:
        """Act, one after the other without waiting for what comes of it, until this has happened."""
        old = list(self.created)
        async with asyncio.TaskGroup() as acting:
            while not until_.is_set():
                await until(self._slack, lambda: self.asked - done(self._slack) < PATIENT)
                acting.create_task(self.create(f"New{len(self.created)}"))
                await asyncio.sleep(self.pause)
                if old:
                    acting.create_task(self.take_back(old.pop()))
                    await asyncio.sleep(self.pause)


def cards(slack: World) -> list[tuple[str, str]]:
    """Where the cards of changes stand, and their titles."""
    return [(ts, text.partition(": ")[2]) for ts, text, _ in posted(slack) if text.startswith("Change ")]


def done(slack: World) -> int:
    """How many changes are done, by their cards."""
    return sum(text.startswith("Change ") and "Done*" in blocks for _, text, blocks in posted(slack))


def posted(slack: World) -> Iterator[tuple[str, str, str]]:
    """Yield where each message stands, its text and its blocks."""
    for ts, one in slack.workspace.archive.messages.get(people.SEGMENTS, {}).items():
        yield ts, one.message["text"], str(one.message.get("blocks"))


async def replaced(slack: World, crowd: Crowd, bots: int, started: Started) -> None:
    """Each bot gets a successor, and is told to stop once that one is ready. Slack sends again to the first's only."""
    over = asyncio.Event()
    async with AsyncExitStack() as stack:
        old = [await stack.enter_async_context(started()) for _ in range(bots)]
        await asyncio.gather(*(crowd.create(f"Old{number}") for number in range(CLICKED)))
        await until(slack, lambda: done(slack) == CLICKED)
        going_on = asyncio.create_task(crowd.go_on(over))
        for process in old:
            slack.workspace.sockets.sends_again = process is old[0]
            await stack.enter_async_context(started())
            process.terminate()
            crowd.pause = CROWDED
            assert await process.wait() == 0
            crowd.pause = PAUSE
        over.set()
        await going_on
        await until(slack, lambda: len(slack.writes()) >= crowd.asked and done(slack) >= crowd.asked)


def judge_that_all_is_done_once(slack: World, crowd: Crowd) -> None:
    """Each thing that people asked for has one card, and was written once."""
    assert len({title for _, title in cards(slack)}) == len(cards(slack)) == crowd.asked
    written = Counter(method for method, _ in slack.writes())
    assert written == {"POST": len(crowd.created), "DELETE": len(crowd.taken_back)}


@contextmanager
def on_file() -> Iterator[dict[str, str]]:
    """The settings with the ledger in the world's own file."""
    yield {}


@contextmanager
def on_server() -> Iterator[dict[str, str]]:
    """The settings with the ledger on PostgreSQL."""
    with ledger_database() as name:
        yield {"DATABASE": address_of(name, BOT)}


@pytest.mark.parametrize(("ledger", "bots"), [(on_file, 2), (on_server, 3)])
async def test_all_that_people_ask_for_during_a_rolling_deploy_is_done_once(
    ledger: Callable[[], AbstractContextManager[dict[str, str]]], bots: int, tmp_path: Path, deep: bool
) -> None:
    if ledger is on_server and not deep:
        pytest.skip("with --deep")
    async with world(tmp_path, running=False, customers=1) as slack, relayed(slack.url, late=LATE) as (_, url):
        slack.workspace.public_url, crowd = url, Crowd(slack)
        with ledger() as settings:
            await replaced(slack, crowd, bots, partial(bot, slack, **settings))
        judge_that_all_is_done_once(slack, crowd)
        assert slack.workspace.sockets.most <= 2 * (bots + 1)
        missed = [one for one in crowd.acks if not one["ok"]]
        assert missed, "Nothing was on its way when a bot closed its connections"


@asynccontextmanager
async def behind(balancer: Balancer, slack: World) -> AsyncIterator[Process]:
    """A bot behind the balancer."""
    public, health = free_port(), free_port()
    url, readyz = f"http://127.0.0.1:{public}", f"http://127.0.0.1:{health}/readyz"
    settings = {"PORT": str(public), "HEALTH_PORT": str(health), "DRAIN_SECONDS": str(DRAIN)}
    async with bot(slack, mode="http", **settings) as process, balancer.watched(Behind(url, readyz)):
        yield process


async def test_a_balancer_that_asks_who_is_ready_loses_nothing_during_a_rolling_deploy(tmp_path: Path) -> None:
    async with world(tmp_path, running=False, customers=1) as slack, balancing() as balancer:
        slack.workspace.http = SignedRequests(f"{balancer.url}{PATH}", people.SIGNING_SECRET)
        crowd = Crowd(slack)
        await replaced(slack, crowd, 2, partial(behind, balancer, slack))
        await slack.workspace.http.close()
        judge_that_all_is_done_once(slack, crowd)
        assert [one for one in crowd.acks if not one["ok"]] == []
