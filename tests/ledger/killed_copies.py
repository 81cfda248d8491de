"""``ledger copy`` as a process that is killed on its way, and run again."""

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.processes import ROOT, peak_megabytes

LOOK = 0.01
"""Seconds between two looks."""


@dataclass(frozen=True)
class CopyRun:
    """One run of the copy: whether it was killed, how long it took with all that it verifies, and what it said."""

    was_killed: bool
    seconds: float
    peak_megabytes: float
    said: str


def copy_run(source: str, target: str, is_time: Callable[[], bool] = lambda: False) -> CopyRun:
    """Copy from one address to another, and kill the process once it is time."""
    command = [sys.executable, "-m", "bot", "ledger", "copy", "--database", source, "--to", target]
    began, peak, was_killed = time.perf_counter(), 0.0, False
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        while process.poll() is None:
            peak = max(peak, peak_megabytes(process.pid))
            if is_time():
                was_killed = True
                process.kill()
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK)
        said = process.communicate()[0]
    return CopyRun(was_killed, time.perf_counter() - began, peak, said)
