"""A bot that stops acknowledges first what it has in hand."""

import asyncio
from collections.abc import Awaitable, Callable

from slack_bolt.response import BoltResponse

from bot.slack.deliveries import ACK_SECONDS, Deliveries
from tests.harness import World
from tests.jumping_loop import run_at_once


async def test_nothing_in_hand_is_waited_for_not_at_all() -> None:
    await Deliveries().acknowledged()


async def test_each_delivery_in_hand_is_waited_for() -> None:
    deliveries, order = Deliveries(), list[str]()
    first, second = deliveries.in_hand("click"), deliveries.in_hand("command")
    with first:
        with second:
            waiting = asyncio.create_task(deliveries.acknowledged())
            waiting.add_done_callback(lambda _: order.append("stopped"))
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        order.append("acknowledged")
    await waiting
    assert order == ["acknowledged", "stopped"]


def test_nobody_waits_longer_than_slack_does() -> None:
    async def story() -> float:
        deliveries = Deliveries()
        with deliveries.in_hand("form"):
            await deliveries.acknowledged()
        return asyncio.get_running_loop().time()

    assert run_at_once(story) == ACK_SECONDS


async def test_what_bolt_dispatches_is_in_hand(slack: World) -> None:
    bot, waiting = slack.bot, list[asyncio.Task[None]]()
    assert bot

    async def stop_meanwhile(next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        waiting.append(asyncio.create_task(bot.deliveries.acknowledged()))
        await asyncio.sleep(0)
        assert not waiting[0].done()
        return await next_()

    bot.app.middleware(stop_meanwhile)
    await slack.type("/segment list loyal")
    await waiting[0]
    assert "loyal" in slack.whisper().lower()
