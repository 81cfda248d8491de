"""Faults tried in forks of one process that has collected the tests: a second for each, instead of twenty.

What is decided here was noticed by a test that holds without the fault; all else is left to a copy of the tree.
"""

import gc
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tests.mutation.faults import Fault
from tests.mutation.reach import LOTS, SUITE, Reach
from tests.mutation.trial import Outcome

TESTS = tuple(f"tests/{part}" for part in ("core", "laws", "commands", "engine", "slack", "bigcommerce", "ledger"))
OPTIONS = ("-p", "no:terminal", "-p", "no:cacheprovider", "-o", "addopts=", "-k", "not postgres")
"""Without those that start other processes, which would read the tree as it is, or share a server."""
PATIENCE = 120.0
"""Seconds for one fault: each that hangs is left to a copy, which has more."""
_FORKS = get_context("fork")
Keep = Callable[[Fault, Outcome], None]


@dataclass
class _Fork:
    """A process that tries one fault, and then, without it, the test that noticed."""

    fault: Fault
    process: ForkProcess
    began: float = field(default_factory=time.monotonic)

    @property
    def patience(self) -> float:
        return max(0.0, self.began + PATIENCE - time.monotonic())


class Forks:
    """A plugin of pytest: where the collected tests would be run, it tries faults; ``keep`` hears which are noticed."""

    def __init__(self, root: Path, reach: Reach, keep: Keep) -> None:
        self._root, self._reach, self._keep = root, reach, keep
        self._left: Iterator[Fault] = iter(())
        self._jobs = 1
        self._failed = False
        self._functions: defaultdict[str, list[FunctionType]] = defaultdict(list)
        self._tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)

    def run(self, sample: Iterable[Fault], jobs: int) -> None:
        """Try these, so many at once."""
        self._left, self._jobs = iter(sample), jobs
        pytest.main([*OPTIONS, *TESTS], plugins=[self])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep what there is, and fork for each fault."""
        for item in session.items:
            self._tests[item.nodeid.partition("[")[0]].append(item)
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions[one.__code__.co_filename].append(one)
        gc.freeze()
        running: dict[Connection, _Fork] = {}
        while running or self._started(running):
            while len(running) < self._jobs and self._started(running):
                pass
            self._await(running)
        return True

    def _started(self, running: dict[Connection, _Fork]) -> bool:
        for fault in self._left:
            ours, theirs = _FORKS.Pipe(duplex=False)
            process = _FORKS.Process(target=self._try, args=(fault, theirs))
            process.start()
            theirs.close()
            running[ours] = _Fork(fault, process)
            return True
        return False

    def _await(self, running: dict[Connection, _Fork]) -> None:
        """Take what the first of them says, or end those that hang."""
        ended = wait(list(running), min(fork.patience for fork in running.values()))
        for connection in [one for one in running if one in ended or not running[one].patience]:
            fork = running.pop(connection)
            outcome = Outcome(_said(connection), round(time.monotonic() - fork.began, 1))
            fork.process.kill()
            fork.process.join()
            if outcome.noticed:
                self._keep(fork.fault, outcome)

    def _try(self, fault: Fault, said: Connection) -> None:
        """Say by which test it was noticed, if by any."""
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(silence, stream)
        codes = self._codes(fault)
        functions = [one for one in self._functions[str(self._root / fault.path)] if one.__code__ in codes]
        lots = islice(self._reach.stages(fault), len(LOTS)) if functions else ()
        tests = dict.fromkeys(chain.from_iterable(lot for lot in lots if lot != SUITE))
        with _planted(functions, codes):
            noticed = self._first_failed([item for test in tests for item in self._tests.get(test, ())])
        said.send(noticed.nodeid if noticed and not self._first_failed([noticed]) else "")

    def _first_failed(self, items: Sequence[pytest.Item]) -> pytest.Item | None:
        """Run these until one fails."""
        self._failed = False
        for item, following in zip_longest(items, items[1:]):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return item
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Hear how each part of a test ended."""
        self._failed |= report.failed

    def _codes(self, fault: Fault) -> dict[CodeType, CodeType]:
        """What the fault makes of the module's code."""
        file = self._root / fault.path
        source = file.read_bytes()
        try:
            planted = compile(fault.planted(source), str(file), "exec")
        except SyntaxError:
            return {}
        pairs = zip(_within(compile(source, str(file), "exec")), _within(planted), strict=False)
        return {was: now for was, now in pairs if was != now and was.co_qualname == now.co_qualname}


def _said(connection: Connection) -> str:
    """What a fork said, if it did: one that hangs does not, and one that was ended by its fault ends this as well."""
    try:
        return str(connection.recv()) if connection.poll() else ""
    except EOFError:
        return ""


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _within(each)


@contextmanager
def _planted(functions: Sequence[FunctionType], codes: dict[CodeType, CodeType]) -> Iterator[None]:
    before = [each.__code__ for each in functions]
    for each, was in zip(functions, before, strict=True):
        each.__code__ = codes[was]
    try:
        yield
    finally:
        for each, was in zip(functions, before, strict=True):
            each.__code__ = was
