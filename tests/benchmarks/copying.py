"""A ledger of a million entries that is copied to PostgreSQL and back, each time killed twice on the way.

Its entries are those of the benchmark ``audit``, written by the ledger's own ``append``. The server is on the machine's
disk, and waits for it.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.core.ledger_address import parse_address
from bot.ledger.errors import UnusableLedger
from bot.ledger.postgres.schema import migrate
from tests.benchmarks import logbook
from tests.benchmarks.append import disk
from tests.ledger.killed_copies import copy_run
from tests.postgres import started
from tests.processes import ROOT
from tests.records import opened, read_ledger, rows_of

MANY, FEW = 1_000_000, 100_000
KILLS = 2
PROGRESS = """
    SELECT coalesce((SELECT max(number) FROM entries), 0) + coalesce((SELECT max(entry) FROM subjects), 0)
"""
"""Entries are copied first, then the index of what they are about, in their order: twice their number, in the end."""
Figures = list[dict[str, Any]]


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options that make it smaller, or other."""
    parser.add_argument("--entries", type=int, default=MANY, help="to PostgreSQL; default %(default)s")
    parser.add_argument("--back", type=int, default=FEW, help="and back, of another ledger; default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which it is killed")
    parser.set_defaults(measure=lambda given: measure(given.entries, given.back, given.seed))


def measure(entries: int = MANY, back: int = FEW, seed: int = 1) -> Figures:
    """Figures of a copy to PostgreSQL, and of one from it to a file. Each log ends with the end of a change."""
    drawn, (entries, back) = random.Random(seed), map(logbook.whole, (entries, back))
    with disk() as folder:
        for name, number in (("many", entries), ("few", back)):
            _build(folder / f"{name}.sqlite", number)
        with started(folder / "one") as url:
            migrate(url)
            there = _figures("to PostgreSQL", str(folder / "many.sqlite"), url, entries, drawn)
        with started(folder / "two") as url:
            migrate(url)
            copy_run(str(folder / "few.sqlite"), url)
            here = _figures("to a file", url, str(folder / "back.sqlite"), back, drawn)
    return [there, here]


def _build(path: Path, number: int) -> None:
    with opened(path) as ledger:
        logbook.write(ledger, logbook.entries(), 1, number)


def _figures(name: str, source: str, target: str, entries: int, drawn: random.Random) -> dict[str, Any]:
    moments = [Moment(target, at) for at in sorted(drawn.sample(range(1, 2 * entries), KILLS))]
    runs = []
    for moment in moments:
        runs.append(copy_run(source, target, moment))
        assert runs[-1].was_killed, runs
    runs.append(copy_run(source, target))
    head = _head(source)
    assert head in runs[-1].said, runs
    for address in (source, target):
        _verify(address, head)
    seconds = [one.seconds for one in runs]
    return {
        "copy": name,
        "entries": entries,
        "killed_at": [round(one.seen / entries / 2, 2) for one in moments],
        "seconds": [round(one) for one in seconds],
        "entries_per_s": round(entries / sum(seconds)),
        "peak_mb": [round(one.peak_megabytes) for one in runs],
        "head": head[:16],
    }


class Moment:
    """The moment when a target is as far as this; ``seen``: how far it was then."""

    def __init__(self, target: str, at: int) -> None:
        self._address = parse_address(target)
        self._at = at
        self.seen = 0

    def __call__(self) -> bool:
        with suppress(UnusableLedger, sqlite3.Error), read_ledger(self._address) as ledger:
            self.seen = int(rows_of(ledger, PROGRESS)[0][0])
        return self.seen >= self._at


def _head(address: str) -> str:
    with read_ledger(parse_address(address)) as ledger:
        return asyncio.run(ledger.audit.head())[1]


def _verify(address: str, head: str) -> None:
    """Verify a ledger in the shell, as people do, against this head."""
    command = ["-m", "bot", "audit", "verify", "--database", address, "--against", head]
    subprocess.run([sys.executable, *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def table(figures: Figures) -> str:
    """The figures for people."""
    return "\n".join(f"{name:<22} {value}" for one in figures for name, value in one.items())


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
