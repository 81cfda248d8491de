"""What rules read of a store of 100,000 customers and 500,000 orders: requests, memory, kills, a day's changes, sums.

The store is emulated in this process, the bot's reading is a process of its own. ``least``: pages of 250, where
a full one is followed by another that shows the end.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.bigcommerce import Share
from bot.core.meters import NO_METERS
from bot.engine.facts.reading import FactsReading
from bot.engine.process import USUAL_LEASE, Process, elapsed
from bot.ledger.ledger import Ledger
from bot.ledger.opening import open_ledger
from bot.sandbox.store import Store
from bot.serving import _share_time
from bot.settings import load
from bot.wiring import open_store, utc_now
from tests.benchmarks.loop_meter import longest_block
from tests.harness import environment_for
from tests.processes import ROOT, peak_megabytes
from tests.records import create_ledger
from tests.sandbox.served_store import serving_stores
from tests.seeded import register

CUSTOMERS = 100_000
ORDERS_EACH = 5
SUBSCRIBED = 0.3
CHANGED = 0.01
PAGE = 250
KILLS = 2
LOOK = 0.02
"""Seconds between two looks at a process."""
Figures = dict[str, Any]


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options that make it smaller."""
    parser.add_argument("--customers", type=int, default=CUSTOMERS, help="default %(default)s, with 5 orders each")
    parser.add_argument("--kills", type=int, default=KILLS, help="of a second reading; default %(default)s")
    parser.set_defaults(measure=lambda given: measure(given.customers, given.kills))


