"""Try so many interleavings under adversity, other ones for each seed, and tell which law the first breach broke.

python -m tests.approvals.interleave 1000 --seed 7 --engine postgres
"""

import argparse
import sys
import time
import traceback
from collections.abc import Sequence

from tests.approvals.drawn import run_drawn
from tests.approvals.test_adversity import ADVERSITIES

TOLD_EACH = 100
SHOWN = 300
"""Letters of what a breach says."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 if all of them held."""
    parser = argparse.ArgumentParser(prog="python -m tests.approvals.interleave", description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="the same seed tries the same ones (default %(default)s)")
    parser.add_argument("--engine", choices=ADVERSITIES, default="sqlite", help="(default %(default)s)")
    parser.add_argument("--whole", action="store_true", help="show the breach whole, with all events that led to it")
    options = parser.parse_args(arguments)
    tried, why = interleaved(options.count, options.seed, options.engine)
    if why is None:
        print(f"{tried} interleavings held, in {time.process_time():.0f} s of work.")
        return 0
    print(f"after {tried} interleavings: {type(why).__name__}: {' '.join(str(why).split())[:SHOWN]}")
    if options.whole:
        traceback.print_exception(why)
    return 1


def interleaved(count: int, number: int, engine: str) -> tuple[int, Exception | None]:
    """Return how many were tried, and what broke the last of them, if anything did."""
    tried = 0
    machine, _ = ADVERSITIES[engine]

    class Counted(machine):  # type: ignore[misc,valid-type]  # whichever was chosen
        def __init__(self) -> None:
            super().__init__()
            nonlocal tried
            tried += 1
            if tried and tried % TOLD_EACH == 0:
                print(f"{tried} begun", file=sys.stderr, flush=True)

    def leave_out_first() -> None:
        nonlocal tried
        tried -= 1

    try:
        run_drawn(Counted, count, number, lot_begins=leave_out_first)
    except Exception as why:  # noqa: BLE001 - whatever it is, it is a breach
        return tried, why
    return tried, None


if __name__ == "__main__":
    raise SystemExit(main())
