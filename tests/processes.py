"""Processes of the command line: started, waited for until they say that they are ready, stopped."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
UNSET = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
"""The environment of a process without the settings of whoever runs the tests."""


@contextmanager
def running(
    *arguments: str, ready: str, environment: dict[str, str] | None = None, python: str = sys.executable
) -> Iterator[tuple[int, str]]:
    """``python -m *arguments`` from the project's root; yields its process id and the line that said ``ready``."""
    process = subprocess.Popen(
        [python, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    seen = []
    try:
        for line in process.stdout:
            seen.append(line)
            if ready in line:
                yield process.pid, line
                break
        else:
            raise RuntimeError(f"{' '.join(arguments)} ended before it was ready:\n{''.join(seen)}")
    finally:
        process.terminate()
        process.communicate()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def resident_megabytes(pid: int) -> float:
    """Resident memory of a process, from /proc (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(one for one in status.splitlines() if one.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def peak_megabytes(pid: int) -> float:
    """The most memory that a process was resident with, from /proc (Linux); 0 once it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next((int(one.split()[1]) / 1024 for one in status.splitlines() if one.startswith("VmHWM:")), 0.0)
