"""What others notice of the bot while a list of 100,000 is read, and while it runs: as milliseconds, in one run.

A process of its own asks for `/segment show` four times a second, and for `/healthz` fifty times: before, while, while.
"""

import argparse
import asyncio
import json
import multiprocessing
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from tests.benchmarks.bulk_run import Scene, scene
from tests.benchmarks.bulk_store import SEGMENT, WatchedStore
from tests.benchmarks.prober import Noticed, notice

SHOPPERS = 100_000
SECONDS = 10.0
Figures = list[dict[str, Any]]


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the option that makes it small."""
    parser.add_argument("--shoppers", type=int, default=SHOPPERS, help="how long the list is")
    parser.set_defaults(measure=lambda given: measure(given.shoppers))


def measure(shoppers: int = SHOPPERS) -> Figures:
    """Figures of the idle bot, of one that reads a list, and of one that runs it."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(WatchedStore(shoppers, None), Path(folder)))


async def _measure(store: WatchedStore, folder: Path) -> Figures:
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        async with scene(store, folder) as at:
            await _noticed(at, pool)  # what is imported and looked up at first is not measured
            idle = await _noticed(at, pool)
            reading = await _beside(at.upload(), at, pool)
            running = await _beside(at.approve(), at, pool)
    found = {"idle": idle, "reading": reading, "running": running}
    return [_figures(while_, noticed, idle) for while_, noticed in found.items()]


async def _beside(work: Any, at: Scene, pool: ProcessPoolExecutor) -> Noticed:
    """Return what is noticed while this is done."""
    task = asyncio.create_task(work)
    await asyncio.sleep(1)
    noticed = await _noticed(at, pool)
    await task
    return noticed


async def _noticed(at: Scene, pool: ProcessPoolExecutor) -> Noticed:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, notice, at.bot_url, f"show {SEGMENT}", SECONDS)


def _figures(while_: str, noticed: Noticed, idle: Noticed) -> dict[str, Any]:
    return {
        "while": while_,
        "ack_ms": round(noticed.ack, 2),
        "ack_of_idle": round(noticed.ack / idle.ack, 2),
        "show_ms": round(noticed.answer, 1),
        "show_of_idle": round(noticed.answer / idle.answer, 2),
        "healthz_ms": round(noticed.health, 2),
        "healthz_worst_ms": round(noticed.worst_health, 1),
    }


def table(figures: Figures) -> str:
    """The figures for people."""
    lines = ["while      ack ms  of idle  show ms  of idle  healthz ms  worst ms"]
    lines += [
        f"{one['while']:<9} {one['ack_ms']:>7.1f} {one['ack_of_idle']:>8.2f} {one['show_ms']:>8.0f}"
        f" {one['show_of_idle']:>8.2f} {one['healthz_ms']:>11.1f} {one['healthz_worst_ms']:>9.0f}"
        for one in figures
    ]
    return "\n".join(lines)


def as_json(figures: Figures) -> str:
    """The figures for programs: a list of objects, none of which holds others."""
    return json.dumps(figures)
