"""Faults of what tests run: each is tried in a fork of one process that has collected the tests, in a second."""

import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import chain, zip_longest
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType

import pytest

from tests.mutation.faults import Fault
from tests.mutation.forks import FAILED, OPTIONS, OVER, Herald, Trial, Word, in_forks
from tests.mutation.reach import APART, LOTS, Reach, Stage
from tests.mutation.trial import Keep, Outcome

TESTS = ("tests", *(f"--ignore=tests/{folder}" for folder in APART))


class Collected:
    """A plugin of pytest: where the collected tests would be run, it tries faults; ``keep`` hears which are noticed."""

    def __init__(self, root: Path, reach: Reach, keep: Keep, tell: Callable[[str], object]) -> None:
        self._root, self._reach, self._keep, self._tell = root, reach, keep, tell
        self._left: list[Fault] = []
        self._jobs = 1
        self._quick = False
        self._functions: defaultdict[str, list[FunctionType]] = defaultdict(list)
        self._tests: defaultdict[str, list[pytest.Item]] = defaultdict(list)

    def run(self, sample: Sequence[Fault], jobs: int, *, quick: bool) -> None:
        """Try these, so many at once. ``quick``: on the first lots of tests only."""
        self._left, self._jobs, self._quick = list(sample), jobs, quick
        pytest.main([*OPTIONS, *TESTS], plugins=[self])

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Keep what there is, and fork for each fault."""
        import_module("tests.postgres").template()  # for all of them, without a fault
        for item in session.items:
            self._tests[item.nodeid.partition("[")[0]].append(item)
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions[one.__code__.co_filename.removeprefix(f"{self._root}/")].append(one)
        gc.freeze()
        for lots in (slice(len(LOTS)),) if self._quick else (slice(len(LOTS)), slice(len(LOTS), None)):
            trials = [(fault, self._reach.stages(fault)[lots]) for fault in self._left]
            for (fault, _), word, seconds in in_forks(trials, self._try, self._jobs):
                if fault and (word.word == FAILED or (word.word != OVER and self._holds(word.test))):
                    self._left.remove(fault)
                    self._keep(fault, Outcome(f"{word.test} {word.word}", seconds))
            for fault in self._left:
                self._tell(f"not by these tests  <-  {fault.id}")
        return True

    def _try(self, trial: Trial, said: Connection) -> None:
        """Say by which test it was noticed, if by any that holds without it."""
        fault, stages = trial
        codes = self._codes(fault) if fault else {}
        functions = [one for one in self._functions[fault.path if fault else ""] if one.__code__ in codes]
        with _planted(functions, codes):
            noticed = _first_failed(self._items(stages) if functions else (), said)
        is_noticed = noticed and not _first_failed([noticed], said)
        said.send(Word(FAILED, noticed.nodeid) if noticed and is_noticed else Word(OVER))

    def _holds(self, test: str) -> bool:
        """Whether it ends well without a fault."""
        return all(word.word == OVER for _, word, _ in in_forks([(None, [[test]])], self._try_without))

    def _try_without(self, trial: Trial, said: Connection) -> None:
        said.send(Word(FAILED) if _first_failed(self._items(trial[1]), said) else Word(OVER))

    def _items(self, stages: Sequence[Stage]) -> list[pytest.Item]:
        return [item for test in chain.from_iterable(stages) for item in self._tests.get(test, ())]

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


def _first_failed(items: Sequence[pytest.Item], said: Connection) -> pytest.Item | None:
    """Run these until one fails."""
    for item, following in zip_longest(items, items[1:]):
        herald = Herald(said)
        item.config.pluginmanager.register(herald)
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        item.config.pluginmanager.unregister(herald)
        if herald.failed:
            return item
    return None


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
