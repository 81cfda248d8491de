"""What a person notices of a bot that is busy: acknowledgements, answers, and its health check."""

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.benchmarks.ack import signed

EVERY, HEALTH_EVERY = 0.25, 0.02
"""Seconds from one command, and from one health check, to the next."""


@dataclass(frozen=True)
class Noticed:
    """Milliseconds: medians of acknowledgements and answers, and median and worst of health checks."""

    ack: float
    answer: float
    health: float
    worst_health: float


def notice(bot: str, command: str, seconds: float) -> Noticed:
    """Ask for this again and again, for so many seconds. For a process of its own."""
    return asyncio.run(_notice(bot, command, seconds))


async def _notice(bot: str, command: str, seconds: float) -> Noticed:
    until = time.perf_counter() + seconds
    async with aiohttp.ClientSession() as session, _answers() as (sink, answered):
        asking, health = await asyncio.gather(
            _ask(session, bot, command, sink, answered, until), _check(session, bot, until)
        )
    acks, answers = zip(*asking, strict=True)
    return Noticed(statistics.median(acks), statistics.median(answers), statistics.median(health), max(health))


async def _ask(
    session: aiohttp.ClientSession, bot: str, command: str, sink: str, answered: asyncio.Event, until: float
) -> list[tuple[float, float]]:
    """Milliseconds until each command is acknowledged, and until it is answered."""
    found: list[tuple[float, float]] = []
    for number in itertools.takewhile(lambda _: time.perf_counter() < until, itertools.count(time.time_ns())):
        answered.clear()
        body, headers = signed(number, command, sink)
        began = time.perf_counter()
        async with session.post(f"{bot}/slack/events", data=body, headers=headers) as answer:
            await answer.read()
            answer.raise_for_status()
        acknowledged = time.perf_counter()
        await answered.wait()
        found.append(((acknowledged - began) * 1000, (time.perf_counter() - began) * 1000))
        await asyncio.sleep(EVERY)
    return found


async def _check(session: aiohttp.ClientSession, bot: str, until: float) -> list[float]:
    found: list[float] = []
    while time.perf_counter() < until:
        began = time.perf_counter()
        async with session.get(f"{bot}/healthz") as answer:
            await answer.read()
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(HEALTH_EVERY)
    return found


@asynccontextmanager
async def _answers() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Take the bot's answers, as Slack's response URLs do; yields their URL, and what each one sets."""
    answered = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        await request.read()
        answered.set()
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/", answered
    finally:
        await runner.cleanup()
