"""Which tests are asked about a line: those that reach it, by a map of the lines, or else by folder; quickest first."""

import re
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
STARTS = re.compile(r"subprocess|tests\.(processes|approvals\.(bots|replicas))\b")
"""What a test imports that starts other processes: which lines these reach, no map shows."""
APART = ("browser", "deploy", "sandbox")
"""Folders of tests of the world around the bot."""
KEPT = ("tests/core/kept/", "tests/core/told/", "tests/slack/drawn/")
"""Folders of tests that hold many texts to what they were."""
Stage = Sequence[str]


class Reach:
    """``recorded``: what ``python -m pytest --cov --cov-context=test`` left, if it was run; ``root``: where."""

    def __init__(self, root: Path, recorded: Path | None) -> None:
        self._root = root
        self._lines: dict[str, dict[int, frozenset[str]]] = {}
        self._breadth: Counter[str] = Counter()
        self._slow = ("tests/approvals/", *self.elsewhere())
        if recorded:
            self._read(CoverageData(str(recorded)))

    def _read(self, recorded: CoverageData) -> None:
        recorded.read()
        for file in recorded.measured_files():
            lines = recorded.contexts_by_lineno(file)
            reached = {line: frozenset(filter(None, map(test_of, contexts))) for line, contexts in lines.items()}
            self._lines[str(Path(file).relative_to(self._root))] = reached
            self._breadth.update(test for tests in reached.values() for test in tests)

    def stages(self, fault: Fault) -> Sequence[Stage]:
        """Return the tests to run, one lot after the other, until one of them notices."""
        lines = self._lines.get(fault.path, {})
        reaching = self._reaching(fault)
        declared = () if reaching else (DECLARED,)
        if tests := reaching or frozenset[str]().union(*lines.values()):
            return [*declared, *self._quickest_first(fault, tests)]
        return [*declared, next(asked for folder, asked in FOLDERS.items() if fault.path.startswith(folder))]

    def at_import(self, fault: Fault) -> bool:
        """Whether no test is known to run it."""
        return not self._reaching(fault)

    def _reaching(self, fault: Fault) -> frozenset[str]:
        if not fault.runs:
            return frozenset()
        lines = self._lines.get(fault.path, {})
        return lines.get(fault.line) or frozenset[str]().union(*(lines.get(line, ()) for line in fault.statement))

    def _quickest_first(self, fault: Fault, tests: Iterable[str]) -> Iterator[Stage]:
        """Those of the part itself go first, and of these the narrow ones: they take least time, and see most.

        Kept texts see much, too. Those that start other processes come last: they take long, and only look narrow.
        """
        own, slow = f"tests/{fault.path.split('/')[1]}/", self._slow
        ordered = sorted(
            tests,
            key=lambda test: (test.startswith(slow), not test.startswith((own, *KEPT)), self._breadth[test], test),
        )
        first = ordered[: LOTS[0]]
        kept = [test for test in ordered[LOTS[0] :] if test.startswith(KEPT)]
        ordered = [*first, *kept, *(test for test in ordered[LOTS[0] :] if not test.startswith(KEPT))]
        for begin, end in pairwise((0, *accumulate(LOTS), len(ordered))):
            yield ordered[begin:end]

    def elsewhere(self) -> Stage:
        """Return the files of the tests that start other processes of the bot."""
        files = sorted((self._root / "tests").rglob("test_*.py"))
        named = {str(file.relative_to(self._root)): file.read_text(encoding="utf-8") for file in files}
        return [name for name, text in named.items() if STARTS.search(text) and name.split("/")[1] not in APART]


def test_of(context: str) -> str:
    """Return the test that this is about ("tests/a.py::test_b[c]|run"), with all its parameters."""
    return context.partition("[")[0].partition("|")[0]
