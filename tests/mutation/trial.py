"""A copy of the tree, into which one fault after the other is planted, and in which tests run."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.mutation.faults import Fault
from tests.mutation.reach import Stage

BROKEN, NOTHING_TO_RUN = (2, 3), 5
PATIENCE = 900
"""Seconds for all of them, after which a fault has hung one."""
_UNLOADED = "ImportError while loading conftest"
_FAILED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)  # with all its parameters, which may have blanks


Keep = Callable[[Fault, "Outcome"], None]


class Unusable(Exception):
    """The tests could not be run at all."""


@dataclass(frozen=True)
class Outcome:
    """``noticed``: by which tests, or how; empty if every test passed."""

    noticed: str
    seconds: float


class Copy:
    """What git knows of a checkout, as it is there now."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        self.folder = folder
        self._times = count(1_000_000_000)
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=True,
        )
        for name in filter(None, listed.stdout.splitlines()):
            if (checkout / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(checkout / name, folder / name)

    @contextmanager
    def planted(self, fault: Fault) -> Iterator[None]:
        """The fault is in the copy for as long as the block lasts."""
        source = (self.folder / fault.path).read_bytes()
        try:
            self._write(fault.path, fault.planted(source))
            yield
        finally:
            self._write(fault.path, source)

    def _write(self, path: str, content: bytes) -> None:
        """Write a file with a time that no other one had: what Python compiled is told by time and size alone."""
        file, now = self.folder / path, next(self._times)
        file.write_bytes(content)
        os.utime(file, (now, now))

    def outcome(self, fault: Fault, stage: Stage) -> Outcome:
        """Run these tests with the fault, and those that fail without it."""
        began = time.monotonic()
        with self.planted(fault):
            failed = self._failed(stage)
        failed_anyway = self._failed(failed) if failed else ()
        noticed = [test for test in failed if test not in failed_anyway]
        return Outcome(" ".join(noticed), round(time.monotonic() - began, 1))

    def _failed(self, stage: Stage) -> Sequence[str]:
        options = ("-q", "--no-header", "--tb=no", "-p", "no:cacheprovider")
        command = [sys.executable, "-m", "pytest", *options, *stage]
        try:
            ended = subprocess.run(
                command, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            return stage
        if ended.returncode in (0, NOTHING_TO_RUN):
            return ()
        failed = [one[1] for one in _FAILED.finditer(ended.stdout)]
        if not failed and ended.returncode not in BROKEN and _UNLOADED not in ended.stderr:
            raise Unusable(f"pytest ended with status {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return failed or stage
