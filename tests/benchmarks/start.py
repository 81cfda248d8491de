"""How long ``python -m bot socket`` takes until it can answer, and how much memory it then uses.

It starts as it does where it was installed: from byte code, since pip compiles what it installs, and without tools of
developers, some of which are imported where they are found. Where Python is told to write no byte code
(``PYTHONDONTWRITEBYTECODE``), each start from a checkout compiles all of it again, a third of the time.
"""

import json
import statistics
import tempfile
import time
from pathlib import Path

from tests.benchmarks.ack import SANDBOX_PORT
from tests.benchmarks.installed import python_with_requirements
from tests.harness import environment_for
from tests.processes import resident_megabytes, running

ROUNDS = 5
Figures = dict[str, float]


def measure() -> Figures:
    """Seconds from the start of the process to its line "Ready", and resident megabytes then: medians."""
    with tempfile.TemporaryDirectory() as folder:
        python = python_with_requirements(Path(folder) / "installed")
        environment = environment_for(f"http://127.0.0.1:{SANDBOX_PORT}", Path(folder) / "ledger.sqlite")
        environment |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": f"{folder}/byte code"}
        sandbox = ("bot", "sandbox", "--port", str(SANDBOX_PORT), "--parts", "store,workspace", "--data", folder)
        with running(*sandbox, ready="stops it"):
            _once(environment, python)  # compiles it, and makes the ledger
            measured = [_once(environment, python) for _ in range(ROUNDS)]
    seconds, megabytes = zip(*measured, strict=True)
    return {"ready_s": round(statistics.median(seconds), 3), "resident_mb": round(statistics.median(megabytes), 1)}


def _once(environment: dict[str, str], python: str) -> tuple[float, float]:
    started = time.perf_counter()
    with running("bot", "socket", ready="Ready", environment=environment, python=python) as (pid, _):
        return time.perf_counter() - started, resident_megabytes(pid)


def table(figures: Figures) -> str:
    """The figures for people."""
    return f"ready to answer after {figures['ready_s']:.2f} s, resident memory {figures['resident_mb']:.0f} MB"


def as_json(figures: Figures) -> str:
    """The figures for programs."""
    return json.dumps(figures)
