"""``python -m tests.deploy FOLDER``: makes the image's content there as an engine would, and runs the bot in it."""

import os
import subprocess
import sys
import urllib.request
from pathlib import Path

from tests.deploy.containerfile import Made, make, within

PROJECT = Path(__file__).parents[2]
WITHIN_LIMITS = """
import ctypes, os, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    print("This kernel cannot deny memory that is written and then executed: that is not tried.", file=sys.stderr)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Runs a program without such memory (PR_SET_MDWE), as the unit does."""
EXTRAS = "import psycopg, prometheus_client, python_calamine"


def run() -> None:
    """Make the content, and run the bot in it as the image's user, who may write to its working directory only."""
    folder = Path(sys.argv[1])
    folder.mkdir()
    made = make((PROJECT / ".deploy" / "Containerfile").read_text(), PROJECT, folder)
    write_protect(made)
    entry = within(made.root, made.stage.last("ENTRYPOINT")[0])
    limits = [*as_user(made), str(entry.with_name("python")), "-c", WITHIN_LIMITS]
    subprocess.run([*limits, str(entry.with_name("python")), "-c", EXTRAS], env=made.environment, check=True)
    url = answered(made, [*limits, str(entry), "sandbox", "--port", "0", "--data", "trial"])
    print(f"The image's bot answered at {url}")


def write_protect(made: Made) -> None:
    """Take the right to write from all but the working directory."""
    for folder, _, names in os.walk(made.root):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            if not path.is_symlink() and not path.is_relative_to(made.workdir):
                path.chmod(path.stat().st_mode & ~0o222)


def as_user(made: Made) -> list[str]:
    """The command that runs others as the image's user, who can do nothing special, whoever calls it."""
    user, group = made.user
    command = ["unshare", f"--map-user={user}", f"--map-group={group}"]
    if subprocess.run([*command, "true"], check=False).returncode:
        print("This machine has no namespaces for users: the bot runs as whoever started this.")
        return []
    return command


def answered(made: Made, command: list[str]) -> str:
    """Run the sandbox until it has answered, and stop it; return its address."""
    process = subprocess.Popen(command, cwd=made.workdir, env=made.environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        url = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
        urllib.request.urlopen(f"{url.rstrip('/')}/healthz", timeout=30).close()
    finally:
        process.terminate()
        status = process.wait(timeout=30)
    assert status == 0, f"It ended with {status}"
    return url


if __name__ == "__main__":
    run()
