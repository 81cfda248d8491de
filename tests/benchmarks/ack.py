"""How fast slash commands are acknowledged over signed HTTP: this bot, and bare Bolt apps that only acknowledge.

The bot puts `/segment list` on record (on disk) before it acknowledges, and works on the answer afterwards. Each is a
process of its own, asked by 1 and by 16 callers who ask again as soon as they are acknowledged; in turn, several times.
"""

import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery.signed_http import signature
from tests.harness import environment_for
from tests.processes import running

CALLERS = (1, 16)
SECONDS = 2.0
WARM_UP_SECONDS = 0.5
ROUNDS = 5
CONTENDERS = ("bot", "bare", "bare_default")
BOT_PORT, SANDBOX_PORT, SINK_PORT = 18_310, 18_311, 18_312
Figures = dict[str, dict[str, dict[str, float]]]


def measure() -> Figures:
    """Milliseconds and commands a second, by contender and number of callers: medians over the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_round(Path(folder) / str(number)) for number in range(ROUNDS)]
    return {
        name: {
            str(callers): {
                key: round(statistics.median(one[name][callers][key] for one in rounds), 3)
                for key in ("per_second", "p50_ms", "p99_ms")
            }
            for callers in CALLERS
        }
        for name in CONTENDERS
    }


def _round(folder: Path) -> dict[str, dict[int, dict[str, float]]]:
    return {name: {callers: _run(name, callers, folder / name) for callers in CALLERS} for name in CONTENDERS}


def _run(name: str, callers: int, folder: Path) -> dict[str, float]:
    data = folder / str(callers)
    data.mkdir(parents=True)
    sandbox = ("bot", "sandbox", "--port", str(SANDBOX_PORT), "--parts", "store,workspace", "--data", str(data))
    program = ("bot", "http") if name == "bot" else ("tests.benchmarks.apps", name)
    with ExitStack() as stack:
        stack.enter_context(running(*sandbox, ready="stops it"))
        stack.enter_context(running(*program, ready="Ready", environment=environment(data)))
        return asyncio.run(_load(callers))


def environment(data: Path) -> dict[str, str]:
    """Return the settings of a bot between the sandbox's parts."""
    return environment_for(f"http://127.0.0.1:{SANDBOX_PORT}", data / "ledger.sqlite") | {"PORT": str(BOT_PORT)}


async def _load(callers: int) -> dict[str, float]:
    async with sink(), aiohttp.ClientSession() as session:
        numbers = itertools.count()
        await _ask(session, numbers, WARM_UP_SECONDS)
        started = time.perf_counter()
        asked = await asyncio.gather(*(_ask(session, numbers, SECONDS) for _ in range(callers)))
        seconds = time.perf_counter() - started
    times = sorted(one for share in asked for one in share)
    return {
        "per_second": len(times) / seconds,
        "p50_ms": statistics.median(times),
        "p99_ms": times[int(len(times) * 0.99)],
    }


async def _ask(session: aiohttp.ClientSession, numbers: Iterator[int], seconds: float) -> list[float]:
    """Milliseconds of each acknowledgement, asking for so many seconds."""
    times: list[float] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        body, headers = signed(next(numbers))
        started = time.perf_counter()
        async with session.post(f"http://127.0.0.1:{BOT_PORT}/slack/events", data=body, headers=headers) as answer:
            await answer.read()
            assert answer.status == 200, answer.status
        times.append((time.perf_counter() - started) * 1000)
    return times


def signed(
    number: int, text: str = "list", response_url: str = f"http://127.0.0.1:{SINK_PORT}/"
) -> tuple[str, dict[str, str]]:
    """Return the body and the headers of a slash command, as Slack sends it."""
    fields = {
        "command": "/segment",
        "text": text,
        "team_id": people.TEAM_ID,
        "channel_id": people.SEGMENTS,
        "user_id": people.ANA,
        "api_app_id": people.APP_ID,
        "trigger_id": f"{number}.benchmark",
        "response_url": response_url,
    }
    body, timestamp = urlencode(fields), str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(people.SIGNING_SECRET, timestamp, body),
    }
    return body, headers


@asynccontextmanager
async def sink() -> AsyncIterator[None]:
    """Takes the bot's answers, as Slack's response urls do."""

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text="ok")

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", SINK_PORT).start()
    try:
        yield
    finally:
        await runner.cleanup()


def table(figures: Figures) -> str:
    """The figures for people, with the ratios."""
    lines = ["who            callers  per second   p50 ms   p99 ms"]
    for name in CONTENDERS:
        for callers, one in figures[name].items():
            lines.append(
                f"{name:<14} {callers:>7} {one['per_second']:>11,.0f} {one['p50_ms']:>8.2f} {one['p99_ms']:>8.2f}"
            )
    for other in CONTENDERS[1:]:
        for callers in map(str, CALLERS):
            ratio = figures["bot"][callers]["p50_ms"] / figures[other][callers]["p50_ms"]
            lines.append(f"median, bot / {other}, {callers} callers: {ratio:.2f}")
    return "\n".join(lines)


def as_json(figures: Figures) -> Any:
    """The figures for programs."""
    return json.dumps(figures)
