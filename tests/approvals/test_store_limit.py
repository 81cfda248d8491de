"""Bots in processes of their own, on one ledger: the store never has more than ten requests of them at once."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.approvals.bots import bot, until
from tests.conftest import OpenWorld
from tests.engines import Engine, postgres, sqlite
from tests.harness import World

LISTS = 12


async def lists(slack: World, *, sofar: int) -> None:
    """People want so many lists at the same time, each of which takes a dozen requests, and get them."""
    asked = [slack.client.type("cleo", "#segments", "/segment list") for _ in range(LISTS)]
    assert all(outcome["ok"] for outcome in await asyncio.gather(*asked))
    await until(slack, lambda: sum(one["ephemeral"] for one in slack.messages(by="cleo")) == sofar + LISTS)


@pytest.mark.parametrize("engine", [sqlite, postgres])
async def test_bots_that_come_and_go_never_ask_the_store_for_more_than_ten_things_at_once(
    engine: Engine, open_world: OpenWorld
) -> None:
    slack = await open_world(running=False, engine=engine)
    slack.store.sleep = asyncio.sleep
    slack.store.faults.add("*", "*", delay=0.03, times=None)
    async with AsyncExitStack() as stack:
        old = await stack.enter_async_context(bot(slack))
        await lists(slack, sofar=0)
        await stack.enter_async_context(bot(slack))
        await lists(slack, sofar=LISTS)
        old.terminate()
        await old.wait()
        await lists(slack, sofar=2 * LISTS)
    assert len(slack.store.requests()) > 3 * LISTS
    assert not [one for one in slack.store.requests() if one["status"] == 429]
