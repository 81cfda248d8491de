"""The audit log at a million entries: appending, searching, checking, exporting, copying and archiving.

The log is written by the ledger's own ``append``: 8 entries a change, of 30 people, 1,000 segments (one of which is in
a tenth of all entries) and 50,000 shoppers, two minutes apart. Searches are in milliseconds.
"""

import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from bot.core.audit.audit_reader import AuditFilter
from bot.core.audit.entries import Entry, EntryKind
from bot.core.items import Item, texts
from bot.ledger.ledger import Ledger
from bot.ledger.sqlite.audit_file import open_audit_file
from bot.ledger.sqlite.file_checks import damage
from tests.benchmarks import logbook
from tests.benchmarks.logbook import APPROVERS, ASKERS, BUSY, RARE, SEGMENTS, time_of
from tests.processes import ROOT
from tests.records import database_of, opened, read_ledger, verified

FEW, MANY = 100_000, 1_000_000
READERS = 4
APPENDS = 2_000
WORST_OF = 20
PAGE = 10
ARCHIVED = 100_000
Figures = dict[str, Any]
SPAWNING = multiprocessing.get_context("spawn")


def searches() -> dict[str, tuple[AuditFilter, int | None]]:
    """What is looked for, and before which entry: each filter alone, and what is awkward together."""
    busy, rare_segment = str(Item.segment(BUSY)), str(Item.segment(SEGMENTS[1]))
    alone = {
        "everything": AuditFilter(),
        "by": AuditFilter(actor=ASKERS[0]),
        "kind": AuditFilter(kind=EntryKind.APPROVE),
        "rare kind": AuditFilter(kind=RARE),
        "segment": AuditFilter(subjects=(rare_segment,)),
        "busy segment": AuditFilter(subjects=(busy,)),
        "shopper": AuditFilter(subjects=(str(Item.customer(4711)),)),
        "change": AuditFilter(change=77),
        "since": AuditFilter(since=time_of(10)),
        "until": AuditFilter(until=time_of(10)),
    }
    awkward = {
        "frequent kind + frequent person, none": AuditFilter(kind=EntryKind.ASKED, actor=APPROVERS[0]),
        "frequent kind + rare change": AuditFilter(kind=EntryKind.STEP_DONE, change=77),
        "frequent person + foreign change": AuditFilter(actor=ASKERS[0], change=77),
        "busy segment + rare kind": AuditFilter(kind=RARE, subjects=(busy,)),
        "busy segment + rare person": AuditFilter(actor="U0RARE0000", subjects=(busy,)),
        "busy segment + foreign change": AuditFilter(change=77, subjects=(busy,)),
        "busy segment + foreign shopper": AuditFilter(subjects=(busy,), besides=(str(Item.customer(4711)),)),
        "busy segment or a shopper": AuditFilter(subjects=(busy, str(Item.customer(4711)))),
        "600 segments of one name": AuditFilter(subjects=texts(map(Item.segment, SEGMENTS[:600]))),
        "600 segments + rare kind": AuditFilter(kind=RARE, subjects=texts(map(Item.segment, SEGMENTS[:600]))),
        "600 segments + foreign shopper": AuditFilter(
            subjects=texts(map(Item.segment, SEGMENTS[:600])), besides=(str(Item.customer(4711)),)
        ),
        "rare kind since far back": AuditFilter(kind=RARE, since=time_of(10)),
        "frequent kind + person until far back": AuditFilter("U0RARE0000", EntryKind.APPROVE, until=time_of(999_000)),
        "person in an empty time": AuditFilter(actor=ASKERS[0], since=time_of(MANY) + timedelta(days=1)),
        "kind in an early hour": AuditFilter(kind=EntryKind.APPROVE, since=time_of(1_000), until=time_of(1_030)),
    }
    deep = {
        "everything, deep page": (AuditFilter(), 500_000),
        "kind, deep page": (AuditFilter(kind=EntryKind.APPROVE), 100_000),
        "busy segment, deep page": (AuditFilter(subjects=(busy,)), 100_000),
        "busy segment or a shopper, deep page": (AuditFilter(subjects=(busy, str(Item.customer(4711)))), 100_000),
    }
    return {**{name: (wanted, None) for name, wanted in (alone | awkward).items()}, **deep}