def measure(customers: int = CUSTOMERS, kills: int = KILLS) -> Figures:
    """Figures of a first reading, one that is killed twice, one of a day's changes, and of what a rule reads."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder), customers, kills))


async def _measured(folder: Path, customers: int, kills: int) -> Figures:
    drawn = random.Random(1)
    async with _shop(customers) as (store, url):
        whole = await _run(store, url, folder / "one.sqlite", "bot", "facts", "rebuild")
        killed = [
            await _run(store, url, folder / "two.sqlite", "bot", "facts", "rebuild", kill_after=drawn.randint(1, half))
            for half in [whole.requests // 2] * kills
        ]
        if kills:
            killed.append(await _run(store, url, folder / "two.sqlite", "bot", "facts", "rebuild"))
        _change(store, drawn)
        day = await _run(store, url, folder / "one.sqlite", "tests.benchmarks.facts")
    lists = (ORDERS_EACH * customers, customers, int(SUBSCRIBED * customers))
    least = sum(map(_pages, lists))
    least_of_day = sum(_pages(int(CHANGED * one)) for one in (*lists, customers))
    return {
        "customers": customers,
        "whole_requests": whole.requests,
        "whole_by_least": round(whole.requests / least, 3),
        "whole_seconds": round(whole.seconds),
        "whole_peak_mb": round(whole.peak_mb),
        "requests_with_kills": [one.requests for one in killed],
        "day_requests": day.requests,
        "day_by_least": round(day.requests / least_of_day, 3),
        "day_seconds": round(day.seconds, 1),
        **json.loads(day.said),
    }


@dataclass(frozen=True)
class Run:
    """One run of a process: how many requests it sent, how long it took, its memory, and what it said."""

    requests: int
    seconds: float
    peak_mb: float
    said: str


async def _run(store: Store, url: str, database: Path, *module: str, kill_after: int | None = None) -> Run:
    create_ledger(database)
    began, before, peak = time.perf_counter(), _asked(store), 0.0
    environment = os.environ | environment_for(url, database)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    saying = asyncio.create_task(process.communicate())
    while not saying.done():
        with suppress(FileNotFoundError):
            peak = max(peak, peak_megabytes(process.pid))
        if kill_after and _asked(store) - before >= kill_after:
            process.kill()
            kill_after = None
        await asyncio.wait({saying}, timeout=LOOK)
    if process.returncode:
        await asyncio.sleep(USUAL_LEASE.lasts.total_seconds() + 1)  # until then another process has the facts
    return Run(_asked(store) - before, time.perf_counter() - began, peak, saying.result()[0].decode())


def _asked(store: Store) -> int:
    requests = store.requests()
    return int(requests[-1]["number"]) if requests else 0


def _pages(rows: int) -> int:
    return rows // PAGE + 1


@asynccontextmanager
async def _shop(customers: int) -> AsyncIterator[tuple[Store, str]]:
    store = Store(":memory:")
    _fill(store, customers)
    async with serving_stores(store) as url:
        yield store, url
    store.close()


def _fill(store: Store, customers: int) -> None:
    """Fill it with what happened in two years."""
    drawn, now = random.Random(2), datetime.now(UTC)
    days = [f"{now - timedelta(days=day, hours=1):%Y-%m-%dT%H:%M:%SZ}" for day in range(730)]
    people = [(f"{one}@example.com", drawn.choice(days)) for one in range(customers)]
    register(store, people)
    with store.shop.db as db:
        db.executemany(
            "INSERT INTO orders (customer_id, email, status_id, is_deleted, date_created, date_modified, total, "
            "refunded, currency, rate, country) VALUES (?, '', 10, 0, ?, ?, ?, 0, 'USD', '1.0000000000', 'US')",
            (
                (drawn.randint(0, customers), day, day, drawn.randint(1, 10**7))
                for day in drawn.choices(days, k=ORDERS_EACH * customers)
            ),
        )
        db.executemany(
            "INSERT INTO subscribers (email, first_name, last_name, source, consents, date_created, date_modified) "
            "VALUES (?1, '', '', 'storefront', '[\"marketing_newsletter\"]', ?2, ?2)",
            people[: int(SUBSCRIBED * customers)],
        )


def _change(store: Store, drawn: random.Random) -> None:
    """Let one in a hundred of each be modified, in the hours to come: what is read again is only what is new."""
    later = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    with store.shop.db as db:
        for table in ("orders", "customers", "subscribers"):
            ids = [id_ for (id_,) in db.execute(f"SELECT id FROM {table}")]
            some = drawn.sample(ids, int(CHANGED * len(ids)))
            db.executemany(f"UPDATE {table} SET date_modified = ? WHERE id = ?", [(later, one) for one in some])
    customers = store.shop.count("SELECT count(*) FROM customers")
    for customer in drawn.sample(range(1, customers + 1), int(CHANGED * customers)):
        store.act("set_attribute", customer_id=customer, name="Tier", value="Gold")


async def _read() -> None:
    """Bring the facts up to date, and read what a rule would; say how long that took."""
    settings, share = load(), Share()
    _share_time()
    async with (
        open_store(settings, NO_METERS, asyncio.sleep, USUAL_LEASE.longest_write, share) as client,
        open_ledger(settings.DATABASE) as ledger,
    ):
        process = Process.named_at_random(ledger, utc_now, elapsed, USUAL_LEASE, share=share)
        await FactsReading(process, client).bring_up_to_date()
        began = time.perf_counter()
        sums = await _read_for_rule(ledger)
        seconds = time.perf_counter() - began
        async with longest_block() as meter:  # whose turns take the time of what is measured
            await _read_for_rule(ledger)
    rule = {"rule_seconds": round(seconds, 2), "rule_waited_ms": round(meter.waited_ms, 1)}
    sys.stdout.write(json.dumps({**rule, "rule_computed_ms": round(meter.computed_ms, 1), "sums": sums}))


async def _read_for_rule(ledger: Ledger) -> int:
    sums = sum([len(piece) async for piece in ledger.facts.order_sums(None)])
    assert sum([len(piece) async for piece in ledger.facts.customers()]) >= sums
    return sums


def table(figures: Figures) -> str:
    """The figures for people."""
    return "\n".join(f"{name:<22} {value}" for name, value in figures.items())


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)


if __name__ == "__main__":
    asyncio.run(_read())
