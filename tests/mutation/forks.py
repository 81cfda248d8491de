"""Forks of this process, in which one fault each is tried, and what they say."""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

import pytest

from tests.mutation.faults import Fault
from tests.mutation.reach import Stage, test_of

OPTIONS = ("-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=", "--assert=plain")
PATIENCE = 150.0
"""Seconds without a word, after which a fault hangs: each test says that it begins, and may take 60."""
BEGAN, FAILED, BROKEN, OVER = "began", "failed", "broke the import", "over"
_FORKS = get_context("fork")
Trial = tuple[Fault | None, Sequence[Stage]]


@dataclass(frozen=True)
class Word:
    """What a fork said last, and about which test."""

    word: str
    test: str = ""


class Herald:
    """A plugin of pytest that says which test begins, with all its parameters: a fault may rename one."""

    def __init__(self, said: Connection) -> None:
        self._said = said
        self.failed = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say so."""
        self._said.send(Word(BEGAN, test_of(nodeid)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear how each part of a test ended."""
        if report.failed:
            self.failed = test_of(report.nodeid)


@dataclass
class _Fork:
    trial: Trial
    process: ForkProcess
    heard: Word = Word(BEGAN)
    began: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)

    @property
    def patience(self) -> float:
        return max(0.0, self.heard_at + PATIENCE - time.monotonic())

    def hear(self, said: Connection) -> None:
        try:
            self.heard, self.heard_at = said.recv(), time.monotonic()
        except EOFError:
            self.heard = Word("ended the process", self.heard.test)

    def end(self) -> None:
        """End it with all that it began."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join()


def in_forks(
    trials: Iterable[Trial], run: Callable[[Trial, Connection], None], jobs: int = 1
) -> Iterator[tuple[Trial, Word, float]]:
    """Yield what the fork of each trial said last, and after how many seconds."""
    coming, running = iter(trials), dict[Connection, _Fork]()
    while True:
        for trial in islice(coming, jobs - len(running)):
            connection, fork = _begun(trial, run)
            running[connection] = fork
        if not running:
            return
        ready = wait(list(running), min(fork.patience for fork in running.values()))
        for said, fork in [*running.items()]:
            if said in ready:
                fork.hear(said)
            elif not fork.patience:
                fork.heard = Word("hung", fork.heard.test)
            if fork.heard.word != BEGAN:
                del running[said]
                fork.end()
                said.close()
                yield fork.trial, fork.heard, round(time.monotonic() - fork.began, 1)


def _begun(trial: Trial, run: Callable[[Trial, Connection], None]) -> tuple[Connection, _Fork]:
    ours, theirs = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_alone, args=(run, trial, theirs))
    process.start()
    theirs.close()
    return ours, _Fork(trial, process)


def _alone(run: Callable[[Trial, Connection], None], trial: Trial, said: Connection) -> None:
    """Run it in a process group of its own, in silence."""
    os.setpgrp()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(silence, stream)
    run(trial, said)
