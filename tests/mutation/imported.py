"""Faults of what runs at the import: each is tried in a fork that imports the bot with it, and then collects tests.

The process has imported what others wrote, and nothing of the bot: a fork begins in a second or two.
"""

import gc
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.metadata import entry_points
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType

import pytest

from tests.mutation.faults import Fault
from tests.mutation.forks import BROKEN, FAILED, OPTIONS, OVER, Herald, Trial, Word, in_forks
from tests.mutation.reach import Stage
from tests.mutation.trial import Keep, Outcome, Unusable

LIBRARIES = ("aiohttp.web", "httpx", "hypothesis.stateful", "psycopg", "pydantic", "slack_bolt.async_app")
FINE = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def try_imported(trials: Sequence[tuple[Fault, Sequence[Stage]]], keep: Keep, jobs: int) -> None:
    """Try these, so many at once; ``keep`` hears which were noticed, by a test that holds without the fault."""
    for plugin in entry_points(group="pytest11"):
        plugin.load()
    for name in LIBRARIES:
        import_module(name)
    gc.freeze()
    steady: set[str] = set()
    for (fault, stages), word, seconds in in_forks(trials, _run, jobs):
        if fault and word.word != OVER and _holds(word, stages, steady):
            keep(fault, Outcome(f"{word.test} {word.word}".strip(), seconds))


def _holds(word: Word, stages: Sequence[Stage], steady: set[str]) -> bool:
    """Whether the test that noticed holds where there is no fault. One that does not leaves the fault to a copy."""
    if word.test in steady:
        return True
    asked = [[word.test]] if word.test else [["--collect-only", *stage] for stage in stages if stage]
    is_over = all(said.word == OVER for _, said, _ in in_forks([(None, asked)], _run))
    if not is_over and not word.test:
        raise Unusable(f"These tests cannot be collected: {stages}")
    if is_over and word.test:
        steady.add(word.test)
    return is_over


def _run(trial: Trial, said: Connection) -> None:
    fault, stages = trial
    if fault:
        sys.meta_path.insert(0, _Planting(fault))
    herald = Herald(said)
    for stage in filter(None, stages):
        status = pytest.main([*OPTIONS, "-x", *stage], plugins=[herald])
        if status not in FINE:
            said.send(Word(FAILED if herald.failed else BROKEN, herald.failed))
            return
    said.send(Word(OVER))


class _Planting:
    """A finder of modules that finds one with a fault in it."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._file = str(Path.cwd() / fault.path)

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        spec = PathFinder.find_spec(name, path)
        if not spec or spec.origin != self._file:
            return None
        spec.loader = _Faulty(name, self._file, self._fault)
        return spec


class _Faulty(SourceFileLoader):
    def __init__(self, name: str, file: str, fault: Fault) -> None:
        super().__init__(name, file)
        self._fault = fault

    def get_code(self, _fullname: str) -> CodeType:
        planted = self._fault.planted(Path(self.path).read_bytes())
        return compile(planted, self.path, "exec", dont_inherit=True)
