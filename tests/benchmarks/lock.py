"""How the bot behaves while another program holds its ledger's file: acknowledgements and health checks, over HTTP.

Fifty slash commands a second arrive during half a minute of lock, and for five seconds after it: half of them are
recorded together with others (`/segment list`), half each by itself (`/segment help`). A command that is acknowledged
with nothing is on record, and one that is not gets a sentence: so nothing may be lost or doubled.
"""

import asyncio
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.benchmarks.ack import BOT_PORT, SANDBOX_PORT, environment, signed, sink
from tests.disks import held
from tests.processes import running
from tests.records import entries_of, read_ledger

HELD_SECONDS, AFTER_SECONDS = 30.0, 5.0
PER_SECOND = 50
LINES = ("list", "help")
URL = f"http://127.0.0.1:{BOT_PORT}"
Figures = dict[str, Any]


@dataclass
class _Load:
    """Commands and health checks: how many milliseconds each took, and how many commands were taken."""

    session: aiohttp.ClientSession
    numbers: Iterator[int] = field(default_factory=itertools.count)
    acks: list[float] = field(default_factory=list)
    checks: list[float] = field(default_factory=list)
    taken: int = 0

    async def send(self, seconds: float) -> None:
        """Send commands at their pace, whether earlier ones are acknowledged or not; wait for all of them."""
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for place in range(int(seconds * PER_SECOND)):
                await asyncio.sleep(max(0.0, began + place / PER_SECOND - time.perf_counter()))
                group.create_task(self._command(next(self.numbers)))

    async def _command(self, number: int) -> None:
        body, headers = signed(number, LINES[number % 2])
        began = time.perf_counter()
        async with self.session.post(f"{URL}/slack/events", data=body, headers=headers) as answer:
            said = await answer.read()
            assert answer.status == 200, answer.status
        self.acks.append((time.perf_counter() - began) * 1000)
        self.taken += not said

    async def watch(self) -> None:
        """Ask for the bot's health over and over."""
        while True:
            began = time.perf_counter()
            async with self.session.get(f"{URL}/healthz") as answer:
                assert answer.status == 200, answer.status
            self.checks.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.1)


def measure() -> Figures:
    """Milliseconds of acknowledgements and health checks, and what became of the commands."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sandbox = ("bot", "sandbox", "--port", str(SANDBOX_PORT), "--parts", "store,workspace", "--data", folder)
        stack.enter_context(running(*sandbox, ready="stops it"))
        stack.enter_context(running("bot", "http", ready="Ready", environment=environment(Path(folder))))
        path = Path(folder) / "ledger.sqlite"
        return asyncio.run(_measure(path)) | {"recorded": _recorded(path)}


async def _measure(path: Path) -> Figures:
    async with sink(), aiohttp.ClientSession() as session:
        load = _Load(session)
        watching = asyncio.create_task(load.watch())
        with held(path):
            await load.send(HELD_SECONDS)
        while_held, checks = _of(load.acks), _of(load.checks)
        await load.send(AFTER_SECONDS)
        watching.cancel()
    whole = {"commands": len(load.acks), "acknowledged as recorded": load.taken}
    return {"ack while held": while_held, "healthz while held": checks, "ack": _of(load.acks)} | whole


def _recorded(path: Path) -> int:
    """How many of the commands are on record."""
    with read_ledger(path) as ledger:
        entries = entries_of(ledger)
    helped = [one for one in entries if one.kind == "answered" and one.detail.get("said") == "/segment help"]
    return len(helped) + sum(one.kind == "asked" for one in entries)


def _of(taken: list[float]) -> dict[str, float]:
    return {"p50_ms": round(statistics.median(taken), 1), "most_ms": round(max(taken), 1)}


def table(figures: Figures) -> str:
    """The figures for people."""
    lines = []
    for name, value in figures.items():
        shown = f"p50 {value['p50_ms']:,.1f} ms, most {value['most_ms']:,.1f} ms" if isinstance(value, dict) else value
        lines.append(f"{name:<26} {shown}")
    return "\n".join(lines)


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