def measure() -> Figures:
    """All figures, by name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        few, built = _build(path)
        return {
            "entries": MANY,
            "build_entries_per_s": built,
            "file_mb": round(path.stat().st_size / 1e6),
            "append": _appending(path),
            "search_worst": _searching(path),
            "file_check_s": _checking(path),
            "verify_entries_per_s": _verifying(path),
            "export": {str(FEW): few, str(MANY): _exporting(path)},
            "backup_mb_per_s": _backing_up(path),
            "archive": _archiving(path),
        }


def _build(path: Path) -> tuple[Figures, int]:
    """The ledger; what its export took on the way, and how many entries a second were written."""
    source, started = logbook.entries(), time.perf_counter()
    with opened(path) as ledger:
        logbook.write(ledger, source, 1, FEW)
        seconds = time.perf_counter() - started
        few = _exporting(path)
        started = time.perf_counter()
        logbook.write(ledger, source, FEW + 1, MANY)
        database_of(ledger).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.sync()  # what is measured next is not to wait for what was written before
    return few, round(MANY / (seconds + time.perf_counter() - started))


def _appending(path: Path) -> Figures:
    """``AuditLog.append``, each on the disk before it returns, while nobody and while others read without a break."""
    with opened(path) as ledger:
        alone = asyncio.run(_appends(ledger, APPENDS))
        with _readers(path):
            return {"alone": _of(alone), f"beside {READERS} readers": _of(asyncio.run(_appends(ledger, APPENDS)))}


async def _appends(ledger: Ledger, times: int) -> list[float]:
    taken = []
    for number in range(times):
        detail = {"said": "/segment delete VIPs", "reason": "You asked for it yourself."}
        entry = Entry(EntryKind.REFUSED, ASKERS[number % 15], "C0", "segment delete", None, detail)
        started = time.perf_counter()
        await ledger.audit.append(entry, at=time_of(MANY + number))
        taken.append((time.perf_counter() - started) * 1000)
    return taken


@contextmanager
def _readers(path: Path) -> Iterator[None]:
    """Processes that look for all of ``searches`` over and over."""
    stop = SPAWNING.Event()
    with ExitStack() as stack:
        ready = SPAWNING.Semaphore(0)
        processes = [SPAWNING.Process(target=_read, args=(path, stop, ready)) for _ in range(READERS)]
        for process in processes:
            process.start()
            stack.callback(process.join)
        stack.callback(stop.set)
        for _ in processes:
            ready.acquire()
        yield


def _read(path: Path, stop: Event, ready: Any) -> None:
    with read_ledger(path) as ledger:
        ready.release()
        while not stop.is_set():
            for wanted, before in searches().values():
                asyncio.run(ledger.audit.recent(wanted, limit=PAGE, before=before))


def _searching(path: Path) -> dict[str, float]:
    with read_ledger(path) as ledger:
        return {name: asyncio.run(_worst(ledger, *sought)) for name, sought in searches().items()}


async def _worst(ledger: Ledger, wanted: AuditFilter, before: int | None) -> float:
    taken = []
    for _ in range(WORST_OF):
        started = time.perf_counter()
        await ledger.audit.recent(wanted, limit=PAGE, before=before)
        taken.append((time.perf_counter() - started) * 1000)
    return round(max(taken), 2)


def _checking(path: Path) -> dict[str, float]:
    """Seconds of the checks for damaged pages: the one at the start, and the one of ``verify``."""
    taken = {}
    with read_ledger(path) as ledger:
        for name, thoroughly in (("at the start", False), ("thorough", True)):
            started = time.perf_counter()
            assert not damage(database_of(ledger).connection, thoroughly=thoroughly)
            taken[name] = round(time.perf_counter() - started, 2)
    return taken


def _verifying(path: Path) -> int:
    with read_ledger(path) as ledger:
        started = time.perf_counter()
        proof = verified(ledger)
        assert proof.holds
        return round(proof.entries / (time.perf_counter() - started))


def _exporting(path: Path) -> Figures:
    """The command line's export, in a process of its own: lines a second, and the most memory that it had."""
    program = (
        "import re, sys; from pathlib import Path; from bot.__main__ import main; "
        "status = main(['audit', 'export', '--database', sys.argv[1]]); "
        "peak = re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]; print(peak, file=sys.stderr)"
    )
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        lines = sum(1 for _ in process.stdout)
        seconds = time.perf_counter() - started
        return {"lines_per_s": round(lines / seconds), "peak_mb": round(int(process.stderr.read()) / 1024, 1)}


def _backing_up(path: Path) -> int:
    """Megabytes a second, with the check of the copy."""
    target = path.with_name("copy.sqlite")
    with open_audit_file(path) as file:
        started = time.perf_counter()
        asyncio.run(file.archives.backup(target))
        seconds = time.perf_counter() - started
    return round(target.stat().st_size / 1e6 / seconds)


def _archiving(path: Path) -> Figures:
    """The oldest entries are archived while another process appends as fast as it can."""
    stop, ready = SPAWNING.Event(), SPAWNING.Semaphore(0)
    mine, theirs = SPAWNING.Pipe(duplex=False)
    process = SPAWNING.Process(target=_append_meanwhile, args=(path, stop, ready, theirs), daemon=True)
    process.start()
    ready.acquire()
    with open_audit_file(path, to_archive=True) as file:
        started = time.perf_counter()
        archiving = file.archives.archive(path.with_name("old.sqlite"), before=time_of(ARCHIVED + 1), at=time_of(MANY))
        moved = asyncio.run(archiving)
        seconds = time.perf_counter() - started
        stop.set()
        appended = mine.recv()
        process.join()
        assert asyncio.run(file.archives.verify()).holds
    return {"entries_per_s": round(moved.last / seconds), "append meanwhile": _of(appended)}


def _append_meanwhile(path: Path, stop: Event, ready: Any, told: Any) -> None:
    taken: list[float] = []
    with opened(path) as ledger:
        ready.release()
        while not stop.is_set():
            taken += asyncio.run(_appends(ledger, 10))
    told.send(taken)


def _of(taken: list[float]) -> dict[str, float]:
    ranked = sorted(taken)
    p99, most = ranked[int(len(ranked) * 0.99)], ranked[-1]
    return {"p50_ms": round(statistics.median(ranked), 3), "p99_ms": round(p99, 3), "most_ms": round(most, 1)}


def table(figures: Figures) -> str:
    """The figures for people."""
    return "\n".join(_lines(figures))


def _lines(figures: Figures, indent: str = "") -> Iterator[str]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield f"{indent}{name.replace('_', ' ')}"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{name.replace('_', ' '):<42} {value:>12,}"


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
