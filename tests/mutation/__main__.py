"""Plant a seeded sample of faults, one at a time, and tell which of them no test notices.

python -m tests.mutation --seed 7 --count 300 --map /tmp/reach --results faults.jsonl
python -m tests.mutation --seed 7 --count 20 bot/ledger
"""

import argparse
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.mutation.collected import Collected
from tests.mutation.faults import Fault, faults_in
from tests.mutation.imported import try_imported
from tests.mutation.reach import FOLDERS, LOTS, Reach
from tests.mutation.server import postgres_server
from tests.mutation.trial import Copy, Keep, Outcome

ROOT = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every fault of the sample was noticed."""
    options = _parser().parse_args(arguments)
    sample = chosen(options.paths, options.seed, options.count)
    known = _known(options.results)
    reach = Reach(ROOT, options.map)
    tell = partial(print, flush=True)

    def keep(fault: Fault, outcome: Outcome) -> None:
        known[fault.id] = {"id": fault.id, "was": fault.was, **asdict(outcome)}
        _keep(options.results, known[fault.id])
        tell(f"{outcome.noticed or 'SURVIVED'}  <-  {fault.id}  ({outcome.seconds} s)")

    def left(*, at_import: bool) -> list[Fault]:
        return [fault for fault in sample if fault.id not in known and reach.at_import(fault) is at_import]

    with postgres_server():
        most = len(LOTS) + 1 if options.quick else None  # before them, what is declared
        try_imported([(fault, reach.stages(fault)[:most]) for fault in left(at_import=True)], keep, options.jobs)
        Collected(ROOT, reach, keep, tell).run(left(at_import=False), options.jobs, quick=options.quick)
    if not options.quick:
        _try_in_copy([fault for fault in sample if fault.id not in known], reach, keep)
    return _report(known, sample)


def _try_in_copy(left: Sequence[Fault], reach: Reach, keep: Keep) -> None:
    """Ask the tests that start other processes."""
    with TemporaryDirectory() as folder:
        copy = Copy(ROOT, Path(folder))
        for fault in left:
            keep(fault, copy.outcome(fault, reach.elsewhere()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=list(FOLDERS), help="files or folders (default: those of the bot)")
    parser.add_argument("--seed", type=int, required=True, help="the same seed plants the same faults in the same tree")
    parser.add_argument("--count", type=int, default=300, help="how many (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="how many are tried at once (default %(default)s)")
    parser.add_argument("--results", type=Path, help="JSON lines to add results to; what is there is not tried again")
    parser.add_argument("--map", type=Path, help="what `pytest --cov --cov-context=test` recorded in this folder")
    parser.add_argument("--quick", action="store_true", help="ask only the first lots of tests: see LOTS in reach.py")
    return parser


def chosen(paths: Iterable[str], seed: int, count: int) -> list[Fault]:
    """Choose this many of all faults that could be planted in these files."""
    roots = [ROOT / path for path in paths]
    files = {file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py"))}
    faults = [fault for file in sorted(files) for fault in faults_in(file, ROOT)]
    random.Random(seed).shuffle(faults)  # whoever asks for more goes on where fewer ended
    return faults[:count]


def _known(results: Path | None) -> dict[str, dict[str, Any]]:
    if not results or not results.exists():
        return {}
    lines = results.read_text(encoding="utf-8").splitlines()
    return {found["id"]: found for found in map(json.loads, lines)}


def _keep(results: Path | None, found: dict[str, Any]) -> None:
    if results:
        with results.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(found, ensure_ascii=False)}\n")


def _report(known: Mapping[str, Any], sample: Sequence[Fault]) -> int:
    survivors = [fault for fault in sample if not known.get(fault.id, {}).get("noticed")]
    for fault in survivors:
        print(f"\n{fault.path}:{fault.line} {fault.kind}\n- {fault.was}\n+ {fault.now}")
    print(f"\n{len(sample) - len(survivors)} of {len(sample)} faults were noticed.")
    return bool(survivors)


if __name__ == "__main__":
    raise SystemExit(main())
