"""Kill, stop and pause three bots on PostgreSQL so often at random, others for each seed, and tell what came of it.

python -m tests.approvals.harm 300 --seed 7
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.approvals.judged_replicas import judged
from tests.disks import MEMORY


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.approvals.harm", description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how often")
    parser.add_argument("--seed", type=int, default=0, help="(default %(default)s)")
    parser.add_argument("--scale", type=float, default=0.1, help="of a lease (default %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        told = asyncio.run(judged(Path(folder), options.count, seed=options.seed, scale=options.scale))
    sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
