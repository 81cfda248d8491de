"""Plant a seeded sample of faults, one at a time, in a copy of the tree, and tell which of them no test notices.

python -m tests.mutation --seed 7 --count 300 --results faults.jsonl
python -m tests.mutation --seed 7 --count 20 bot/ledger
"""

import argparse
import json
import random
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from tests.mutation.faults import Fault, faults_in
from tests.mutation.forks import Forks, Keep
from tests.mutation.reach import FOLDERS, LOTS, SUITE, Reach
from tests.mutation.trial import Copy, Outcome

ROOT = Path(__file__).parent.parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if every fault of the sample was noticed."""
    options = _parser().parse_args(arguments)
    sample = chosen(options.paths, options.seed, options.count)
    known = _known(options.results)

    def keep(fault: Fault, outcome: Outcome) -> None:
        found = {"id": fault.id, "was": fault.was, "noticed": outcome.noticed, "seconds": outcome.seconds}
        known[fault.id] = found
        _keep(options.results, found)
        print(f"{outcome.noticed or 'SURVIVED'}  <-  {fault.id}  ({outcome.seconds} s)", flush=True)

    reach = Reach(ROOT, options.map)
    if options.map:
        Forks(ROOT, reach, keep).run([fault for fault in sample if fault.id not in known], options.jobs)
    _try_in_copies([fault for fault in sample if fault.id not in known], reach, keep, options)
    return _report([known[fault.id] for fault in sample], sample)


def _try_in_copies(left: Sequence[Fault], reach: Reach, keep: Keep, options: argparse.Namespace) -> None:
    with TemporaryDirectory() as folder:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(options.jobs):
            copies.put(Copy(ROOT, Path(folder) / str(number)))

        def tried(fault: Fault) -> None:
            copy = copies.get()
            try:
                lots = islice(reach.stages(fault), len(LOTS) if options.quick else None)
                stages = (lot for lot in lots if not (options.quick and lot == SUITE))
                keep(fault, copy.outcome(fault, stages, patience=options.patience))
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(tried, left))  # raises what was raised


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", default=list(FOLDERS), help="files or folders (default: those of the bot)")
    parser.add_argument("--seed", type=int, required=True, help="the same seed plants the same faults in the same tree")
    parser.add_argument("--count", type=int, default=300, help="how many (default %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="copies that are tried at once (default %(default)s)")
    parser.add_argument("--results", type=Path, help="JSON lines to add results to; what is there is not tried again")
    parser.add_argument(
        "--map", type=Path, help="what `pytest --cov --cov-context=test` recorded; with it most are quick"
    )
    parser.add_argument("--quick", action="store_true", help="ask only the first lots of tests: see LOTS in reach.py")
    parser.add_argument("--patience", type=float, default=900, help="seconds for a lot of tests (default %(default)s)")
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


def _report(found: list[dict[str, Any]], sample: list[Fault]) -> int:
    survivors = [fault for fault, one in zip(sample, found, strict=True) if not one["noticed"]]
    for fault in survivors:
        print(f"\n{fault.path}:{fault.line} {fault.kind}\n- {fault.was}\n+ {fault.now}")
    print(f"\n{len(found) - len(survivors)} of {len(found)} faults were noticed.")
    return bool(survivors)


if __name__ == "__main__":
    raise SystemExit(main())
