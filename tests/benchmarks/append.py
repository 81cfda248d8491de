"""Entries that PostgreSQL puts on record, against how often the disk under it can be waited for."""

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.core.audit.entries import Entry, EntryKind
from bot.ledger.ledger import Ledger
from bot.ledger.postgres.ledger import open_postgres
from bot.ledger.postgres.schema import migrate
from tests.core.samples import NOW, uuid
from tests.postgres import started

ROUNDS = 5
ENTRIES = 200
"""Entries a round; and times that the disk is waited for."""
WRITERS = (1, 8)
ENTRY = Entry(
    EntryKind.STEP_DONE, "UANA", "C1", "/segment add", detail={"words": "x" * 500}, subjects=(f"segment:{uuid(1)}",)
)
Figures = dict[str, float]


def measure() -> Figures:
    """Return how many a second each is, by the median of rounds that take turns; and the shares of the disk's rate."""
    rates: dict[str, list[float]] = {}
    with disk() as folder, started(folder / "server") as url:
        migrate(url)
        for _ in range(ROUNDS):
            rates.setdefault("fdatasync", []).append(syncs_per_second(folder / "probe"))
            for writers in WRITERS:
                rates.setdefault(f"writers_{writers}", []).append(asyncio.run(entries_per_second(url, writers)))
    figures = {name: statistics.median(each) for name, each in rates.items()}
    shares = {f"share_{writers}": figures[f"writers_{writers}"] / figures["fdatasync"] for writers in WRITERS}
    return {name: round(value, 2) for name, value in (figures | shares).items()}


@contextmanager
def disk() -> Iterator[Path]:
    """A folder on the machine's disk, not in memory."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)  # the server has a user of its own
        yield Path(folder)


def syncs_per_second(path: Path) -> float:
    """How often a block of PostgreSQL's size, in a file of its log's size, is on disk."""
    probe = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.pwrite(probe, bytes(16 << 20), 0)
        os.fsync(probe)
        began = time.perf_counter()
        for number in range(ENTRIES):
            os.pwrite(probe, os.urandom(8192), number * 8192)
            os.fdatasync(probe)
        return ENTRIES / (time.perf_counter() - began)
    finally:
        os.close(probe)


async def entries_per_second(url: str, writers: int) -> float:
    """How many entries so many writers append together, each over a connection of its own."""
    ledgers = [open_postgres(url) for _ in range(writers)]
    try:
        await asyncio.gather(*(append(one, 1) for one in ledgers))
        began = time.perf_counter()
        await asyncio.gather(*(append(one, ENTRIES // writers) for one in ledgers))
        return ENTRIES / (time.perf_counter() - began)
    finally:
        for one in ledgers:
            await one.close()


async def append(ledger: Ledger, times: int) -> None:
    """Append so many entries, one after the other."""
    for _ in range(times):
        await ledger.audit.append(ENTRY, at=NOW)


def table(figures: Figures) -> str:
    """The figures for people."""
    return "\n".join(f"{name:<12} {value:>8}" for name, value in figures.items())


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
