"""Which tests are asked first about a line: those that reach it, by a map of the lines, or else by folder."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from coverage import CoverageData

from tests.mutation.faults import Fault

FOLDERS = {
    "bot/bigcommerce": ("tests/bigcommerce", "tests/engine", "tests/core"),
    "bot/core": ("tests/core", "tests/laws", "tests/commands", "tests/engine"),
    "bot/engine": ("tests/engine", "tests/commands"),
    "bot/ledger": ("tests/ledger", "tests/engine"),
    "bot/slack": ("tests/slack", "tests/laws", "tests/commands"),
}
FEW = 40
"""Tests that are asked first; those that reach a line of which all depends are many."""
Stage = Sequence[str]


class Reach:
    """``recorded``: what ``python -m pytest --cov --cov-context=test`` left, if it was run; ``root``: where."""

    def __init__(self, root: Path, recorded: Path | None) -> None:
        self._root = root
        self._lines: dict[str, dict[int, list[str]]] = {}
        self._recorded = CoverageData(str(recorded)) if recorded else None
        if self._recorded:
            self._recorded.read()

    def stages(self, fault: Fault) -> Iterator[Stage]:
        """Yield the tests to run, one lot after the other, until one of them notices."""
        if reaching := self._reaching(fault):
            yield reaching[:FEW]
            yield reaching[FEW:]
        else:  # run when the module is imported, or nobody looked
            yield next(asked for folder, asked in FOLDERS.items() if fault.path.startswith(folder))
            yield ("tests",)

    def _reaching(self, fault: Fault) -> list[str]:
        if self._recorded is None:
            return []
        if fault.path not in self._lines:
            self._lines[fault.path] = self._recorded.contexts_by_lineno(str(self._root / fault.path))
        contexts = self._lines[fault.path].get(fault.line, [])
        own = f"tests/{fault.path.split('/')[1]}/"
        tests = {one.rpartition("|")[0] for one in contexts if one}
        return sorted(tests, key=lambda test: (not test.startswith(own), test))
