"""Imports of 1,000 to 100,000 shoppers from a file: how fast, with how many requests, in how much memory.

Each with a bot of its own, as a process, between emulators in another one: the store answers after 50 ms, ten requests
at once, and waits for no disk. Half of the shoppers have no profile yet. Beside it, bare httpx sends the same writes,
and then the same requests: the click that approves looks everyone up once more before the first write, which alone
is 402 of 3,402 requests for 100,000, so that even one that is as quick as bare httpx is at 88 % of the writes' ceiling.
"""

import argparse
import asyncio
import json
import multiprocessing
import statistics
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.bare_writer import Writes, shoppers_per_second
from tests.benchmarks.bulk_run import Scene, imported, scene
from tests.benchmarks.bulk_store import WatchedStore, Window, least_requests, purposes

SHOPPERS = (1_000, 10_000, 100_000)
QUOTAS = (None, 450)
LEFT_TO_OTHERS = 0.2
"""The share of the quota that long runs leave, as QUOTA_LEFT has it."""
AT_ONCE = 10
FEW = 5_000
"""So many shoppers tell how fast requests one after the other are: each takes as long as the next."""
Figures = list[dict[str, Any]]


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options that run a part of it."""
    parser.add_argument("--shoppers", type=int, action="append", help="only so many (again: these, too)")
    parser.add_argument("--quota", type=_quota, action="append", help="only with this quota, or none")
    parser.set_defaults(measure=lambda given: measure(given.shoppers or SHOPPERS, given.quota or QUOTAS))


def _quota(text: str) -> int | None:
    return None if text == "none" else int(text)


def measure(sizes: tuple[int, ...] = SHOPPERS, quotas: tuple[int | None, ...] = QUOTAS) -> Figures:
    """Figures of each number of shoppers, with each quota."""
    return [asyncio.run(_figures(shoppers, quota)) for quota in quotas for shoppers in sizes]


async def _figures(shoppers: int, quota: int | None) -> dict[str, Any]:
    store = WatchedStore(shoppers, quota)
    with tempfile.TemporaryDirectory() as folder:
        async with scene(store, Path(folder)) as at:
            began = len(store.requests())
            run = await imported(at)
            _refuse_incomplete(store)
            requests = store.requests(since=began)
            least = least_requests(store.emails, at.url, store.lacking)
            windows = [one for one in store.windows if one.ends > run.clicked]
            refused = sum(one.refused for one in store.windows[1:])
            bare = await _bare(at)
    _tell(f"{shoppers:,} shoppers, quota {quota}: {dict(purposes(requests))}")
    return {
        "shoppers": shoppers,
        "quota": quota,
        "per_second": round(shoppers / (run.done - run.clicked), 1),
        "requests": len(requests),
        "least_requests": least,
        "quota_used": _used(windows, quota) if quota else None,
        "refused_429": refused,
        "peak_mb": round(run.peak_mb, 1),
        "ceiling_per_second": bare.writes,
        "ceiling_with_look_ups_per_second": bare.look_ups_and_writes,
        "sequential_per_second": bare.sequential,
        "seconds_to_card": round(run.clicked - run.uploaded, 2),
    }


def _refuse_incomplete(store: WatchedStore) -> None:
    if store.members != store.shoppers:
        raise RuntimeError(f"{store.members:,} of {store.shoppers:,} are in the segment")


def _used(windows: list[Window], quota: int) -> float:
    """Return how much of its share a run used of the windows that it went beyond; all of it, if it was over in one."""
    share = quota * (1 - LEFT_TO_OTHERS)
    return round(statistics.mean([min(1.0, one.sent / share) for one in windows[:-1]] or [1.0]), 3)


@dataclass(frozen=True)
class _Bare:
    """Shoppers a second that bare httpx adds: ten requests at once, without and with look-ups; one after the other."""

    writes: float
    look_ups_and_writes: float
    sequential: float


async def _bare(at: Scene) -> _Bare:
    at.store.quota = None
    loop, spawning = asyncio.get_running_loop(), multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:

        async def measured(at_once: int, most: int = -1, looked_up: Sequence[int] = ()) -> float:
            lacking = at.store.forget_the_import(most)
            writes = Writes(at.url, at.store.segment_id, **lacking, at_once=at_once, looked_up=looked_up)
            return round(await loop.run_in_executor(pool, shoppers_per_second, writes), 1)

        everyone = range(1, at.store.shoppers + 1)
        return _Bare(
            writes=await measured(AT_ONCE),
            look_ups_and_writes=await measured(AT_ONCE, looked_up=everyone),
            sequential=await measured(1, FEW),
        )


def _tell(words: str) -> None:
    """Tell people at once: the figures come at the end."""
    sys.stderr.write(f"{words}\n")


def table(figures: Figures) -> str:
    """The figures for people, with the ratios."""
    heads = "shoppers  quota  per second  of ceiling  + look-ups  requests  of least  of share  429  peak MB  to card s"
    return "\n".join([heads, *map(_row, figures)])


def _row(one: dict[str, Any]) -> str:
    return (
        f"{one['shoppers']:>8,} {one['quota'] or 'none':>6} {one['per_second']:>11,.0f}"
        f" {one['per_second'] / one['ceiling_per_second']:>11.0%}"
        f" {one['per_second'] / one['ceiling_with_look_ups_per_second']:>11.0%} {one['requests']:>9,}"
        f" {one['requests'] / one['least_requests']:>9.3f} {one['quota_used'] or 1:>9.0%}"
        f" {one['refused_429']:>4} {one['peak_mb']:>8.0f} {one['seconds_to_card']:>10.1f}"
    )


def as_json(figures: Figures) -> str:
    """The figures for programs: a list of objects, none of which holds others."""
    return json.dumps(figures)
