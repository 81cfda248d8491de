"""Which tests are asked about a line: those that reach it, by a map of the lines, or else by folder; quickest first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
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
LOTS = (8, 40, 160)
"""How many tests are asked at a time, before all others: those that reach a line of which all depends are many."""
DECLARED = ("tests/test_figures.py", "tests/test_defaults.py")
"""What is asked first about lines that run at the import: figures, and fields with their defaults."""
SUITE = ("tests",)
Stage = Sequence[str]


class Reach:
    """``recorded``: what ``python -m pytest --cov --cov-context=test`` left, if it was run; ``root``: where."""

    def __init__(self, root: Path, recorded: Path | None) -> None:
        self._root = root
        self._lines: dict[str, dict[int, frozenset[str]]] = {}
        self._breadth: Counter[str] = Counter()
        if recorded:
            self._read(CoverageData(str(recorded)))

    def _read(self, recorded: CoverageData) -> None:
        recorded.read()
        for file in recorded.measured_files():
            lines = recorded.contexts_by_lineno(file)
            reached = {line: frozenset(filter(None, map(_test, contexts))) for line, contexts in lines.items()}
            self._lines[str(Path(file).relative_to(self._root))] = reached
            self._breadth.update(test for tests in reached.values() for test in tests)

    def stages(self, fault: Fault) -> Iterator[Stage]:
        """Yield the tests to run, one lot after the other, until one of them notices; the whole suite is the last."""
        lines = self._lines.get(fault.path, {})
        statement = frozenset[str]().union(*(lines.get(line, ()) for line in fault.statement))
        module = frozenset[str]().union(*lines.values())
        if not lines.get(fault.line) and not statement:
            yield DECLARED
        if reaching := lines.get(fault.line) or statement or module:  # the module's, if its line runs at the import
            yield from self._quickest_first(fault, reaching)
        else:  # nobody looked
            yield next(asked for folder, asked in FOLDERS.items() if fault.path.startswith(folder))
        if not lines.get(fault.line) and not statement:
            yield SUITE

    def _quickest_first(self, fault: Fault, tests: Iterable[str]) -> Iterator[Stage]:
        """Those of the part itself go first, and of these the narrow ones: they take least time, and see most."""
        own = f"tests/{fault.path.split('/')[1]}/"
        ordered = sorted(tests, key=lambda test: (not test.startswith(own), self._breadth[test], test))
        for begin, end in pairwise((0, *accumulate(LOTS), len(ordered))):
            yield ordered[begin:end]


def _test(context: str) -> str:
    """The test that this is about ("tests/a.py::test_b[c]|run"), with all its parameters: a fault may rename one."""
    return context.partition("[")[0].partition("|")[0]
