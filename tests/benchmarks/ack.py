"""How fast slash commands are acknowledged over signed HTTP: this bot, and bare Bolt apps.

The bot puts `/segment list` on record (on disk) before it acknowledges, and works on the answer afterwards. Each is a
process of its own, asked by 1 and by 16 callers who ask again as soon as they are acknowledged; in turn, several times.
What a commit takes is told of each turn, since disks vary twentyfold from one minute to the next. A new log of writes
(`-wal`) grows with each commit, which is many times slower than writing into one that is there: those who record are
asked until theirs is past a checkpoint, before anything is measured. They are left alone before that, for as long as
the bot looks more closely at a folder of which something changed.
"""

import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.ledger.sqlite.write_guard import QUIET_SECONDS
from bot.sandbox.workspace import people
from bot.sandbox.workspace.delivery.signed_http import signature
from tests.benchmarks.apps import commit_row, recording
from tests.harness import environment_for
from tests.processes import running

CALLERS = (1, 16)
SECONDS = 2.0
WARM_UP_SECONDS = 0.5
ROUNDS = 5
CONTENDERS = ("bot", "bare", "bare_default", "bare_recording")
RECORDING = ("bot", "bare_recording")
GROWN_BYTES = 4_120_000
"""A log of writes that is past a checkpoint, which SQLite makes after 1,000 pages of 4,120 bytes each."""
COMMITS = 50
KEYS = ("per_second", "p50_ms", "p99_ms", "commit_ms")
BOT_PORT, SANDBOX_PORT, SINK_PORT = 18_310, 18_311, 18_312
Figures = dict[str, dict[str, dict[str, float]]]


def measure() -> Figures:
    """Milliseconds and commands a second, by contender and number of callers: medians over the rounds.

    ``commit_ms`` is what one commit of 1 kB took, on the same disk just before each turn.
    """
    with tempfile.TemporaryDirectory() as folder:
        rounds = [_round(number, Path(folder) / str(number)) for number in range(ROUNDS)]
    return {
        name: {
            str(callers): {key: round(statistics.median(one[name][callers][key] for one in rounds), 3) for key in KEYS}
            for callers in CALLERS
        }
        for name in CONTENDERS
    }


def _round(number: int, folder: Path) -> dict[str, dict[int, dict[str, float]]]:
    """Each contender once; whoever was first goes last in the next round."""
    first = number % len(CONTENDERS)
    order = CONTENDERS[first:] + CONTENDERS[:first]
    return {name: {callers: _run(name, callers, folder / name) for callers in CALLERS} for name in order}


def _run(name: str, callers: int, folder: Path) -> dict[str, float]:
    data = folder / str(callers)
    data.mkdir(parents=True)
    sandbox = ("bot", "sandbox", "--port", str(SANDBOX_PORT), "--parts", "store,workspace", "--data", str(data))
    program = ("bot", "http") if name == "bot" else ("tests.benchmarks.apps", name)
    with ExitStack() as stack:
        stack.enter_context(running(*sandbox, ready="stops it"))
        stack.enter_context(running(*program, ready="Ready", environment=environment(data)))
        commit_ms = commit_milliseconds(folder / f"probe-{callers}.sqlite")
        log_of_writes = data / "ledger.sqlite-wal" if name in RECORDING else None
        return asyncio.run(_load(callers, log_of_writes)) | {"commit_ms": commit_ms}


def commit_milliseconds(path: Path) -> float:
    """Return the median of some commits of 1 kB, into a log of writes that is past a checkpoint."""
    with closing(recording(path)) as connection:
        while _is_short(Path(f"{path}-wal")):
            with connection:
                connection.execute("BEGIN")
                for _ in range(COMMITS):
                    commit_row(connection)
        return statistics.median(_timed(partial(commit_row, connection)) for _ in range(COMMITS))


def _timed(act: Callable[[], None]) -> float:
    started = time.perf_counter()
    act()
    return (time.perf_counter() - started) * 1000


def _is_short(log_of_writes: Path) -> bool:
    return log_of_writes.stat().st_size < GROWN_BYTES


def environment(data: Path) -> dict[str, str]:
    """Return the settings of a bot between the sandbox's parts."""
    return environment_for(f"http://127.0.0.1:{SANDBOX_PORT}", data / "ledger.sqlite") | {"PORT": str(BOT_PORT)}


async def _load(callers: int, log_of_writes: Path | None) -> dict[str, float]:
    async with sink(), aiohttp.ClientSession() as session:
        numbers = itertools.count()
        if log_of_writes:
            await asyncio.sleep(QUIET_SECONDS)
        await _ask(session, numbers, WARM_UP_SECONDS)
        while log_of_writes and _is_short(log_of_writes):
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
    lines = ["who            callers  per second   p50 ms   p99 ms  commit ms"]
    for name in CONTENDERS:
        for callers, one in figures[name].items():
            times = f"{one['p50_ms']:>8.2f} {one['p99_ms']:>8.2f} {one['commit_ms']:>10.3f}"
            lines.append(f"{name:<14} {callers:>7} {one['per_second']:>11,.0f} {times}")
    for other in CONTENDERS[1:]:
        for callers in map(str, CALLERS):
            ratio = figures["bot"][callers]["p50_ms"] / figures[other][callers]["p50_ms"]
            lines.append(f"median, bot / {other}, {callers} callers: {ratio:.2f}")
    return "\n".join(lines)


def as_json(figures: Figures) -> Any:
    """The figures for programs."""
    return json.dumps(figures)
