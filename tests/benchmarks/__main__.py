"""Runs a benchmark: a table for people or, with ``--json``, one JSON object."""

import argparse
import sys

from tests.benchmarks import ack, audit, lock, start

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
parser.add_argument("--json", action="store_true", help="print one JSON object")
benchmarks = parser.add_subparsers(required=True, metavar="BENCHMARK")
for module in (ack, start, audit, lock):
    name = module.__name__.rpartition(".")[2]
    benchmark = benchmarks.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
    benchmark.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON object")
    benchmark.set_defaults(module=module)
options = parser.parse_args()
figures = options.module.measure()
print(options.module.as_json(figures) if options.json else options.module.table(figures))
sys.exit(0)
