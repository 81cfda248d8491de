"""Runs a benchmark: a table for people or, with ``--json``, figures for programs."""

import argparse
import sys

from tests.benchmarks import ack, append, audit, bulk, bulk_beside, copying, facts, lock, loop, start

parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
parser.add_argument("--json", action="store_true", help="print JSON")
benchmarks = parser.add_subparsers(required=True, metavar="BENCHMARK")
for module in (ack, append, copying, start, audit, lock, bulk, bulk_beside, facts, loop):
    name = module.__name__.rpartition(".")[2]
    benchmark = benchmarks.add_parser(name, help=(module.__doc__ or "").splitlines()[0])
    benchmark.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    benchmark.set_defaults(module=module, measure=lambda given: given.module.measure())
    if module in (bulk, bulk_beside, copying, facts):
        module.declare(benchmark)
options = parser.parse_args()
figures = options.measure(options)
print(options.module.as_json(figures) if options.json else options.module.table(figures))
sys.exit(0)
